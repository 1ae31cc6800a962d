"""What one open page asks beyond the picture: why, which cause, what happened. Asked when the page is drawn, never for
every picture; the last answer of each sort stands until what it rests on has changed.

Whoever answers is imported when first asked: the first frame waits for none of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.model.health_report import CauseReport, Unseen, WhyReport
from k8sview.model.resources import Key, key_of
from k8sview.model.timeline import Moment, MomentKind
from k8sview.model.view import View
from k8sview.session.picture import Picture
from k8sview.tui.connection import Connection
from k8sview.tui.present.changes import Told, moments_text
from k8sview.tui.present.history import History

_HISTORY_SECONDS = 1.0
"""A history walks everything around an object: it is told anew at most this often."""


_RECENT_SECONDS = 5.0
"""The same of what changed in the whole cluster."""


class Inquiry:
    """Answers about the newest picture."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._why: tuple[tuple[Any, ...], WhyReport] | None = None
        self._cause: tuple[tuple[Any, ...], CauseReport] | None = None
        self._unseen: tuple[View, tuple[Unseen, ...]] | None = None
        self._history: tuple[tuple[Any, ...], float, History] | None = None
        self._recent: tuple[tuple[timedelta, int], float, tuple[Told, ...]] | None = None

    def why(self, picture: Picture | None, resource: str, key: Key) -> WhyReport | None:
        """The answer as ``k8sview why`` gives it; None before the first judgement and for what it did not judge."""
        engine = self._connection.engine
        health = picture.health if picture is not None else None
        if picture is None or health is None or engine is None:
            return None
        asked = (health, resource, key)
        if self._why is not None and _same(self._why[0], asked):
            return self._why[1]
        if engine.judged(resource, key) is None:
            return None
        from k8sview.session.health_reporting import HealthReading, build_why_report
        from k8sview.session.reporting import Timing

        moment = picture.view.taken_at
        reading = HealthReading(picture.view, engine, health, Timing(moment, moment, 0))
        answer = build_why_report(reading, resource, key)
        self._why = asked, answer
        return answer

    def cause(self, picture: Picture | None, cause_id: str) -> CauseReport | None:
        """The cause as ``k8sview health`` tells it."""
        health = picture.health if picture is not None else None
        if picture is None or health is None:
            return None
        asked = (health, cause_id)
        if self._cause is not None and _same(self._cause[0], asked):
            return self._cause[1]
        found = next((one for one in health.causes if one.id == cause_id), None)
        if found is None:
            return None
        from k8sview.session.health_reporting import cause_report

        answer = cause_report(picture.view, found)
        self._cause = asked, answer
        return answer

    def unseen(self, picture: Picture | None) -> tuple[Unseen, ...]:
        """Judged resources that could not be read, wholly or in part."""
        if picture is None or picture.health is None:
            return ()
        if self._unseen is None or self._unseen[0] is not picture.view:
            from k8sview.session.health_reporting import unseen_of

            self._unseen = picture.view, unseen_of(picture.view)
        return self._unseen[1]

    def history(self, picture: Picture | None, resource: str, obj: Any) -> History:
        """The moments of one object, and what they cannot tell."""
        if picture is None:
            return History()
        view, now = picture.view, time.monotonic()
        if self._history is not None:
            (known, version), told_at, answer = self._history
            if known is obj and (version == view.version or now - told_at < _HISTORY_SECONDS):
                return answer
        from k8sview.analysis.drift.timeline import timeline, timeline_gaps

        moments = (*timeline(view, resource, obj), *_seen_of(picture, resource, obj))
        gaps = timeline_gaps(view, resource, obj)
        answer = History(tuple(sorted(moments, key=lambda one: one.at, reverse=True)), gaps)
        self._history = (obj, view.version), now, answer
        return answer

    def recent(self, picture: Picture | None, within: timedelta) -> tuple[Told, ...]:
        """What the objects themselves tell of the last while, newest first."""
        if picture is None:
            return ()
        asked, now = (within, picture.view.version), time.monotonic()
        if self._recent is not None:
            known, told_at, answer = self._recent
            if known == asked or (known[0] == within and now - told_at < _RECENT_SECONDS):
                return answer
        from k8sview.analysis.drift.recent import recent_changes

        answer = tuple(
            Told(one.at, one.resource, one.key, one.sentence) for one in recent_changes(picture.view, within)
        )
        self._recent = asked, now, answer
        return answer


def _seen_of(picture: Picture, resource: str, obj: Any) -> Iterator[Moment]:
    """What our own watch saw of an object."""
    seen = picture.drift.seen if picture.drift is not None else ()
    key = key_of(obj)
    for one in seen:
        if one.resource == resource and one.key == key:
            yield Moment(at=one.at, kind=MomentKind.WRITE, object=one.object, sentence=moments_text(one))


def _same(known: tuple[Any, ...], asked: tuple[Any, ...]) -> bool:
    """The same judgement (by identity: comparing thousands of verdicts would cost more than asking), same words."""
    return known[0] is asked[0] and known[1:] == asked[1:]
