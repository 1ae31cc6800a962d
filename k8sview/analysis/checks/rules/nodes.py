"""Nodes against each other and against time: readiness, conditions, pools, changes in place, cordons and taints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    passes,
    ref_to,
    warns,
)
from k8sview.analysis.checks.pools import pool_of
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import Condition
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, format_time, parse_duration, parse_time

_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_FACTS = {
    "kubeletVersion": "kubelet_version",
    "osImage": "os_image",
    "kernelVersion": "kernel_version",
    "containerRuntimeVersion": "container_runtime_version",
}


def _nodes(context: Context) -> list[Node]:
    objects = context.table("nodes").objects
    return [objects[key] for key in sorted(objects)]


def _condition(node: Node, kind: str) -> Condition | None:
    return next((one for one in node.status.conditions if one.type == kind), None)


def _no_duration(**durations: str) -> str | None:
    bad = [name for name, text in durations.items() if parse_duration(text) is None]
    return f"{bad[0]}: {durations[bad[0]]!r} is no duration (5m, 24h)" if bad else None


class NodesReadyParameters(Parameters, frozen=True, kw_only=True):
    """Ready is True. Critical for control-plane nodes, and for all once more than ``critical_share`` of the nodes are
    not Ready. ``grace``: for how long a node may be so."""

    grace: str = "1m"
    critical_share: float = 0.2

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        return _no_duration(grace=self.grace)


@rule("nodes-ready", NodesReadyParameters)
def nodes_ready(context: Context, parameters: NodesReadyParameters) -> Iterator[Judged]:
    table, nodes = context.table("nodes"), _nodes(context)
    grace = parse_duration(parameters.grace) or timedelta()
    down = sum(1 for node in nodes if (ready := _condition(node, "Ready")) is not None and ready.status != "True")
    many = bool(nodes) and down / len(nodes) > parameters.critical_share
    if not nodes:
        yield Judged(None, fails("the cluster has no node", severity=Severity.CRITICAL))
    for node in nodes:
        critical = many or any(label in node.metadata.labels for label in _CONTROL_PLANE)
        yield Judged(ref_to(table, node), _readiness(node, context.now, grace, critical=critical))


def _readiness(node: Node, now: datetime, grace: timedelta, *, critical: bool) -> Outcome:
    ready = _condition(node, "Ready")
    if ready is None:
        return cannot_tell("no condition Ready: no kubelet has reported for this node", path="status.conditions")
    if ready.status == "True":
        return PASS
    since = parse_time(ready.last_transition_time)
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    lasted = f" for {format_age(now - since)}" if since else ""
    words = f"has not heard from its kubelet{lasted}" if ready.status == "Unknown" else f"is not Ready{lasted}"
    detail = ": ".join(part for part in (ready.reason, ready.message) if part)
    return fails(
        f"{words}: {detail}" if detail else words,
        path="status.conditions[type=Ready].status",
        observed=ready.status,
        expected="True",
        evidence=(f"Ready={ready.status} reason={ready.reason}",),
        since=since,
        severity=Severity.CRITICAL if critical else None,
    )


class NodeConditionsParameters(Parameters, frozen=True, kw_only=True):
    """The listed condition types are judged by their polarity; every other type is left alone, whatever it says.
    A listed condition that a node does not have says nothing; status Unknown means that the kubelet is silent."""

    bad_when_true: tuple[str, ...] = ()
    bad_when_false: tuple[str, ...] = ()
    grace: str = "0s"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        if not self.bad_when_true and not self.bad_when_false:
            return "names no condition type (bad_when_true, bad_when_false)"
        return _no_duration(grace=self.grace)


@rule("node-conditions", NodeConditionsParameters)
def node_conditions(context: Context, parameters: NodeConditionsParameters) -> Iterator[Judged]:
    table, grace = context.table("nodes"), parse_duration(parameters.grace) or timedelta()
    bad = dict.fromkeys(parameters.bad_when_true, "True") | dict.fromkeys(parameters.bad_when_false, "False")
    for node in _nodes(context):
        known = [one for one in node.status.conditions if one.type in bad]
        outcomes = [_polarity(one, bad[one.type], context.now, grace) for one in known]
        nothing = not_applicable(f"no node reports {', '.join(bad)}")
        yield Judged(ref_to(table, node), max(outcomes, key=lambda one: one.status.badness, default=nothing))


def _polarity(condition: Condition, bad: str, now: datetime, grace: timedelta) -> Outcome:
    since = parse_time(condition.last_transition_time)
    lasted = f" for {format_age(now - since)}" if since else ""
    path = f"status.conditions[type={condition.type}].status"
    if condition.status == "Unknown":
        return cannot_tell(f"{condition.type} is Unknown{lasted}: {condition.reason}", path=path, since=since)
    if condition.status != bad:
        return PASS
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    detail = ": ".join(part for part in (condition.reason, condition.message) if part)
    return fails(
        f"{condition.type} is {bad}{lasted}" + (f": {detail}" if detail else ""),
        path=path,
        observed=bad,
        expected="False" if bad == "True" else "True",
        since=since,
    )


class PoolsUniformParameters(Parameters, frozen=True, kw_only=True):
    """Nodes of one pool agree in ``fields``. A pool in which something changed within ``grace`` is being rolled."""

    fields: tuple[str, ...] = tuple(_FACTS)
    grace: str = "24h"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        unknown = [one for one in self.fields if one not in _FACTS]
        return f"unknown field {unknown[0]!r}: {', '.join(_FACTS)}" if unknown else _no_duration(grace=self.grace)


@rule("pools-uniform", PoolsUniformParameters)
def pools_uniform(context: Context, parameters: PoolsUniformParameters) -> Iterator[Judged]:
    table, grace = context.table("nodes"), parse_duration(parameters.grace) or timedelta()
    pools: dict[str, list[Node]] = {}
    for node in _nodes(context):
        pools.setdefault(pool_of(node), []).append(node)
    changed = {change.key[1]: change.at for change in context.view.changes if change.resource == "nodes"}
    for pool, members in sorted(pools.items()):
        counts = {field: Counter(_fact(node, field) for node in members) for field in parameters.fields}
        moved = max((at for node in members if (at := _last_move(node, changed)) is not None), default=None)
        for node in members:
            odd = {
                field: (_fact(node, field), common)
                for field, seen in counts.items()
                if (common := _common(seen)) != _fact(node, field)
            }
            if odd and moved is not None and context.now - moved < grace:
                yield Judged(ref_to(table, node), passes(recheck_at=moved + grace))
                continue
            yield Judged(ref_to(table, node), _outlier(pool, len(members), odd) if odd else PASS)


def _fact(node: Node, field: str) -> str:
    return str(getattr(node.status.node_info, _FACTS[field]))


def _common(seen: Counter[str]) -> str:
    """The most frequent value; of equally frequent ones the greatest, so that the answer never wavers."""
    return max(seen, key=lambda value: (seen[value], value))


def _last_move(node: Node, changed: dict[str, datetime]) -> datetime | None:
    moments = (parse_time(node.metadata.creation_timestamp), changed.get(node.metadata.name))
    return max((one for one in moments if one is not None), default=None)


def _outlier(pool: str, size: int, odd: dict[str, tuple[str, str]]) -> Outcome:
    words = "; ".join(f"{field} {own or 'empty'} where most have {common}" for field, (own, common) in odd.items())
    field, (own, common) = next(iter(odd.items()))
    return fails(
        f"differs from the {size} nodes of pool {pool}: {words}",
        path=f"status.nodeInfo.{field}",
        observed=own,
        expected=common,
    )


class NodesUnchangedParameters(Parameters, frozen=True, kw_only=True):
    """No living node changed its system, kernel, kubelet or runtime within ``within``. Only a watch or a recording can
    show this: where neither has seen a change, the check does not apply."""

    within: str = "24h"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        return _no_duration(within=self.within)


@rule("nodes-unchanged", NodesUnchangedParameters)
def nodes_unchanged(context: Context, parameters: NodesUnchangedParameters) -> Iterator[Judged]:
    table, within = context.table("nodes"), parse_duration(parameters.within) or timedelta(hours=24)
    changes: dict[str, list[Any]] = {}
    for change in context.view.changes:
        if change.resource == "nodes":
            changes.setdefault(change.key[1], []).append(change)
    if not changes:
        yield Judged(None, not_applicable("no change in place was seen, which only a watch or a recording can show"))
    for name, seen in sorted(changes.items()):
        node = table.get(name)
        if node is None:
            continue
        newest = max(seen, key=lambda one: one.at)
        recent = [one for one in seen if context.now - one.at <= within]
        if not recent:
            yield Judged(ref_to(table, node), PASS)
            continue
        words = "; ".join(f"{one.path.rpartition('.')[2]} from {one.before} to {one.after}" for one in recent)
        outcome = fails(
            f"was changed in place instead of replaced: {words}",
            path=newest.path,
            observed=newest.after,
            expected=newest.before,
            evidence=tuple(f"{format_time(one.at)} {one.path}: {one.before} → {one.after}" for one in recent),
            since=newest.at,
            confidence=Confidence.OBSERVED,
            recheck_at=newest.at + within,
        )
        yield Judged(ref_to(table, node), outcome)


class NodesCordonedParameters(Parameters, frozen=True, kw_only=True):
    """No node stays unschedulable for longer than ``grace``; where nothing says since when, it is a warning."""

    grace: str = "24h"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        return _no_duration(grace=self.grace)


@rule("nodes-cordoned", NodesCordonedParameters)
def nodes_cordoned(context: Context, parameters: NodesCordonedParameters) -> Iterator[Judged]:
    table, grace = context.table("nodes"), parse_duration(parameters.grace) or timedelta()
    for node in _nodes(context):
        yield Judged(ref_to(table, node), _cordon(node, context.now, grace))


def _cordon(node: Node, now: datetime, grace: timedelta) -> Outcome:
    if not node.spec.unschedulable:
        return PASS
    path = "spec.unschedulable"
    taint = next((one for one in node.spec.taints if one.key == "node.kubernetes.io/unschedulable"), None)
    since = parse_time(taint.time_added) if taint else None
    if since is None:
        return warns("is cordoned, and nothing says since when", path=path, observed="true", expected="false")
    if now - since < grace:
        return passes(recheck_at=since + grace)
    words = f"has been cordoned for {format_age(now - since)}"
    return fails(words, path=path, observed="true", expected="false", since=since)


class StartupTaintsParameters(Parameters, frozen=True, kw_only=True):
    """None of ``taints`` (keys) is left on a node ``grace`` after it joined: its agent never took it away."""

    taints: tuple[str, ...]
    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)

    def problem(self) -> str | None:
        return _no_duration(grace=self.grace)


@rule("startup-taints", StartupTaintsParameters)
def startup_taints(context: Context, parameters: StartupTaintsParameters) -> Iterator[Judged]:
    table, grace = context.table("nodes"), parse_duration(parameters.grace) or timedelta()
    for node in _nodes(context):
        taint = next((one for one in node.spec.taints if one.key in parameters.taints), None)
        outcome = PASS
        if taint is not None:
            since = parse_time(taint.time_added) or parse_time(node.metadata.creation_timestamp)
            if since is not None and context.now - since < grace:
                outcome = passes(recheck_at=since + grace)
            else:
                lasted = f" after {format_age(context.now - since)}" if since else ""
                words = f"still has the start-up taint {taint.key}:{taint.effect}{lasted}"
                outcome = fails(words, path="spec.taints", observed=taint.key, expected="removed", since=since)
        yield Judged(ref_to(table, node), outcome)
