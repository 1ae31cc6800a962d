"""``events-quiet``: what controllers and kubelets complained of lately, told by object or by node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.times import parse_duration, parse_time


class EventsQuietParameters(Parameters, frozen=True, kw_only=True):
    """Fewer than ``minimum`` objects had an event with one of ``reasons`` and a message that ``matches`` within
    ``within``. ``by: node`` tells them per node of the pods concerned, ``by: object`` one by one."""

    reasons: tuple[str, ...]
    matches: str = ""
    within: str = "1h"
    minimum: int = 1
    by: str = "object"

    def reads(self) -> tuple[str, ...]:
        return ("events", *(("pods", "nodes") if self.by == "node" else ()))

    def problem(self) -> str | None:
        if self.by not in ("node", "object"):
            return f"by: {self.by!r} is neither node nor object"
        if parse_duration(self.within) is None:
            return f"within: {self.within!r} is no duration (1h)"
        try:
            re.compile(self.matches)
        except re.error as error:
            return f"{self.matches!r} is no regular expression: {error}"
        return None


@rule("events-quiet", EventsQuietParameters)
def events_quiet(context: Context, parameters: EventsQuietParameters) -> Iterator[Judged]:
    within = parse_duration(parameters.within) or timedelta(hours=1)
    pattern = re.compile(parameters.matches, re.IGNORECASE)
    groups: dict[Ref, dict[str, Any]] = {}
    for event in context.table("events"):
        yield Judged(None, PASS)
        seen = parse_time(event.last_seen)
        if event.reason not in parameters.reasons or seen is None or context.now - seen > within:
            continue
        if not pattern.search(event.message or ""):
            continue
        subject = _subject(context, event, parameters.by)
        objects = groups.setdefault(subject, {})
        involved = event.involved_object
        known = objects.get(f"{involved.namespace}/{involved.name}")
        if known is None or (known.last_seen or "") < (event.last_seen or ""):
            objects[f"{involved.namespace}/{involved.name}"] = event
    for subject, objects in sorted(groups.items(), key=lambda item: str(item[0])):
        if len(objects) >= parameters.minimum:
            yield Judged(subject, _loud(objects, within))


def _subject(context: Context, event: Any, by: str) -> Ref:
    involved = event.involved_object
    if by == "node":
        pod = context.view.get("pods", involved.name, involved.namespace)
        node = (pod.spec.node_name if pod is not None else "") or event.source.host
        if node:
            return Ref("v1", "Node", None, node)
    return Ref(involved.api_version or "v1", involved.kind, involved.namespace, involved.name)


def _loud(objects: dict[str, Any], within: timedelta) -> Outcome:
    name, newest = max(objects.items(), key=lambda item: item[1].last_seen or "")
    seen = parse_time(newest.last_seen)
    about = f"{newest.reason} of {newest.involved_object.kind} {name}"
    if len(objects) > 1:
        about += f" and {len(objects) - 1} more"
    return fails(
        f"{about}: {newest.message or 'no message'}",
        observed=newest.reason,
        evidence=tuple(f"{event.last_seen} {one}: {event.reason}" for one, event in sorted(objects.items())[:5]),
        since=min((at for event in objects.values() if (at := parse_time(event.last_seen))), default=None),
        confidence=Confidence.OBSERVED,
        recheck_at=seen + within if seen else None,
    )
