"""Whether two pods are replicas of one workload, old and new ones included."""

from __future__ import annotations

from k8sview.model.kinds import RESOURCE_NAMES
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View


def shared_workload(view: View, pod: Pod, other: Pod) -> str:
    """``Deployment api`` where one workload makes both; "" where none does, or nobody can see."""
    mine = _topmost(view, pod)
    return mine if mine and pod.metadata.namespace == other.metadata.namespace and mine == _topmost(view, other) else ""


def same_template(pod: Pod, other: Pod) -> bool:
    """Whether one ReplicaSet, StatefulSet or Job makes both."""
    mine, others = ({one.uid for one in each.metadata.owner_references if one.controller} for each in (pod, other))
    return bool(mine & others)


def _topmost(view: View, pod: Pod) -> str:
    owner = pod.metadata.controller
    if owner is None:
        return ""
    maker = view.get(RESOURCE_NAMES.get(owner.kind, ""), owner.name, pod.metadata.namespace)
    above = maker.metadata.controller if maker is not None else None
    return f"{above.kind} {above.name}" if above is not None else f"{owner.kind} {owner.name}"
