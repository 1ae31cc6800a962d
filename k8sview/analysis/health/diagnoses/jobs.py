"""Why Jobs fail, get nowhere, or take for ever: the limit that ended them, and how the last pod ended."""

from __future__ import annotations

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.blamed import Judged, at_fault, idle_controllers, pod_ref, worth_naming
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.jobs import finished
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Diagnosis, Health, HealthVerdict
from k8sview.model.objects.pods import ContainerStateTerminated, Pod
from k8sview.model.objects.workloads import Job
from k8sview.model.status import Confidence
from k8sview.model.view import View

_BY_REASON = {
    "BackoffLimitExceeded": "backoff",
    "DeadlineExceeded": "deadline",
    "PodFailurePolicy": "policy",
    "MaxFailedIndexesExceeded": "indexes",
    "FailedIndexes": "indexes",
}


def failed(view: View, job: Job, health: Health) -> Diagnosis | None:
    """It has failed, or is about to: by which limit, and how its last pod ended."""
    condition = find(job.status.conditions, "Failed") or find(job.status.conditions, "FailureTarget")
    if not at_fault(job, health) or condition is None or condition.status != "True":
        return None
    slug = _BY_REASON.get(condition.reason)
    ended = _last_end(view, job)
    named = worth_naming(ended[:1]) if slug != "deadline" else ()
    how = _limit(job, condition.reason) or one_line(condition.message)
    told = _how(ended[0][0]) if ended else "none of its pods is left to tell how it ended"
    readable = view.readable("pods", job.metadata.namespace)
    if not readable:
        told = "how its pods ended cannot be seen"
    message = f"{_name(job)} failed{since(view, health.since)}: {how}; {told}"
    said = f"status.conditions[type={condition.type}].message = {one_line(condition.message)}"
    return Diagnosis(
        id=f"job.failed-{slug}" if slug else "job.failed",
        message=message,
        next=_look(job, ended),
        since=health.since,
        confidence=Confidence.CERTAIN if readable else Confidence.INFERRED,
        evidence=(*health.evidence, said),
        because=tuple(pod_ref(pod) for pod, _ in named),
        missing=() if readable else ("pods",),
    )


def pods_failing(view: View, job: Job, health: Health) -> Diagnosis | None:
    """It goes on, and its pods do not get anywhere."""
    if not at_fault(job, health) or finished(job):
        return None
    named = worth_naming(one for one in _pods(view, job) if one[1].verdict.faulty)
    if not named:
        return None
    pod, worst = named[0]
    return Diagnosis(
        id="job.pods-failing",
        message=f"{_name(job)} gets nowhere: pod {pod.metadata.name}: {worst.message}",
        next=describe("pod", job.metadata.namespace, pod.metadata.name),
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        because=tuple(pod_ref(one) for one, _ in named),
        missing=health.missing,
    )


def nothing_runs(view: View, job: Job, health: Health) -> Diagnosis | None:
    """Its counters say that nothing gets going; what would tell why cannot be read, or is not there."""
    if health.reason != "NothingRuns":
        return None
    lease, words, evidence = idle_controllers(view)
    gap = f"; why cannot be seen without {', '.join(health.missing)}" if health.missing else ""
    return Diagnosis(
        id="job.nothing-runs",
        message=words or f"{_name(job)} {health.message}{gap}",
        next=describe("job", job.metadata.namespace, job.metadata.name),
        since=health.since,
        confidence=Confidence.INFERRED,
        evidence=(*health.evidence, *evidence),
        because=lease,
        missing=health.missing,
    )


def too_long(view: View, job: Job, health: Health) -> Diagnosis | None:
    """It runs, and takes longer than it should; or nothing tells what it waits for."""
    if not at_fault(job, health) or finished(job):
        return None
    deadline = job.spec.active_deadline_seconds
    lease, words, evidence = idle_controllers(view) if deadline is not None else ((), "", ())
    limit = (
        "12 hours, and it states no activeDeadlineSeconds"
        if deadline is None
        else f"its activeDeadlineSeconds of {deadline}"
    )
    name = _name(job)
    if health.reason == "RunningTooLong":
        message = words or f"{name} has run{since(view, health.since)}, longer than {limit}"
    else:
        message = f"{name} {health.message}"
    return Diagnosis(
        id="job.running-too-long" if health.reason == "RunningTooLong" else "job.attempts-failing",
        message=message,
        next=f"kubectl logs -n {word(job.metadata.namespace)} job/{word(job.metadata.name)} --tail=50",
        since=health.since,
        confidence=health.confidence,
        evidence=(*health.evidence, *evidence),
        because=lease,
        missing=health.missing,
    )


def running(view: View, job: Job, health: Health) -> Diagnosis | None:
    """Nothing is wrong: it runs."""
    if health.verdict is not HealthVerdict.PROGRESSING:
        return None
    return Diagnosis(
        id="job.running",
        message=f"{_name(job)} {health.message}",
        next=f"kubectl logs -n {word(job.metadata.namespace)} job/{word(job.metadata.name)} --tail=50",
        since=health.since,
        evidence=health.evidence,
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def _pods(view: View, job: Job) -> list[Judged]:
    """All its pods, failed ones too; none where they cannot be read."""
    if not view.readable("pods", job.metadata.namespace):
        return []
    pods = [child for _, child in view.children(job) if isinstance(child, Pod)]
    return [(pod, pod_health(view, pod)) for pod in pods]


def _last_end(view: View, job: Job) -> list[Judged]:
    """Its failed pods that are still there, the one that ended last first."""
    found = [one for one in _pods(view, job) if one[1].verdict.faulty]
    return sorted(found, key=lambda one: (_end_of(one[0]), one[0].metadata.name), reverse=True)


def _ends(pod: Pod) -> list[tuple[str, ContainerStateTerminated]]:
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    ends = [(one.name, one.state.terminated or one.last_state.terminated) for one in statuses]
    return [(name, end) for name, end in ends if end is not None and end.exit_code]


def _end_of(pod: Pod) -> str:
    return max((end.finished_at or "" for _, end in _ends(pod)), default="")


def _how(pod: Pod) -> str:
    for name, end in _ends(pod):
        reason = f" ({end.reason})" if end.reason not in ("", "Error") else ""
        words = f"the last pod, {pod.metadata.name}, ended with exit code {end.exit_code} of container {name}{reason}"
        return joined(words, one_line(end.message, 120))
    return joined(f"the last pod is {pod.metadata.name}", one_line(pod.status.message or pod.status.reason))


def _limit(job: Job, reason: str) -> str:
    spec, status = job.spec, job.status
    match reason:
        case "BackoffLimitExceeded":
            limit = 6 if spec.backoff_limit is None else spec.backoff_limit
            return f"{counted(status.failed, 'pod')} failed, more than its backoffLimit of {limit} allows"
        case "DeadlineExceeded":
            return f"it took longer than its activeDeadlineSeconds of {spec.active_deadline_seconds}"
        case "MaxFailedIndexesExceeded" | "FailedIndexes":
            return f"indexes {status.failed_indexes or 'unknown'} failed"
    return ""


def _look(job: Job, ended: list[Judged]) -> str:
    namespace = job.metadata.namespace
    if ended:
        return f"kubectl logs -n {word(namespace)} {word(ended[0][0].metadata.name)} --all-containers"
    return describe("job", namespace, job.metadata.name)


def _name(obj: Job) -> str:
    return f"{type(obj).__name__} {obj.metadata.namespace}/{obj.metadata.name}"


FAMILY = Family(
    known=(
        Known("job.failed", "The Job failed", "Read its Failed condition and its last pod's log."),
        Known(
            "job.failed-backoff",
            "The Job's pods failed more often than its backoffLimit allows",
            "Read the log of the last pod.",
        ),
        Known(
            "job.failed-deadline",
            "The Job took longer than its activeDeadlineSeconds",
            "See what it waited for, or give it more time.",
        ),
        Known(
            "job.failed-policy",
            "The Job's podFailurePolicy ended it at the first failure of this kind",
            "The condition names the pod, the exit code and the rule.",
        ),
        Known("job.failed-indexes", "Indexes of the Job failed", "See the pods of these indexes."),
        Known("job.pods-failing", "The Job's pods get nowhere", "See the pod that is named."),
        Known(
            "job.nothing-runs",
            "The Job's counters say that none of its pods gets going",
            "Read its events and its pods, or ask who may.",
        ),
        Known("job.attempts-failing", "The Job's pods keep failing, and it tries again", "Read a failed pod's log."),
        Known(
            "job.running-too-long",
            "The Job runs longer than its deadline, or than twelve hours without one",
            "See whether it still works, and give it an activeDeadlineSeconds.",
        ),
        Known("job.running", "The Job runs", "Wait for it."),
    ),
    rules={"jobs.batch": (failed, pods_failing, nothing_runs, too_long, running)},
)
