"""What no family explains: told in the verdict's own words, and along ownership, which every kind has.

A custom object is what becomes of the objects that it owns; and a part whose owner is explained adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8sview.analysis.health.diagnoses.contract import Known
from k8sview.analysis.health.diagnoses.wording import describe
from k8sview.analysis.health.verdict import health_of, is_judged
from k8sview.model.health import Diagnosis, Health
from k8sview.model.resources import Ref
from k8sview.model.view import View

Explain = Callable[[View, str, Any, Health], Diagnosis | None]

_MOST = 5
_NOT_WELL, _PARTS, _OWNER = "object.not-well", "object.parts-not-well", "object.part-of-another"
KNOWN = (
    Known(
        _NOT_WELL,
        "The object itself says that it is not well, and nothing that it stands on is known to be the cause",
        "Read its conditions and events.",
    ),
    Known(_PARTS, "Objects that it owns are not well", "Look at these: the object only shows what they are."),
    Known(_OWNER, "The object is a part of one that is not well for a known reason", "Look at its owner."),
)


def diagnosis(view: View, resource: str, obj: Any, health: Health, explain: Explain) -> Diagnosis:
    """Always one; ``explain`` asks the families about another object."""
    owner = _explained_owner(view, obj, explain)
    parts = () if owner is not None or not health.verdict.faulty else _ill_parts(view, obj)
    kind, because = _NOT_WELL, parts
    if owner is not None:
        kind, because = _OWNER, (owner,)
    elif parts:
        kind = _PARTS
    return Diagnosis(
        id=kind,
        message=health.message or health.reason,
        next=describe(resource, obj.metadata.namespace, obj.metadata.name),
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        because=because,
        missing=health.missing,
        recheck_at=health.recheck_at,
    )


def _explained_owner(view: View, obj: Any, explain: Explain, depth: int = 0) -> Ref | None:
    """The owner, if it is at fault for a reason that a family knows, or its own owner is."""
    for reference in obj.metadata.owner_references:
        name = view.resource_of(reference.api_version, reference.kind)
        if not reference.controller or not name:
            continue
        owner = view.get(name, reference.name, obj.metadata.namespace) or view.get(name, reference.name)
        if owner is None or owner.metadata.uid != reference.uid:
            continue
        health = health_of(view, name, owner)
        why = explain(view, name, owner, health) if health.verdict.faulty else None
        # An owner that is only what its parts are explains none of them.
        known = why is not None and not any(_names(ref, obj) for ref in why.because)
        if why is None and health.verdict.faulty and depth < _MOST:
            known = _explained_owner(view, owner, explain, depth + 1) is not None
        if known:
            return Ref(reference.api_version, reference.kind, owner.metadata.namespace, reference.name)
    return None


def _names(ref: Ref, obj: Any) -> bool:
    return (ref.namespace, ref.name) == (obj.metadata.namespace, obj.metadata.name)


def _ill_parts(view: View, obj: Any) -> tuple[Ref, ...]:
    """What the object owns and is at fault, the worst first."""
    found = []
    for name, child in view.children(obj):
        if not is_judged(name):
            continue
        health = health_of(view, name, child)
        if health.verdict.faulty:
            served = view.resources.get(name)
            if served is not None:
                ref = Ref(served.api_version, served.kind, child.metadata.namespace, child.metadata.name)
                found.append((-health.verdict.badness, str(ref), ref))
    return tuple(ref for _, _, ref in sorted(found)[:_MOST])
