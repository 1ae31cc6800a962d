"""The user's own classes of field managers, for drifts that were told without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from k8sview.analysis.drift.ownership.managers import Known
from k8sview.model.drift import Drift, DriftKind

_BY_HAND = (DriftKind.REPLICAS, DriftKind.POD_TEMPLATE, DriftKind.OUT_OF_BAND)
"""What is drift because of who did it."""


def reclassed(drifts: Iterable[Drift], known: Known) -> Iterator[Drift]:
    """The drifts with their actors in the user's classes; what a program does that is meant to is no drift by hand."""
    for one in drifts:
        who = one.actor
        if who is None or who.manager not in known or who.actor_class is known[who.manager]:
            yield one
            continue
        told = known[who.manager]
        if one.kind not in _BY_HAND or told.suspicious:
            yield msgspec.structs.replace(one, actor=msgspec.structs.replace(who, actor_class=told))
