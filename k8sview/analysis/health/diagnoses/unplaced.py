"""Words for an explanation of the scheduler's: which nodes refuse and why, in one sentence, however many they are."""

from __future__ import annotations

from k8sview.analysis.health.placement.change import distance
from k8sview.analysis.health.placement.explain import Explanation, Group
from k8sview.analysis.health.placement.refusal import Barrier, NodeRefusal, Refusal
from k8sview.analysis.health.placement.room import in_order
from k8sview.analysis.health.placement.taints import parsed, state_of
from k8sview.model.quantities import written

_SAID = 4  # kinds of refusal in a sentence; the evidence has more
_SHOWN = 8
_SHOWN_IF_SHARED = 3
_TAINTS = 2

Kind = tuple[tuple[str, ...], NodeRefusal]
"""Nodes that refuse for the same first reason, and the nearest of them to taking the pod."""


def sentence(name: str, found: Explanation) -> str:
    """``no node can take pod x: 3 nodes have too little cpu (…), node b is cordoned``."""
    if found.pinned is not None and len(found.pinned) == 1:
        (node,) = found.pinned
        why = (
            "; ".join(_alone(one) for one in found.groups[0].best.reasons) if found.groups else "there is no such node"
        )
        return f"node {node}, the only one that pod {name} may run on, cannot take it: {why}"
    if not found.total:
        return f"no node can take pod {name}: the cluster has no nodes"
    if found.common:
        nodes = tuple(sorted((node for group in found.groups for node in group.nodes), key=in_order))
        return f"no node can take pod {name}: {_shared(nodes, found.groups[0].best.node, found.common)}"
    kinds = _kinds(found.groups)
    said = ", ".join(_words(nodes, best) for nodes, best in kinds[:_SAID])
    more = sum(len(nodes) for nodes, _ in kinds[_SAID:])
    rest = f", and {more} more refuse for other reasons" if more else ""
    return f"no node can take pod {name}: {said}{rest}"


def _shared(nodes: tuple[str, ...], nearest: str, common: tuple[Refusal, ...]) -> str:
    """Reasons of all nodes; lacking resources are told together."""
    lacking = tuple(one for one in common if one.barrier is Barrier.RESOURCES)
    alone = [(one,) for one in common if one.barrier is not Barrier.RESOURCES]
    told = [_words(nodes, NodeRefusal(nearest, reasons)) for reasons in (*alone, lacking) if reasons]
    return ", and ".join(told)


def evidence(found: Explanation) -> tuple[str, ...]:
    """What would do, and each kind of refusal with all its reasons at one node; few kinds where all nodes share one."""
    shown = [f"smallest change = {found.change.words}"] if found.change is not None else []
    kinds = _SHOWN_IF_SHARED if found.common else _SHOWN
    shown += [_evidence(group) for group in found.groups[:kinds]]
    rest = sum(len(group.nodes) for group in found.groups[kinds:])
    if rest:
        shown.append(f"other nodes = {rest} that refuse {'for this and more' if found.common else 'for other'} reasons")
    return (*shown, *(f"nodes/{node} metadata.labels[{key}] = {value}" for node, key, value in found.labels))


def _evidence(group: Group) -> str:
    more = len(group.nodes) - 1
    alike = f" ({more} more alike)" if more else ""
    return f"nodes/{group.best.node} refuses = {'; '.join(one.words for one in group.best.reasons)}{alike}"


def _kinds(groups: tuple[Group, ...]) -> list[Kind]:
    """Groups whose first reason is the same as one, the nearest first."""
    merged: dict[tuple[str, str], tuple[list[str], NodeRefusal]] = {}
    for group in groups:
        # A node that is not what the pod wants is just that, whatever else it refuses by.
        reasons = sorted(group.best.reasons, key=lambda one: not one.meant)
        main = reasons[0]
        best = NodeRefusal(group.best.node, tuple(reasons))
        nodes, _ = merged.setdefault((main.barrier.value, main.subject), ([], best))
        nodes.extend(group.nodes)
    kinds = [(tuple(sorted(nodes, key=in_order)), best) for nodes, best in merged.values()]
    return _taints_as_one(sorted(kinds, key=lambda one: (distance(one[1]), -len(one[0]))))


def _taints_as_one(kinds: list[Kind]) -> list[Kind]:
    """Clusters have a taint for each pool: the nearest stands alone, and beyond two the rest are one kind."""
    tainted = [one for one in kinds[1:] if _for_others(one[1].reasons[0])]
    if len(tainted) <= _TAINTS:
        return kinds
    nodes = tuple(sorted((name for names, _ in tainted for name in names), key=in_order))
    best = tainted[0][1]
    together = Refusal(Barrier.TAINT, "", f"taints such as {best.reasons[0].subject}")
    whole = (nodes, NodeRefusal(best.node, (together, *best.reasons[1:])))
    return [whole if one is tainted[0] else one for one in kinds if one is tainted[0] or one not in tainted]


def _for_others(reason: Refusal) -> bool:
    return reason.barrier is Barrier.TAINT and state_of(parsed(reason.subject)) is None


_REACHES = "{who} cannot reach its storage: {words}"
_SENTENCES = {
    Barrier.CORDON: "{who} {is_} cordoned",
    Barrier.SELECTOR: "{who} {does} not match its node selector or affinity ({subject})",
    Barrier.SINGLE_USE: "{words}",
    Barrier.VOLUME: _REACHES,
    Barrier.VOLUME_ZONE: _REACHES,
    Barrier.VOLUME_BINDING: _REACHES,
    Barrier.VOLUME_LIMIT: "{who} {has} no room for another volume of {subject}",
    Barrier.SPREAD_LABEL: "{who} {has} no label {subject}, over which its topology spread goes",
    Barrier.SPREAD: "its topology spread over {subject} forbids {who}: {words}",
    Barrier.AFFINITY: "its pod affinity rules out {who}: no pod with {subject} runs there",
    Barrier.ANTI_AFFINITY: "its pod anti-affinity rules out {who}: {words}",
    Barrier.GUARDED: "anti-affinity of pods that run there rules out {who}: {words}",
}


def _words(nodes: tuple[str, ...], best: NodeRefusal) -> str:
    reason, several, who = best.reasons[0], len(nodes) > 1, _who(nodes)
    has, is_, does = ("have", "are", "do") if several else ("has", "is", "does")
    match reason.barrier:
        case Barrier.TAINT:
            return _tainted(reason, who, has, several=several)
        case Barrier.RESOURCES:
            return _resources(nodes, best, who, has)
        case Barrier.PODS:
            return f"{who} {is_} full ({reason.words}{', the least full' if several else ''})"
        case Barrier.PORTS:
            taken = f"host port {reason.subject} is taken on {who}"
            return taken if several or reason.by is None else f"{taken}, by pod {reason.by.namespace}/{reason.by.name}"
    template = _SENTENCES.get(reason.barrier, "{who}: {words}")
    return template.format(who=who, is_=is_, has=has, does=does, subject=reason.subject, words=reason.words)


def _tainted(reason: Refusal, who: str, has: str, *, several: bool) -> str:
    if not reason.subject:
        return f"{who} {has} {reason.words}, which it does not tolerate"
    state = state_of(parsed(reason.subject))
    if state is not None:
        return f"{who} {_plural(state) if several else state} (taint {reason.subject})"
    return f"{who} {has} taint {reason.subject}, which it does not tolerate"


def _resources(nodes: tuple[str, ...], best: NodeRefusal, who: str, has: str) -> str:
    lacking = [one for one in best.reasons if one.barrier is Barrier.RESOURCES]
    names = " and ".join(one.subject for one in lacking)
    if all(not one.allocatable for one in lacking):
        return f"{who} {has} no {names}"
    amounts = ", ".join(_amount(one) for one in lacking)
    where = f" on {best.node}" if len(nodes) > 1 else ""
    return f"{who} {has} too little {names} ({amounts}{where})"


def _amount(one: Refusal) -> str:
    asked, free = written(one.subject, one.asked), written(one.subject, max(one.free, 0))
    if one.asked > one.allocatable:
        return f"{asked} {one.subject} asked, {written(one.subject, one.allocatable)} is all there is"
    return f"{asked} {one.subject} asked, {free} of {written(one.subject, one.allocatable)} free"


def _alone(reason: Refusal) -> str:
    """One reason of the one node that counts."""
    if reason.barrier is Barrier.CORDON:
        return "it is cordoned"
    if reason.barrier is Barrier.TAINT and state_of(parsed(reason.subject)) is None:
        return f"it has taint {reason.subject}, which the pod does not tolerate"
    return reason.words


def _who(nodes: tuple[str, ...]) -> str:
    match nodes:
        case (one,):
            return f"node {one}"
        case (one, other):
            return f"nodes {one} and {other}"
    return f"{len(nodes)} nodes"


def _plural(state: str) -> str:
    first, _, rest = state.partition(" ")
    word = {"is": "are", "has": "have", "was": "were", "waits": "wait"}.get(first)
    if first == "no" and rest.startswith("longer reports"):
        return "no longer report"
    return f"{word} {rest}" if word else state
