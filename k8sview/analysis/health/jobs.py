"""Verdict on Jobs. Conditions count by status True only; FailureTarget stays on finished Jobs."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.behind import pods_owned
from k8sview.analysis.health.conditions import find, is_true
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import ago, changed, created, grace_end
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.refusals import refusal, unread
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Condition, ObjectMeta
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import CronJob, Job
from k8sview.model.status import Confidence
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

TOO_LONG = timedelta(hours=12)
"""What the kubernetes-mixin alerts on where a Job states no deadline."""
_ENDING = timedelta(minutes=2)
_FEW_ATTEMPTS = 2
_NO_POD = timedelta(minutes=2)
_NOT_READY = timedelta(minutes=10)
_CENTURY = 100 * 366 * 86400  # of seconds


def job_health(view: View, job: Job) -> Health:
    """Verdict on one Job."""
    spec, status = job.spec, job.status
    if job.metadata.deletion_timestamp is not None:
        return deletion(view, job)
    if is_true(status.conditions, "Complete"):
        return Health(HealthVerdict.HEALTHY, "Complete", evidence=("status.conditions[type=Complete].status = True",))
    failed = find(status.conditions, "Failed")
    if failed is not None and failed.status == "True":
        return _failed(view, job, failed)
    if spec.suspend:
        since = changed(find(status.conditions, "Suspended"))
        return Health(HealthVerdict.SUSPENDED, "Suspended", "suspended", since, evidence=("spec.suspend = true",))
    return _running(view, job)


def finished(job: Job) -> bool:
    """Whether its outcome is known."""
    return is_true(job.status.conditions, "Complete") or is_true(job.status.conditions, "Failed")


def later_run(view: View, job: Job) -> Job | None:
    """The newest finished run of the same CronJob that began after this one."""
    owner = next((one for one in job.metadata.owner_references if one.kind == "CronJob"), None)
    born = created(job)
    if owner is None or born is None:
        return None
    # Its uid is enough to find its runs: who may not read CronJobs sees them as well.
    maker = CronJob(ObjectMeta(name=owner.name, namespace=job.metadata.namespace, uid=owner.uid))
    runs = (run for _, run in view.children(maker) if isinstance(run, Job) and finished(run))
    later = [(at, run) for at, run in ((created(run), run) for run in runs) if at is not None and at > born]
    return max(later, key=lambda one: (one[0], one[1].metadata.name))[1] if later else None


def _failed(view: View, job: Job, condition: Condition) -> Health:
    evidence: tuple[str, ...] = ("status.conditions[type=Failed].status = True", f"status.failed = {job.status.failed}")
    later = later_run(view, job)
    if later is not None:  # a record of what was; the later run tells how it stands
        outcome = "Complete" if is_true(later.status.conditions, "Complete") else "Failed"
        evidence += (f"jobs.batch/{later.metadata.name} status.conditions[type={outcome}].status = True",)
        return Health(HealthVerdict.HEALTHY, "Superseded", evidence=evidence)
    if job.status.failed_indexes:
        evidence += (f"status.failedIndexes = {job.status.failed_indexes}",)
    return Health(
        HealthVerdict.DEGRADED,
        condition.reason or "Failed",
        joined(f"failed, {condition.reason or 'no reason given'}", one_line(condition.message)),
        changed(condition),
        evidence=evidence,
    )


def _running(view: View, job: Job) -> Health:
    status = job.status
    since = parse_time(status.start_time) or created(job)
    evidence: tuple[str, ...] = (
        f"status.active = {status.active}",
        f"status.succeeded = {status.succeeded}",
        f"status.failed = {status.failed}",
    )
    failing = find(status.conditions, "FailureTarget")
    if failing is not None and failing.status == "True":
        message = joined(f"is failing, {failing.reason or 'no reason given'}", one_line(failing.message))
        told = "status.conditions[type=FailureTarget].status = True"
        return Health(
            HealthVerdict.DEGRADED, failing.reason or "Failing", message, changed(failing), evidence=(*evidence, told)
        )
    refused = refusal(view, job)
    if refused is not None:
        return Health(
            HealthVerdict.DEGRADED if status.active or status.succeeded else HealthVerdict.DOWN,
            "FailedCreate",
            f"cannot create its pods: {refused.message}",
            refused.since or since,
            refused.confidence,
            evidence=(*evidence, refused.evidence),
        )
    behind = pods_owned(view, job)
    missing: tuple[str, ...] = () if behind.readable else ("pods",)
    if not status.active and not behind.judged:
        missing += unread(view, job.metadata.namespace)
    if behind.faulty:
        pod, health = behind.faulty[0]
        message = f"pod {pod.metadata.name}: {health.message}"
        return Health(
            HealthVerdict.DEGRADED, health.reason, message, health.since or since, evidence=evidence + health.evidence
        )
    podless = behind.readable and not any(isinstance(child, Pod) for _, child in view.children(job))
    nothing = _nothing_runs(view, job, podless)
    if nothing:
        return Health(
            HealthVerdict.DEGRADED,
            "NothingRuns",
            nothing,
            since,
            Confidence.INFERRED,
            evidence=evidence,
            missing=missing,
        )
    if status.failed > _FEW_ATTEMPTS and status.failed > status.succeeded:
        limit = 6 if job.spec.backoff_limit is None else job.spec.backoff_limit
        message = f"{status.failed} of its pods have failed, and it gives up after {limit + 1}"
        evidence += (f"spec.backoffLimit = {limit}",)
        return Health(HealthVerdict.DEGRADED, "AttemptsFail", message, since, evidence=evidence, missing=missing)
    return _in_time(view, job, Health(HealthVerdict.PROGRESSING, since=since, evidence=evidence, missing=missing))


def _nothing_runs(view: View, job: Job, podless: bool) -> str:
    """What its own counters tell where neither pods nor events do; "" where that is nothing yet."""
    status = job.status
    since = parse_time(status.start_time) or created(job)
    span = ago(view, since)
    if span is None or status.succeeded or status.failed:
        return ""
    if not status.active and podless and span > _NO_POD:
        return f"has no pod {format_age(span)} after it was started"
    # Of several containers one may be done and the others at work: such a pod is not ready, either.
    hidden = not view.readable("pods", job.metadata.namespace) and len(job.spec.template.spec.containers) == 1
    if hidden and status.active and status.ready == 0 and span > _NOT_READY:
        return f"none of its active pods has been ready for {format_age(span)}"
    return ""


def _in_time(view: View, job: Job, so_far: Health) -> Health:
    """Nothing is known to be wrong: only the time it takes may be."""
    status, since = job.status, so_far.since
    deadline = job.spec.active_deadline_seconds
    limit = TOO_LONG if deadline is None else timedelta(seconds=min(deadline, _CENTURY)) + _ENDING
    at_work = deadline is None and not _scheduled(job) and 0 < status.active <= (status.ready or 0)
    end = grace_end(view, since, limit)
    span = ago(view, since)
    words = f"has run for {format_age(span)}" if span is not None else "runs"
    if status.failed:
        words += f" with {counted(status.failed, 'failed pod')}"
    late = end is None and since is not None and not at_work
    return Health(
        HealthVerdict.DEGRADED if late else HealthVerdict.PROGRESSING,
        "RunningTooLong" if late else "Running",
        words,
        since,
        Confidence.CERTAIN,
        evidence=so_far.evidence + ((f"spec.activeDeadlineSeconds = {deadline}",) if deadline is not None else ()),
        recheck_at=None if at_work else end,
        missing=so_far.missing,
        grace=None if at_work else limit,
    )


def _scheduled(job: Job) -> bool:
    """Whether it is one run of a schedule; what was started by itself may take as long as it takes (a training)."""
    return any(ref.kind == "CronJob" for ref in job.metadata.owner_references)
