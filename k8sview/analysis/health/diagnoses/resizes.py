"""Resizes in place that a node does not grant: not now, or never."""

from __future__ import annotations

import re

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import describe, since
from k8sview.analysis.health.moments import changed
from k8sview.analysis.health.phrases import one_line
from k8sview.analysis.health.resizing import unfinished_resize
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_SHORT = re.compile(r"enough (?:resource|capacity): (\S+), requested: (\d+)(?:, used: (\d+))?, capacity: (\d+)")


def refused_resize(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Deferred, infeasible, or failed while it was done; the pod runs on with what it had."""
    if not health.reason.startswith("PodResize"):
        return None
    condition = unfinished_resize(pod)
    if condition is None:
        return None
    beginning = changed(condition)
    node = pod.spec.node_name
    slug, clause = {
        "Infeasible": ("pod.resize-infeasible", f"node {node} can never grant the resize in place"),
        "Deferred": ("pod.resize-deferred", f"node {node} cannot grant the resize in place now"),
        "Error": ("pod.resize-failed", f"node {node} failed to do the resize in place"),
    }.get(condition.reason, ("pod.resize-pending", f"the resize in place on node {node} is not done"))
    said = one_line(condition.message)
    short = _SHORT.search(condition.message)
    if short:
        unit = "m" if short[1] == "cpu" else ""
        used = f", {short[3]}{unit} are taken" if short[3] else ""
        said = f"it wants {short[2]}{unit} {short[1]}{used} of {short[4]}{unit}"
    return Diagnosis(
        id=slug,
        message=f"{clause}{since(view, beginning)}{f': {said}' if said else ''}; the pod runs on with what it has",
        next=f"{describe('node', None, node)}; ask for less, or delete the pod so that it is placed anew",
        since=beginning,
        confidence=health.confidence,
        evidence=(
            f"status.conditions[type={condition.type}].reason = {condition.reason}",
            *((f"status.conditions[type={condition.type}].message = {one_line(condition.message)}",) if said else ()),
        ),
    )


FAMILY = Family(
    known=(
        Known(
            "pod.resize-deferred",
            "The node cannot grant a resize in place now",
            "Wait, ask for less, or place it anew.",
        ),
        Known("pod.resize-infeasible", "The node can never grant a resize in place", "Ask for less, or place it anew."),
        Known("pod.resize-failed", "A resize in place failed", "Read the kubelet's words."),
        Known("pod.resize-pending", "A resize in place is not done", "Read the pod's events."),
    ),
    rules={"pods": (refused_resize,)},
)
