"""Why Jobs fail, get nowhere, or take for ever."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.health import HealthVerdict
from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, ended, looping, pod_of, waits, why
from tests.analysis.health.objects import Raw, condition, judge

CRON = {"kind": "CronJob", "name": "nightly", "uid": "nightly", "controller": True, "apiVersion": "batch/v1"}


def job(*conditions: Raw, name: str = "import", age: str = "30m", spec: Raw | None = None, **status: Any) -> Raw:
    metadata = {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago(age)}
    shown = {"startTime": ago(age), "conditions": [*conditions], **status}
    return {"kind": "Job", "metadata": metadata, "spec": spec or {}, "status": shown}


def of_cron(raw: Raw) -> Raw:
    raw["metadata"]["ownerReferences"] = [CRON]
    return raw


def failure(reason: str, message: str = "", since: str = "10m") -> Raw:
    return condition("Failed", "True", since, reason=reason, message=message)


BACKOFF = failure("BackoffLimitExceeded", "Job has reached the specified backoff limit")
COMPLETE = condition("Complete", "True")


def attempt(state: Raw, name: str = "import-x", phase: str = "Failed", maker: str = "import") -> Raw:
    raw = pod_of({"state": state} if "terminated" in state else state, name=name, phase=phase, age="20m")
    raw["spec"]["restartPolicy"] = "Never"
    raw["metadata"]["ownerReferences"] = [{"kind": "Job", "name": maker, "uid": maker, "controller": True}]
    return raw


def test_the_last_of_its_pods_tells_how_it_ended() -> None:
    first, last = attempt(ended(1, at="20m"), "import-a"), attempt(ended(3, at="11m"), "import-b")
    found = why(job(BACKOFF, failed=2, spec={"backoffLimit": 1}), first, last)
    assert (found.id, because(found)) == ("job.failed-backoff", ("Pod shop/import-b",))
    assert "2 pods failed, more than its backoffLimit of 1 allows" in found.message
    assert "the last pod, import-b, ended with exit code 3 of container app" in found.message
    assert found.next == "kubectl logs -n shop import-b --all-containers"


REASONS = [
    (BACKOFF, "job.failed-backoff", "more than its backoffLimit of 6"),
    (failure("DeadlineExceeded", "Job was active longer"), "job.failed-deadline", "activeDeadlineSeconds of 60"),
    (failure("PodFailurePolicy", "exit code 42 matching FailJob rule at index 0"), "job.failed-policy", "exit code 42"),
    (failure("MaxFailedIndexesExceeded", "too many"), "job.failed-indexes", "indexes 1,3-5 failed"),
    (failure("FailedIndexes", "some"), "job.failed-indexes", "indexes 1,3-5 failed"),
    (failure("SomethingNew", "nobody knows"), "job.failed", "nobody knows"),
]


@pytest.mark.parametrize(("said", "known", "words"), REASONS, ids=[case[0]["reason"] for case in REASONS])
def test_what_ended_it_when_no_pod_is_left(said: Raw, known: str, words: str) -> None:
    found = why(job(said, failed=7, failedIndexes="1,3-5", spec={"activeDeadlineSeconds": 60}))
    assert (found.id, found.because) == (known, ())
    assert words in found.message
    assert "none of its pods is left" in found.message


def test_without_pods_it_is_less_sure() -> None:
    found = why(job(BACKOFF, failed=7), attempt(ended(1)), denied=("pods",))
    assert (found.id, found.because) == ("job.failed-backoff", ())
    assert (found.confidence, found.missing) == (Confidence.INFERRED, ("pods",))


def test_a_failure_that_is_under_way() -> None:
    failing = condition("FailureTarget", "True", "5s", reason="PodFailurePolicy", message="exit code 42")
    health = judge(job(failing, active=1))
    assert (health.verdict, health.reason) == (HealthVerdict.DEGRADED, "PodFailurePolicy")
    assert why(job(failing, active=1)).id == "job.failed-policy"


def test_a_job_that_gets_nowhere_is_explained_by_its_pod() -> None:
    pulls = attempt(waits("ImagePullBackOff", "Back-off pulling image"), phase="Pending")
    found = why(job(active=1), pulls)
    assert (found.id, because(found)) == ("job.pods-failing", ("Pod shop/import-x",))
    loops = attempt(looping(ended(1)), phase="Running")
    loops["spec"]["restartPolicy"] = "OnFailure"
    assert because(why(job(active=1), loops)) == ("Pod shop/import-x",)


def test_attempts_that_keep_failing() -> None:
    raw = job(active=1, failed=4)
    assert judge(raw).reason == "AttemptsFail"
    found = why(raw)
    assert (found.id, found.because) == ("job.attempts-failing", ())
    assert "4 of its pods have failed, and it gives up after 7" in found.message


def test_a_job_that_runs_too_long() -> None:
    found = why(job(age="13h", active=1))
    assert found.id == "job.running-too-long"
    assert "longer than 12 hours, and it states no activeDeadlineSeconds" in found.message
    limited = job(age="10m", active=1, spec={"activeDeadlineSeconds": 60})
    assert "its activeDeadlineSeconds of 60" in why(limited).message
    lease = {
        "kind": "Lease",
        "metadata": {"name": "kube-controller-manager", "namespace": "kube-system"},
        "spec": {"renewTime": ago("1h")},
    }
    assert because(why(limited, lease)) == ("Lease kube-system/kube-controller-manager",)


NOT_TO_BE_ACCUSED = [
    ("running", job(active=1), "Progressing"),
    ("started a minute ago", job(age="1m"), "Progressing"),
    (
        "running long within its own deadline",
        job(age="13h", active=1, spec={"activeDeadlineSeconds": 90000}),
        "Progressing",
    ),
    ("tries again", job(active=1, failed=2), "Progressing"),
    ("most succeed", job(active=3, failed=5, succeeded=90), "Progressing"),
    ("complete", job(condition("SuccessCriteriaMet", "True"), COMPLETE, succeeded=1), "Healthy"),
    ("suspended", job(condition("Suspended", "True"), spec={"suspend": True}), "Suspended"),
    ("resumed", job(condition("Suspended", "False"), active=1), "Progressing"),
]


@pytest.mark.parametrize(
    ("raw", "verdict"), [case[1:] for case in NOT_TO_BE_ACCUSED], ids=[case[0] for case in NOT_TO_BE_ACCUSED]
)
def test_jobs_that_are_not_at_fault(raw: Raw, verdict: str) -> None:
    health = judge(raw)
    assert health.verdict == verdict
    if verdict == "Progressing":
        assert why(raw).id == "job.running"


def test_a_failed_run_that_a_later_one_made_up_for_is_a_record() -> None:
    cron = {"kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop", "uid": "nightly"}}
    old = of_cron(job(BACKOFF, name="a", age="3h", failed=7))
    later = of_cron(job(COMPLETE, name="b", age="1h"))
    health = judge(old, later, cron)
    assert (health.verdict, health.reason) == (HealthVerdict.HEALTHY, "Superseded")
    assert "jobs.batch/b status.conditions[type=Complete].status = True" in health.evidence
    assert judge(of_cron(job(BACKOFF, name="c", age="10m")), later, cron).verdict is HealthVerdict.DEGRADED
    assert judge(old, cron).verdict is HealthVerdict.DEGRADED


def test_that_nothing_runs_shows_in_its_counters() -> None:
    idle = why(job(age="30m"), denied=("events",))
    assert (idle.id, idle.missing, idle.confidence) == ("job.nothing-runs", ("events",), Confidence.INFERRED)
    assert "has no pod 30m after it was started; why cannot be seen without events" in idle.message
    one, two = ({"template": {"spec": {"containers": [{"name": "a"}] * number}}} for number in (1, 2))
    unseen = why(job(age="30m", active=1, ready=0, spec=one), denied=("pods",))
    assert (unseen.id, unseen.missing) == ("job.nothing-runs", ("pods",))
    young, ready = job(age="5m", active=1, ready=0, spec=one), job(age="30m", active=1, ready=1, spec=one)
    half_done = job(age="30m", active=1, ready=0, spec=two)
    for fine in (young, ready, half_done, job(age="30m", active=1, spec=one)):
        assert judge(fine, denied=("pods",)).verdict is HealthVerdict.PROGRESSING


def test_later_runs_are_found_without_the_right_to_see_cron_jobs() -> None:
    old, later = of_cron(job(BACKOFF, name="a", age="3h")), of_cron(job(COMPLETE, name="b", age="1h"))
    assert judge(old, later, denied=("cronjobs.batch",)).reason == "Superseded"
