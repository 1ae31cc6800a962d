"""The bodies that a real server answered, judged: every hand found, nobody accused."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.analysis.drift.ownership.owners import Tracked, ownership
from k8sview.model.drift import ActorClass
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_time
from tests.analysis.drift.ownership.expected import DESIRED, EXPECTED, resource_of, scaling, told, told_with
from tests.analysis.drift.ownership.scenes import recorded

BODIES = recorded()
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
ENTERED = "2026-11-22T22:43:58Z"


def unowned(scene: str) -> set[str]:
    found = ownership(BODIES[scene])
    return {found.path(place) for place in found.unowned}


@pytest.mark.parametrize("scene", EXPECTED)
def test_what_managed_fields_alone_tell(scene: str) -> None:
    assert told(BODIES[scene]) == EXPECTED[scene]


@pytest.mark.parametrize("scene", DESIRED)
def test_with_what_was_delivered_at_hand(scene: str) -> None:
    desired, changes = DESIRED[scene]
    assert told_with(BODIES[scene], desired) == changes


def test_a_write_through_scale_is_dated_by_the_events_that_the_caller_knows() -> None:
    body = BODIES["scaled_by_kubectl"]
    (without,) = judge(body, "deployments.apps")
    assert (without.time.at, without.time.basis) == (None, "none")
    assert without.time.not_before is not None
    seen = [scaling("2026-03-01T10:00:00Z", 3, 2), scaling("2026-03-01T11:00:00Z", 2, 3)]
    (dated,) = judge(body, "deployments.apps", scalings=seen)
    assert dated.time.at is not None
    assert (format_time(dated.time.at), dated.time.not_before, dated.time.basis) == (
        "2026-03-01T11:00:00Z", None, "event",
    )  # fmt: skip
    assert dated.confidence is Confidence.OBSERVED
    assert dated.actor is not None
    assert (dated.actor.manager, dated.actor.subresource) == ("kubectl", "scale")


@pytest.mark.parametrize(("scene", "before", "after"), [("scaled_unowned", 1, 3), ("scaled_to_zero", 2, 0)])
def test_scaling_that_left_no_entry_is_known_from_events_alone(scene: str, before: int, after: int) -> None:
    body = BODIES[scene]
    seen = [scaling("2026-03-01T11:00:00Z", before, after)]
    (drift,) = judge(body, "deployments.apps", scalings=seen)
    assert (drift.path, drift.before, drift.after, drift.actor) == ("spec.replicas", str(before), str(after), None)
    assert (drift.confidence, drift.time.basis) == (Confidence.OBSERVED, "event")
    by_autoscaler = [scaling("2026-03-01T11:00:00Z", before, after, autoscaler="hpa")]
    assert judge(body, "deployments.apps", scalings=by_autoscaler) == ()
    assert judge(body, "deployments.apps", scalings=seen, desired={"spec.replicas": after}) == ()
    (override,) = judge(body, "deployments.apps", scalings=seen, desired={"spec.replicas": 9})
    assert (override.change, override.before) == ("override", "9")


def test_no_secret_value_is_anywhere_in_what_is_told() -> None:
    for scene in ("secret_changed", "secret_put_back"):
        desired = {"data.password": "ZnJvbS1naXQtMA==", "data.user": "cm9vdA=="}
        for drift in (*judge(BODIES[scene], "secrets", desired=desired), *judge(BODIES[scene], "secrets")):
            assert drift.before is None
            assert drift.after is None
            assert not any(one in repr(drift) for one in ("by-hand", "from-git", "YnktaGFu", "ZnJvbS1n", "cm9vd"))
    (drift,) = judge(BODIES["secret_changed"], "secrets")
    assert (drift.security, drift.severity) == (True, Severity.HIGH)
    assert "data.password = (a Secret's value)" in drift.evidence


def test_a_restart_is_dated_by_its_mark_unless_the_clock_behind_that_is_wrong() -> None:
    (drift,) = judge(BODIES["restarted"], "deployments.apps")
    assert drift.time.at is not None
    assert format_time(drift.time.at) == ENTERED, "the mark says March"
    agreeing = deepcopy(BODIES["restarted"])
    agreeing["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT] = "2026-11-22T23:43:55+01:00"
    (drift,) = judge(agreeing, "deployments.apps")
    assert drift.time.at is not None
    assert format_time(drift.time.at) == "2026-11-22T22:43:55Z"
    assert drift.message == "k9s or kubectl restarted the pods by hand"
    assert drift.severity is Severity.LOW


def test_even_the_only_leaf_of_an_entry_is_bounded_alone() -> None:
    """Another that was written with it later may be gone, and leaves no trace."""
    for one in (*judge(BODIES["edited"], "deployments.apps"), *judge(BODIES["edited_twice"], "deployments.apps")):
        assert one.time.at is not None
        assert one.time.not_before is not None
        assert one.time.not_before < one.time.at


def test_a_pipeline_that_made_an_object_is_a_weaker_reason_than_a_mark() -> None:
    (drift,) = judge(BODIES["of_a_pipeline"], "configmaps")
    assert drift.confidence is Confidence.INFERRED
    assert drift.message == "kubectl edit wrote data.a; ci-deployer made the object"
    (sure,) = judge(BODIES["of_a_pipeline"], "configmaps", known={"ci-deployer": ActorClass.GITOPS})
    assert sure.confidence is Confidence.CERTAIN


def test_what_admission_defaults_and_the_server_set_is_owned_by_nobody() -> None:
    pod = unowned("pod_made")
    assert {"spec.serviceAccountName", "spec.serviceAccount", "spec.preemptionPolicy", "spec.tolerations"} <= pod
    assert any(path.startswith("spec.volumes[name=kube-api-access-") for path in pod)
    service = unowned("service_labelled")
    assert {"spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy"} <= service
    admitted = unowned("admitted")
    assert "metadata.labels.by-admission" in admitted
    assert "spec.strategy.type" in admitted  # applied by server-side apply: defaults are nobody's
    assert "spec.template.spec.containers[name=app].image" not in admitted
    secret = unowned("secret_changed")
    assert "type" in secret
    assert "data.password" not in secret


def test_an_object_without_leaves_is_not_one_that_lost_its_tracking() -> None:
    tracked = {scene: ownership(BODIES[scene]).tracked for scene in ("leafless", "emptied", "many_managers", "edited")}
    assert tracked == {
        "leafless": Tracked.LEAFLESS,
        "emptied": Tracked.STRIPPED,
        "many_managers": Tracked.FORGOTTEN,
        "edited": Tracked.WHOLE,
    }
    assert gaps(BODIES["leafless"]) == ()
    assert "were emptied" in gaps(BODIES["emptied"])[0].reason
    assert "more than ten managers" in gaps(BODIES["many_managers"])[0].reason


def test_every_report_says_where_the_user_can_be_found() -> None:
    for scene in EXPECTED:
        for drift in judge(BODIES[scene], resource_of(BODIES[scene])):
            assert drift.next.startswith("look in the audit log for the user: update or patch of ")
            assert all(" = " in line for line in drift.evidence)


@pytest.mark.parametrize("scene", EXPECTED)
def test_no_broken_entry_breaks_the_rest(scene: str) -> None:
    body: dict[str, Any] = json.loads(json.dumps(BODIES[scene]))
    entries = body["metadata"].get("managedFields", [])
    broken: list[Any] = [None, 7, "x", {"manager": 3, "fieldsV1": []}, {"fieldsV1": {"f:spec": 5, "k:{": {}, "": {}}}]
    body["metadata"]["managedFields"] = [*broken, *entries]
    problems = [one.reason for one in gaps(body)]
    assert sum("malformed: metadata.managedFields[" in one for one in problems) >= 5
    if entries:
        assert told(body) == EXPECTED[scene]
