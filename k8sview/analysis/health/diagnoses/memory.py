"""Containers that the kernel killed for memory: at their own limit, by filling their node, or by what others use."""

from __future__ import annotations

from k8sview.analysis.health.conditions import is_true
from k8sview.analysis.health.containers import lately_ended
from k8sview.analysis.health.diagnoses.ends import End
from k8sview.analysis.health.diagnoses.wording import describe, logs
from k8sview.model.health import Diagnosis
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.status import Confidence


def out_of_memory(end: End) -> Diagnosis | None:
    """The diagnosis of a container that was killed for memory; None for any other end."""
    if end.state.reason != "OOMKilled":
        return None
    spec = end.one.spec.resources
    whole = end.pod.spec.resources
    limit = spec.limits.get("memory") or (whole.limits.get("memory") if whole is not None else None)
    name = end.pod.spec.node_name
    node = end.view.get("nodes", name) if name else None
    pressed = isinstance(node, Node) and is_true(node.status.conditions, "MemoryPressure")
    said = f"(OOMKilled, exit code {end.state.exit_code})"
    if limit and not pressed:
        ask = spec.requests.get("memory")
        asked = f"; it requests {ask}" if ask else ""
        advice = f"{logs(end.pod, end.one.name, previous=True)}; raise its memory limit, or find what fills {limit}"
        evidence = (f"{end.one.spec_path}.resources.limits.memory = {limit}",)
        clause = f"is killed at its own memory limit of {limit} {said}{asked}"
        return end.diagnosis("container.oom-killed", clause, advice, evidence=evidence)
    if pressed or _others_killed(end):
        why = "is under memory pressure" if pressed else "ran out of memory"
        has = f"a memory limit of {limit}" if limit else "no memory limit of its own"
        shown = f"nodes/{name} status.conditions[type=MemoryPressure].status = True"
        return end.diagnosis(
            "container.node-out-of-memory",
            f"is killed because node {name} {why} {said}; it has {has}",
            describe("node", None, name),
            because=(ref_to("Node", None, name),) if name else (),
            confidence=Confidence.CERTAIN if pressed else Confidence.INFERRED,
            evidence=(shown,) if pressed else (f"{end.one.spec_path}.resources.limits.memory = absent",),
            missing=() if end.view.readable("nodes") else ("nodes",),
        )
    return end.diagnosis(
        "container.fills-its-node",
        f"is killed for its memory {said}: it has no memory limit, so it could fill node {name} until the kernel"
        " ended it",
        f"{logs(end.pod, end.one.name, previous=True)}; find what fills the memory, and give it a limit",
        confidence=Confidence.INFERRED,
        evidence=(f"{end.one.spec_path}.resources.limits.memory = absent",),
        missing=() if end.view.readable("nodes") else ("nodes",),
    )


def _others_killed(end: End) -> bool:
    """Whether containers of other workloads lately ended for memory on the node, too, without a limit of their own:
    then none of them is known to be the one that filled it."""
    owner = {ref.uid for ref in end.pod.metadata.owner_references} | {end.pod.metadata.uid}
    for pod in end.view.pods_on(end.pod.spec.node_name):
        if pod.metadata.uid in owner or owner & {ref.uid for ref in pod.metadata.owner_references}:
            continue
        limited = {one.name for one in pod.spec.containers if one.resources.limits.get("memory")}
        for status in pod.status.container_statuses:
            last = status.last_state.terminated
            killed = last is not None and last.reason == "OOMKilled" and status.name not in limited
            if killed and lately_ended(end.view, status) is not None:
                return True
    return False
