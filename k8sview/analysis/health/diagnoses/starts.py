"""Containers whose process never came to run: a wrong binary, a missing command, a forbidden start, a failing hook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.suspects import Suspect, ended_ones, waiting_ones, waits_since
from k8sview.analysis.health.diagnoses.wording import describe, since
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.status import Confidence
from k8sview.model.view import View

_REASONS = frozenset(
    {
        "RunContainerError",
        "CreateContainerError",
        "CreateContainerConfigError",
        "StartError",
        "ContainerCannotRun",
        "PreStartHookError",
        "PreCreateHookError",
    }
)
_COMMAND = re.compile(r'exec:? "?(?!user process)([^\s":]+)')


class _Sign(NamedTuple):
    id: str
    pattern: re.Pattern[str]
    clause: str
    next: str


_SIGNS = (
    _Sign(
        "container.wrong-architecture",
        re.compile(r"exec format error|exec user process caused.*format", re.I),
        "its program is built for another processor architecture than node {node}{arch} has (exec format error)",
        "Use an image built for the node's architecture, or select nodes with kubernetes.io/arch",
    ),
    _Sign(
        "container.forbidden",
        re.compile(
            r"runAsNonRoot|non-?root|run as root|read-only file ?system|operation not permitted|seccomp|apparmor"
            r"|no new privileges|selinux",
            re.I,
        ),
        "its security settings cannot be met: {quote}",
        "Match securityContext and image: a numeric runAsUser other than 0, writable volumes where it writes",
    ),
    _Sign(
        "container.entry-point-missing",
        re.compile(r"no command specified", re.IGNORECASE),
        "neither the pod nor image {image} says what to run",
        "Give the container a command, or the image an entry point",
    ),
    _Sign(
        "container.entry-point-missing",
        re.compile(r"exec (user process caused|\S+): no such file or directory", re.IGNORECASE),
        "the command {command}or the interpreter that its first line names is not in image {image}",
        "Correct command and args, the script's first line (no Windows line ends), or the image",
    ),
    _Sign(
        "container.entry-point-missing",
        re.compile(r"executable file not found|(exec|stat)\b.*no such file or directory", re.I),
        "the command {command}is not in image {image}",
        "Correct command and args in the pod template, or the image's entry point",
    ),
    _Sign(
        "container.not-executable",
        re.compile(r"exec\b.*(permission denied|is a directory)", re.I),
        "the command {command}in image {image} cannot be executed (no permission, or no program)",
        "Make the file executable in the image, or correct the command and the user",
    ),
)
# A runtime's last words in the log of a container whose process could not be started.
_LAST_WORDS = re.compile(r"^exec \S+: |exec user process caused|exec format error")
# What runtimes put before the words that matter.
_BEFORE = re.compile(
    r"^(?:Error: )?(?:failed to create (?:containerd task|shim task): |OCI runtime create failed: "
    r"|runc create failed: |unable to start container process: |error during container init: )+"
)
_OTHER = _Sign("container.start-failed", re.compile(""), "the runtime says: {quote}", "")


def failed_start(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """The first container that could not be created or started."""
    failure = next(_failures(view, pod), None)
    return _diagnosis(view, pod, failure) if failure is not None else None


class _Failure(NamedTuple):
    """A container, what is said of its start, and where that stands."""

    one: Suspect
    text: str
    path: str


def _failures(view: View, pod: Pod) -> Iterator[_Failure]:
    for one in waiting_ones(pod):
        if one.waits_for in _REASONS:
            text, path = one.said, f"{one.path}.state.waiting.message"
            if len(text) < _SHORT:
                for event in told.told(view, pod, "Failed", container=one.name):
                    if told.text(event).startswith("Error: "):
                        text, path = told.text(event), told.path(event)
                        break
            yield _Failure(one, text.strip() or one.waits_for, path)
    for one, end in ended_ones(view, pod):
        path = f"{one.path}.{'state' if one.status.state.terminated else 'lastState'}.terminated"
        if end.reason in _REASONS or _LAST_WORDS.search(end.message):
            yield _Failure(one, end.message.strip() or end.reason, f"{path}.message")


_SHORT = 20


def _diagnosis(view: View, pod: Pod, failure: _Failure) -> Diagnosis:
    one, text, path = failure
    sign = next((sign for sign in _SIGNS if sign.pattern.search(text)), _OTHER)
    beginning = waits_since(pod, one) if not one.status.restart_count else _pod_start(pod)
    node = view.get("nodes", pod.spec.node_name) if pod.spec.node_name else None
    arch = node.status.node_info.architecture if isinstance(node, Node) else ""
    command = _COMMAND.search(text)
    named = (command[1] if command else "") or (one.spec.command[0] if one.spec.command else "")
    clause = sign.clause.format(
        node=pod.spec.node_name,
        arch=f" ({arch})" if arch else "",
        image=one.image,
        command=f"{named} " if named else "",
        quote=one_line(_BEFORE.sub("", text), 200),
    )
    tries = f", {counted(one.status.restart_count, 'restart')}" if one.status.restart_count else ""
    return Diagnosis(
        id=sign.id,
        message=f"{one.words} cannot start{since(view, beginning)}{tries}: {clause}",
        next=sign.next or describe("pod", pod.metadata.namespace, pod.metadata.name),
        container=one.name,
        since=beginning,
        evidence=(f"{path} = {one_line(text)}", f"{one.path}.image = {one.image}"),
    )


def _pod_start(pod: Pod) -> datetime | None:
    """A start that fails has failed since the pod's beginning: what it needs lies in the image and the template."""
    return changed(find(pod.status.conditions, "PodScheduled"), created(pod))


def failed_hook(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """A postStart hook that fails: the kubelet kills the container for it."""
    events = told.told(view, pod, "FailedPostStartHook")
    for one in (*waiting_ones(pod), *(one for one, _ in ended_ones(view, pod))):
        event = next((event for event in events if told.container_of(event) in ("", one.name)), None)
        waits = one.waits_for == "PostStartHookError"
        if not waits and (event is None or not told.fresh(view, event)):
            continue
        beginning = told.first(event) if event is not None else waits_since(pod, one)
        quote = one_line(told.text(event) if event is not None else one.said, 200)
        evidence = [f"{one.path}.state.waiting.reason = {one.waits_for}"] if one.waits_for else []
        evidence += [told.quoted(event)] if event is not None else []
        return Diagnosis(
            id="container.post-start-failing",
            message=joined(f"{one.words} is killed because its postStart hook fails{since(view, beginning)}", quote),
            next=describe("pod", pod.metadata.namespace, pod.metadata.name),
            container=one.name,
            since=beginning,
            confidence=Confidence.CERTAIN if waits else Confidence.OBSERVED,
            evidence=tuple(evidence),
            missing=told.unread(view, pod),
        )
    return None


def other_wait(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """A fatal wait that nothing explains better: in the kubelet's own words."""
    one = next((one for one in waiting_ones(pod) if one.waits_for != "CrashLoopBackOff"), None)
    if one is None:
        return None
    beginning = waits_since(pod, one)
    said = one_line(one.said)
    return Diagnosis(
        id="container.start-failed",
        message=f"{one.words} cannot start{since(view, beginning)}: {joined(one.waits_for, said)}",
        next=describe("pod", pod.metadata.namespace, pod.metadata.name),
        container=one.name,
        since=beginning,
        evidence=(f"{one.path}.state.waiting.reason = {one.waits_for}",),
    )


FAMILY = Family(
    known=(
        Known(
            "container.wrong-architecture",
            "The program is built for another processor",
            "Build the image for the node.",
        ),
        Known("container.forbidden", "Its security settings cannot be met", "Match securityContext and image."),
        Known("container.entry-point-missing", "The command is not in the image", "Correct command, args or image."),
        Known("container.not-executable", "The command may not be executed", "Correct file mode, user or command."),
        Known(
            "container.start-failed", "The runtime cannot create or start the container", "Read the runtime's words."
        ),
        Known("container.post-start-failing", "The postStart hook fails", "Correct the hook or what it calls."),
    ),
    rules={"pods": (failed_hook, failed_start, other_wait)},
)
