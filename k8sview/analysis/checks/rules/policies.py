"""Network policies: what they select exists, and which namespaces nothing restricts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from k8sview.analysis.checks.applicability import out_of_reach
from k8sview.analysis.checks.applications import TEMPLATED, pod_template, templated
from k8sview.analysis.checks.custom import items
from k8sview.analysis.checks.outcome import PASS, Context, Judged, cannot_tell, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found
from k8sview.model.fields import read_one
from k8sview.model.kinds import ref_to as known_ref
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.tables import State
from k8sview.model.view import View

_POLICIES = "networkpolicies.networking.k8s.io"
_CILIUM = "ciliumnetworkpolicies.cilium.io"
_CLUSTERWIDE = "ciliumclusterwidenetworkpolicies.cilium.io"
# They choose their pods by expressions of their own: where they are in use, nothing is said of coverage.
_OTHERS = (
    "globalnetworkpolicies.crd.projectcalico.org",
    "globalnetworkpolicies.projectcalico.org",
    "networkpolicies.crd.projectcalico.org",
    "networkpolicies.projectcalico.org",
    "adminnetworkpolicies.policy.networking.k8s.io",
    "baselineadminnetworkpolicies.policy.networking.k8s.io",
    "clusternetworkpolicies.policy.networking.k8s.io",
)

_POD_NAMESPACE = "io.kubernetes.pod.namespace"
_POD_ACCOUNT = "io.cilium.k8s.policy.serviceaccount"
_NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels."


def as_selector(value: Any) -> LabelSelector | None:
    """A selector inside a custom body; None where there is none or it has another shape."""
    if not isinstance(value, dict):
        return None
    try:
        return msgspec.convert({name: inner for name, inner in value.items() if inner is not None}, LabelSelector)
    except msgspec.ValidationError:
        return None


def _everything(selector: LabelSelector) -> bool:
    return not selector.match_labels and not selector.match_expressions


def matches_any(view: View, namespace: str, selector: LabelSelector, templates: Iterable[dict[str, str]]) -> bool:
    """Whether a pod, or a template that would make one, matches; an empty selector matches every pod there is."""
    if _everything(selector) or any(selector.matches(labels) for labels in templates):
        return True
    return bool(view.pods_of(namespace, selector))


def _templates(context: Context) -> dict[str, list[dict[str, str]]]:
    """Labels of every template, by namespace: what is scaled to zero today has pods tomorrow."""
    known: dict[str, list[dict[str, str]]] = {}
    for resource in TEMPLATED:
        for one in context.table(resource):
            known.setdefault(one.metadata.namespace or "", []).append(pod_template(one).metadata.labels)
    return known


class PoliciesParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES, "namespaces", *TEMPLATED)


@rule("policies-select", PoliciesParameters)
def policies_select(context: Context, parameters: PoliciesParameters) -> Iterator[Judged]:
    """What a NetworkPolicy and its peers select exists: pods (or templates of such), and namespaces."""
    table, templates = context.table(_POLICIES), _templates(context)
    for key in sorted(table.objects):
        policy = table.objects[key]
        problems = list(_empty(context, policy, key[0], templates))
        yield Judged(ref_to(table, policy), found(problems, path="spec"))


def _empty(context: Context, policy: Any, namespace: str, templates: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    own = as_selector(read_one(policy, "spec.podSelector")) or LabelSelector()
    if not matches_any(context.view, namespace, own, templates.get(namespace, ())):
        yield f"selects no pod ({shown(own)})"
        return  # whom it would let in matters to nobody
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for entry in items(policy, f"spec.{direction}"):
            for peer in items_of(entry, side):
                problem = _peer(context, peer, namespace, templates)
                if problem:
                    yield f"{direction} {side} {problem}"


def items_of(entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = entry.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _peer(context: Context, peer: dict[str, Any], namespace: str, templates: dict[str, list[dict[str, str]]]) -> str:
    pods, spaces = as_selector(peer.get("podSelector")), as_selector(peer.get("namespaceSelector"))
    homes = [namespace]
    if spaces is not None:
        homes = sorted(one.metadata.name for one in context.table("namespaces") if spaces.matches(one.metadata.labels))
        if not homes:
            return f"matches no namespace ({shown(spaces)})"
    if pods is None or any(matches_any(context.view, home, pods, templates.get(home, ())) for home in homes):
        return ""
    where = f"namespace {homes[0]}" if len(homes) == 1 else f"the {len(homes)} namespaces it selects"
    return f"matches no pod in {where} ({shown(pods)})"


def shown(selector: LabelSelector) -> str:
    """As kubectl would write it, for people."""
    parts = [f"{key}={value}" for key, value in sorted(selector.match_labels.items())]
    parts += [f"{one.key} {one.operator} {','.join(one.values)}".rstrip() for one in selector.match_expressions]
    return ", ".join(parts) or "everything"


class OpenParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES,)


@rule("policies-restrict", OpenParameters)
def policies_restrict(context: Context, parameters: OpenParameters) -> Iterator[Judged]:
    """No policy lets everything through: a rule without peers and ports makes all others for the same pods void."""
    table = context.table(_POLICIES)
    for key in sorted(table.objects):
        policy = table.objects[key]
        problems = [
            f"lets all {direction} traffic of {_whom(policy)} through, whatever other policies say"
            for direction, side in (("ingress", "from"), ("egress", "to"))
            if any(not entry.get(side) and not entry.get("ports") for entry in items(policy, f"spec.{direction}"))
            and direction.capitalize() in _types(policy)
        ]
        yield Judged(ref_to(table, policy), found(problems, path="spec"))


def _whom(policy: Any) -> str:
    own = as_selector(read_one(policy, "spec.podSelector")) or LabelSelector()
    return "every pod of its namespace" if _everything(own) else f"pods with {shown(own)}"


def _types(policy: Any) -> tuple[str, ...]:
    stated = read_one(policy, "spec.policyTypes")
    if isinstance(stated, list) and stated:
        return tuple(map(str, stated))
    return ("Ingress", "Egress") if items(policy, "spec.egress") else ("Ingress",)


class CoveredParameters(Parameters, frozen=True, kw_only=True):
    """``direction``: of the traffic that has to be restricted."""

    direction: Literal["Ingress", "Egress"] = "Ingress"

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES, _CILIUM, _CLUSTERWIDE, *_OTHERS, "namespaces", *TEMPLATED)


@rule("policies-cover", CoveredParameters)
def policies_cover(context: Context, parameters: CoveredParameters) -> Iterator[Judged]:
    """Every application's traffic is restricted by a policy (Kubernetes' or Cilium's); one finding for each namespace.
    Where policies of other kinds are in use this does not apply: they select in ways of their own."""
    other = next((name for name in _OTHERS if context.table(name).objects), None)
    if other is not None:
        yield Judged(None, not_applicable(f"{other} are in use, too: what they cover is not looked into"))
        return
    if context.view.served(_CLUSTERWIDE) and out_of_reach(context.view, _CLUSTERWIDE):
        yield Judged(None, not_applicable(f"{_CLUSTERWIDE} belong to the whole cluster, which this run leaves out"))
        return
    covering, everywhere = _covering(context, parameters.direction), _clusterwide(context, parameters.direction)
    traffic = "incoming" if parameters.direction == "Ingress" else "outgoing"
    unread = next((name for name in (_CILIUM, _CLUSTERWIDE, *_OTHERS) if _hidden(context, name)), None)
    seen: dict[str, tuple[int, list[str]]] = {}
    for subject, workload in templated(context):
        template, namespace = pod_template(workload), subject.namespace or ""
        labels = template.metadata.labels
        covered = any(selector.matches(labels) for selector in covering.get(namespace, ()))
        if not covered and everywhere:
            identity = _identity(context, namespace, labels, template.spec.service_account_name)
            covered = any(selector.matches(identity) for selector in everywhere)
        count, bare = seen.get(namespace, (0, []))
        seen[namespace] = (count + 1, bare if covered else [*bare, f"{subject.kind} {subject.name}"])
    for namespace, (count, bare) in sorted(seen.items()):
        outcome = PASS
        if bare:
            which = f"{len(bare)} of {count} workloads: {', '.join(bare[:3])}"
            words = f"no NetworkPolicy restricts {traffic} traffic of {which}"
            outcome = fails(
                words, path=_POLICIES, observed=f"{count - len(bare)} of {count}", evidence=tuple(bare[:10])
            )
            if unread:
                state = context.table(unread).state
                outcome = cannot_tell(f"{words}; whether others do: {unread}: {state}", path=unread)
        yield Judged(known_ref("Namespace", None, namespace), outcome)


def _identity(context: Context, namespace: str, labels: dict[str, str], account: str) -> dict[str, str]:
    """A pod's labels as Cilium's cluster-wide policies see them."""
    home = context.table("namespaces").get(namespace)
    own = home.metadata.labels if home is not None else {}
    placed = {_POD_NAMESPACE: namespace, _POD_ACCOUNT: account or "default"}
    return {**labels, **{f"{_NAMESPACE_LABELS}{key}": value for key, value in own.items()}, **placed}


def _clusterwide(context: Context, direction: str) -> list[LabelSelector]:
    found = []
    for policy in context.table(_CLUSTERWIDE):
        for spec in (read_one(policy, "spec"), *items(policy, "specs")):
            chosen = endpoint_selector(spec)
            if chosen is not None and _restricts(spec, direction):
                found.append(chosen)
    return found


def _restricts(spec: Any, direction: str) -> bool:
    return bool({direction.lower(), f"{direction.lower()}Deny"} & set(spec))


def _hidden(context: Context, name: str) -> bool:
    """Served, and yet not wholly read."""
    if context.view.served(name) is False or out_of_reach(context.view, name):
        return False
    table = context.table(name)
    return table.state.state not in (State.SYNCED, State.STALE, State.NOT_SERVED) or bool(table.partial)


def _covering(context: Context, direction: str) -> dict[str, list[LabelSelector]]:
    """Selectors of the policies that restrict traffic in ``direction``, by namespace."""
    known: dict[str, list[LabelSelector]] = {}
    for policy in context.table(_POLICIES):
        selector = as_selector(read_one(policy, "spec.podSelector")) or LabelSelector()
        if direction in _types(policy):
            known.setdefault(policy.metadata.namespace or "", []).append(selector)
    for policy in context.table(_CILIUM):
        for spec in (read_one(policy, "spec"), *items(policy, "specs")):
            chosen = endpoint_selector(spec)
            if chosen is not None and _restricts(spec, direction):
                known.setdefault(policy.metadata.namespace or "", []).append(chosen)
    return known


def endpoint_selector(spec: Any) -> LabelSelector | None:
    """Cilium's, with its label sources (``k8s:app``) taken off."""
    whole = as_selector(spec.get("endpointSelector")) if isinstance(spec, dict) else None
    if whole is None:
        return None
    labels = {_bare(key): value for key, value in whole.match_labels.items()}
    needs = tuple(msgspec.structs.replace(one, key=_bare(one.key)) for one in whole.match_expressions)
    return LabelSelector(match_labels=labels, match_expressions=needs)


def _bare(key: str) -> str:
    return key.removeprefix("k8s:").removeprefix("any:")
