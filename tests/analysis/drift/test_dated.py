"""A change of a pod template is dated by the revision that it made, and has the value before from there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.dated import dated
from k8sview.analysis.drift.merging import merged
from k8sview.analysis.drift.reclassing import reclassed
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, DriftTime
from k8sview.model.resources import Ref
from tests.analysis.clusters import NOON, view_of
from tests.analysis.drift.shapes import Raw, deployment, replica_set

WEB = Ref("apps/v1", "Deployment", "shop", "web")
IMAGE = "spec.template.spec.containers[name=app].image"
VALUE = "spec.template.spec.containers[name=app].env[name=A].value"


def at(minutes: int) -> DriftTime:
    return DriftTime(at=NOON - timedelta(minutes=minutes), basis="managedFields")


def between(first: int, last: int) -> DriftTime:
    return DriftTime(
        at=NOON - timedelta(minutes=last), not_before=NOON - timedelta(minutes=first), basis="managedFields"
    )


def drift(path: str = IMAGE, time: DriftTime = at(5), **more: object) -> Drift:  # noqa: B008  # frozen
    return Drift(kind=DriftKind.OUT_OF_BAND, object=WEB, path=path, time=time, **more)  # type: ignore[arg-type]


def rolled(*sets: Raw) -> tuple[Raw, ...]:
    return (deployment(age="9d"), *sets)


THREE = rolled(replica_set(1, "9d", app="x:1"), replica_set(2, "2h", app="x:2"), replica_set(3, "10m", app="x:3"))


def test_the_revision_that_brought_the_value_dates_it_exactly() -> None:
    found = dated(view_of(*THREE), drift(time=between(600, 5)))
    assert (found.before, found.change) == ("x:2", "override")
    assert found.time == DriftTime(at=NOON - timedelta(minutes=10), basis="revision")
    assert "between" not in found.next
    assert "2026-03-01T11:50:00Z" in found.next


def test_what_is_stated_stays_what_it_was_before() -> None:
    assert dated(view_of(*THREE), drift(time=between(600, 5), before="x:0")).before == "x:0"


def test_a_field_that_nobody_keeps_is_dated_where_one_revision_alone_can_be_meant() -> None:
    assert dated(view_of(*THREE), drift(VALUE, between(60, 5))).time.basis == "revision"
    assert dated(view_of(*THREE), drift(VALUE, between(600, 5))).time.basis == "managedFields", "two are possible"


def test_a_revision_in_which_nothing_kept_differs_is_no_value() -> None:
    sets = rolled(replica_set(1, "9d", app="x:1"), replica_set(2, "10m", app="x:1"))
    told = dated(view_of(*sets), drift(VALUE, between(60, 5)))
    assert told.time.basis == "revision"
    assert told.evidence == ("revision 2 was made at 2026-03-01T11:50:00Z",)
    assert told.change is None


def test_what_the_leaf_is_a_part_of_came_with_the_revision() -> None:
    opened = {"name": "app", "image": "x:1", "securityContext": {"privileged": True}}
    sets = rolled(replica_set(1, "9d", app="x:1"), replica_set(2, "10m", template={"spec": {"containers": [opened]}}))
    inner = "spec.template.spec.containers[name=app].securityContext.privileged"
    told = dated(view_of(*sets), drift(inner, between(60, 5), after="true"))
    assert (told.change, told.before, told.after) == ("addition", None, "true")
    assert dated(view_of(*sets), drift(inner, between(60, 5), change="override")).change == "override"


@pytest.mark.parametrize(("first", "word"), [({"cpu": "1"}, "addition"), ({"memory": "1Gi"}, "override")])
def test_what_happened_to_parts_happened_to_the_whole(first: Raw, word: str) -> None:
    def limited(limits: Raw) -> Raw:
        return {"spec": {"containers": [{"name": "app", "image": "x:1", "resources": {"limits": limits}}]}}

    sets = rolled(
        replica_set(1, "9d", template=limited(first)),
        replica_set(2, "10m", template=limited({**first, "memory": "2Gi"})),
    )
    told = dated(view_of(*sets), drift("spec.template.spec.containers[name=app].resources", between(60, 5)))
    assert (told.change, told.before) == (word, None)


@pytest.mark.parametrize("time", [at(60), between(8, 5)])
def test_a_revision_that_field_sets_disprove_dates_nothing(time: DriftTime) -> None:
    sets = rolled(replica_set(1, "9d", app="x:1"), replica_set(2, "10m", app="x:2"))
    assert dated(view_of(*sets), drift(time=time)).time == time


def test_what_is_no_template_and_what_has_no_revisions_stay_as_they_are() -> None:
    for one in (drift("spec.replicas"), drift()):
        assert dated(view_of(), one) is one


def test_one_leaf_is_told_once_with_what_everybody_knows() -> None:
    hand = drift("data.level", at(5), after="debug", change="addition", actor=Actor(ActorClass.HUMAN, "k9s"))
    known = {"before": "info", "change": "override", "next_upgrade_repairs": True}
    stated = Drift(kind=DriftKind.HELM, object=WEB, path="data.level", **known)  # type: ignore[arg-type]  # a mapping
    (found,) = merged((stated, hand))
    assert (found.kind, found.also, found.change) == (DriftKind.OUT_OF_BAND, (DriftKind.HELM,), "override")
    assert (found.before, found.after, found.next_upgrade_repairs) == ("info", "debug", True)


def test_a_removal_is_told_by_what_states_the_leaf() -> None:
    hand = drift("data.level", at(5), change="removal")
    stated = Drift(kind=DriftKind.LAST_APPLIED, object=WEB, path="data.level", change="removal")
    (found,) = merged((hand, stated))
    assert (found.kind, found.also, found.time) == (DriftKind.LAST_APPLIED, (DriftKind.OUT_OF_BAND,), at(5))


def test_leaves_and_objects_of_others_are_left_alone() -> None:
    other = Drift(kind=DriftKind.OUT_OF_BAND, object=Ref("v1", "Service", "shop", "web"), path="spec.type")
    stale = Drift(kind=DriftKind.STALE_CONFIG, object=WEB, path="spec.paused")
    twice = (drift("spec.paused"), stale, other, other)
    assert merged(twice) == twice


def test_what_is_gone_is_gone_once_however_many_state_it() -> None:
    release, inventory = (Drift(kind=DriftKind.MISSING, object=WEB, evidence=(one,)) for one in ("a = 1", "b = 2"))
    (found,) = merged((release, inventory))
    assert found.evidence == ("a = 1", "b = 2")


def test_a_hole_in_the_fence_has_the_hand_that_made_it() -> None:
    hand = drift("spec.paused", at(5), actor=Actor(ActorClass.HUMAN, "kubectl-rollout"))
    (found,) = merged((hand, Drift(kind=DriftKind.SUSPENDED, object=WEB, path="spec.paused", time=between(90, 5))))
    assert (found.kind, found.also, found.actor) == (DriftKind.SUSPENDED, (DriftKind.OUT_OF_BAND,), hand.actor)
    assert found.time == at(5), "a moment says more than bounds"


def test_a_busy_controller_makes_the_revision_after_the_write() -> None:
    written = DriftTime(at=NOON - timedelta(minutes=10, seconds=4), basis="managedFields")
    assert dated(view_of(*THREE), drift(time=written)).time == written


def test_the_users_own_classes_have_the_last_word() -> None:
    bot = Actor(ActorClass.UNKNOWN, "release-bot", "Update")
    scaled = Drift(kind=DriftKind.REPLICAS, object=WEB, path="spec.replicas", actor=bot)
    unsure = Drift(kind=DriftKind.STALE_CONFIG, object=WEB, actor=bot)
    assert tuple(reclassed((scaled, unsure), {})) == (scaled, unsure)
    (left,) = reclassed((scaled, unsure), {"release-bot": ActorClass.GITOPS})
    assert left.actor is not None
    assert (left.kind, left.actor.actor_class) == (DriftKind.STALE_CONFIG, ActorClass.GITOPS)
    (script, _) = reclassed((scaled, unsure), {"release-bot": ActorClass.SCRIPT})
    assert script.actor is not None
    assert script.actor.actor_class is ActorClass.SCRIPT


def test_all_of_it_together() -> None:
    (found,) = completed(view_of(*THREE), (drift(time=between(600, 5)),))
    assert (found.time.basis, found.before) == ("revision", "x:2")
