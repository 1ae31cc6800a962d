"""Jobs and CronJobs: conditions that count by being there, runs that go on, times that tell nothing of missed runs."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import ago
from tests.analysis.health.compare.judges import beside, ours_and_theirs, words
from tests.analysis.health.objects import Raw, condition


def job(*conditions: Raw, start: str | None = "10m", suspend: bool = False, **status: Any) -> Raw:
    started = {} if start is None else {"startTime": ago(start)}
    return {
        "kind": "Job",
        "metadata": {"name": "import", "namespace": "shop", "uid": "import", "creationTimestamp": ago("10m")},
        "spec": {"suspend": suspend},
        "status": {**started, "conditions": [*conditions], **status},
    }


COMPLETE = condition("Complete", "True")
FAILED = condition("Failed", "True", reason="BackoffLimitExceeded")
SUSPENDED = condition("Suspended", "True", reason="JobSuspended")
RESUMED = condition("Suspended", "False", reason="JobResumed")


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (job(COMPLETE), "Current", "Healthy"),
        (job(FAILED), "Failed", "Degraded"),
        (job(condition("FailureTarget", "True"), FAILED), "Failed", "Degraded"),
        (job(condition("Failed", "False")), "Current", "Degraded"),
        (job(condition("Complete", "False")), "Current", "Healthy"),
        (job(SUSPENDED, suspend=True, start=None), "Current", "Suspended"),
        (job(RESUMED), "Current", "Healthy"),
        (job(RESUMED, COMPLETE), "Current", "Healthy"),
        (job(start=None), "InProgress", "Progressing"),
        (job(suspend=True, start=None), "InProgress", "Progressing"),
        (job(), "Current", "Progressing"),
    ],
)
def test_jobs(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def test_a_job_that_runs_is_current_for_kstatus() -> None:
    assert ours_and_theirs(job(active=1)) == (
        "Progressing",
        "Current",
        "Progressing",
        (
            "kstatus says Current: a Job that has started is Current there, before it has completed "
            "and whatever its pods do"
        ),
    )


def test_a_resumed_job_is_healthy_for_argo_while_it_runs() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(job(RESUMED, active=1))
    assert (ours, kstatus, argocd) == ("Progressing", "Current", "Healthy")
    assert "Argo CD says Healthy: a Job that was resumed keeps Suspended=False, which counts as finished there" in rule


def test_the_forks_of_kstatus_differ_on_a_suspended_job() -> None:
    never_started = ours_and_theirs(job(SUSPENDED, suspend=True, start=None))
    assert never_started[:3] == ("Suspended", "Current", "Suspended")
    assert "its fork in Flux and Helm 4 says InProgress" in never_started[3]
    assert ours_and_theirs(job(SUSPENDED, suspend=True)) == ("Suspended", "Current", "Suspended", "")
    assert beside(job(SUSPENDED, suspend=True, start=None), HealthVerdict.SUSPENDED) is not None


def test_finished_jobs_are_agreed_upon() -> None:
    assert ours_and_theirs(job(COMPLETE, succeeded=1))[3] == ""
    assert ours_and_theirs(job(FAILED, failed=7))[3] == ""


def cron(suspend: bool = False, active: bool = False, **status: str) -> Raw:
    refs = [{"kind": "Job", "name": "nightly-1", "uid": "nightly-1"}] if active else []
    return {
        "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": "shop", "uid": "nightly", "creationTimestamp": ago("9d")},
        "spec": {"suspend": suspend, "schedule": "0 3 * * *"},
        "status": {"active": refs, **status},
    }


BEFORE, AFTER = ago("20h"), ago("10h")


@pytest.mark.parametrize(
    ("raw", "argocd"),
    [
        (cron(), "Healthy"),
        (cron(suspend=True), "Healthy"),
        (cron(lastScheduleTime=AFTER), "Healthy"),
        (cron(active=True, lastScheduleTime=AFTER, lastSuccessfulTime=BEFORE), "Healthy"),
        (cron(lastScheduleTime=AFTER, lastSuccessfulTime=BEFORE), "Degraded"),
        (cron(lastScheduleTime=BEFORE, lastSuccessfulTime=AFTER), "Healthy"),
    ],
)
def test_cron_jobs(raw: Raw, argocd: str) -> None:
    assert words(raw) == ("Current", argocd)


def test_a_suspended_cron_job_is_healthy_for_argo_on_purpose() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(cron(suspend=True))
    assert (ours, kstatus, argocd) == ("Suspended", "Current", "Healthy")
    assert rule == "Argo CD says Healthy: a suspended CronJob is Healthy there on purpose"


def test_a_cron_job_whose_runs_fail() -> None:
    owned = job(FAILED)
    owned["metadata"]["ownerReferences"] = [
        {"kind": "CronJob", "name": "nightly", "uid": "nightly", "controller": True}
    ]
    ours, kstatus, argocd, rule = ours_and_theirs(cron(lastScheduleTime=ago("10m")), owned)
    assert (ours, kstatus, argocd) == ("Degraded", "Current", "Healthy")
    assert "every CronJob is always Current there" in rule
    assert "never succeeded is Healthy there" in rule
