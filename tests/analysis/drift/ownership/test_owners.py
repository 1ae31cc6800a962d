"""The map of one body: which leaf is whose, and what is nobody's."""

from __future__ import annotations

from k8sview.analysis.drift.ownership.owners import Ownership, Tracked, ownership
from k8sview.model.drift import ActorClass
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago
from tests.analysis.drift.ownership.bodies import Raw, body, entry, flux


def owners(owned: Ownership) -> dict[str, set[str]]:
    return {owned.path(place): {one.actor.manager for one in found} for place, found in owned.leaves.items()}


def unowned(raw: Raw) -> set[str]:
    owned = ownership(raw)
    return {owned.path(place) for place in owned.unowned}


def test_co_owners_are_all_told_with_their_times() -> None:
    raw = body(flux("3d", "data/a", "data/b"), entry("kubectl-edit", "1h", "data/a"), data={"a": "1", "b": "2"})
    owned = ownership(raw)
    assert owners(owned) == {"data.a": {"kustomize-controller", "kubectl-edit"}, "data.b": {"kustomize-controller"}}
    assert [one.time for one in owned.leaves[("data", "a")]] == [parse_time(ago("3d")), parse_time(ago("1h"))]


def test_a_parent_owned_as_a_whole_covers_what_is_below() -> None:
    raw = body(flux("3d", "spec/nodeSelector", "spec/args"), spec={"nodeSelector": {"a": "b"}, "args": ["x", "y"]})
    assert unowned(raw) == {
        "metadata.labels[kustomize.toolkit.fluxcd.io/name]",
        "metadata.labels[kustomize.toolkit.fluxcd.io/namespace]",
    }


def test_the_topmost_place_that_nobody_owns_is_told_once() -> None:
    containers = [{"name": "app", "image": "r/x:1", "imagePullPolicy": "Always"}, {"name": "mesh", "image": "r/m:1"}]
    raw = body(
        flux("3d", 'spec/containers/{"name":"app"}/.', 'spec/containers/{"name":"app"}/image', "metadata/labels"),
        kind="Pod",
        spec={"containers": containers, "tolerations": [{"operator": "Exists"}], "nodeName": "n"},
    )
    assert unowned(raw) == {
        "spec.containers[name=app].name",
        "spec.containers[name=app].imagePullPolicy",
        "spec.containers[name=mesh].name",
        "spec.containers[name=mesh].image",
        "spec.tolerations",
        "spec.nodeName",
    }


def test_the_status_and_what_the_server_keeps_for_itself_are_nobodys_business() -> None:
    raw = body(
        flux("3d", "metadata/labels", "data/a"),
        entry("some-operator", "1h", "status/ready", "metadata/annotations/note", subresource="status"),
        data={"a": "1"},
        status={"ready": True, "more": 1},
        metadata={"annotations": {"note": "x"}, "uid": "1", "resourceVersion": "7", "generation": 2},
    )
    owned = ownership(raw)
    assert owners(owned)["metadata.annotations.note"] == {"some-operator"}  # a metadata leaf in a status entry
    assert "status.ready" not in owners(owned)
    assert owned.unowned == ()


def test_what_a_person_writes_into_the_status_counts() -> None:
    raw = body(entry("kubectl-edit", "1h", "status/ready", subresource="status"), status={"ready": True})
    assert owners(ownership(raw)) == {"status.ready": {"kubectl-edit"}}


def test_an_item_whose_key_admission_rewrote_is_gone_there_and_unowned_here() -> None:
    raw = body(
        flux("3d", 'spec/ports/{"port":80,"protocol":"TCP"}/port', "metadata/labels"),
        kind="Service",
        spec={"ports": [{"port": 8888, "protocol": "TCP"}]},
    )
    owned = ownership(raw)
    ((gone, owner),) = owned.gone
    assert (gone.path, gone.rewritten, owner.actor.actor_class) == ("spec.ports[port=80].port", True, ActorClass.GITOPS)
    assert {owned.path(place) for place in owned.unowned} == {
        "spec.ports[port=8888].port", "spec.ports[port=8888].protocol",
    }  # fmt: skip


def test_an_entry_of_another_version_is_resolved_in_the_present_one() -> None:
    raw = body(entry("kubectl-edit", "1h", "spec/size", "spec/old", version="example.org/v1alpha1"), spec={"size": 2})
    owned = ownership(raw)
    assert [one.api_version for one in owned.leaves[("spec", "size")]] == ["example.org/v1alpha1"]
    assert [gone.path for gone, _ in owned.gone] == ["spec.old"]


def test_empty_entries_are_none() -> None:
    bare = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "shop"}}
    assert ownership(bare).tracked is Tracked.LEAFLESS
    assert ownership(body({}, data={"a": "1"})).tracked is Tracked.STRIPPED
    assert ownership({}).tracked is Tracked.LEAFLESS


def test_broken_bodies_are_read_as_far_as_they_go() -> None:
    assert ownership({"metadata": {"managedFields": {"a": 1}}}).problems == ("metadata.managedFields is no list",)
    assert ownership({"metadata": 5, "spec": [1]}).unowned == (("spec",),)
    odd = entry("x", "1h", "data/a")
    owned = ownership(body({**odd, "fieldsType": "FieldsV9", "time": 5}, data={"a": "1"}))
    assert owned.problems == ("metadata.managedFields[manager=x] has fields of a type nobody knows: FieldsV9",)
    assert owned.owners[0].time is None
