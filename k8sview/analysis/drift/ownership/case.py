"""One object as its judgement sees it: who owns what, who is meant to write it, and what the caller knows besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from k8sview.analysis.drift.ownership import bounds
from k8sview.analysis.drift.ownership.desired import Desired
from k8sview.analysis.drift.ownership.owners import Owner, Ownership
from k8sview.analysis.drift.ownership.regime import Regime, Write, delivers, regime
from k8sview.analysis.drift.ownership.tracking import Subject, tracking
from k8sview.analysis.drift.scaled import Scaling
from k8sview.model.resources import Ref


class Case(msgspec.Struct, frozen=True):
    """One object with everything its judgement needs."""

    owned: Ownership
    ref: Ref
    resource: str
    ruled: Regime | None
    deliverers: tuple[Owner, ...]
    desired: Desired | None
    scalings: tuple[Scaling, ...]


def opened(owned: Ownership, resource: str, desired: Desired | None, scalings: Sequence[Scaling]) -> Case:
    body = owned.body
    ruled = regime_of(body, owned)
    deliverers = tuple(one for one in owned.owners if ruled is not None and delivers(one.actor, ruled))
    return Case(owned, ref_of(body), resource, ruled, deliverers, desired, tuple(scalings))


def regime_of(body: Mapping[str, Any], owned: Ownership) -> Regime | None:
    """Who is meant to write an object."""
    ref, metadata = ref_of(body), metadata_of(body)
    subject = Subject(ref.api_version.rpartition("/")[0], ref.kind, ref.namespace or "", ref.name)
    marks = tracking(subject, _words(metadata.get("labels")), _words(metadata.get("annotations")))
    counts: dict[Owner, int] = {}
    for found in owned.leaves.values():
        for one in found:
            counts[one] = counts.get(one, 0) + 1
    writes = [Write(one.actor, one.time, counts.get(one, 0)) for one in owned.owners]
    return regime(marks, writes, bounds.created(body))


def controlled(body: Mapping[str, Any]) -> bool:
    owners = metadata_of(body).get("ownerReferences")
    return isinstance(owners, list) and any(isinstance(one, dict) and one.get("controller") is True for one in owners)


def is_node(ref: Ref) -> bool:
    """Whether it is a machine of the cluster: its kubelet makes it, and people change it in place."""
    return (ref.api_version, ref.kind) == ("v1", "Node")


def ref_of(body: Mapping[str, Any]) -> Ref:
    metadata = metadata_of(body)
    api_version, kind, name = (_word(one) for one in (body.get("apiVersion"), body.get("kind"), metadata.get("name")))
    return Ref(api_version, kind, _word(metadata.get("namespace")) or None, name)


def metadata_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = body.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _words(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: one for name, one in value.items() if isinstance(name, str) and isinstance(one, str)}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
