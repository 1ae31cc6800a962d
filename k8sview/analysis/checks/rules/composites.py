"""Crossplane's composites and claims, by the warnings that their controller keeps repeating about them.

Their kinds are the platform's own and differ from cluster to cluster, so no fixed list of resources could name them;
their definitions say which kinds they are, and events are read for all kinds at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.core import Event
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_duration, parse_time

DEFINITIONS = "compositeresourcedefinitions.apiextensions.crossplane.io"
_LIST = 5


class QuietParameters(Parameters, frozen=True, kw_only=True):
    """``within``: how recent a warning must be. ``repeated``: how often it must have come; once may be a start."""

    within: str = "30m"
    repeated: int = 3

    def problem(self) -> str | None:
        return None if parse_duration(self.within) else f"within: {self.within!r} is no duration (10m, 1h)"


@rule("composites-quiet", QuietParameters)
def composites_quiet(context: Context, parameters: QuietParameters) -> Iterator[Judged]:
    """No composite or claim is warned about again and again. One finding for each object."""
    within = parse_duration(parameters.within) or timedelta(minutes=30)
    table = context.table(DEFINITIONS)
    kinds: set[tuple[str, str]] = set()
    for key in sorted(table.objects):
        kinds |= _kinds(table.objects[key])
        yield Judged(ref_to(table, table.objects[key]), PASS)
    warned: dict[Ref, list[Event]] = {}
    events = context.table("events")
    for key in sorted(events.objects) if kinds else ():
        event: Event = events.objects[key]
        about = event.involved_object
        if (about.api_version.partition("/")[0], about.kind) not in kinds or event.type != "Warning":
            continue
        if _recent(event, context.now, within):
            subject = Ref(about.api_version, about.kind, about.namespace or None, about.name)
            warned.setdefault(subject, []).append(event)
        yield Judged(None, PASS)
    for subject, seen in warned.items():
        if sum(event.times_seen for event in seen) >= parameters.repeated:
            yield Judged(subject, _warned(seen, context.now, within))


def _kinds(definition: Any) -> set[tuple[str, str]]:
    group = text(definition, "spec.group")
    names = (text(definition, "spec.names.kind"), text(definition, "spec.claimNames.kind"))
    return {(group, kind) for kind in names if group and kind}


def _recent(event: Event, now: datetime, within: timedelta) -> bool:
    seen = parse_time(event.last_seen)
    return seen is not None and now - seen <= within


def _warned(seen: list[Event], now: datetime, within: timedelta) -> Outcome:
    seen = sorted(seen, key=lambda event: event.last_seen or "", reverse=True)
    newest = seen[0]
    times = sum(event.times_seen for event in seen)
    begun = [at for event in seen if (at := parse_time(event.first_timestamp or event.event_time)) is not None]
    return fails(
        f"not composed: {newest.reason or 'Warning'}: {newest.message or ''} ({times} times)",
        observed=newest.reason,
        expected="no repeated warnings",
        evidence=tuple(f"event {event.metadata.name}: {event.reason} at {event.last_seen}" for event in seen[:_LIST]),
        since=min(begun, default=None),
        confidence=Confidence.OBSERVED,
        recheck_at=now + within,
    )
