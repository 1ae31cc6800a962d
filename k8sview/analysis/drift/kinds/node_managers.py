"""What the managers of nodes say themselves: Karpenter, OpenShift's machine config, Talos, Cluster API.

Imported and explained. A node that is being changed right now is no drift; one that should be and is held back is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.drift.kinds.reading import absent, condition, text, unread
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.model.text import shorten
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

CLAIMS = "nodeclaims.karpenter.sh"
MACHINES = "machines.cluster.x-k8s.io"
POOLS = "machineconfigpools.machineconfiguration.openshift.io"
READS = ("nodes", CLAIMS, MACHINES, POOLS)

_OPENSHIFT = "machineconfiguration.openshift.io/"
_TALOS = "talos.dev/"
_REPLACING = timedelta(minutes=5)  # from Karpenter's word to the new node
_LONGEST = 200


def node_managers(view: View) -> Iterator[Drift]:
    """Nodes and machines that their manager knows to differ from what it was told."""
    yield from _karpenter(view)
    for node in view.each("nodes"):
        if isinstance(node, Node):
            yield from _openshift(view, node)
            yield from _talos(node)
    yield from _cluster_api(view)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """What a manager says and nobody may read; or that no manager speaks in this cluster."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.NODE_MANAGER, reason)
    nodes = [node for node in view.each("nodes") if isinstance(node, Node)]
    speaks = any(key.startswith((_OPENSHIFT, _TALOS)) for node in nodes for key in node.metadata.annotations)
    if absent(view, (CLAIMS, MACHINES, POOLS)) and not speaks:
        words = "neither Karpenter, Cluster API, OpenShift nor Talos tells of its nodes here"
        yield NotCheckable(DriftKind.NODE_MANAGER, words, blind=False)


def _karpenter(view: View) -> Iterator[Drift]:
    for claim in view.each(CLAIMS):
        found = condition(claim, "Drifted")
        since = parse_time(found.get("lastTransitionTime"))
        if found.get("status") != "True" or claim.metadata.deletion_timestamp is not None:
            continue
        if since is not None and view.taken_at - since < _REPLACING:
            continue
        reason = str(found.get("reason") or "Drifted")
        node = text(claim, "status.nodeName")
        held = claim.metadata.annotations.get("karpenter.sh/do-not-disrupt") == "true"
        held = held or _undisturbed(view, node)
        waits = (
            "karpenter.sh/do-not-disrupt is set" if held else "Karpenter waits for its disruption budgets and for PDBs"
        )
        path = "status.conditions[type=Drifted]"
        age = f" for {format_age(view.taken_at - since)}" if since is not None else ""
        yield Drift(
            kind=DriftKind.NODE_MANAGER,
            object=ref_to("Node", None, node) if node else ref_of(view, CLAIMS, claim),
            path=f"{path}.status",
            after=reason,
            time=DriftTime(at=since, basis="none"),
            message=f"Karpenter says that it no longer is what its pool asks for{age}: {reason}",
            why_not_reverted=waits,
            next=f"kubectl describe nodeclaim {claim.metadata.name}",
            evidence=(
                f"{CLAIMS}/{claim.metadata.name} {path}.status = True",
                f"{CLAIMS}/{claim.metadata.name} {path}.reason = {reason}",
            ),
        )


def _undisturbed(view: View, name: str) -> bool:
    node = view.get("nodes", name) if name else None
    return node is not None and node.metadata.annotations.get("karpenter.sh/do-not-disrupt") == "true"


def _openshift(view: View, node: Node) -> Iterator[Drift]:
    annotations = node.metadata.annotations
    state, told = annotations.get(f"{_OPENSHIFT}state", ""), annotations.get(f"{_OPENSHIFT}reason", "")
    if state == "Working":
        return  # being changed: drained, written, rebooted
    for what in ("Config", "Image"):
        current, desired = (annotations.get(f"{_OPENSHIFT}{word}{what}", "") for word in ("current", "desired"))
        if not desired or current == desired:
            continue
        degraded = state in ("Degraded", "Unreconcilable")
        why = shorten(told, _LONGEST) if degraded and told else _paused(view, node)
        path = f"metadata.annotations[{_OPENSHIFT}current{what}]"
        yield Drift(
            kind=DriftKind.NODE_MANAGER,
            object=ref_to("Node", None, node.metadata.name),
            path=path,
            before=desired,
            after=current or None,
            severity=Severity.HIGH if degraded else Severity.MEDIUM,
            message=f"its machine {what.lower()} is not the desired one" + (f" ({state})" if state else ""),
            why_not_reverted=why,
            next="oc get machineconfigpool",
            evidence=(f"{path} = {current}", f"metadata.annotations[{_OPENSHIFT}desired{what}] = {desired}"),
        )
    if state in ("Degraded", "Unreconcilable") and annotations.get(f"{_OPENSHIFT}currentConfig") == annotations.get(
        f"{_OPENSHIFT}desiredConfig"
    ):
        path = f"metadata.annotations[{_OPENSHIFT}state]"
        yield Drift(
            kind=DriftKind.NODE_MANAGER,
            object=ref_to("Node", None, node.metadata.name),
            path=path,
            before="Done",
            after=state,
            severity=Severity.HIGH,
            message=f"the machine-config daemon finds it different from its configuration: {shorten(told, _LONGEST)}",
            why_not_reverted="the daemon does not write over what somebody changed on the machine",
            evidence=(f"{path} = {state}", f"metadata.annotations[{_OPENSHIFT}reason] = {shorten(told, _LONGEST)}"),
        )


def _paused(view: View, node: Node) -> str:
    roles = [label.rpartition("/")[2] for label in node.metadata.labels if label.startswith("node-role.kubernetes.io/")]
    for pool in view.each(POOLS):
        if pool.metadata.name in roles and (pool.body.get("spec") or {}).get("paused") is True:
            return f"machine config pool {pool.metadata.name} is paused"
    return "its pool changes only so many nodes at once"


def _talos(node: Node) -> Iterator[Drift]:
    """Keys that Talos says it put on the node, and that are not there any more."""
    for what, present in (("labels", node.metadata.labels), ("annotations", node.metadata.annotations)):
        for key in _listed(node.metadata.annotations.get(f"{_TALOS}owned-{what}", "")):
            if key not in present:
                yield _taken(node, f"metadata.{what}[{key}]", f"Talos' {what[:-1]} {key}")
    taints = {taint.key for taint in node.spec.taints}
    for key in _listed(node.metadata.annotations.get(f"{_TALOS}owned-taints", "")):
        if key not in taints:
            yield _taken(node, f"spec.taints[key={key}]", f"Talos' taint {key}")


def _listed(told: str) -> list[str]:
    try:
        found = json.loads(told) if told else []
    except ValueError:
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _taken(node: Node, path: str, what: str) -> Drift:
    return Drift(
        kind=DriftKind.NODE_MANAGER,
        object=ref_to("Node", None, node.metadata.name),
        path=path,
        change="removal",
        confidence=Confidence.OBSERVED,
        severity=Severity.LOW,
        message=f"{what} is in its machine configuration and was taken away here",
        why_not_reverted="Talos writes it again only when its configuration changes or the node starts",
        evidence=(f"{path} = nothing",),
    )


def _cluster_api(view: View) -> Iterator[Drift]:
    for machine in view.each(MACHINES):
        found = condition(machine, "UpToDate")
        since = parse_time(found.get("lastTransitionTime"))
        if found.get("status") != "False" or machine.metadata.deletion_timestamp is not None:
            continue
        if (since is not None and view.taken_at - since < timedelta(hours=1)) or _rolls(machine):
            continue
        told = shorten(str(found.get("message") or found.get("reason") or ""), _LONGEST)
        node = text(machine, "status.nodeRef.name")
        path = "status.conditions[type=UpToDate].status"
        subject: Ref = ref_of(view, MACHINES, machine)
        yield Drift(
            kind=DriftKind.NODE_MANAGER,
            object=subject,
            path=path,
            before="True",
            after="False",
            time=DriftTime(at=since, basis="none"),
            message=f"Cluster API says that its machine is not up to date{f' (node {node})' if node else ''}: {told}",
            why_not_reverted="its rollout has not reached the machine, or its owner replaces only deleted ones",
            next=f"kubectl describe machine.cluster.x-k8s.io -n {subject.namespace} {subject.name}",
            evidence=(f"{path} = False",),
        )


def _rolls(machine: Any) -> bool:
    return (
        condition(machine, "Deleting").get("status") == "True" or condition(machine, "Updating").get("status") == "True"
    )
