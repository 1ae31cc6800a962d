"""Nodes that nothing may run on, and a control plane that hangs on one of them."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.checks.applications import TEMPLATED, pod_template
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.core import Node, Taint
from k8sview.model.objects.pods import Toleration
from k8sview.model.placement import tolerates
from k8sview.model.resources import Ref
from k8sview.model.status import Severity

_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_ZONE = "topology.kubernetes.io/zone"
# Kubernetes and provisioners set and remove these by themselves; what is left of them other checks tell.
_OF_THE_SYSTEM = (
    "node.kubernetes.io/",
    "node-role.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    "karpenter.sh/",
    "ToBeDeletedByClusterAutoscaler",
    "DeletionCandidateOfClusterAutoscaler",
    "node.cilium.io/",
    "ebs.csi.aws.com/",
    "efs.csi.aws.com/",
    "node.cluster.x-k8s.io/",
)
_HARD = ("NoSchedule", "NoExecute")


class TaintsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return ("nodes", "pods", *TEMPLATED)


@rule("taints-tolerated", TaintsParameters)
def taints_tolerated(context: Context, parameters: TaintsParameters) -> Iterator[Judged]:
    """Some template tolerates each taint that people put on nodes; one finding for each taint. A toleration for every
    taint is a DaemonSet's way and tells nothing of this one."""
    table = context.table("nodes")
    places: dict[Taint, list[Node]] = {}
    for key in sorted(table.objects):
        for taint in table.objects[key].spec.taints:
            if taint.effect in _HARD and not taint.key.startswith(_OF_THE_SYSTEM):
                places.setdefault(Taint(taint.key, taint.value, taint.effect), []).append(table.objects[key])
    known = _tolerations(context) if places else set()
    for taint, nodes in sorted(places.items(), key=lambda one: (one[0].key, one[0].value, one[0].effect)):
        yield Judged(ref_to(table, nodes[0]), _tolerated(taint, nodes, context, known))
    if not places:
        yield Judged(None, PASS)


def _tolerations(context: Context) -> set[Toleration]:
    """Every toleration by key in a template."""
    found: set[Toleration] = set()
    for resource in TEMPLATED:
        for one in context.table(resource):
            found.update(toleration for toleration in pod_template(one).spec.tolerations if toleration.key)
    return found


def _tolerated(taint: Taint, nodes: list[Node], context: Context, known: set[Toleration]) -> Outcome:
    if any(tolerates(toleration, taint) for toleration in known):
        return PASS
    for node in nodes:
        for pod in context.view.pods_on(node.metadata.name):
            if any(toleration.key and tolerates(toleration, taint) for toleration in pod.spec.tolerations):
                return PASS  # made by something else than the workloads
    what = f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
    names = ", ".join(node.metadata.name for node in nodes[:3])
    words = f"no workload tolerates the taint {what} of {len(nodes)} nodes ({names}): they stay empty"
    return fails(words, path="spec.taints", observed=what, expected="a workload that tolerates it")


class ControlPlaneParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)


@rule("control-plane-redundant", ControlPlaneParameters)
def control_plane_redundant(context: Context, parameters: ControlPlaneParameters) -> Iterator[Judged]:
    """The control plane survives a node: three or another odd number of them, over several zones where there are
    several. A provider's control plane is out of sight."""
    table = context.table("nodes")
    own = [
        one for _, one in sorted(table.objects.items()) if any(label in one.metadata.labels for label in _CONTROL_PLANE)
    ]
    if not own:
        yield Judged(None, not_applicable("no node says that it belongs to the control plane"))
        return
    zones = {one.metadata.labels[_ZONE] for one in table if one.metadata.labels.get(_ZONE)}
    yield Judged(_where(own, ref_to(table, own[0])), _redundant(own, zones))


def _where(own: list[Node], first: Ref) -> Ref | None:
    return first if len(own) == 1 else None


def _redundant(own: list[Node], zones: set[str]) -> Outcome:
    count = len(own)
    path, expected = "metadata.labels", "3 or 5 control-plane nodes"
    if count == 1:
        words = "is the only node of the control plane: without it nothing is scheduled, healed or rolled out"
        return fails(words, path=path, observed="1", expected=expected)
    if count % 2 == 0:
        words = f"the control plane has {count} nodes: etcd survives no more losses of them than with {count - 1}"
        return fails(words, path=path, observed=str(count), expected=expected)
    held = {one.metadata.labels.get(_ZONE, "") for one in own}
    if len(zones) > 1 and len(held) == 1:
        words = f"all {count} nodes of the control plane are in zone {next(iter(held)) or 'unknown'}"
        return fails(
            words, path=path, observed="1 zone", expected=f"{min(len(zones), 3)} zones", severity=Severity.MEDIUM
        )
    return PASS
