"""Objects of two sides: only on one, recreated, left out, and never told where one side could not look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from k8sview.analysis.drift.peers.bodies import packed
from k8sview.analysis.drift.peers.choosing import Wanted
from k8sview.analysis.drift.peers.leaves import Terms
from k8sview.analysis.drift.peers.objects import Peer, compare_objects
from k8sview.analysis.drift.peers.renames import Renames
from k8sview.model import events
from k8sview.model.diff import Contrasts, Rename, Side, Unlikeness
from k8sview.model.kinds import KINDS, RESOURCE_NAMES
from k8sview.model.resources import Key
from k8sview.model.tables import State, TableState
from k8sview.model.view import View
from k8sview.store.store import Store
from tests.analysis.clusters import NOON, view_of

Raw = dict[str, Any]


def made(kind: str, name: str, namespace: str | None = "n", uid: str = "", **fields: Any) -> Raw:
    metadata = {"name": name, "uid": uid or f"{kind}-{name}", "resourceVersion": "1", **fields.pop("metadata", {})}
    if namespace is not None:
        metadata["namespace"] = namespace
    return {"kind": kind, "metadata": metadata, **fields}


def peer(*raws: Raw, denied: Iterable[str] = (), view: View | None = None) -> Peer:
    bodies: dict[str, dict[Key, bytes]] = {}
    for raw in raws:
        name = RESOURCE_NAMES[raw["kind"]]
        key = (raw["metadata"].get("namespace", ""), raw["metadata"]["name"])
        bodies.setdefault(name, {})[key] = packed(msgspec.json.encode(raw))
    return Peer(view or view_of(*raws, denied=denied), bodies, frozenset({"configmaps"}))


def told(
    a: Peer, b: Peer, *, baseline: bool = False, renames: Iterable[Rename] = (), wanted: Wanted | None = None
) -> Contrasts:
    terms = Terms(baseline=baseline, earlier=NOON, renames=Renames(renames), shown=lambda body: body)
    return compare_objects(a, b, terms, wanted or Wanted())


def names(found: Contrasts) -> list[tuple[str, str]]:
    return [(str(one.unlike), one.name) for one in found.contrasts]


def test_only_on_one_side() -> None:
    found = told(
        peer(made("Service", "a"), made("Service", "same")), peer(made("Service", "b"), made("Service", "same"))
    )
    assert names(found) == [("only-in-a", "a"), ("only-in-b", "b")]
    assert (found.compared, found.equal) == (1, 1)
    assert found.incomparable == ()


def test_what_decides_who_may_do_what_weighs_more() -> None:
    found = told(peer(), peer(made("Role", "r", rules=[]), made("Service", "s")))
    assert {one.name: (one.security, str(one.severity)) for one in found.contrasts} == {
        "r": (True, "high"),
        "s": (False, "medium"),
    }


def test_a_side_that_was_denied_has_nothing_that_could_be_told() -> None:
    found = told(peer(denied=["services"]), peer(made("Service", "s"), made("Service", "t")))
    assert found.contrasts == ()
    (gap,) = found.incomparable
    assert (gap.what, gap.side, gap.objects) == ("services", Side.A, 2)
    assert "forbidden" in gap.reason
    both = told(peer(denied=["services"]), peer(denied=["services"]))
    assert [(one.what, one.side) for one in both.incomparable] == [("services", Side.BOTH)]


def test_a_table_that_was_not_read_is_a_gap_even_where_the_other_side_has_nothing() -> None:
    found = told(peer(), peer(denied=["services"]))
    assert [(one.what, one.side, one.objects) for one in found.incomparable] == [("services", Side.B, 0)]


def test_a_body_that_nobody_kept_is_no_equal() -> None:
    a = peer(made("Service", "s"))
    blank = Peer(a.view, {}, a.whole)
    found = told(a, blank)
    assert (found.compared, found.equal) == (1, 0)
    assert [one.reason for one in found.incomparable] == ["their JSON could not be read"]


def test_a_kind_that_only_one_side_serves_is_only_there() -> None:
    thing = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "t", "namespace": "n", "uid": "1"}}
    view = view_of(thing)
    a = Peer(view, {"things.example.org": {("n", "t"): packed(msgspec.json.encode(thing))}})
    found = told(a, peer())
    assert names(found) == [("only-in-a", "t")]


def test_served_in_two_versions_is_not_compared() -> None:
    a, b = peer(made("Service", "s")), peer(made("Service", "s"))
    newer = msgspec.structs.replace(b.view.resources["services"], version="v2")
    view = msgspec.structs.replace(b.view, resources={**b.view.resources, "services": newer})
    found = told(a, Peer(view, b.bodies, b.whole))
    assert found.contrasts == ()
    (gap,) = found.incomparable
    assert "A serves v1 and B v2" in gap.reason


def test_what_nobody_wrote_down_is_counted_and_left_out() -> None:
    owner = {"kind": "Prometheus", "name": "p", "uid": "1", "controller": True}
    raws = (
        made("ConfigMap", "kube-root-ca.crt", data={"ca": "1"}),
        made("StatefulSet", "p", metadata={"ownerReferences": [owner]}),
        made("Pod", "pod"),
    )
    found = told(peer(*raws), peer())
    assert found.contrasts == ()
    assert {(one.resource, one.a, one.b) for one in found.left_out} == {
        ("configmaps", 1, 0),
        ("statefulsets.apps", 1, 0),
        ("pods", 1, 0),
    }
    everything = told(peer(*raws), peer(), wanted=Wanted(everything=True))
    assert {one.name for one in everything.contrasts} == {"kube-root-ca.crt", "p", "pod"}
    assert everything.left_out == ()


def test_a_kind_that_nobody_writes_down_is_compared_where_it_is_named() -> None:
    owner = {"kind": "ReplicaSet", "name": "r", "uid": "1", "controller": True}
    pod = made("Pod", "pod", metadata={"ownerReferences": [owner]})
    found = told(peer(pod), peer(), wanted=Wanted(kinds=frozenset({"pods"})))
    assert names(found) == [("only-in-a", "pod")]
    controlled = made("StatefulSet", "s", metadata={"ownerReferences": [owner]})
    left = told(peer(controlled), peer(), wanted=Wanted(kinds=frozenset({"statefulsets.apps"})))
    assert (names(left), len(left.left_out)) == ([], 1)


def test_in_namespaces_that_one_side_may_not_read_nothing_is_told() -> None:
    store = Store(lambda: NOON)
    store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
    for name in KINDS:
        store.apply(events.Synced(name, "mine", frozenset()))
        refused = TableState(State.DENIED, f"list {name} is forbidden in theirs")
        store.apply(events.StateChanged(name, "theirs", refused))
    b = peer(made("Service", "s", "theirs"), made("Service", "t", "mine"))
    found = told(Peer(store.view()), b, wanted=Wanted(kinds=frozenset({"services"})))
    assert names(found) == [("only-in-b", "t")]
    (gap,) = found.incomparable
    assert (gap.side, gap.objects) == (Side.A, 1)
    assert "namespace theirs" in gap.reason


def test_what_every_cluster_has_is_compared_where_it_decides_who_may_do_what() -> None:
    a = made("ServiceAccount", "default")
    b = made("ServiceAccount", "default", imagePullSecrets=[{"name": "theirs"}])
    assert [one.path for one in told(peer(a), peer(b)).contrasts] == ["imagePullSecrets"]
    assert told(peer(a), peer()).contrasts == ()


def test_made_anew_is_a_class_of_its_own_in_one_cluster_alone() -> None:
    a, b = peer(made("Service", "s", uid="1")), peer(made("Service", "s", uid="2"))
    assert names(told(a, b, baseline=True)) == [("recreated", "s")]
    assert names(told(a, b)) == []


def test_a_resource_version_that_stands_needs_no_body() -> None:
    a = peer(made("Service", "s"))
    found = told(a, Peer(a.view, {}, a.whole), baseline=True)
    assert (found.compared, found.equal, found.incomparable) == (1, 1, ())


def test_replicas_that_an_autoscaler_writes_are_not_told() -> None:
    target = {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}
    scaler = made("HorizontalPodAutoscaler", "h", spec={"scaleTargetRef": target})
    three, five = (made("Deployment", "d", spec={"replicas": count}) for count in (3, 5))
    assert [one.path for one in told(peer(three), peer(five)).contrasts] == ["spec.replicas"]
    assert told(peer(three, scaler), peer(five, scaler)).contrasts == ()


def test_renamed_objects_are_one() -> None:
    a = peer(made("Namespace", "stage", None), made("Service", "web-a", "stage"), made("Service", "lone", "stage"))
    b = peer(made("Namespace", "prod", None), made("Service", "web", "prod"))
    renames = (Rename(kind="Namespace", a="stage", b="prod"), Rename(kind="Service", a="web-a", b="web"))
    found = told(a, b, renames=renames)
    (lone,) = found.contrasts
    assert (lone.namespace, lone.namespace_in_a, lone.unlike) == ("prod", "stage", Unlikeness.ONLY_A)
    assert found.equal == 2
    assert set(found.moved) == {str(one) for one in renames}


def test_nothing_of_one_object_vouches_for_another() -> None:
    """In one cluster, a namespace against another: what both call so are two objects."""
    a = peer(made("Service", "web", "stage", uid="1"))
    b = peer(made("Service", "web", "prod", uid="2"))
    found = told(a, b, baseline=True, renames=[Rename(kind="Namespace", a="stage", b="prod")])
    assert found.contrasts == (), "and none was made anew"


def test_the_views_are_left_as_they_were() -> None:
    a, b = peer(made("Service", "a")), peer(made("Service", "b"))
    before = [dict(one.view.tables["services"].objects) for one in (a, b)]
    told(a, b)
    assert [dict(one.view.tables["services"].objects) for one in (a, b)] == before
