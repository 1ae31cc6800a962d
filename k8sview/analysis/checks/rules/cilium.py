"""Cilium's own records against the cluster: identities, endpoints, and what its policies select."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import msgspec

from k8sview.analysis.checks.applications import WORKLOADS, pod_template
from k8sview.analysis.checks.custom import items, older_than, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.policies import as_selector, endpoint_selector, shown
from k8sview.model.fields import read_one
from k8sview.model.kinds import ref_to as known_ref
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.times import parse_duration

IDENTITIES = "ciliumidentities.cilium.io"
ENDPOINTS = "ciliumendpoints.cilium.io"
_POLICIES = ("ciliumnetworkpolicies.cilium.io", "ciliumclusterwidenetworkpolicies.cilium.io")
_NAMESPACE = "io.kubernetes.pod.namespace"
_SOURCES = ("k8s:", "any:")
_OVER = ("Succeeded", "Failed")


class GraceParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long Cilium may take to follow the cluster."""

    grace: str = "1h"

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (5m, 24h)"

    @property
    def span(self) -> timedelta:
        return parse_duration(self.grace) or timedelta()


class IdentitiesParameters(GraceParameters, frozen=True, kw_only=True):
    """``grace``: how long an identity may wait to be collected."""

    def reads(self) -> tuple[str, ...]:
        return (IDENTITIES, ENDPOINTS)


@rule("cilium-identities-used", IdentitiesParameters)
def cilium_identities_used(context: Context, parameters: IdentitiesParameters) -> Iterator[Judged]:
    """Every identity belongs to an endpoint; Cilium's operator collects the others. All the rest are one finding."""
    table = context.table(IDENTITIES)
    used = {str(read_one(one, "status.identity.id")) for one in context.table(ENDPOINTS)}
    stale = [
        key[1]
        for key in sorted(table.objects)
        if key[1] not in used and older_than(table.objects[key], parameters.span, context.now)
    ]
    outcome = PASS
    if not table.objects:
        outcome = not_applicable("no identity exists, or they are not kept in the cluster")
    elif stale:
        words = f"{len(stale)} of {len(table.objects)} identities belong to no endpoint ({', '.join(stale[:3])})"
        outcome = fails(f"{words}: nobody collects them", path=IDENTITIES, evidence=tuple(stale[:10]))
    yield Judged(None, outcome)


class LabelsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (IDENTITIES, "namespaces")


@rule("cilium-identities-placed", LabelsParameters)
def cilium_identities_placed(context: Context, parameters: LabelsParameters) -> Iterator[Judged]:
    """Every identity says its namespace in both places, the same one, and it exists."""
    table, namespaces = context.table(IDENTITIES), context.table("namespaces")
    for key in sorted(table.objects):
        identity = table.objects[key]
        label, secured = identity.metadata.labels.get(_NAMESPACE, ""), identity_labels(identity).get(_NAMESPACE, "")
        outcome = PASS
        if not label or not secured:
            where = "metadata.labels" if not label else "security-labels"
            outcome = fails(f"names no namespace in its {where}", path=where, expected=_NAMESPACE)
        elif label != secured:
            words = f"belongs to namespace {label} by its labels and to {secured} by its security labels"
            outcome = fails(words, path="security-labels", observed=secured, expected=label)
        elif namespaces.get(label) is None:
            outcome = fails(f"its namespace {label} does not exist", path="metadata.labels", observed=label)
        yield Judged(ref_to(table, identity), outcome)


def identity_labels(identity: Any) -> dict[str, str]:
    """The security labels without their source (``k8s:app`` → ``app``)."""
    found = identity.body.get("security-labels")
    known = found if isinstance(found, dict) else {}
    return {_bare(str(key)): str(value) for key, value in known.items()}


def _bare(key: str) -> str:
    for source in _SOURCES:
        key = key.removeprefix(source)
    return key


class EndpointsParameters(GraceParameters, frozen=True, kw_only=True):
    """``grace``: how old an endpoint has to be to count."""

    grace: str = "15m"

    def reads(self) -> tuple[str, ...]:
        return (ENDPOINTS, "pods", "nodes", "ciliumnodes.cilium.io")


@rule("cilium-endpoints-owned", EndpointsParameters)
def cilium_endpoints_owned(context: Context, parameters: EndpointsParameters) -> Iterator[Judged]:
    """Every endpoint has a pod that is not over, and a node with its address; one finding for each namespace."""
    table, pods, addresses = context.table(ENDPOINTS), context.table("pods").objects, _addresses(context)
    lost: dict[str, list[str]] = {}
    for key in sorted(table.objects):
        endpoint = table.objects[key]
        lost.setdefault(key[0], [])
        pod, node = pods.get(key), text(endpoint, "status.networking.node")
        problem = ""
        if pod is None or pod.status.phase in _OVER:
            problem = "no pod" if pod is None else f"a pod that is {pod.status.phase}"
        elif node and addresses and node not in addresses:
            problem = f"an unknown node {node}"
        if problem and older_than(endpoint, parameters.span, context.now):
            lost[key[0]].append(f"{key[1]} has {problem}")
    for namespace, problems in lost.items():
        outcome = PASS
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            outcome = fails(f"Cilium's endpoint {problems[0]}{more}", path=ENDPOINTS, evidence=tuple(problems[:10]))
        yield Judged(known_ref("Namespace", None, namespace), outcome)


def _addresses(context: Context) -> set[str]:
    known = {one.address for node in context.table("nodes") for one in node.status.addresses}
    agents = context.table("ciliumnodes.cilium.io")
    return known | {str(one.get("ip")) for node in agents for one in items(node, "spec.addresses")}


class SelectParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (*_POLICIES, IDENTITIES, "nodes", *WORKLOADS)


@rule("cilium-policies-select", SelectParameters)
def cilium_policies_select(context: Context, parameters: SelectParameters) -> Iterator[Judged]:
    """What policies select exists: an identity or a workload's template, or a node. Policies over labels of namespaces
    or of other clusters are not looked into."""
    known = None
    for resource in _POLICIES:
        table = context.table(resource)
        for key in sorted(table.objects):
            known = known if known is not None else list(_label_sets(context))
            yield Judged(ref_to(table, table.objects[key]), _selects(context, table.objects[key], key[0], known))


def _label_sets(context: Context) -> Iterator[dict[str, str]]:
    for identity in context.table(IDENTITIES):
        yield identity_labels(identity)
    for resource in WORKLOADS:
        for one in context.table(resource):
            yield pod_template(one).metadata.labels | {_NAMESPACE: one.metadata.namespace or ""}


def _selects(context: Context, policy: Any, namespace: str, known: Iterable[dict[str, str]]) -> Outcome:
    for spec in (read_one(policy, "spec"), *items(policy, "specs")):
        if not isinstance(spec, dict):
            continue
        nodes = as_selector(spec.get("nodeSelector"))
        if nodes is not None and not any(nodes.matches(one.metadata.labels) for one in context.table("nodes")):
            return fails(f"selects no node ({shown(nodes)})", path="spec.nodeSelector", observed=shown(nodes))
        pods = endpoint_selector(spec)
        if pods is None or _foreign(pods):
            continue
        if namespace:
            pods = msgspec.structs.replace(pods, match_labels=pods.match_labels | {_NAMESPACE: namespace})
        if pods.match_labels.keys() | {one.key for one in pods.match_expressions} <= {_NAMESPACE}:
            continue  # everything there is, or will be
        if not any(pods.matches(labels) for labels in known):
            words = f"selects no endpoint ({shown(pods)})"
            return fails(words, path="spec.endpointSelector", observed=shown(pods))
    return PASS


def _foreign(selector: LabelSelector) -> bool:
    keys = [*selector.match_labels, *(one.key for one in selector.match_expressions)]
    return any(key.startswith(("io.cilium.", "reserved:")) for key in keys)
