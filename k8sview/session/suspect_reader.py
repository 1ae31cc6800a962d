"""Reads suspects whole, one after the other and a few a second, so that tables never wait for them.

What changes before our eyes goes first and fast. A kind whose objects are refused is left alone for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from k8sview.analysis.drift.ownership.managers import Known
from k8sview.analysis.drift.suspect import judged
from k8sview.model.drift import Drifts
from k8sview.model.view import View
from k8sview.session.bodies import SECRETS, Bodies, Whole
from k8sview.session.kept_suspects import Place, Suspects
from k8sview.sources.contract import SourceError

CALM_SECONDS, URGENT_SECONDS = 0.25, 0.03
"""Between two bodies: of what was found at the start, and of what changes before our eyes."""
URGENT_BURST = 10
"""Bodies read in a row at the urgent pace, and how soon the next of such may follow: what changes by the hundred is
somebody's roll-out, and waits."""
_BURST_SECONDS = 2.0
REST_SECONDS = 60.0
"""How long nothing is read of a resource after some of its bodies were refused."""
_REFUSALS = 3
_WAKE = 0.1


class SuspectReader:
    """One source's. ``known``: the user's own classes of managers."""

    def __init__(self, source: Whole, suspects: Suspects, known: Known) -> None:
        self._source = source
        self._suspects = suspects
        self._known = known
        self._refusals: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self._bursts: list[float] = []

    async def run(self, view: Callable[[], View], ready: Callable[[], bool], tell: Callable[[bool], None]) -> None:
        """Read until cancelled, while the connection lives. ``tell`` hears of each body whether it was urgent."""
        while True:
            now = view()
            chosen = self._suspects.next(self._at_rest()) if now.link.state == "live" and ready() else None
            if chosen is None:
                await asyncio.sleep(_WAKE)
                continue
            place, urgent = chosen
            await self._read(now, place)
            tell(urgent)
            await asyncio.sleep(self._pace(urgent=urgent))

    async def _read(self, view: View, place: Place) -> None:
        name, (namespace, own) = place
        resource = view.resources.get(name)
        if resource is None:
            return
        bodies = Bodies(self._source)
        read = bodies.outline if name == SECRETS else bodies.once
        try:
            body = await read(resource, namespace, own)
        except SourceError as problem:
            self._refused(place, str(problem))
            return
        except Exception as problem:  # an answer of a shape that nobody expects
            self._refused(place, f"the answer could not be read: {type(problem).__name__}")
            return
        self._refusals.pop(name, None)
        try:
            found = judged(view, name, body, known=self._known) if body is not None else Drifts()
        except Exception as problem:  # whatever a cluster holds: one object that breaks a rule hides no other
            self._suspects.fail(place, f"it broke a rule: {type(problem).__name__}", again=False)
        else:
            self._suspects.tell(place, found)

    def _refused(self, place: Place, reason: str) -> None:
        """A body that cannot be read is tried again later; a resource that refuses some is left alone for a while."""
        count = self._refusals[place[0]] = self._refusals.get(place[0], 0) + 1
        if count >= _REFUSALS:
            self._resting[place[0]] = time.monotonic() + REST_SECONDS
            self._refusals[place[0]] = 0
        self._suspects.fail(place, reason, again=True)

    def _at_rest(self) -> frozenset[str]:
        now = time.monotonic()
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        return frozenset(self._resting)

    def _pace(self, *, urgent: bool) -> float:
        now = time.monotonic()
        self._bursts = [at for at in self._bursts if now - at < _BURST_SECONDS]
        if not urgent or len(self._bursts) >= URGENT_BURST:
            return CALM_SECONDS
        self._bursts.append(now)
        return URGENT_SECONDS
