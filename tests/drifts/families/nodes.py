"""Nodes unlike their pool, changed in place, or known to differ by their manager; versions too far apart."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence
from tests.controlplane.commands import BY_HAND
from tests.drifts.case import Case, Dated, Drifted, Expected, Step
from tests.drifts.deliver import flux
from tests.drifts.place import MERGE, STRATEGIC, Place
from tests.drifts.shapes import definition, made
from tests.drifts.writes import agent, applied, patched

Raw = dict[str, Any]
SERVER = "v1.37.2"
_SEEN = (Confidence.OBSERVED,)
_CAPACITY = {"cpu": "64", "memory": "256Gi", "pods": "250"}


def node(name: str, *, pool: str = "", labels: Raw | None = None, taints: tuple[Raw, ...] = (), **info: str) -> Raw:
    """A node that nothing schedules onto, with what its kubelet reports. ``info``: of ``status.nodeInfo``."""
    facts = {
        "architecture": "amd64",
        "bootID": name,
        "containerRuntimeVersion": "containerd://2.1.4",
        "kernelVersion": "6.12.40",
        "kubeProxyVersion": "",
        "kubeletVersion": SERVER,
        "machineID": name,
        "operatingSystem": "linux",
        "osImage": "Bottlerocket OS 1.42.0",
        "systemUUID": name,
        **info,
    }
    marks = {"kubernetes.io/hostname": name, BY_HAND: "yes", **({"eks.amazonaws.com/nodegroup": pool} if pool else {})}
    return made(
        "v1",
        "Node",
        name,
        labels={**marks, **(labels or {})},
        spec={"taints": [{"key": "kept-free", "effect": "NoSchedule"}, *taints]},
        status={
            "nodeInfo": facts,
            "capacity": _CAPACITY,
            "allocatable": _CAPACITY,
            "conditions": [
                {
                    "type": "Ready",
                    "status": "True",
                    "reason": "KubeletReady",
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
                }
            ],
        },
    )


def joins(*nodes: Raw) -> Step:
    """As a kubelet makes its node and reports."""

    async def step(at: Place) -> None:
        for raw in nodes:
            plain = {key: value for key, value in raw.items() if key != "status"}
            await at.post("kubelet", plain)
            await at.patch("kubelet", raw, {"status": raw["status"]}, STRATEGIC, "status", "report")

    return step


def pool(name: str, *own: Raw) -> Step:
    """Nodes of one pool: the last three as all should be."""
    return joins(*own, *(node(f"{name}-{number}", pool=name) for number in range(len(own), len(own) + 3)))


def _node(kind: DriftKind, name: str, path: str, **more: Any) -> Expected:
    return Expected(kind=kind, of=f"Node/{name}", path=path, **{"change": None, "sure": _SEEN, **more})


def _claim(name: str) -> Raw:
    return made("karpenter.sh/v1", "NodeClaim", name, spec={"nodeClassRef": {"name": "default"}})


def drifted_claim(minutes: float) -> Step:
    async def step(at: Place) -> None:
        since = at.world.before(minutes)
        told = {"type": "Drifted", "status": "True", "reason": "NodePoolDrifted", "lastTransitionTime": since}
        await at.status("karpenter", _claim(at.name), {"nodeName": f"{at.name}-0", "conditions": [told]})

    return step


_TAINT = {"key": "dedicated", "value": "batch", "effect": "NoExecute"}
_TAINTED = {"spec": {"taints": [{"key": "kept-free", "effect": "NoSchedule"}, _TAINT]}}

_CONVERSION = {
    "strategy": "Webhook",
    "webhook": {
        "conversionReviewVersions": ["v1"],
        "clientConfig": {"service": {"namespace": "conversion-gone", "name": "converter", "path": "/convert"}},
    },
}


def _moved() -> Raw:
    whole = definition("pumps", "version-unserved.example.org", "Pump", "v1alpha1", "v1")
    old, new = whole["spec"]["versions"]
    old.update(served=False, storage=False)
    new.update(storage=True)
    return whole


_MOVED = _moved()

CASES: tuple[Case, ...] = (
    Drifted(
        name="pool-kubelet",
        what="one node of a pool runs another kubelet",
        long_ago=(pool("pool-kubelet", node("pool-kubelet-0", pool="pool-kubelet", kubeletVersion="v1.36.1")),),
        expected=(
            _node(
                DriftKind.NODE_POOL,
                "pool-kubelet-0",
                "status.nodeInfo.kubeletVersion",
                before=SERVER,
                after="v1.36.1",
                dated=Dated.AFTER,
                written="delivered",
            ),
        ),
    ),
    Drifted(
        name="pool-kernel",
        what="one node of a pool has another kernel and another image",
        long_ago=(
            pool(
                "pool-kernel",
                node("pool-kernel-0", pool="pool-kernel", kernelVersion="6.1.0", osImage="Bottlerocket OS 1.20.0"),
            ),
        ),
        expected=(
            _node(
                DriftKind.NODE_POOL,
                "pool-kernel-0",
                "status.nodeInfo.kernelVersion",
                before="6.12.40",
                after="6.1.0",
                dated=Dated.UNTOLD,
            ),
            _node(DriftKind.NODE_POOL, "pool-kernel-0", "status.nodeInfo.osImage", dated=Dated.UNTOLD),
        ),
    ),
    Drifted(
        name="pool-taint",
        what="one node of a pool lacks the taint of all others",
        long_ago=(
            joins(
                node("pool-taint-0", pool="pool-taint"),
                *(node(f"pool-taint-{number}", pool="pool-taint", taints=(_TAINT,)) for number in range(1, 4)),
            ),
        ),
        expected=(
            _node(
                DriftKind.NODE_POOL,
                "pool-taint-0",
                "spec.taints[key=dedicated]",
                change="removal",
                before="dedicated=batch:NoExecute",
                dated=Dated.UNTOLD,
            ),
        ),
    ),
    Drifted(
        name="node-labelled",
        what="kubectl label changes a living node in place",
        long_ago=(joins(node("node-labelled-0")),),
        recently=(patched("kubectl-label", node("node-labelled-0"), {"metadata": {"labels": {"zone": "z9"}}}, MERGE),),
        expected=(
            _node(
                DriftKind.NODE_IN_PLACE,
                "node-labelled-0",
                "metadata.labels.zone",
                change=(None, "addition"),
                after="z9",
                manager="kubectl-label",
                actor=ActorClass.HUMAN,
                sure=(Confidence.CERTAIN, Confidence.OBSERVED, Confidence.INFERRED),
            ),
        ),
    ),
    Drifted(
        name="node-tainted",
        what="kubectl taint changes a living node in place",
        long_ago=(joins(node("node-tainted-0")),),
        recently=(patched("kubectl-taint", node("node-tainted-0"), _TAINTED, MERGE),),
        expected=(
            _node(
                DriftKind.NODE_IN_PLACE,
                "node-tainted-0",
                "spec.taints",
                change=(None, "override"),
                manager="kubectl-taint",
                actor=ActorClass.HUMAN,
                sure=(Confidence.CERTAIN, Confidence.OBSERVED, Confidence.INFERRED),
            ),
        ),
    ),
    Drifted(
        name="node-cordoned",
        what="kubectl cordon, half an hour ago",
        long_ago=(joins(node("node-cordoned-0")),),
        recently=(agent("kubectl/v1.37.2 (linux/amd64)", node("node-cordoned-0"), {"spec": {"unschedulable": True}}),),
        expected=(
            _node(
                DriftKind.NODE_IN_PLACE,
                "node-cordoned-0",
                "spec.unschedulable",
                change=(None, "addition", "override"),
                after="true",
                manager="kubectl",
                actor=ActorClass.HUMAN,
                sure=(Confidence.CERTAIN, Confidence.OBSERVED, Confidence.INFERRED),
            ),
        ),
    ),
    Drifted(
        name="claim-drifted",
        what="Karpenter has known for two hours that a node is not what its pool asks for, and may not replace it",
        long_ago=(
            joins(
                {
                    **node("claim-drifted-0"),
                    "metadata": {
                        **node("claim-drifted-0")["metadata"],
                        "annotations": {"karpenter.sh/do-not-disrupt": "true"},
                    },
                }
            ),
            applied("karpenter", _claim("claim-drifted"), "delivered"),
        ),
        now=(drifted_claim(120),),
        expected=(
            _node(
                DriftKind.NODE_MANAGER,
                "claim-drifted-0",
                "status.conditions[type=Drifted].status",
                after="NodePoolDrifted",
                written="",
                sure=(Confidence.CERTAIN, Confidence.OBSERVED),
                says="do-not-disrupt",
            ),
        ),
    ),
    Drifted(
        name="machine-config",
        what="OpenShift's machine-config daemon says that a node is not what it should be",
        long_ago=(
            joins(
                {
                    **node("machine-config-0"),
                    "metadata": {
                        **node("machine-config-0")["metadata"],
                        "annotations": {
                            "machineconfiguration.openshift.io/currentConfig": "rendered-worker-1",
                            "machineconfiguration.openshift.io/desiredConfig": "rendered-worker-2",
                            "machineconfiguration.openshift.io/state": "Degraded",
                            "machineconfiguration.openshift.io/reason": "unexpected on-disk state",
                        },
                    },
                }
            ),
        ),
        expected=(
            _node(
                DriftKind.NODE_MANAGER,
                "machine-config-0",
                "metadata.annotations[machineconfiguration.openshift.io/currentConfig]",
                before="rendered-worker-2",
                after="rendered-worker-1",
                written="",
                sure=(Confidence.CERTAIN, Confidence.OBSERVED),
                says="on-disk",
            ),
        ),
    ),
    Drifted(
        name="kubelet-newer",
        what="a kubelet is newer than the API server",
        long_ago=(joins(node("kubelet-newer-0", pool="kubelet-newer", kubeletVersion="v1.38.0")),),
        expected=(
            _node(
                DriftKind.VERSION_SKEW,
                "kubelet-newer-0",
                "status.nodeInfo.kubeletVersion",
                after="v1.38.0",
                written="",
                says="newer",
            ),
        ),
    ),
    Drifted(
        name="kubelet-too-old",
        what="a kubelet is four minor versions older than the API server",
        long_ago=(joins(node("kubelet-too-old-0", pool="kubelet-too-old", kubeletVersion="v1.33.9")),),
        expected=(
            _node(
                DriftKind.VERSION_SKEW,
                "kubelet-too-old-0",
                "status.nodeInfo.kubeletVersion",
                after="v1.33.9",
                written="",
                says="older",
            ),
        ),
    ),
    Drifted(
        name="version-unserved",
        what="objects may still be stored in a version that its definition no longer serves",
        long_ago=(flux(definition("pumps", "version-unserved.example.org", "Pump", "v1alpha1", "v1")),),
        recently=(flux(_MOVED, note="drift", listed=False),),
        expected=(
            Expected(
                kind=DriftKind.CRD,
                of="CustomResourceDefinition/pumps.version-unserved.example.org",
                path="status.storedVersions[v1alpha1]",
                change=None,
                after="v1alpha1",
                written="",
            ),
        ),
    ),
    Drifted(
        name="conversion-gone",
        what="two versions are converted by a Service that does not exist",
        long_ago=(
            flux(definition("valves", "conversion-gone.example.org", "Valve", "v1", "v1beta1", conversion=_CONVERSION)),
        ),
        expected=(
            Expected(
                kind=DriftKind.CRD,
                of="CustomResourceDefinition/valves.conversion-gone.example.org",
                path="spec.conversion.webhook.clientConfig.service",
                change=None,
                written="",
                sure=_SEEN,
            ),
        ),
    ),
)
