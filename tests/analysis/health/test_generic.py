"""Kinds that nobody here knows: conventions are believed, silence is never green."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.health import HealthVerdict
from k8sview.model.polarity import bad_when_true, good_when_true
from tests.analysis.clusters import ago
from tests.analysis.health.objects import Raw, condition, judge


def custom(
    *conditions: Raw, age: str = "1d", metadata: Raw | None = None, spec: Raw | None = None, **status: Any
) -> Raw:
    raw: Raw = {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {
            "name": "w",
            "namespace": "shop",
            "creationTimestamp": ago(age),
            "generation": 2,
            **(metadata or {}),
        },
    }
    if spec:
        raw["spec"] = spec
    shown = {**status, **({"conditions": [*conditions]} if conditions else {})}
    return {**raw, "status": shown} if shown else raw


READY = condition("Ready", "True")

CASES = [
    ("ready", custom(READY), "Healthy"),
    ("not ready for long", custom(condition("Ready", "False", message="no issuer")), "Degraded"),
    ("not ready just now", custom(condition("Ready", "False", "3m")), "Progressing"),
    (
        "not ready just now, with an error",
        custom(condition("Ready", "False", "3m", reason="IssuerNotFound")),
        "Degraded",
    ),
    ("unknown just now", custom(condition("Ready", "Unknown", "3m")), "Unknown"),
    ("unknown for long", custom(condition("Ready", "Unknown", "1h")), "Degraded"),
    ("stalled", custom(READY, condition("Stalled", "True")), "Degraded"),
    ("not stalled", custom(READY, condition("Stalled", "False")), "Healthy"),
    ("reconciling", custom(condition("Reconciling", "True", "2m"), READY), "Progressing"),
    ("reconciling for ever", custom(condition("Reconciling", "True", "1h")), "Degraded"),
    ("progressed to its end", custom(condition("Available", "True"), condition("Progressing", "True")), "Healthy"),
    ("ready but not synced", custom(READY, condition("Synced", "False")), "Degraded"),
    (
        "accepted with dangling references",
        custom(condition("Accepted", "True"), condition("ResolvedRefs", "False")),
        "Degraded",
    ),
    ("its controller lags", custom(READY, observedGeneration=1), "Progressing"),
    ("a condition about an older generation", custom(condition("Ready", "False", observedGeneration=1)), "Unknown"),
    ("suspended", custom(condition("Ready", "False"), spec={"suspend": True}), "Suspended"),
    ("paused by annotation", custom(READY, metadata={"annotations": {"crossplane.io/paused": "true"}}), "Suspended"),
    ("running phase", custom(phase="Running"), "Healthy"),
    ("failed phase", custom(phase="Failed"), "Degraded"),
    ("pending phase, young", custom(phase="Pending", age="1m"), "Progressing"),
    ("pending phase, old", custom(phase="Pending"), "Degraded"),
    ("an application that calls itself degraded", custom(health={"status": "Degraded"}), "Degraded"),
    (
        "an application whose conditions have no status",
        custom({"type": "OrphanedResourceWarning", "message": "2 orphans"}, health={"status": "Healthy"}),
        "Healthy",
    ),
    ("an application at rest", custom(health={"status": "Suspended"}), "Suspended"),
    ("an application that is well", custom(health={"status": "Healthy"}), "Healthy"),
    ("a phase of its own", custom(phase="Simmering"), "Unknown"),
    ("unavailable phase", custom(phase="Unavailable", message="no such bucket"), "Degraded"),
    ("red although its phase is fine", custom(phase="Ready", health="red"), "Degraded"),
    ("green", custom(phase="Ready", health="green"), "Healthy"),
    ("ready, yes", custom(ready=True), "Healthy"),
    ("ready, no", custom(ready=False, message="sealed"), "Degraded"),
    ("ready, not yet", custom(ready=False, age="1m"), "Progressing"),
    (
        "ready, with one part that fails",
        custom(READY, condition("ContinuousArchiving", "False", reason="ContinuousArchivingFailing")),
        "Degraded",
    ),
    (
        "ready, with one part that is just not there",
        custom(READY, condition("Active", "False", reason="NoTraffic")),
        "Healthy",
    ),
    ("ready, with no failures", custom(READY, condition("Scanned", "False", reason="NoFailures")), "Healthy"),
    ("of a snapshot: to be used", custom(readyToUse=True), "Healthy"),
    ("of a snapshot: failed", custom(readyToUse=False, error={"message": "quota exceeded"}), "Degraded"),
    (
        "a part that fails, and no summary",
        custom(condition("Scheduled", "False", reason="SchedulingFailure")),
        "Degraded",
    ),
    ("a part that waits, and no summary", custom(condition("Restore", "False", reason="NotRequested")), "Unknown"),
    (
        "ready, with one part of which it only informs",
        custom(READY, condition("ReplicasReady", "False", severity="Info")),
        "Healthy",
    ),
    ("not ready, of which it only informs", custom(condition("Ready", "False", severity="Info")), "Degraded"),
    (
        "paused by its controller",
        custom(condition("Paused", "True", reason="CanaryPauseStep"), condition("Healthy", "False")),
        "Suspended",
    ),
    ("no status", custom(), "Unknown"),
    ("a condition of unknown polarity", custom(condition("ScalingActive", "False")), "Unknown"),
    ("being deleted", custom(READY, metadata={"deletionTimestamp": ago("1m")}), "Terminating"),
    ("stuck in deletion", custom(READY, metadata={"deletionTimestamp": ago("1h"), "finalizers": ["a/b"]}), "Degraded"),
]


@pytest.mark.parametrize(("raw", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_by_convention(raw: Raw, verdict: str) -> None:
    health = judge(raw)
    assert health.verdict == verdict
    assert bool(health.message) is (verdict != "Healthy")


@pytest.mark.parametrize(
    "status",
    [
        "text",
        7,
        [],
        {"conditions": "none"},
        {"conditions": [7, None, {"type": 3}]},
        {"observedGeneration": "two"},
        {"phase": []},
    ],
)
def test_wrongly_typed_statuses_are_no_signal(status: Any) -> None:
    raw = {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "generation": 3},
        "status": status,
    }
    health = judge(raw)
    assert (health.verdict, health.reason) == (HealthVerdict.UNKNOWN, "NoSignal")


def test_typed_kinds_without_a_rule_of_their_own() -> None:
    policy = {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "v"}, "status": {"observedGeneration": 1}}
    assert judge(policy).verdict is HealthVerdict.UNKNOWN
    assert judge({"kind": "ConfigMap", "metadata": {"name": "c"}}).verdict is HealthVerdict.UNKNOWN
    assert judge({"kind": "Lease", "metadata": {"name": "l"}}).verdict is HealthVerdict.UNKNOWN


FLUX_READY = condition("Ready", "False", "20s", reason="BuildFailed", message="kustomize build failed")
RETRYING = condition("Reconciling", "True", "20s", reason="ProgressingWithRetry")
TRIED = [{"digest": "sha256:a", "firstReconciled": ago("2h"), "lastReconciledStatus": "BuildFailed"}]
SUCCEEDED = [{"digest": "sha256:a", "firstReconciled": ago("2h"), "lastReconciledStatus": "ReconciliationSucceeded"}]
APPROVED = condition("KubernetesAPIApprovalPolicyConformant", "True", reason="ApprovedAnnotation")
COMPARISON = {"type": "ComparisonError", "message": "app path does not exist", "lastTransitionTime": ago("1h")}


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        # Flux leaves -1 until its first success, while its conditions are up to date.
        (custom(condition("Ready", "False", observedGeneration=2), observedGeneration=-1), "Degraded"),
        (custom(condition("Ready", "True", observedGeneration=2), observedGeneration=-1), "Healthy"),
        # It sets the time anew with each attempt; its history does not.
        (custom(FLUX_READY, history=TRIED), "Degraded"),
        (custom(FLUX_READY, history=SUCCEEDED), "Progressing"),
        (custom(FLUX_READY, condition("Released", "False", "1h", reason="BuildFailed")), "Degraded"),
        # Trying again for ever is no progress.
        (custom(condition("Ready", "Unknown", "1h", message="building"), RETRYING), "Degraded"),
        (custom(condition("Ready", "False", "10m", reason="HealthCheckFailed"), RETRYING), "Degraded"),
        (custom(condition("Ready", "True"), RETRYING), "Healthy"),
        # Conditions without a status hold by being there.
        (custom(COMPARISON, health={"status": "Healthy"}), "Degraded"),
        (custom({"type": "Ready"}), "Unknown"),
        (custom(READY, APPROVED), "Healthy"),
        (custom(APPROVED), "Unknown"),
        (custom(condition("Ready", "False", "3m", reason="ErrRegisterACMEAccount")), "Degraded"),
        (custom(condition("NotReady", "True", reason="TimeoutException")), "Degraded"),
        (custom(condition("NotReady", "False")), "Unknown"),
        (custom(phase="PartiallyFailed"), "Degraded"),
        (custom(phase="Failed over"), "Unknown"),
        (custom(condition("InfrastructureReady", "False"), phase="Failed"), "Degraded"),
        (custom(condition("InfrastructureReady", "False"), phase="Running"), "Unknown"),
        (custom(READY, phase="Failed"), "Healthy"),
        (
            custom(condition("Launched", "False", reason="LaunchFailed"), condition("Ready", "Unknown", "5m")),
            "Degraded",
        ),
        (custom(condition("Launched", "False", reason="LaunchFailed"), READY), "Degraded"),
    ],
)
def test_as_real_controllers_write_it(raw: Raw, verdict: str) -> None:
    assert judge(raw).verdict == verdict


def test_all_that_is_said_is_told() -> None:
    stalled = condition("Stalled", "True", message="Failed to install after 3 attempt(s)")
    ready = condition("Ready", "False", message="Helm install failed: timed out")
    assert judge(custom(stalled, ready)).message == (
        "Stalled: Failed to install after 3 attempt(s); Helm install failed: timed out"
    )
    degraded = custom(health={"status": "Degraded", "message": "Deployment web exceeded its progress deadline"})
    assert judge(degraded).message == "is Degraded: Deployment web exceeded its progress deadline"


def test_an_error_is_heard_before_what_only_waits() -> None:
    synced = condition("Synced", "False", reason="ReconcileError", message="access denied for role")
    waits = condition("Ready", "False", reason="Creating")
    assert judge(custom(waits, synced)).message == "is not Synced: access denied for role"
    launched = condition("Launched", "False", reason="LaunchFailed", message="insufficient capacity")
    unknown = condition("Ready", "Unknown", reason="ReconcilingDependents")
    assert judge(custom(launched, unknown)).message == "is not Launched: insufficient capacity"
    failed = custom(condition("InfrastructureReady", "False", message="the image is not available"), phase="Failed")
    assert judge(failed).message == "is Failed: the image is not available"


def test_what_is_not_dated_is_less_sure_and_has_no_beginning() -> None:
    health = judge(custom({"type": "Ready", "status": "False", "reason": "TriggerError"}))
    assert (health.verdict, health.since, health.confidence) == (HealthVerdict.DEGRADED, None, "inferred")
    young = judge(custom({"type": "Ready", "status": "False", "reason": "Waiting"}, age="1m"))
    assert young.verdict is HealthVerdict.PROGRESSING
    assert young.grace is not None


@pytest.mark.parametrize(
    "name", ["MemoryPressure", "Stalled", "ReadonlyFilesystem", "FrequentKubeletRestart", "Unavailable"]
)
def test_bad_when_true(name: str) -> None:
    assert bad_when_true(name)
    assert not good_when_true(name)


@pytest.mark.parametrize("name", ["Ready", "ContainersReady", "NamesAccepted", "DiskAvailable"])
def test_good_when_true(name: str) -> None:
    assert good_when_true(name)
    assert not bad_when_true(name)


@pytest.mark.parametrize("name", ["Issuing", "ScalingLimited", "Upgradeable"])
def test_no_polarity(name: str) -> None:
    assert not good_when_true(name)
    assert not bad_when_true(name)


def test_a_phase_beside_a_failing_summary_is_told() -> None:
    failing = custom(condition("Ready", "False", reason="ClusterIsNotReady"), phase="Not enough disk space")
    assert "Not enough disk space" in judge(failing).message


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"state": "Error", "error": "disk quota exceeded"}, "is Error: disk quota exceeded"),
        (
            {"phase": "FailedValidation", "validationErrors": ["no such location"]},
            "is FailedValidation: no such location",
        ),
        (
            {"phase": "Failed", "failureMessage": "no capacity", "failureReason": "Create"},
            "is Failed: no capacity",
        ),
    ],
)
def test_what_a_status_says_of_its_phase_is_told_wherever_it_stands(status: Raw, words: str) -> None:
    assert judge(custom(**status)).message == words


def test_a_phase_lasts_no_longer_than_the_status_that_tells_it() -> None:
    entry = {"manager": "operator", "operation": "Update", "subresource": "status", "time": ago("2m")}
    upgrading = custom(phase="Progressing", age="300d", metadata={"managedFields": [entry]})
    assert judge(upgrading).verdict is HealthVerdict.PROGRESSING
