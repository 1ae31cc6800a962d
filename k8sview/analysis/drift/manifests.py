"""Manifests in hand (a directory in CI, say) against the cluster (D4): what differs, what is missing, what is unknown.

What was applied once and is in no manifest any more shows in ownership, not here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from k8sview.analysis.drift.comparing.difference import REMOVAL, SECRET_DATA, Comparing
from k8sview.analysis.drift.comparing.documents import Documents, Identity, Stated, stated
from k8sview.analysis.drift.comparing.objects import Terms, compared
from k8sview.analysis.drift.comparing.security import is_secured
from k8sview.analysis.drift.covering import COVERED
from k8sview.analysis.drift.fields import step
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.status import Confidence, Severity
from k8sview.model.view import View

_KIND = DriftKind.MANIFEST
_PLAIN = Comparing()

SECRET_VALUES = "values of Secrets are never read; who wrote its keys is told by its field sets"
Bodies = Mapping[Identity, Mapping[str, Any] | None]
_NONE: Bodies = {}


def wanted(
    view: View, documents: Documents, namespace: str = "default", chosen: Collection[str] | None = None
) -> tuple[Stated, ...]:
    """Where each document goes; what has a ``resource`` is to be fetched. Of an object stated twice, the last counts,
    as it does for who applies them in order. ``chosen``: the only namespaces that are looked into."""
    return tuple(one for one in _places(view, documents, namespace) if not _outside(one, chosen))


def _places(view: View, documents: Documents, namespace: str) -> Iterable[Stated]:
    return {one.identity: one for one in (stated(view, body, namespace) for body in documents.bodies)}.values()


def _outside(one: Stated, chosen: Collection[str] | None) -> bool:
    return chosen is not None and one.ref.namespace is not None and one.ref.namespace not in chosen


def manifests(
    view: View,
    documents: Documents,
    bodies: Bodies,
    namespace: str = "default",
    comparing: Comparing = _PLAIN,
    *,
    chosen: Collection[str] | None = None,
    outlines: Bodies = _NONE,
) -> Drifts:
    """Drifts of everything that the documents state.

    ``bodies``: live objects by ``Stated.identity``; None for one that was asked for and is not there. What is not in
    it was not asked for, or could not be read: stated, never taken for missing. ``chosen``: the only namespaces that
    are looked into; who hands in a manifest of another one is told. ``outlines``: Secrets as ``outline`` has them.
    """
    found = Drifts(not_checkable=tuple(gap for problem in documents.problems for gap in _unseen(problem)))
    terms = Terms(
        kind=_KIND,
        stated_by="the manifest",
        next_step="kubectl diff -f the manifest, then apply it or correct it",
        comparing=comparing,
    )
    for one in _places(view, documents, namespace):
        if _outside(one, chosen):
            words = f"{one.ref} lies outside of the namespaces that were chosen ({', '.join(sorted(chosen or ()))})"
            found += Drifts(not_checkable=_unseen(words))
        else:
            found += _of_one(view, one, bodies, terms, outlines)
    return found


def _of_one(view: View, one: Stated, bodies: Bodies, terms: Terms, outlines: Bodies) -> Drifts:
    if one.resource is None:
        return Drifts(not_checkable=_unseen(f"{one.ref}: {one.problem}"))
    if unread_secret(one, bodies):
        outlined = outlines.get(one.identity)
        if outlined is not None or not (one.identity in outlines or gone_secret(view, one)):
            return _of_secret(view, one, outlined, terms)
        bodies = {one.identity: None}
    if one.identity not in bodies:
        return Drifts(not_checkable=_unseen(f"{one.ref} was not read"))
    body = bodies[one.identity]
    return missing((one,), terms.stated_by) if body is None else compared(view, one, body, terms)


def _of_secret(view: View, one: Stated, outlined: Mapping[str, Any] | None, terms: Terms) -> Drifts:
    """Which stated keys are not there. That the values of the others were not compared counts: somebody handed them
    in to have them compared."""
    gaps: tuple[NotCheckable, ...] = (NotCheckable(_KIND, f"{one.ref}: {SECRET_VALUES}"),)
    if outlined is None and not view.readable("secrets", one.ref.namespace):
        gaps += (NotCheckable(DriftKind.MISSING, f"{one.ref} was not read"),)
    found = _keys(outlined) if outlined is not None else frozenset()
    # Where field sets name no key at all they were emptied, or somebody applied nothing yet: that tells nothing.
    lost = sorted(_keys(one.body) - found) if found else ()
    return Drifts(tuple(_without_key(one, key, terms) for key in lost), gaps)


def _keys(body: Mapping[str, Any]) -> frozenset[str]:
    parts = [part for name in SECRET_DATA if isinstance(part := body.get(name), dict)]
    return frozenset(str(key) for part in parts for key, value in part.items() if value is not None)


def _without_key(one: Stated, key: str, terms: Terms) -> Drift:
    path = step("data", key)
    return Drift(
        kind=_KIND,
        object=one.ref,
        path=path,
        change=REMOVAL,
        before=COVERED,
        confidence=Confidence.INFERRED,
        security=True,
        severity=Severity.HIGH,
        message=f"{path} is stated by {terms.stated_by}, and no field set of the Secret names it",
        next=terms.next_step,
    )


def _unseen(reason: str) -> tuple[NotCheckable, ...]:
    """What was not looked at may differ, and may be missing as well."""
    return NotCheckable(_KIND, reason), NotCheckable(DriftKind.MISSING, reason)


def unread_secret(one: Stated, bodies: Bodies) -> bool:
    """Whether it is a Secret, whose values nobody reads."""
    return one.resource is not None and one.resource.name == "secrets" and one.identity not in bodies


def gone_secret(view: View, one: Stated) -> bool:
    """Whether a Secret is not there, which its table tells without its values."""
    namespace = one.ref.namespace
    return view.readable("secrets", namespace) and view.get("secrets", one.ref.name, namespace) is None


def missing(gone: Iterable[Stated], stated_by: str) -> Drifts:
    """What is stated and was looked for in vain. A Job that its own deadline removes is done, not missing."""
    return Drifts(tuple(_missing(one, stated_by) for one in gone if not _removes_itself(one.body)))


def _missing(one: Stated, stated_by: str) -> Drift:
    return Drift(
        kind=DriftKind.MISSING,
        object=one.ref,
        change="removal",
        security=is_secured("", one.ref.kind, one.ref.api_version.rpartition("/")[0]),
        severity=Severity.HIGH,
        message=f"{one.ref} does not exist, which {stated_by} states",
        next="apply it again, or take it out of what states it",
    )


def _removes_itself(body: Mapping[str, Any]) -> bool:
    spec = body.get("spec")
    return body.get("kind") == "Job" and isinstance(spec, dict) and "ttlSecondsAfterFinished" in spec
