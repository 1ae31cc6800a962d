"""What changed lately, as rows: what our own watch saw, and what revisions and managedFields tell of before.

Facts with times; whether a change was meant to be is another question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from k8sview.model.drift import Actor
from k8sview.model.kinds import KINDS
from k8sview.model.living_drift import LivingDrift, SeenChange
from k8sview.model.resources import Key, Ref
from k8sview.model.times import format_age, parse_duration
from k8sview.reports.health_text import name_of
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, Word, age
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.drift_words import clock, happened, short_change, short_path, who, who_at_length
from k8sview.tui.present.lines import Line, line, wrapped
from k8sview.tui.present.places import Place

USUAL = timedelta(hours=1)
"""How far back the screen looks where nobody says."""


_SAME = timedelta(seconds=5)
"""What our watch saw and what an object tells of itself are one change if so little lies between them."""


class Told(NamedTuple):
    """A change that something else than our watch tells of: one sentence."""

    at: datetime
    resource: str
    key: Key
    sentence: str


class Happening(NamedTuple):
    """One row. ``source``: ``watch``, or what else tells."""

    at: datetime
    place: Place
    name: str
    namespace: str
    path: str
    words: str
    actor: Actor | None
    source: str
    security: bool = False
    routine: bool = False
    exact: bool = True
    short: str = ""


def _values(one: Happening, _around: Surroundings) -> tuple[Any, ...]:
    suspicious = one.actor is not None and one.actor.actor_class.suspicious
    return (
        one.at,
        one.name,
        short_path(one.path),
        one.short or one.words,
        Word(who(one.actor), Role.WARN if suspicious else Role.MUTED) if one.actor is not None else None,
        "watch" if one.source == "watch" and one.exact else f"{one.source} (gap)" if not one.exact else one.source,
        one.namespace,
    )


CHANGES = TableSpec(
    (
        Column("age", "AGO", right=True),
        Column("name", "OBJECT", flexible=True, widest=48, least=20),
        Column("path", "PATH", flexible=True, widest=60, least=20),
        Column("change", "OLD → NEW", flexible=True, widest=70, least=18, sentence=True),
        Column("who", "WHO", flexible=True, widest=24, least=13, sentence=True),
        Column("source", "TOLD BY", widest=13),
        Column("namespace", "NAMESPACE", wide=True, widest=24),
    ),
    _values,
    default_sort="age",
)


def span_of(text: str) -> timedelta | None:
    """How far back ``:since 30m`` looks; None for what is no duration."""
    return parse_duration(text) if text else USUAL


def happenings(
    drift: LivingDrift | None,
    told: Iterable[Told],
    now: datetime,
    within: timedelta,
    *,
    routine: bool,
    before: Mapping[Key, Happening],
) -> Mapping[Key, Happening]:
    """The rows by key. ``routine``: controllers' own work as well. What our watch saw is told once."""
    found: dict[Key, Happening] = {}
    seen = [one for one in drift.seen if now - one.at <= within] if drift is not None else []
    for one in seen:
        if routine or not one.routine:
            found[f"{one.at.isoformat()} {one.resource} {one.key[0]}", f"{one.key[1]} {one.path}"] = _of_watch(one)
    watched: dict[tuple[str, Key], list[datetime]] = {}
    for one in seen:
        if routine or not one.routine:
            watched.setdefault((one.resource, one.key), []).append(one.at)
    for other in told:
        if not any(abs(at - other.at) <= _SAME for at in watched.get((other.resource, other.key), ())):
            key = (f"{other.at.isoformat()} {other.resource} {other.key[0]}", f"{other.key[1]} {other.sentence}")
            found[key] = _of_others(other)
    return {key: before[key] if before.get(key) == one else one for key, one in found.items()}


def _of_watch(one: SeenChange) -> Happening:
    place = places.thing(one.resource, one.key, "timeline")
    return Happening(
        one.at,
        place,
        name_of(one.object),
        one.object.namespace or "",
        one.path,
        happened(one),
        one.actor,
        "watch",
        one.security,
        one.routine,
        one.exact,
        short_change(one.before, one.after, one.change),
    )


def _of_others(one: Told) -> Happening:
    namespace, name = one.key
    place = places.thing(one.resource, one.key, "timeline")
    kind = KINDS[one.resource].resource.kind if one.resource in KINDS else one.resource.partition(".")[0]
    named = f"{kind} {namespace + '/' if namespace else ''}{name}"
    return Happening(one.at, place, named, namespace, "", one.sentence.removeprefix(f"{named} "), None, "the objects")


def changes_line(drift: LivingDrift | None, within: timedelta, now: datetime, width: int) -> Line:
    """Since when something was watched, and how far back the screen looks."""
    if drift is None:
        return line(" ", Span("… nothing was watched yet", Role.MUTED))
    if drift.watched_since is None:
        words = f"the last {format_age(within)} of a recording: what changed in it, and what the objects tell"
        return line(" ", Span(words, Role.MUTED))
    since = drift.watched_since
    text = f"the last {format_age(within)} · watched since {clock(since, now)} ({age(since, now)})"
    more = " · before that only what objects tell of themselves" if now - since < within else ""
    return line(" ", Span(text + more if len(text + more) < width else text, Role.MUTED))


def happening_lines(one: Happening, now: datetime, width: int) -> list[Line]:
    """The row under the cursor in full."""
    gap = "" if one.exact else ", while nobody watched: some time before"
    lines = wrapped(f"{one.path}: {one.words}" if one.path else one.words, width)
    by = f"{who_at_length(one.actor)} · " if one.source == "watch" else ""
    told = f"{by}at {clock(one.at, now)} ({age(one.at, now)} ago){gap}, told by {_SOURCES.get(one.source, one.source)}"
    lines += wrapped(told, width, Role.MUTED)
    notes = [words for words, is_so in (("security", one.security), ("routine work", one.routine)) if is_so]
    return [*lines, *wrapped(" · ".join((one.name, *notes)), width, Role.MUTED)]


_SOURCES = {"watch": "our own watch"}


def moments_text(one: SeenChange) -> str:
    """A change that was seen as one sentence of its object's timeline."""
    by = f" by {who(one.actor)}" if one.actor is not None else ", and nobody signed it"
    return f"{one.path + ': ' if one.path else 'was '}{happened(one)}{by} (seen by our own watch)"


def of_object(drift: LivingDrift | None, ref: Ref) -> tuple[SeenChange, ...]:
    """What was seen of one object, newest first."""
    return tuple(one for one in drift.seen if one.object == ref) if drift is not None else ()
