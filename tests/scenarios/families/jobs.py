"""Jobs that failed and schedules that were missed. The Job controllers are real; how containers end is played."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.scenarios.case import Case, Era, Expected, Failure, Ref, Step
from tests.scenarios.families.creation import quota, quota_first
from tests.scenarios.families.images import GONE
from tests.scenarios.families.workloads import BROKEN_PULL
from tests.scenarios.kubelet import Container, Ended, Play
from tests.scenarios.shapes import box, cron_job, job, named, space
from tests.scenarios.site import Site, condition


def fails(code: int) -> Play:
    return Play({"app": Container(ended=Ended(code, ago=20))}, phase="Failed")


def once_lately() -> str:
    """A daily schedule that was due twelve minutes ago: after the past is made, and not again while anybody looks."""
    return (datetime.now(UTC) - timedelta(minutes=12)).strftime("%-M %-H * * *")


def failed(namespace: str, name: str) -> Step:
    """A step: until the Job is failed."""

    async def step(site: Site) -> None:
        target = named("batch/v1", "Job", namespace, name)
        await site.shows(target, lambda one: condition(one, "Failed").get("status") == "True", "failed")

    return step


def _job(name: str, job_name: str = "report") -> Ref:
    return Ref("Job", name, job_name)


def _cron(name: str) -> Ref:
    return Ref("CronJob", name, "nightly")


async def started_by_catching_up(site: Site) -> None:
    """After the past was made, a run is due: its Job comes, and fails."""

    async def runs() -> bool:
        found = await site.api.list("batch/v1", "Job", "cron-fails")
        return any(condition(one, "Failed") for one in found)

    await site.until("a run of the CronJob failed", runs)


CASES: tuple[Case, ...] = (
    Failure(
        name="job-backoff",
        row=40,
        broken="every try of the Job exits with 3",
        objects=(space("job-backoff"), job("job-backoff", "report", jobs={"backoffLimit": 0})),
        plays={"report": fails(3)},
        steps=(failed("job-backoff", "report"),),
        expected=Expected(blame=(_job("job-backoff"),), words=r"\b3\b"),
    ),
    Failure(
        name="job-deadline",
        row=40,
        broken="the Job takes longer than its deadline",
        objects=(space("job-deadline"), job("job-deadline", "report", jobs={"activeDeadlineSeconds": 4})),
        steps=(failed("job-deadline", "report"),),
        expected=Expected(blame=(_job("job-deadline"),), words=r"deadline"),
    ),
    Failure(
        name="job-policy",
        row=40,
        broken="exit code 42 means: don't try again",
        objects=(
            space("job-policy"),
            job(
                "job-policy",
                "report",
                jobs={
                    "backoffLimit": 6,
                    "podFailurePolicy": {
                        "rules": [
                            {
                                "action": "FailJob",
                                "onExitCodes": {"containerName": "app", "operator": "In", "values": [42]},
                            }
                        ]
                    },
                },
            ),
        ),
        plays={"report": fails(42)},
        steps=(failed("job-policy", "report"),),
        expected=Expected(blame=(_job("job-policy"),), words=r"42|policy"),
    ),
    Failure(
        name="job-pull",
        row=4,
        broken="the Job's image does not exist, so it runs for ever without running",
        objects=(space("job-pull"), job("job-pull", "report", box(image=GONE))),
        plays={"report": BROKEN_PULL},
        expected=Expected(
            blame=(_job("job-pull"),),
            words=r"not found|does not exist|pull",
            found=(_job("job-pull"), Ref("Pod", "job-pull", "report-*")),
        ),
    ),
    Failure(
        name="job-pending",
        row=8,
        broken="the Job's pod fits no node",
        objects=(space("job-pending"), job("job-pending", "report", box(resources={"requests": {"cpu": "300"}}))),
        expected=Expected(
            blame=(_job("job-pending"),),
            words=r"cpu",
            found=(_job("job-pending"), Ref("Pod", "job-pending", "report-*")),
        ),
    ),
    Failure(
        name="cron-missed",
        row=41,
        broken="runs were due and did not start: each must start within ten seconds, and the controllers were away",
        objects=(
            space("cron-missed"),
            cron_job("cron-missed", "nightly", once_lately(), crons={"startingDeadlineSeconds": 10}),
        ),
        expected=Expected(blame=(_cron("cron-missed"),), words=r"miss|not started|due|overdue"),
    ),
    Failure(
        name="cron-fails",
        row=40,
        broken="each run of the CronJob fails",
        objects=(
            space("cron-fails"),
            cron_job("cron-fails", "nightly", "* * * * *", jobs={"backoffLimit": 0}),
        ),
        plays={"nightly": fails(5)},
        afterwards=(started_by_catching_up,),
        expected=Expected(
            blame=(_cron("cron-fails"), _job("cron-fails", "nightly-*")),
            words=r"\b5\b|fail",
            found=(_cron("cron-fails"), _job("cron-fails", "nightly-*")),
        ),
    ),
    Failure(
        name="cron-refused",
        row=16,
        broken="the CronJob's Jobs exceed the namespace's quota of Jobs",
        objects=(space("cron-refused"), quota("cron-refused", **{"count/jobs__batch": "0"})),
        steps=(quota_first(cron_job("cron-refused", "nightly", "*/10 * * * *")),),
        expected=Expected(
            blame=(Ref("ResourceQuota", "cron-refused", "team-quota"), _cron("cron-refused")),
            words=r"quota",
            found=(_cron("cron-refused"),),
        ),
    ),
    Failure(
        name="cron-blocked",
        row=41,
        broken="a run hangs, and no other may start beside it",
        objects=(
            space("cron-blocked"),
            cron_job("cron-blocked", "nightly", "*/5 * * * *", crons={"concurrencyPolicy": "Forbid"}),
        ),
        era=Era.LONG_AGO,
        expected=Expected(
            blame=(_cron("cron-blocked"), _job("cron-blocked", "nightly-*")),
            words=r"Forbid|still run|running|block",
            found=(_cron("cron-blocked"), _job("cron-blocked", "nightly-*")),
        ),
    ),
)
