"""Containers whose process ran and ended as it should not have: by what its last end says, and by what killed it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from k8sview.analysis.health.diagnoses import throttling, told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.dependencies import unreached
from k8sview.analysis.health.diagnoses.ends import End, crashing_since
from k8sview.analysis.health.diagnoses.killings import asks, grace_seconds, killed_by_probe, probe_budget, slow_start
from k8sview.analysis.health.diagnoses.memory import out_of_memory
from k8sview.analysis.health.diagnoses.suspects import ended_ones, suspects
from k8sview.analysis.health.diagnoses.wording import describe, logs
from k8sview.analysis.health.phrases import counted, one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.status import Confidence
from k8sview.model.view import View

_NATIVE = {
    4: ("SIGILL", "an instruction that this processor does not know"),
    6: ("SIGABRT", "it aborted itself"),
    7: ("SIGBUS", "a memory access that the hardware refuses"),
    8: ("SIGFPE", "an arithmetic fault"),
    11: ("SIGSEGV", "a memory fault in native code"),
}
_ASKED = {2: "SIGINT", 15: "SIGTERM"}
_LOST = frozenset({"ContainerStatusUnknown", "Unknown"})
_SHELL = {
    126: ("container.not-executable", "a command that it calls may not be executed (exit code 126)"),
    127: ("container.entry-point-missing", "a command that it calls is not in image {image} (exit code 127)"),
}
_LEAVING = ("ToBeDeletedByClusterAutoscaler", "aws-node-termination-handler/", "cloud.google.com/impending-node-")
_LEAVING_TOO = ("node.kubernetes.io/out-of-service", "karpenter.sh/disrupt")


def container_end(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Why the first container that should not have ended did: those that wait for their next try before others."""
    found = sorted(ended_ones(view, pod), key=lambda pair: not pair[0].waits_for)
    if not found:
        return _unrecorded(pod)
    one, state = found[0]
    end = End(view, pod, one, state, crashing_since(view, pod, one, state))
    for rule in _RULES:
        diagnosis = rule(end)
        if diagnosis is not None:
            return diagnosis
    return _exits(end)


def _unrecorded(pod: Pod) -> Diagnosis | None:
    """A crash loop whose last end the kubelet has forgotten."""
    one = next((one for one in suspects(pod) if one.waits_for == "CrashLoopBackOff"), None)
    if one is None:
        return None
    slug = {"init container": "init.failing", "sidecar": "sidecar.failing"}.get(one.role, "container.exits")
    many = counted(one.status.restart_count, "restart")
    return Diagnosis(
        id=slug,
        message=f"{one.words} ends again and again, {many}; how it ended is not recorded{one.consequence}",
        next=logs(pod, one.name, previous=True),
        container=one.name,
        evidence=(
            f"{one.path}.state.waiting.reason = {one.waits_for}",
            f"{one.path}.restartCount = {one.status.restart_count}",
        ),
    )


def _lost(end: End) -> Diagnosis | None:
    if end.state.reason not in _LOST:
        return None
    node = end.pod.spec.node_name
    clause = f"is lost: node {node} or its container runtime was restarted and could not tell how it ended"
    because = (ref_to("Node", None, node),) if node else ()
    return end.diagnosis("container.lost-by-node", clause, describe("node", None, node), because=because)


def _by_probe(end: End) -> Diagnosis | None:
    killing = killed_by_probe(end.view, end.pod, end.one, end.state)
    if killing is None:
        return None
    spec = end.one.spec
    probe = spec.startup_probe if killing.probe == "startup" else spec.liveness_probe
    asked = asks(probe)
    failure = ": ".join(part for part in (asked, one_line(killing.said, 160)) if part)
    failing = f" ({failure})" if failure else ""
    stopped = ""
    if end.state.exit_code == 137:
        stopped = f"; it did not stop within {grace_seconds(end.pod)}s when asked to (exit code 137)"
    slow, unmeasured = throttling.untold(end.view, end.one, killing.said)
    stopped += slow
    dated = told.first(killing.first) if killing.first is not None else None
    told_by = partial(
        end._replace(beginning=dated or end.beginning).diagnosis,
        confidence=killing.confidence,
        evidence=killing.evidence,
        missing=(*told.unread(end.view, end.pod), *unmeasured),
    )
    given = f" within {probe_budget(probe)}s" if probe is not None else ""
    if killing.probe == "startup":
        clause = f"is killed because its startup probe does not succeed{given}{failing}{stopped}"
        return told_by("probe.startup-failing", clause)
    if slow_start(end.pod, end.one, end.state, killing):
        clause = (
            f"is killed by its liveness probe because it has not started{given}{failing}{stopped}; no startup probe"
        )
        advice = "Add a startupProbe whose failureThreshold times periodSeconds covers the slowest start"
        return told_by("probe.liveness-kills-slow-start", clause, advice)
    surely = "is killed by its failing liveness probe"
    clause = "is killed, most likely by its liveness probe" if killing.confidence is Confidence.INFERRED else surely
    return told_by("container.killed-by-liveness", f"{clause}{failing}{stopped}")


def _native(end: End) -> Diagnosis | None:
    if end.signal not in _NATIVE:
        return None
    name, meaning = _NATIVE[end.signal]
    clause = f"crashes with {name} (exit code {end.state.exit_code}): {meaning}"
    return end.diagnosis("container.native-crash", clause)


def _killed(end: End) -> Diagnosis | None:
    if end.signal != 9:
        return None
    unread = told.unread(end.view, end.pod)
    clause = (
        f"is killed with SIGKILL (exit code {end.state.exit_code}), not at its own memory limit: it did not stop "
        f"within its grace period of {grace_seconds(end.pod)}s, or somebody on its node killed it"
    )
    if unread:
        clause += "; its events, which may not be read, would tell"
    return end.diagnosis("container.killed-after-grace", clause, confidence=Confidence.INFERRED, missing=unread)


def _asked_to_stop(end: End) -> Diagnosis | None:
    if end.signal not in _ASKED:
        return None
    said = f"({_ASKED[end.signal]}, exit code {end.state.exit_code})"
    name = end.pod.spec.node_name
    node = end.view.get("nodes", name) if name else None
    taints = node.spec.taints if isinstance(node, Node) else ()
    leaving = next((taint.key for taint in taints if taint.key.startswith((*_LEAVING, *_LEAVING_TOO))), "")
    unread = told.unread(end.view, end.pod)
    if leaving:
        clause = f"is stopped from outside {said} because node {name} is being taken away (taint {leaving})"
        because = (ref_to("Node", None, name),)
        return end.diagnosis(
            "container.stopped-from-outside", clause, describe("node", None, name), because=because, missing=unread
        )
    clause = f"is stopped from outside, not by a fault of its own {said}: something asks it to end while its pod stays"
    if unread:
        clause += "; its events, which may not be read, would tell who"
    return end.diagnosis(
        "container.stopped-from-outside",
        clause,
        describe("pod", end.pod.metadata.namespace, end.pod.metadata.name),
        confidence=Confidence.OBSERVED if not unread else Confidence.INFERRED,
        missing=unread,
    )


def _redefined(end: End) -> Diagnosis | None:
    """Somebody changed the container in the living pod (its image); the kubelet restarts it for that."""
    for event in told.told(end.view, end.pod, "Killing", container=end.one.name):
        if "definition changed" in told.text(event) and told.fresh(end.view, event):
            clause = "is restarted because its definition was changed in the living pod"
            return end.diagnosis("container.stopped-from-outside", clause, evidence=(told.quoted(event),))
    return None


def _by_shell(end: End) -> Diagnosis | None:
    if end.state.exit_code not in _SHELL:
        return None
    slug, clause = _SHELL[end.state.exit_code]
    return end.diagnosis(slug, f"ends because {clause.format(image=end.one.image)}")


def _exits(end: End) -> Diagnosis:
    """By itself, with an exit code of its own choice."""
    code, words = end.state.exit_code, one_line(end.state.message, 160)
    probed = end.one.spec.liveness_probe is not None or end.one.spec.startup_probe is not None
    # A probe may have had it stopped, and it ended politely: only events tell.
    unread = told.unread(end.view, end.pod) if probed else ()
    sure = partial(end.diagnosis, confidence=Confidence.INFERRED if unread else Confidence.CERTAIN, missing=unread)
    last_words = f' ("{words}")' if words else ""
    needed = unreached(end.view, end.pod, end.state.message) if code and words else None
    if needed is not None:
        clause = f"exits with code {code} because it does not reach {needed.words}{last_words}"
        return end.diagnosis(
            "container.dependency-unreachable",
            clause,
            needed.next,
            because=needed.because,
            confidence=Confidence.INFERRED,
            missing=unread,
        )
    if code == 0:
        clause = "ends by itself with exit code 0 although it should run on"
        advice = f"{logs(end.pod, end.one.name, previous=True)}; keep it in the foreground, or make it a Job"
        return sure("container.exits-zero", f"{clause}{last_words}", advice)
    clause = f"exits with code {code}{last_words}"
    if end.one.role == "init container":
        return sure("init.failing", clause)
    if end.one.role == "sidecar":
        return sure("sidecar.failing", clause)
    if end.one.status.ready:  # the same fault as that of a replica which just now is not
        clause = f"{clause} and is started again; it is ready at this instant"
    return sure("container.exits", clause)


_RULES: tuple[Callable[[End], Diagnosis | None], ...] = (
    _lost,
    out_of_memory,
    _by_probe,
    _redefined,
    _native,
    _killed,
    _asked_to_stop,
    _by_shell,
)

FAMILY = Family(
    known=(
        Known("container.lost-by-node", "The node lost track of the container", "Look at the node's restarts."),
        Known("container.oom-killed", "Killed at its own memory limit", "Raise the limit, or find the leak."),
        Known("container.node-out-of-memory", "Killed because its node ran out of memory", "Set requests and limits."),
        Known("container.fills-its-node", "Killed for memory, with no limit of its own", "Find the leak; set a limit."),
        Known(
            "probe.startup-failing", "The startup probe does not succeed in time", "Give it more time or correct it."
        ),
        Known("probe.liveness-kills-slow-start", "The liveness probe kills a slow starter", "Add a startup probe."),
        Known(
            "container.killed-by-liveness", "Killed because its liveness probe fails", "Look at what the probe asks."
        ),
        Known("container.native-crash", "A crash in native code", "Look at recent images and native libraries."),
        Known("container.killed-after-grace", "Killed, and not for its memory", "Handle SIGTERM, or give more grace."),
        Known("container.stopped-from-outside", "Asked to stop from outside", "Look for who stops it."),
        Known(
            "container.exits-zero",
            "Ends without an error though it should run on",
            "Make it a Job, or keep it running.",
        ),
        Known("container.exits", "The program itself exits with an error", "Read its previous log."),
        Known(
            "container.dependency-unreachable",
            "Exits because it does not reach what it needs",
            "Look at what it needs.",
        ),
        Known("init.failing", "A step of the initialisation fails; the app never starts", "Read that step's log."),
        Known("sidecar.failing", "A sidecar fails and holds the app back", "Read the sidecar's log."),
    ),
    rules={"pods": (container_end,)},
)
