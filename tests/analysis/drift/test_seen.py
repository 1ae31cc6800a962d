"""What changed before our eyes: old and new of each field, who signed it, and what is no change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from k8sview.analysis.drift.seen import as_watched, between, created, deleted
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind
from k8sview.model.kinds import KINDS
from k8sview.model.living_drift import SeenChange
from k8sview.model.objects.core import MetadataOnly, PartialObjectMeta
from k8sview.model.objects.meta import Custom, LabelSelector, ManagedFieldsEntry, ObjectMeta, OwnerReference
from k8sview.model.objects.pods import Container, PodSpec, PodTemplateSpec
from k8sview.model.objects.workloads import Deployment, DeploymentSpec, DeploymentStatus
from k8sview.model.resources import Ref, Resource

AT = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
IMAGE = "spec.template.spec.containers[name=app].image"
FLUX = ManagedFieldsEntry("kustomize-controller", "Apply", "2026-03-01T10:00:00Z")
EDIT = ManagedFieldsEntry("kubectl-edit", "Update", "2026-03-01T12:00:00Z")
SCALE = ManagedFieldsEntry("kubectl", "Update", None, "scale")
DEPLOYMENTS, CONFIGMAPS = KINDS["deployments.apps"].resource, KINDS["configmaps"].resource
RELEASES = Resource("helm.toolkit.fluxcd.io", "v2", "helmreleases", "HelmRelease")


def meta(*entries: ManagedFieldsEntry, generation: int | None = 1, **more: Any) -> ObjectMeta:
    values = {"uid": "u", "resource_version": str(generation), "generation": generation, **more}
    return ObjectMeta("web", "shop", managed_fields=entries or (FLUX,), **values)


def web(metadata: ObjectMeta, image: str = "registry/app:1", replicas: int = 1, ready: int = 1) -> Deployment:
    template = PodTemplateSpec(spec=PodSpec(containers=(Container("app", image),)))
    spec = DeploymentSpec(replicas, selector=LabelSelector({"app": "web"}), template=template)
    return Deployment(metadata, spec, DeploymentStatus(ready_replicas=ready))


def changes(resource: Resource, before: Any, after: Any) -> list[SeenChange]:
    return list(between(resource, before, after, AT))


def test_an_image_by_hand_has_its_old_and_new_value_and_its_author() -> None:
    (one,) = changes(DEPLOYMENTS, web(meta()), web(meta(FLUX, EDIT, generation=2), "registry/app:2"))
    assert (one.path, one.before, one.after) == (IMAGE, "registry/app:1", "registry/app:2")
    assert (one.change, one.at, one.exact, one.routine) == ("override", AT, True, False)
    assert one.actor == Actor(ActorClass.HUMAN, "kubectl-edit", "Update")
    assert one.object == Ref("apps/v1", "Deployment", "shop", "web")


def test_a_new_status_is_no_change() -> None:
    status = ManagedFieldsEntry("kube-controller-manager", "Update", "2026-03-01T12:00:00Z", "status")
    after = web(meta(FLUX, status, resource_version="9"), ready=0)
    assert changes(DEPLOYMENTS, web(meta()), after) == []


def test_notes_of_tools_are_no_change() -> None:
    noted = meta(annotations={"deployment.kubernetes.io/revision": "2"})
    assert changes(DEPLOYMENTS, web(meta()), web(noted)) == []


def test_what_a_deliverer_writes_is_routine() -> None:
    again = replace(FLUX, time="2026-03-01T12:00:00Z")
    (one,) = changes(DEPLOYMENTS, web(meta()), web(meta(again, generation=2), "registry/app:2"))
    assert one.routine
    assert one.actor is not None
    assert one.actor.actor_class is ActorClass.GITOPS


def test_a_write_through_scale_has_its_author_though_it_has_no_time() -> None:
    (first,) = changes(DEPLOYMENTS, web(meta()), web(meta(FLUX, SCALE, generation=2), replicas=4))
    assert (first.path, first.before, first.after) == ("spec.replicas", "1", "4")
    (again,) = changes(
        DEPLOYMENTS, web(meta(FLUX, SCALE, generation=2), replicas=4), web(meta(FLUX, SCALE, generation=3), replicas=5)
    )
    for one in (first, again):
        assert one.actor is not None
        assert one.actor.subresource == "scale"


def test_nobody_signs_a_removal() -> None:
    labelled = meta(labels={"team": "blue"})
    (one,) = changes(DEPLOYMENTS, web(labelled), web(meta()))
    assert (one.path, one.before, one.after, one.change) == ("metadata.labels.team", "blue", None, "removal")
    assert one.actor is None
    assert not one.routine


def test_a_second_write_by_the_same_hand_in_the_same_second_is_still_its() -> None:
    before, after = meta(FLUX, EDIT, generation=2), meta(FLUX, EDIT, generation=3)
    (one,) = changes(DEPLOYMENTS, web(before, "registry/app:2"), web(after, "registry/app:3"))
    assert one.actor is not None
    assert one.actor.manager == "kubectl-edit"


def test_a_field_that_is_not_kept_is_told_without_values() -> None:
    (one,) = changes(DEPLOYMENTS, web(meta()), web(meta(FLUX, EDIT, generation=2)))
    assert (one.path, one.before, one.after) == ("spec", None, None)


def test_of_a_config_map_only_that_it_changed_is_told() -> None:
    before, after = (
        MetadataOnly(PartialObjectMeta("settings", "shop", uid="u", resource_version=version)) for version in "12"
    )
    (one,) = changes(CONFIGMAPS, before, after)
    assert (one.path, one.before, one.after) == ("data", None, None)


@pytest.mark.parametrize("name", ["password", "apiToken", "secretKey"])
def test_what_may_be_secret_is_covered(name: str) -> None:
    before, after = (
        Custom(meta(generation=number), body={"spec": {"values": {"auth": {name: value}}}})
        for number, value in ((1, "hunter2"), (2, "hunter3"))
    )
    (one,) = changes(RELEASES, before, after)
    assert one.path == f"spec.values.auth.{name}"
    assert "hunter" not in repr(one)


def test_an_object_of_the_same_name_is_another_one() -> None:
    told = changes(DEPLOYMENTS, web(meta()), web(meta(uid="v")))
    assert [(one.change, one.path) for one in told] == [("removal", ""), ("addition", "")]


def test_what_a_controller_owns_comes_and_goes_untold() -> None:
    owned = web(meta(owner_references=(OwnerReference("Rollout", "web", "r", "x/v1", controller=True),)))
    assert list(created(DEPLOYMENTS, owned, AT)) == []
    assert list(deleted(DEPLOYMENTS, owned, AT)) == []
    (one,) = deleted(DEPLOYMENTS, web(meta()), AT)
    assert (one.change, one.actor) == ("removal", None)


def drift(**more: Any) -> Drift:
    values = {"after": "registry/app:2", "actor": Actor(ActorClass.HUMAN, "kubectl-edit", "Update"), **more}
    return Drift(kind=DriftKind.OUT_OF_BAND, object=Ref("apps/v1", "Deployment", "shop", "web"), path=IMAGE, **values)


def seen() -> tuple[SeenChange, ...]:
    return tuple(changes(DEPLOYMENTS, web(meta()), web(meta(FLUX, EDIT, generation=2), "registry/app:2")))


def test_a_drift_that_was_watched_has_the_value_before_and_the_exact_time() -> None:
    one = as_watched(drift(), seen())
    assert (one.before, one.after) == ("registry/app:1", "registry/app:2")
    assert (one.time.at, one.time.not_before, one.time.basis) == (AT, None, "watch")


def test_what_was_seen_of_another_value_or_author_dates_nothing() -> None:
    for other in (drift(after="registry/app:9"), drift(actor=Actor(ActorClass.SCRIPT, "curl", "Update"))):
        assert as_watched(other, seen()) == other


def test_a_change_that_nobody_watched_dates_nothing() -> None:
    (gap,) = between(DEPLOYMENTS, web(meta()), web(meta(FLUX, EDIT, generation=2), "registry/app:2"), AT, exact=False)
    assert as_watched(drift(), (gap,)) == drift()
