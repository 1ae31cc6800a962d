"""What nothing refers to any more. Never more than "nothing that could be read refers to it": programs may read objects
by themselves, and no payload is ever looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Literal

from k8sview.analysis.checks.applicability import out_of_reach
from k8sview.analysis.checks.applications import is_system
from k8sview.analysis.checks.bindings import BINDINGS, ROLES, each_binding
from k8sview.analysis.checks.custom import born
from k8sview.analysis.checks.mentions import ACCOUNTS, TEMPLATES, Mentions
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import PathError, reader, steps
from k8sview.model.kinds import ref_to as known_ref
from k8sview.model.status import Confidence
from k8sview.model.tables import State
from k8sview.model.times import parse_duration

_SHOWN = 3
_CREDENTIALS = "secrets"
_ALWAYS_THERE = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert", "default"})
# Written by tools that find them by these marks instead of by name.
_FOUND_BY_MARK = (
    "owner",
    "grafana_dashboard",
    "grafana_datasource",
    "grafana_alert",
    "argocd.argoproj.io/secret-type",
    "prometheus_rule",
    "cluster.x-k8s.io/cluster-name",
    "kubernetes.io/service-account.name",
    "control-plane.alpha.kubernetes.io/leader",
    "reflector.v1.k8s.emberstack.com/reflects",
    "cert-manager.io/certificate-name",
)
_ORDINAL = re.compile(r"-\d+$")


def _grace(text: str) -> str | None:
    return None if parse_duration(text) is not None else f"grace: {text!r} is no duration (24h, 7d)"


class UsedParameters(Parameters, frozen=True, kw_only=True):
    """``resource``: what must be referred to. ``also``: resources that may refer to it by name, anywhere in them.
    ``grace``: how long a new object may wait for its first user."""

    resource: Literal["configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"]
    also: tuple[str, ...] = ()
    grace: str = "7d"

    def reads(self) -> tuple[str, ...]:
        return (self.resource, ACCOUNTS, "pods", *TEMPLATES, *self.also)

    def problem(self) -> str | None:
        return _grace(self.grace)


@rule("objects-used", UsedParameters)
def objects_used(context: Context, parameters: UsedParameters) -> Iterator[Judged]:
    """Pods, templates, arguments, accounts and `also` refer to every object; one finding for each namespace. Left out
    are system namespaces, objects that another object owns, and what tools find by a mark. Secrets that may not be
    listed are left alone."""
    table = context.table(parameters.resource)
    if parameters.resource == _CREDENTIALS and not table.state.state.readable:
        # A right that most should not have; nobody should be given it, or have an incomplete report, for tidiness.
        yield Judged(None, not_applicable(f"Secrets may not be listed, and need not be: {table.state}"))
        return
    mentions = Mentions(context, parameters.also)
    grace = parse_duration(parameters.grace) or timedelta()
    sets = {(one.metadata.namespace, one.metadata.name) for one in context.table("statefulsets.apps")}
    seen: dict[str, tuple[int, list[str]]] = {}
    for key in sorted(table.objects):
        count, idle = seen.get(key[0], (0, []))
        one = table.objects[key]
        left_out = is_system(key[0]) or _spoken_for(one, context, grace)
        if not left_out and not mentions.has(parameters.resource, *key) and not _of_set(parameters.resource, key, sets):
            idle = [*idle, key[1]]
        seen[key[0]] = (count + 1, idle)
    unread = next((name for name in (*TEMPLATES, *parameters.also) if _hidden(context, name)), None)
    for namespace, (count, idle) in sorted(seen.items()):
        outcome = _idle(f"{count} {table.resource.kind}s", idle, context, unread) if idle else PASS
        yield Judged(known_ref("Namespace", None, namespace), outcome)


def _spoken_for(one: Any, context: Context, grace: timedelta) -> bool:
    metadata = one.metadata
    created = born(one)
    return (
        metadata.name in _ALWAYS_THERE
        or bool(metadata.owner_references)
        or any(mark in metadata.labels or mark in metadata.annotations for mark in _FOUND_BY_MARK)
        or (created is not None and context.now - created < grace)
    )


def _of_set(resource: str, key: tuple[str, str], sets: set[tuple[str | None, str]]) -> bool:
    """Whether a claim is named as a StatefulSet's are: it keeps its data for the pod that comes back."""
    if resource != "persistentvolumeclaims" or not _ORDINAL.search(key[1]):
        return False
    stem = _ORDINAL.sub("", key[1])
    return any(namespace == key[0] and stem.endswith(f"-{name}") for namespace, name in sets)


def _hidden(context: Context, name: str) -> bool:
    table = context.table(name)
    if context.view.served(name) is False or out_of_reach(context.view, name):
        return False
    return table.state.state not in (State.SYNCED, State.STALE, State.NOT_SERVED) or bool(table.partial)


def _idle(of: str, idle: list[str], context: Context, unread: str | None) -> Outcome:
    more = f" and {len(idle) - _SHOWN} more" if len(idle) > _SHOWN else ""
    words = f"{len(idle)} of {of}: nothing that could be read refers to {', '.join(idle[:_SHOWN])}{more}"
    if unread is not None:
        return cannot_tell(f"{words}; {unread} could not be read ({context.table(unread).state})", path=unread)
    evidence = tuple(f"not referred to: {name}" for name in idle[:10])
    return fails(words, evidence=evidence, confidence=Confidence.INFERRED, observed=str(len(idle)), expected="0")


class NamespacesParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a new namespace may be empty."""

    grace: str = "7d"

    def reads(self) -> tuple[str, ...]:
        return ("namespaces", "pods", "services", *TEMPLATES)

    def problem(self) -> str | None:
        return _grace(self.grace)


@rule("namespaces-used", NamespacesParameters)
def namespaces_used(context: Context, parameters: NamespacesParameters) -> Iterator[Judged]:
    """Every namespace holds a pod, something that makes pods, or a Service. Other objects in it may be meant to be."""
    table, grace = context.table("namespaces"), parse_duration(parameters.grace) or timedelta()
    lived_in = {key[0] for name in ("pods", "services", *TEMPLATES) for key in context.table(name).objects}
    for key in sorted(table.objects):
        one = table.objects[key]
        name, created = one.metadata.name, born(one)
        young = created is not None and context.now - created < grace
        if name in lived_in or young or is_system(name) or name == "default" or one.metadata.deletion_timestamp:
            yield Judged(ref_to(table, one), PASS)
            continue
        words = "has neither pods nor anything that makes them, and no Service"
        yield Judged(ref_to(table, one), fails(words, confidence=Confidence.INFERRED))


class RolesParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (*BINDINGS, *ROLES.values())


@rule("roles-bound", RolesParameters)
def roles_bound(context: Context, parameters: RolesParameters) -> Iterator[Judged]:
    """Every Role and ClusterRole is bound, or part of one that is put together from others; one finding for each
    namespace, and one for the cluster."""
    bound = {
        (one.role_kind, "" if one.role_kind == "ClusterRole" else one.namespace or "", one.role)
        for one in each_binding(context)
    }
    seen: dict[str, tuple[int, list[str]]] = {}
    for kind, resource in ROLES.items():
        table = context.table(resource)
        for key in sorted(table.objects):
            labels = table.objects[key].metadata.labels
            free = (kind, *key) not in bound and not is_system(key[0] or None) and not _assembled(key[1], labels)
            count, idle = seen.get(key[0], (0, []))
            seen[key[0]] = (count + 1, [*idle, key[1]] if free else idle)
    for namespace, (count, idle) in sorted(seen.items()):
        kind, subject = ("Role", known_ref("Namespace", None, namespace)) if namespace else ("ClusterRole", None)
        outcome = _idle(f"{count} {kind}s", idle, context, None) if idle else PASS
        yield Judged(subject, outcome)


def _assembled(name: str, labels: dict[str, str]) -> bool:
    """The API server's own roles, and those that another role collects by label."""
    if name.startswith("system:") or labels.get("kubernetes.io/bootstrapping") == "rbac-defaults":
        return True
    return any("aggregate-to-" in label for label in labels)


class NamedParameters(Parameters, frozen=True, kw_only=True):
    """``resource``: whose objects must be named. ``by``: the paths at which other resources name them."""

    resource: str
    by: dict[str, str]

    def reads(self) -> tuple[str, ...]:
        return (self.resource, *self.by)

    def problem(self) -> str | None:
        if not self.by:
            return "by names no resource"
        try:
            for path in self.by.values():
                steps(path)
        except PathError as error:
            return str(error)
        return None


@rule("named-by-others", NamedParameters)
def named_by_others(context: Context, parameters: NamedParameters) -> Iterator[Judged]:
    """Every object of `resource` (a class, most often) is named by an object of the resources in `by`."""
    table = context.table(parameters.resource)
    named = {value for resource, path in parameters.by.items() for value in _values(context, resource, path)}
    for key in sorted(table.objects):
        outcome = PASS
        if key[1] not in named:
            words = f"none of {', '.join(parameters.by)} uses it"
            outcome = fails(words, confidence=Confidence.INFERRED)
        yield Judged(ref_to(table, table.objects[key]), outcome)


def _values(context: Context, resource: str, path: str) -> Iterable[Any]:
    read = reader(path)
    return [value for one in context.table(resource) for value in read(one) if isinstance(value, str)]
