"""Manifests in hand (a directory in CI, say) against the cluster (D4): what differs, what is missing, what is unknown.

What was applied once and is in no manifest any more shows in ownership, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from k8sview.analysis.drift.comparing.difference import Comparing
from k8sview.analysis.drift.comparing.documents import Documents, Identity, Stated, stated
from k8sview.analysis.drift.comparing.objects import Terms, compared
from k8sview.analysis.drift.comparing.security import is_secured
from k8sview.model.drift import Drift, DriftKind, Drifts, NotCheckable
from k8sview.model.status import Severity
from k8sview.model.view import View

_KIND = DriftKind.MANIFEST
_PLAIN = Comparing()

SECRET_VALUES = "values of Secrets are never read; who wrote its keys is told by its field sets"


def wanted(view: View, documents: Documents, namespace: str = "default") -> tuple[Stated, ...]:
    """Where each document goes; what has a ``resource`` is to be fetched. Of an object stated twice, the last counts,
    as it does for who applies them in order."""
    found = {one.identity: one for one in (stated(view, body, namespace) for body in documents.bodies)}
    return tuple(found.values())


def manifests(
    view: View,
    documents: Documents,
    bodies: Mapping[Identity, Mapping[str, Any] | None],
    namespace: str = "default",
    comparing: Comparing = _PLAIN,
) -> Drifts:
    """Drifts of everything that the documents state.

    ``bodies``: live objects by ``Stated.identity``; None for one that was asked for and is not there. What is not in
    it was not asked for, or could not be read: stated, never taken for missing.
    """
    found = Drifts(not_checkable=tuple(NotCheckable(_KIND, problem) for problem in documents.problems))
    terms = Terms(
        kind=_KIND,
        stated_by="the manifest",
        next_step="kubectl diff -f the manifest, then apply it or correct it",
        comparing=comparing,
    )
    for one in wanted(view, documents, namespace):
        found += _of_one(view, one, bodies, terms)
    return found


def _of_one(view: View, one: Stated, bodies: Mapping[Identity, Mapping[str, Any] | None], terms: Terms) -> Drifts:
    if one.resource is None:
        return Drifts(not_checkable=(NotCheckable(_KIND, f"{one.ref}: {one.problem}"),))
    if unread_secret(one, bodies):
        if not gone_secret(view, one):
            return Drifts(not_checkable=(NotCheckable(_KIND, f"{one.ref}: {SECRET_VALUES}", blind=False),))
        bodies = {one.identity: None}
    if one.identity not in bodies:
        return Drifts(not_checkable=(NotCheckable(_KIND, f"{one.ref} was not read"),))
    body = bodies[one.identity]
    return missing((one,), terms.stated_by) if body is None else compared(view, one, body, terms)


def unread_secret(one: Stated, bodies: Mapping[Identity, Mapping[str, Any] | None]) -> bool:
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
