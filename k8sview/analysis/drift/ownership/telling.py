"""What a drift that ownership tells stands on: evidence, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.drift.ownership.case import Case, is_node
from k8sview.analysis.drift.ownership.owners import Owner
from k8sview.analysis.drift.ownership.regime import Basis
from k8sview.analysis.drift.ownership.resolution import Location
from k8sview.analysis.drift.ownership.tracking import LAST_APPLIED
from k8sview.analysis.drift.ownership.values import secret_payload, shown_value
from k8sview.model.drift import ActorClass, DriftTime
from k8sview.model.fields import read_one
from k8sview.model.status import Confidence
from k8sview.model.times import format_time


def confidence(case: Case, owner: Owner, time: DriftTime, *, by_hand: bool) -> Confidence:
    if owner.actor.actor_class is ActorClass.UNKNOWN:
        return Confidence.INFERRED
    guessed = case.ruled is None or (case.ruled.basis is Basis.CREATOR and not is_node(case.ref))
    if not by_hand and guessed:
        return Confidence.INFERRED
    return Confidence.OBSERVED if time.basis == "event" else Confidence.CERTAIN


def evidence(case: Case, place: Location, path: str, value: Any) -> Iterator[str]:
    owners = dict.fromkeys(case.owned.leaves.get(place) or case.owned.nodes.get(place, ()))
    for one in owners:
        at = format_time(one.time) if one.time is not None else "none"
        yield f"metadata.managedFields[manager={one.actor.manager}].time = {at}"
        if one.api_version:
            yield f"metadata.managedFields[manager={one.actor.manager}].apiVersion = {one.api_version}"
    shown = shown_value(case.owned.body, path, value)
    if shown is not None:
        yield f"{path} = {shown}"
    elif secret_payload(case.owned.body, path):
        yield f"{path} = (a Secret's value)"
    yield from mark(case)


def mark(case: Case) -> Iterator[str]:
    if case.ruled is None or not case.ruled.mark or LAST_APPLIED in case.ruled.mark:
        return
    value = read_one(dict(case.owned.body), case.ruled.mark)
    if isinstance(value, str):
        yield f"{case.ruled.mark} = {value}"
