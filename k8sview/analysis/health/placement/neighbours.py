"""Rules between pods: required affinity and anti-affinity, of the pod itself and of those that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from k8sview.analysis.health.placement.refusal import Barrier, Refusal
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Namespace, Node
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

if TYPE_CHECKING:
    from k8sview.analysis.health.placement.room import Room

Domain = tuple[str, str]
"""A node label and its value: ``("topology.kubernetes.io/zone", "eu-1a")``."""


class Term(msgspec.Struct, frozen=True):
    """One required term. ``selector`` None matches no pod, an empty one every pod."""

    key: str
    selector: LabelSelector | None
    namespaces: frozenset[str]
    namespace_selector: LabelSelector | None = None

    def matches(self, pod: Pod, namespace_labels: dict[str, str]) -> bool:
        if self.selector is None or not self.selector.matches(pod.metadata.labels):
            return False
        return pod.metadata.namespace in self.namespaces or (
            self.namespace_selector is not None and self.namespace_selector.matches(namespace_labels)
        )

    def __str__(self) -> str:
        return selector_text(self.selector)


class Neighbours(msgspec.Struct, frozen=True):
    """What rules between pods leave of the domains. ``drawn``: domains that hold all that affinity asks for."""

    kept_off: dict[Domain, Refusal] = {}
    guarded: dict[Domain, Refusal] = {}
    terms: tuple[Term, ...] = ()
    drawn: frozenset[Domain] = frozenset()
    first: bool = False  # nobody is there yet, and the pod itself is what its affinity asks for


def neighbours_of(view: View, room: Room, pod: Pod, without: frozenset[str]) -> Neighbours:
    """The rules that concern a pod; pods whose uid is in ``without`` count as gone."""
    labels = _namespace_labels(view, pod.metadata.namespace)
    kept_off: dict[Domain, Refusal] = {}
    for term in required_terms(pod, "podAntiAffinity"):
        for other, node in _placed(view, room, term, without):
            domain = (term.key, node.metadata.labels.get(term.key, ""))
            if term.key in node.metadata.labels and domain not in kept_off:
                kept_off[domain] = _apart(Barrier.ANTI_AFFINITY, term, other, domain)
    guarded: dict[Domain, Refusal] = {}
    for other, node, terms in room.guards:
        for term in terms:
            domain = (term.key, node.metadata.labels.get(term.key, ""))
            if term.key not in node.metadata.labels or domain in guarded or other.metadata.uid in without:
                continue
            if term.matches(pod, labels):
                guarded[domain] = _apart(Barrier.GUARDED, term, other, domain)
    wanted = required_terms(pod, "podAffinity")
    drawn = _drawn(view, room, wanted, without) if wanted else frozenset()
    first = bool(wanted) and not drawn and all(term.matches(pod, labels) for term in wanted)
    return Neighbours(kept_off, guarded, wanted, drawn, first)


def apart(neighbours: Neighbours, node: Node) -> Iterator[Refusal]:
    """What a node refuses by the rules between pods, in the scheduler's order."""
    labels = node.metadata.labels
    for term in neighbours.terms:
        value = labels.get(term.key)
        if value is None or ((term.key, value) not in neighbours.drawn and not neighbours.first):
            yield Refusal(Barrier.AFFINITY, str(term), f"no pod with {term} is {_place(term.key, value or 'absent')}")
            break
    for rules in (neighbours.kept_off, neighbours.guarded):
        if rules:
            found = next((rules[pair] for pair in labels.items() if pair in rules), None)
            if found is not None:
                yield found


def required_terms(pod: Pod, kind: str) -> tuple[Term, ...]:
    """The required terms of ``podAffinity`` or ``podAntiAffinity``; what is misshapen is left out."""
    rules = (pod.spec.affinity or {}).get(kind)
    required = rules.get("requiredDuringSchedulingIgnoredDuringExecution") if isinstance(rules, dict) else None
    if not isinstance(required, list):
        return ()
    return tuple(_term(one, pod) for one in required if isinstance(one, dict))


def selector_text(selector: LabelSelector | None) -> str:
    """A selector as kubectl writes it."""
    if selector is None:
        return "nothing"
    parts = [f"{key}={value}" for key, value in sorted(selector.match_labels.items())]
    parts += [f"{one.key} {one.operator} ({','.join(one.values)})" for one in selector.match_expressions]
    return ",".join(parts) or "any labels"


def selector_of(raw: Any) -> LabelSelector | None:
    """A selector from free-form YAML; None where there is none."""
    try:
        return msgspec.convert(raw, LabelSelector) if isinstance(raw, dict) else None
    except msgspec.ValidationError:
        return None


def _term(raw: dict[str, Any], pod: Pod) -> Term:
    named = raw.get("namespaces")
    names = frozenset(str(one) for one in named) if isinstance(named, list) else frozenset()
    namespace_selector = selector_of(raw.get("namespaceSelector"))
    if not names and namespace_selector is None:
        names = frozenset({pod.metadata.namespace or ""})
    return Term(str(raw.get("topologyKey", "")), selector_of(raw.get("labelSelector")), names, namespace_selector)


def _drawn(view: View, room: Room, terms: tuple[Term, ...], without: frozenset[str]) -> frozenset[Domain]:
    """Domains with a pod that matches all terms at once (one pod must, as the scheduler has it)."""
    found: set[Domain] = set()
    for pod, node in _placed(view, room, terms[0], without):
        labels = _namespace_labels(view, pod.metadata.namespace)
        if all(term.matches(pod, labels) for term in terms):
            held = node.metadata.labels
            found |= {(term.key, held[term.key]) for term in terms if term.key in held}
    return frozenset(found)


def _placed(view: View, room: Room, term: Term, without: frozenset[str]) -> Iterator[tuple[Pod, Node]]:
    """Living pods that a term matches and that have a node, with it."""
    for pod in _matched(view, room, term):
        node = room.nodes.get(pod.spec.node_name)
        if node is not None and pod.status.phase not in ("Succeeded", "Failed") and pod.metadata.uid not in without:
            yield pod, node.node


def _matched(view: View, room: Room, term: Term) -> Iterable[Pod]:
    if term.selector is None:
        return ()
    names = set(term.namespaces)
    if term.namespace_selector is not None:
        known = (one for one in view.each("namespaces") if isinstance(one, Namespace))
        names |= {one.metadata.name for one in known if term.namespace_selector.matches(one.metadata.labels)}
    if term.selector.match_labels or term.selector.match_expressions:
        return [pod for name in sorted(names) for pod in view.pods_of(name, term.selector)]
    return [pod for node in room.nodes.values() for pod in node.pods if pod.metadata.namespace in names]


def _namespace_labels(view: View, name: str | None) -> dict[str, str]:
    found = view.get("namespaces", name or "")
    return found.metadata.labels if isinstance(found, Namespace) else {}


def _place(key: str, value: str) -> str:
    return "on the node" if key == "kubernetes.io/hostname" else f"in {key}={value}"


def _apart(barrier: Barrier, term: Term, other: Pod, domain: Domain) -> Refusal:
    who = f"pod {other.metadata.name}"
    place = _place(*domain)
    words = f"{who} with {term} is {place}" if barrier is Barrier.ANTI_AFFINITY else f"{who} {place} keeps it off"
    by = ref_to("Pod", other.metadata.namespace, other.metadata.name)
    return Refusal(barrier, f"{term} per {domain[0]}", words, by=by)
