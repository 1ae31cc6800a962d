"""What Argo CD and Flux say, and when it is not to be believed."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.kinds.gitops import gitops, not_checkable
from k8sview.model.drift import Drift
from k8sview.model.status import Confidence
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.gitops_objects import HEALS, application, helm_release, kustomization, listed, ready
from tests.analysis.drift.shapes import Raw, entry


def found(*raws: Raw, denied: tuple[str, ...] = ()) -> list[Drift]:
    return list(gitops(view_of(*raws, denied=denied)))


def test_what_argo_lists_as_different_is_named_with_what_keeps_it() -> None:
    (one,) = found(application("OutOfSync", listed(), listed("Service", "web", "Synced")))
    assert (one.object.kind, one.object.namespace, one.object.name) == ("Deployment", "shop", "web")
    assert one.object.api_version == "apps/v1"
    assert one.why_not_reverted == "auto-sync is off: it is synced by hand"
    assert one.confidence is Confidence.OBSERVED
    assert "status.resources[kind=Deployment,name=web].status = OutOfSync" in one.evidence[0]


KEPT = [
    ({"automated": {}}, {}, "self-heal is off: only a new revision is synced"),
    ({"automated": {"enabled": False}}, {}, "auto-sync is switched off"),
    ({"automated": {"selfHeal": True}}, {"phase": "Failed", "message": "refused"}, "the last sync failed: refused"),
    (HEALS, {}, ""),
]


@pytest.mark.parametrize(("policy", "operation", "why"), KEPT)
def test_why_it_is_still_there(policy: Raw, operation: Raw, why: str) -> None:
    (one,) = found(application("OutOfSync", listed(), policy=policy, operation=operation))
    assert one.why_not_reverted == why


def test_missing_and_superfluous_objects() -> None:
    gone, extra = found(
        application("OutOfSync", listed(health={"status": "Missing"}), listed(name="old", requiresPruning=True))
    )
    assert (gone.change, extra.change) == ("removal", "addition")


@pytest.mark.parametrize(
    "operation",
    [
        {"operation": {"sync": {"autoHealAttemptsCount": 5}}},
        {"finishedAt": ago("2m"), "operation": {"initiatedBy": {"automated": True}}},
    ],
)
def test_a_sync_that_succeeds_and_changes_nothing_is_a_loop(operation: Raw) -> None:
    loop, one = found(application("OutOfSync", listed(), policy=HEALS, operation=operation))
    assert "a stuck loop" in loop.message
    assert loop.object.kind == "Application"
    assert one.why_not_reverted == "it is a stuck loop"


def test_a_verdict_nobody_renews_is_stale() -> None:
    old, fresh = application(reconciled="1h"), application(name="other")
    (one,) = found(old, fresh)
    assert one.path == "status.reconciledAt"
    assert one.confidence is Confidence.OBSERVED
    (alone,) = found(old)  # a longer rhythm may be configured
    assert alone.confidence is Confidence.INFERRED


def test_what_cannot_be_compared_is_a_blind_spot() -> None:
    broken = application("Unknown", conditions=[{"type": "ComparisonError", "message": "repository not found"}])
    (one,) = found(broken)
    assert "repository not found" in one.message


def test_another_clusters_objects_are_not_named_here() -> None:
    away = application("OutOfSync", listed(), spec={"destination": {"server": "https://other.example"}})
    (one,) = found(away)
    assert one.object.kind == "Application"


INNOCENT = [
    ("in sync", application()),
    ("a sync is running", application("OutOfSync", listed(), operation={"phase": "Running"})),
    ("synced by hand an hour ago", application("OutOfSync", listed(), operation={"finishedAt": ago("1h")})),
    (
        "never synced",
        application(
            "OutOfSync", listed(), operation={"phase": "", "finishedAt": "", "startedAt": "", "syncResult": {}}
        ),
    ),
    (
        "a new revision is about to be synced",
        application("OutOfSync", listed(), policy=HEALS, operation={"syncResult": {"revision": "older"}}),
    ),
    (
        "a hook",
        application(
            "OutOfSync", listed(status="Synced", hook=True), listed("Job", "b"), operation={"phase": "Running"}
        ),
    ),
    ("Flux, well", kustomization()),
    ("its first run", kustomization(ready("Unknown", "Progressing"), reconciled=None)),
    ("waits for another", kustomization(ready("False", "DependencyNotReady"), lastAttemptedRevision="b")),
    ("suspended: a hole, not a verdict", kustomization(spec={"suspend": True}, reconciled="3d")),
    ("no drift", helm_release()),
    (
        "edited just now",
        kustomization(ready(generation=2), entries=(entry("kubectl-edit", "1m"),)),
    ),
]


@pytest.mark.parametrize("raw", [case[1] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_what_only_looks_drifted(raw: Raw) -> None:
    assert found(raw) == []


def test_what_flux_could_not_apply() -> None:
    failing = kustomization(
        ready("False", "BuildFailed", "kustomization path not found"),
        lastAttemptedRevision="main@sha1:bbb",
        lastAppliedRevision="main@sha1:aaa",
    )
    (one,) = found(failing)
    assert (one.before, one.after) == ("main@sha1:bbb", "main@sha1:aaa")
    assert one.why_not_reverted == "BuildFailed: kustomization path not found"


def test_a_release_that_was_taken_back() -> None:
    back = {"type": "Remediated", "status": "True", "reason": "RollbackSucceeded"}
    (one,) = found(helm_release(ready("False", "RollbackSucceeded"), back, lastAttemptedRevision="2.0.0"))
    assert "an older version runs" in one.message


@pytest.mark.parametrize(("mode", "kept"), [("enabled", ""), ("warn", "driftDetection.mode is warn")])
def test_drift_that_helm_controller_found(mode: str, kept: str) -> None:
    drifted = {"type": "Drifted", "status": "True", "reason": "DriftDetected", "message": "Deployment/shop/web changed"}
    (one,) = found(helm_release(ready(), drifted, mode=mode))
    assert "Deployment/shop/web changed" in one.message
    assert one.why_not_reverted.startswith(kept)
    assert (one.next_upgrade_repairs is True) is (mode == "enabled")


def test_flux_that_does_not_reconcile_any_more() -> None:
    (old,) = found(kustomization(reconciled="40m"))
    assert old.path == "status.history[0].lastReconciled"
    (behind,) = found(kustomization(ready(generation=2), entries=(entry("kubectl-edit", "1h"),)))
    assert (behind.before, behind.after) == ("3", "2")


def test_what_nobody_serves_or_may_not_be_read_is_said() -> None:
    (one,) = not_checkable(view_of())
    assert "nobody gives a verdict" in one.reason
    view = view_of(application(), denied=("applications.argoproj.io",))
    assert [one.reason for one in not_checkable(view)] == ["applications.argoproj.io: list denied"]
    assert list(gitops(view)) == []
