"""CronJobs: runs that were due and did not come, runs that block others, runs that fail."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.health import HealthVerdict
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.diagnoses.test_jobs import BACKOFF, COMPLETE, job, of_cron
from tests.analysis.health.objects import Raw, event, judge


def cron(
    schedule: str = "0 * * * *", *, age: str = "9d", last: str | None = "60m", spec: Raw | None = None, **more: Any
) -> Raw:
    """Noon is the view's time: an hourly run is due exactly now, and the one before at 11:00."""
    metadata = {"name": "nightly", "namespace": "shop", "uid": "nightly", "creationTimestamp": ago(age)}
    metadata.update(more.pop("metadata", {}))
    status = {
        "lastScheduleTime": ago(last) if last else None,
        "lastSuccessfulTime": ago(last) if last else None,
        **more,
    }
    return {"kind": "CronJob", "metadata": metadata, "spec": {"schedule": schedule, **(spec or {})}, "status": status}


IN_TIME = [
    ("ran an hour ago, and the next is due this minute", cron()),
    (
        "a run of three minutes ago that has a deadline",
        cron("57 * * * *", last="63m", spec={"startingDeadlineSeconds": 600}),
    ),
    ("young", cron("*/5 * * * *", age="1m", last=None)),
    ("never due since it was made", cron("0 0 1 1 *", age="20d", last=None)),
    (
        "its schedule was changed a minute ago",
        cron("*/5 * * * *", last="9d", metadata={"managedFields": [{"manager": "kubectl", "time": ago("1m")}]}),
    ),
    ("in another zone: 04:00 in Tokyo is 19:00", cron("0 4 * * *", last="17h", spec={"timeZone": "Asia/Tokyo"})),
    ("suspended", cron("*/5 * * * *", last="9d", spec={"suspend": True})),
    ("a schedule that nobody here can read", cron("0 0 30 2 *", last="9d")),
    ("in a zone that nobody here knows", cron("*/5 * * * *", last="9d", spec={"timeZone": "Mars/Olympus"})),
    ("intervals", cron("@every 2h", last="90m")),
]


@pytest.mark.parametrize("raw", [case[1] for case in IN_TIME], ids=[case[0] for case in IN_TIME])
def test_nothing_was_missed(raw: Raw) -> None:
    done = of_cron(job(COMPLETE, name="done", age="63m"))
    assert not judge(raw, done).verdict.faulty


MISSED = [
    ("hourly, for three hours", cron(last="3h"), "10:00", 2),
    ("never", cron("*/5 * * * *", age="1h", last=None), "11:05", 11),
    ("three minutes late", cron("57 * * * *", last="63m"), "11:57", 1),
    ("in another zone", cron("0 4 * * *", last="41h", spec={"timeZone": "Asia/Tokyo"}), "19:00", 1),
    ("in a zone inside the schedule", cron("TZ=Asia/Tokyo 0 4 * * *", last="41h"), "19:00", 1),
    ("intervals", cron("@every 2h", last="5h"), "09:00", 2),
]


@pytest.mark.parametrize(("raw", "first", "count"), [case[1:] for case in MISSED], ids=[case[0] for case in MISSED])
def test_runs_were_missed(raw: Raw, first: str, count: int) -> None:
    done = of_cron(job(COMPLETE, name="done", age="5d"))
    health = judge(raw, done)
    assert (health.verdict, health.reason) == (HealthVerdict.DEGRADED, "Missed")
    assert health.since is not None
    assert health.since.strftime("%H:%M") == first
    assert f"{count} {'run was' if count == 1 else 'runs were'} due since" in health.message
    found = why(raw, done)
    assert (found.id, found.because) == ("cronjob.missed", ())


def test_a_missed_run_is_seen_without_the_right_to_see_jobs() -> None:
    health = judge(cron(last="3h"), denied=("jobs.batch",))
    assert (health.reason, health.missing) == ("Missed", ("jobs.batch",))


def test_a_controller_that_is_gone_is_why_all_of_them_miss() -> None:
    lease = {
        "kind": "Lease",
        "metadata": {"name": "kube-controller-manager", "namespace": "kube-system"},
        "spec": {"renewTime": ago("3h")},
    }
    found = why(cron(last="3h"), lease)
    assert (found.id, because(found)) == ("cronjob.missed", ("Lease kube-system/kube-controller-manager",))


def test_a_schedule_that_its_controller_does_not_understand() -> None:
    told = event("nightly", "UnknownTimeZone", 'invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus')
    assert "unknown time zone Mars/Olympus" in judge(cron(last="3h"), told).message


def test_it_is_looked_at_again_when_the_next_run_is_overdue() -> None:
    health = judge(cron("30 * * * *", last="30m"), of_cron(job(COMPLETE, name="done", age="30m")))
    assert health.verdict is HealthVerdict.HEALTHY
    assert health.recheck_at == parse_time("2026-03-01T12:32:00Z")


def test_what_cannot_be_computed_lowers_the_confidence() -> None:
    raw = cron("*/5 * * * *", last="9d", spec={"timeZone": "Mars/Olympus"})
    health = judge(raw, of_cron(job(COMPLETE, name="done", age="9d")))
    assert (health.verdict, health.confidence) == (HealthVerdict.HEALTHY, Confidence.INFERRED)
    assert "spec.timeZone = Mars/Olympus" in health.evidence


FORBID = {"concurrencyPolicy": "Forbid"}


def test_a_run_that_does_not_end_blocks_the_others() -> None:
    raw = cron(last="5h", spec=FORBID)
    endless = of_cron(job(name="endless", age="5h", active=1))
    health = judge(raw, endless)
    assert (health.verdict, health.reason) == (HealthVerdict.DEGRADED, "BlockedByRunningJob")
    assert health.message == "job endless has run for 5h, and 5 runs due since could not start"
    found = why(raw, endless)
    assert (found.id, found.because) == ("cronjob.blocked-by-running", ())
    assert "concurrencyPolicy Forbid" in found.message
    older = of_cron(job(name="endless", age="13h", active=1))
    assert because(why(cron(last="13h", spec=FORBID), older))[:1] == ("Job shop/endless",)


def test_a_run_that_takes_a_little_longer_blocks_nobody() -> None:
    slow = of_cron(job(name="slow", age="90m", active=1))
    assert not judge(cron(last="90m", spec=FORBID), slow).verdict.faulty
    assert not judge(cron(last="0s"), of_cron(job(name="slow", age="5h", active=1))).verdict.faulty


def test_runs_that_fail_in_a_row_are_explained_by_the_newest() -> None:
    runs = [
        of_cron(job(BACKOFF, name=name, age=age, failed=1)) for name, age in (("a", "3h"), ("b", "2h"), ("c", "1h"))
    ]
    raw = cron(lastSuccessfulTime=ago("2d"))
    found = why(raw, *runs)
    assert (found.id, because(found)) == ("cronjob.runs-failing", ("Job shop/c",))
    assert found.message.startswith("the last 3 runs of CronJob shop/nightly failed, the last success was 2d ago")
    assert "none ever succeeded" in why(cron(lastSuccessfulTime=None), *runs).message


def test_the_current_run_may_be_what_fails() -> None:
    stuck = of_cron(job(name="now", age="13h", active=1))
    assert because(why(cron(last="0s"), stuck)) == ("Job shop/now",)


def test_runs_that_left_nothing_behind() -> None:
    never = why(cron(lastSuccessfulTime=None))
    assert (never.id, never.confidence) == ("cronjob.never-succeeded", Confidence.INFERRED)
    once = why(cron(lastSuccessfulTime=ago("25h")))
    assert once.id == "cronjob.last-run-failed"
    assert not judge(cron(lastSuccessfulTime=ago("59m"))).verdict.faulty
    assert judge(cron("0 * * * *", last="0s", lastSuccessfulTime=ago("60m"))).verdict is HealthVerdict.HEALTHY


def test_who_asks_why_a_suspended_one_does_nothing_gets_an_answer() -> None:
    found = why(cron("0 * * * *", last="40d", spec={"suspend": True}))
    assert found.id == "cronjob.suspended-long"
    assert "its last run was 40d ago" in found.message


def test_one_that_was_never_due_says_when_it_will_be() -> None:
    found = why(cron("0 0 1 1 *", age="20d", last=None))
    assert found.id == "cronjob.never-ran"
    assert found.message.endswith("its first run is due at 2027-01-01 00:00 UTC")
