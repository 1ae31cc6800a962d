"""The comparer's door: prepares both sides, has them walked, and says of each difference who holds the leaf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.difference import ABSENT, ADDITION, Comparing, Difference
from k8sview.analysis.drift.comparing.equality import folded, plain_json
from k8sview.analysis.drift.comparing.masking import masked
from k8sview.analysis.drift.comparing.places import ROOT
from k8sview.analysis.drift.comparing.rules import Act, acts_at
from k8sview.analysis.drift.comparing.security import RBAC, full_kind
from k8sview.analysis.drift.comparing.severity import severity_of
from k8sview.analysis.drift.comparing.walk import Found, Walk
from k8sview.analysis.drift.comparing.writers import signed, sources_of
from k8sview.analysis.drift.ownership.owners import Owner, Ownership, Tracked, ownership
from k8sview.model.drift import DriftTime
from k8sview.model.status import Severity

_PLAIN = Comparing()
_NETWORK_POLICY = "NetworkPolicy.networking.k8s.io"
_POD_SPECS = (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))
_OURS = ("", "apps", "batch", "autoscaling", "policy")


class Comparison(msgspec.Struct, frozen=True):
    """Two whole objects side by side. ``agreed``: the paths of leaves that are as stated."""

    differences: tuple[Difference, ...]
    agreed: frozenset[str]


def compare(desired: Mapping[str, Any], live: Mapping[str, Any], context: Comparing = _PLAIN) -> tuple[Difference, ...]:
    """All that differs between what is desired and what is live, in the order in which the desired side states it.

    Both are whole objects of one kind and API version (``kind`` and ``apiVersion`` of the live one choose the rules).
    Differences with an ``excuse`` are no drift (see ``Difference``): ``drifting`` leaves them out.
    """
    return side_by_side(desired, live, context).differences


def side_by_side(
    desired: Mapping[str, Any], live: Mapping[str, Any], context: Comparing = _PLAIN, held: Ownership | None = None
) -> Comparison:
    """The same, with what is equal. ``held``: who owns what of the live object, where that is known already."""
    kind, group = _kind(live if live.get("kind") else desired)
    full = full_kind(kind, group)
    held = ownership(live) if held is None else held
    known = held.tracked in (Tracked.WHOLE, Tracked.FORGOTTEN)
    atomic = frozenset(held.leaves) if known else frozenset()
    walk = Walk(full, context, held.keys, atomic, on_host=_on_host(live))
    walk.pair(ROOT, _prepared(full, desired, live, context), _prepared(full, live, live, context))
    told = context.sources or sources_of(held, walk.agreed)
    sources = frozenset(name for name in told if not name.startswith(context.never)) if context.never else told
    about = _Known(full, context, held if known else None, sources, bool(desired.get("aggregationRule")))
    judged = (_judged(one, about) for one in walk.found)
    agreed = frozenset(held.path(location) for location in walk.agreed)
    return Comparison(tuple(one for one in judged if one is not None), agreed)


def drifting(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Those that nothing explains."""
    return tuple(one for one in differences if not one.excuse)


def _kind(body: Mapping[str, Any]) -> tuple[str, str]:
    version = str(body.get("apiVersion") or "")
    return str(body.get("kind") or ""), version.rpartition("/")[0]


def _on_host(body: Mapping[str, Any]) -> bool:
    """Whether the pods of a Pod or workload use the node's network."""
    for way in _POD_SPECS:
        at: Any = body
        for name in way:
            at = at.get(name) if isinstance(at, Mapping) else None
        if isinstance(at, Mapping) and at.get("hostNetwork") is True:
            return True
    return False


def _prepared(full: str, side: Mapping[str, Any], live: Mapping[str, Any], context: Comparing) -> dict[str, Any]:
    body: dict[str, Any] = plain_json(dict(side))
    if full == "Secret" and "N4" not in context.off:
        body = folded(body)
    if side is live:
        return body
    metadata = body.get("metadata")
    if context.namespace and "N3" not in context.off and isinstance(metadata, dict):
        there = isinstance(live.get("metadata"), dict) and live["metadata"].get("namespace")
        if there and not metadata.get("namespace"):
            body["metadata"] = {**metadata, "namespace": context.namespace}
    if full == _NETWORK_POLICY:
        return _typed(body)
    return body


def _typed(policy: dict[str, Any]) -> dict[str, Any]:
    """A NetworkPolicy with the ``policyTypes`` that the server derives where none are stated."""
    spec = policy.get("spec")
    if not isinstance(spec, dict) or spec.get("policyTypes"):
        return policy
    return {**policy, "spec": {**spec, "policyTypes": ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]}}


class _Known(msgspec.Struct, frozen=True):
    """What is the same for every difference of one comparison."""

    full: str
    context: Comparing
    held: Ownership | None
    sources: frozenset[str]
    aggregated: bool


def _judged(one: Found, known: _Known) -> Difference | None:
    kind, _, group = known.full.partition(".")
    held, generic = known.held, one.place.generic
    owners = _owners(held, one) if held is not None and one.live is not ABSENT else ()
    names = tuple(sorted({owner.actor.manager for owner in owners}))
    own = bool(known.sources) and set(names) <= known.sources if names else None
    excuse = _excuse(one, known, own)
    if excuse and one.change == ADDITION and not one.security:
        return None
    path = str(one.place)
    writer, time = None, DriftTime()
    if held is not None:
        writer, time = signed(one.change, held, known.sources, owners)
    return Difference(
        path=path,
        change=one.change,
        desired=masked(known.full, generic, one.desired, known.context.mask_key),
        live=masked(known.full, generic, one.live, known.context.mask_key),
        security=one.security,
        severity=Severity.HIGH if one.security else severity_of(path, one.change, kind, group),
        excuse=excuse,
        own=own,
        owners=names,
        writer=writer,
        time=time,
    )


def _excuse(one: Found, known: _Known, own: bool | None) -> str:
    context = known.context
    if one.unsupported:
        return "N20"
    top = one.place.generic[:1]
    if known.aggregated and top == ("rules",) and Act.AGGREGATED in acts_at(known.full, top, context.off):
        return "N13"
    if one.change != ADDITION or context.peers:
        return ""
    if known.held is None:
        # Who serves a custom kind fills in what nobody here can know.
        return "" if context.additions or "N8" in context.off or _built_in(known.full) else "N8"
    return "N12a" if "N12a" not in context.off and own is not False else ""


def _built_in(full: str) -> bool:
    group = full.partition(".")[2]
    return group in _OURS or group.endswith(".k8s.io") or full.endswith(RBAC)


def _owners(held: Ownership, one: Found) -> tuple[Owner, ...]:
    """Who holds a place: the place itself, what is above it as a whole, or anything below it."""
    location = one.place.location
    for length in range(len(location), 0, -1):
        found = held.leaves.get(location[:length])
        if found:
            return found
    if not isinstance(one.live, dict | list):
        return ()
    size = len(location)
    below = [owner for place, owners in held.leaves.items() if place[:size] == location for owner in owners]
    return tuple(dict.fromkeys((*below, *held.nodes.get(location, ()))))
