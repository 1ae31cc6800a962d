"""Nobody signs what is taken away; the revision that was delivered still has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.kinds.removals import not_checkable, removals
from k8sview.model.drift import Drift, DriftKind, DriftTime
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from tests.analysis.clusters import NOON, view_of
from tests.analysis.drift.shapes import Raw, deployment, entry, replica_set, scaled

APP = "spec.template.spec.containers[name=app]"
PROBE = {"tcpSocket": {"port": 80}}
FLUX = "kustomize-controller"


def template(*more: Raw, annotations: Raw | None = None, **fields: Any) -> Raw:
    return {
        "metadata": {"annotations": annotations or {}},
        "spec": {"containers": [{"name": "app", "image": "x:1", **fields}, *more]},
    }


PROBED, PLAIN = template(readinessProbe=PROBE), template()


def delivered(age: str = "9d", manager: str = FLUX, operation: str = "Apply") -> Raw:
    return entry(manager, age, operation=operation)


def found(
    *templates: Raw, entries: tuple[Raw, ...] = (), ages: tuple[str, ...] = ("9d", "10m"), more: tuple[Raw, ...] = ()
) -> list[Drift]:
    """The newest template is the live one."""
    owner = deployment(*(entries or (delivered(),)), age="9d", template=templates[-1])
    sets = [
        replica_set(place, age, template=one) for place, (one, age) in enumerate(zip(templates, ages, strict=True), 1)
    ]
    return list(removals(view_of(owner, *sets, *more)))


def leaves(drifts: list[Drift]) -> set[tuple[str, str | None]]:
    return {(one.path, one.change) for one in drifts}


def test_a_probe_that_was_delivered_and_is_gone() -> None:
    (told,) = found(PROBED, PLAIN)
    assert (told.kind, told.path, told.change) == (DriftKind.OUT_OF_BAND, f"{APP}.readinessProbe", "removal")
    assert told.before is not None
    assert told.before.startswith("TCP port 80")
    assert (told.after, told.actor, told.confidence) == (None, None, Confidence.INFERRED)
    assert told.time == DriftTime(at=NOON - timedelta(minutes=10), basis="revision")
    assert "Flux" in told.message
    assert f"revision 1: {told.path} = {told.before}" in told.evidence
    assert f"metadata.managedFields[manager={FLUX}].time = 2026-02-20T12:00:00Z" in told.evidence


@pytest.mark.parametrize(
    ("before", "path"),
    [
        (template({"name": "side", "image": "s:1"}), "spec.template.spec.containers[name=side]"),
        (template(env=[{"name": "A", "value": "b"}]), f"{APP}.env"),
        (template(env=[{"name": "A"}, {"name": "B"}]), f"{APP}.env"),
        (template(annotations={"team/owner": "a"}), "spec.template.metadata.annotations[team/owner]"),
        (template(resources={"limits": {"memory": "1Gi"}}), f"{APP}.resources.limits.memory"),
        (template(args=["--safe"]), f"{APP}.args"),
        (template(securityContext={"runAsNonRoot": True}), f"{APP}.securityContext"),
    ],
)
def test_whatever_is_gone(before: Raw, path: str) -> None:
    told = found(before, PLAIN)
    assert told
    assert all(one.path.startswith(path) and one.change == "removal" for one in told)


def test_what_is_the_default_again_was_taken_away_as_well() -> None:
    slow = {**PLAIN, "spec": {**PLAIN["spec"], "terminationGracePeriodSeconds": 90}}
    usual = {**PLAIN, "spec": {**PLAIN["spec"], "terminationGracePeriodSeconds": 30}}
    (told,) = found(slow, usual)
    assert (told.path, told.change, told.before, told.after) == (
        "spec.template.spec.terminationGracePeriodSeconds", "override", "90", "30",
    )  # fmt: skip
    assert found(slow, {**PLAIN, "spec": {**PLAIN["spec"], "terminationGracePeriodSeconds": 60}}) == []


def test_the_one_hand_of_that_moment_is_suspected() -> None:
    hand, other = entry("kubectl-patch", "10m"), entry("kubectl-edit", "2h")
    (told,) = found(PROBED, PLAIN, entries=(delivered(), hand, other))
    assert told.actor is not None
    assert told.actor.manager == "kubectl-patch"
    assert "kubectl patch" in told.message
    (told,) = found(PROBED, PLAIN, entries=(delivered(), hand, entry("k9s", "10m")))
    assert told.actor is None, "either may have been it"


def test_it_is_dated_by_the_revision_that_lost_it_not_by_the_newest() -> None:
    (told,) = found(PROBED, PLAIN, template(image="x:2"), ages=("9d", "3h", "10m"))
    assert told.time.at == NOON - timedelta(hours=3)


def test_what_came_after_the_delivery_and_went_again_is_nobodys_loss() -> None:
    assert found(PLAIN, PROBED, PLAIN, ages=("9d", "3h", "10m")) == []
    assert found(PROBED, PLAIN, PROBED, ages=("9d", "3h", "10m")) == []


@pytest.mark.parametrize(
    "entries",
    [
        (delivered("10m"),),
        (delivered("601s"),),
        (delivered("5m"),),
        (delivered(operation="Update"),),
        (delivered(manager="argocd-controller", operation="Update"),),
        (delivered(), delivered(manager="helm", operation="Update")),
        (delivered(manager="helm", operation="Update"),),
        (entry("kubectl-client-side-apply", "9d"),),
        (entry("kubectl-create", "9d"),),
        (entry("some-operator", "9d", operation="Apply"),),
        (entry(FLUX, None, operation="Apply"),),
        (delivered(), entry("Reloader", "10m")),
    ],
    ids=str,
)
def test_where_the_deliverer_or_a_program_may_have_done_it_nobody_is_accused(entries: tuple[Raw, ...]) -> None:
    assert found(PROBED, PLAIN, entries=entries) == []


def test_an_argument_less_is_its_writers_to_sign() -> None:
    assert found(template(args=["--a", "--b"]), template(args=["--a"])) == []


def test_a_restart_undone_is_no_loss() -> None:
    note = {"kubectl.kubernetes.io/restartedAt": "2026-02-20T12:00:00Z"}
    assert found(template(annotations=note), PLAIN) == []


def test_an_old_revision_that_came_back() -> None:
    """By ``kubectl rollout undo``, or by the deliverer itself: only an event or kubectl's name tells them apart."""
    second = replica_set(2, "5d", template=PROBED)
    first = replica_set(3, "9d", entry("kube-controller-manager", "10m"), name="web-1", history="1", template=PLAIN)
    flux, undo = delivered("5d"), entry("kubectl", "10m")
    owner = deployment(flux, age="9d", template=PLAIN)
    assert list(removals(view_of(owner, first, second))) == []
    (told,) = removals(view_of(deployment(flux, undo, age="9d", template=PLAIN), first, second))
    assert told.actor is not None
    assert (told.path, told.actor.manager) == (f"{APP}.readinessProbe", "kubectl")
    (told,) = removals(view_of(owner, first, second, scaled(owner, "web-1", 0, 1, "10m")))
    assert told.time.at == NOON - timedelta(minutes=10)


def test_a_history_with_holes_proves_nothing() -> None:
    owner = deployment(delivered(), age="9d", template=PLAIN)
    sets = (replica_set(1, "9d", template=PROBED), replica_set(3, "10m", template=PLAIN))
    assert list(removals(view_of(owner, *sets))) == []


def test_what_is_controlled_is_its_controllers() -> None:
    owner = deployment(delivered(), age="9d", template=PLAIN)
    owner["metadata"]["ownerReferences"] = [{"kind": "Shop", "name": "x", "uid": "x", "controller": True}]
    sets = (replica_set(1, "9d", template=PROBED), replica_set(2, "10m", template=PLAIN))
    assert list(removals(view_of(owner, *sets))) == []


def test_one_leaf_is_told_once_whoever_else_tells() -> None:
    owner = deployment(delivered(), entry("kubectl-patch", "10m"), age="9d", template=PLAIN)
    sets = (
        replica_set(1, "9d", template=template(readinessProbe=PROBE, resources={"limits": {"memory": "1Gi"}})),
        replica_set(2, "10m", template=PLAIN),
    )
    view = view_of(owner, *sets)
    own = list(removals(view))
    assert leaves(own) == {(f"{APP}.readinessProbe", "removal"), (f"{APP}.resources.limits.memory", "removal")}
    web = Ref("apps/v1", "Deployment", "shop", "web")
    stated = Drift(kind=DriftKind.MANIFEST, object=web, path=f"{APP}.resources", change="removal")
    unsigned = Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=web,
        path=f"{APP}.readinessProbe",
        change="removal",
        time=DriftTime(not_before=NOON - timedelta(days=9)),
    )
    for order in ((*own, stated, unsigned), (unsigned, stated, *own)):
        told = {one.path: one for one in completed(view, order)}
        assert len(completed(view, order)) == 2
        probe = told[f"{APP}.readinessProbe"]
        assert (probe.time.at, probe.also) == (NOON - timedelta(minutes=10), ())
        assert told[f"{APP}.resources"].kind is DriftKind.MANIFEST


def test_who_may_not_read_revisions_is_told_so() -> None:
    (gap,) = not_checkable(view_of(deployment(delivered(), age="9d"), denied=("replicasets.apps",)))
    assert gap.kind is DriftKind.OUT_OF_BAND
    assert "replicasets.apps" in gap.reason
