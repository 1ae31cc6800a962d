"""What ``kubectl apply`` last stated of an object, kept in its annotation, against what the object is now (D2).

The annotation is only as fresh as the last client-side apply: where somebody applies server-side since, it is doubted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.compare import Comparison
from k8sview.analysis.drift.comparing.difference import LAST_APPLIED
from k8sview.analysis.drift.comparing.documents import Stated, stated
from k8sview.analysis.drift.comparing.objects import Terms, compared
from k8sview.model.drift import DriftKind, Drifts, NotCheckable
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_time
from k8sview.model.view import View

_CLIENT_SIDE = "kubectl-client-side-apply"
_KIND = DriftKind.LAST_APPLIED


def last_applied(view: View, body: Mapping[str, Any], both: Comparison | None = None) -> Drifts:
    """Drifts of one object, read whole, from its own annotation; nothing where it has none. ``both``: the two side by
    side, where somebody has compared them already.

    What a controller owns is left to its owner, which is what people apply. ``CERTAIN`` where the client-side apply is
    the last apply that the object saw, else ``INFERRED``.
    """
    one = applied(view, body)
    if one is None:
        return Drifts()
    if isinstance(one, NotCheckable):
        return Drifts(not_checkable=(one,))
    terms = Terms(
        kind=_KIND,
        stated_by="the last kubectl apply",
        confidence=Confidence.CERTAIN if freshest(body["metadata"]) else Confidence.INFERRED,
        own_writes=False,
        next_step="apply the manifest again, or take the change over into it",
    )
    return compared(view, one, body, terms, both)


def applied(view: View, body: Mapping[str, Any]) -> Stated | NotCheckable | None:
    """What an object's annotation states of it, or why that cannot be told; None where it has none, or is owned by a
    controller."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(LAST_APPLIED) if isinstance(annotations, dict) else None
    if not isinstance(metadata, dict) or text is None or _controlled(metadata):
        return None
    ref = Ref(
        str(body.get("apiVersion") or ""),
        str(body.get("kind") or ""),
        metadata.get("namespace") or None,
        str(metadata.get("name") or ""),
    )
    desired = _decoded(text)
    if desired is None:
        return NotCheckable(_KIND, f"{ref}: its {LAST_APPLIED} annotation is no JSON object of this kind")
    named = desired["metadata"].get("name")
    if desired["kind"] != ref.kind or named != ref.name:
        reason = f"{ref}: its {LAST_APPLIED} annotation is of another object, {desired['kind']} {named}"
        return NotCheckable(_KIND, reason)
    return msgspec.structs.replace(stated(view, desired, ref.namespace or ""), ref=_of(desired, ref))


def _of(desired: Mapping[str, Any], ref: Ref) -> Ref:
    return Ref(desired["apiVersion"], ref.kind, ref.namespace, ref.name)


def _decoded(text: Any) -> dict[str, Any] | None:
    """The annotation as an object with kind, version and name; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return None
    words = (value.get("kind"), value.get("apiVersion"), value["metadata"].get("name"))
    return value if all(isinstance(word, str) and word for word in words) else None


def _controlled(metadata: Mapping[str, Any]) -> bool:
    owners = metadata.get("ownerReferences")
    return isinstance(owners, list) and any(isinstance(one, dict) and one.get("controller") is True for one in owners)


def freshest(metadata: Mapping[str, Any]) -> bool:
    """Whether nobody applied server-side since the last client-side apply. An Apply without a time found everything
    equal: whether before or after, nobody can tell, and it may state other things by now."""
    entries = list(_entries(metadata))
    mine = [parse_time(one.get("time")) for one in entries if _client_side(one)]
    applied = max((time for time in mine if time is not None), default=None)
    if applied is None:
        return False
    others = [parse_time(one.get("time")) for one in entries if one.get("operation") == "Apply"]
    return all(time is not None and time < applied for time in others)


def _client_side(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is of who applies client-side: kubectl, or a tool that keeps the same annotation (Argo CD)."""
    if entry.get("manager") == _CLIENT_SIDE:
        return True
    owned: Any = entry.get("fieldsV1")
    for step in ("f:metadata", "f:annotations"):
        owned = owned.get(step) if isinstance(owned, dict) else None
    return entry.get("operation") == "Update" and isinstance(owned, dict) and f"f:{LAST_APPLIED}" in owned


def _entries(metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    entries = metadata.get("managedFields")
    for one in entries if isinstance(entries, list) else ():
        if isinstance(one, dict) and not one.get("subresource"):
            yield one
