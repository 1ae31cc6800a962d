"""A diagnosis made of a verdict: it inherits since when, how sure, and by what; the rule adds why and what to do."""

from __future__ import annotations

from typing import Any

from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence


def explain(
    health: Health,
    slug: str,
    message: str,
    following: str,
    *,
    because: tuple[Ref, ...] = (),
    evidence: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    inferred: bool = False,
) -> Diagnosis:
    """``following`` is the next step. What could not be read makes it inferred."""
    unread = tuple(dict.fromkeys((*health.missing, *missing)))
    return Diagnosis(
        id=slug,
        message=message,
        next=following,
        since=health.since,
        confidence=Confidence.INFERRED if inferred or unread else health.confidence,
        evidence=tuple(dict.fromkeys((*health.evidence, *evidence))),
        because=because,
        missing=unread,
        recheck_at=health.recheck_at,
    )


def kind_of(obj: Any) -> str:
    """The kind of any object: custom ones say it, the others are named like their structs."""
    return obj.kind if isinstance(obj, Custom) else type(obj).__name__


def called(obj: Any, kind: str = "") -> str:
    """``PersistentVolumeClaim shop/db``, as a sentence names it; ``kind`` for what was read as metadata alone."""
    where = f"{obj.metadata.namespace}/" if obj.metadata.namespace else ""
    return f"{kind or kind_of(obj)} {where}{obj.metadata.name}"


def asked(obj: Any) -> str:
    """What kubectl calls its kind: ``widget.example.org``, ``persistentvolumeclaim``."""
    kind = kind_of(obj).lower()
    group = obj.api_version.rpartition("/")[0] if isinstance(obj, Custom) else ""
    return f"{kind}.{group}" if group else kind
