"""Build the whole scenario in one control plane: three eras, each moved into the past when the next begins."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from tests.controlplane.plane import ControlPlane
from tests.scenarios.case import Case, Era, Step
from tests.scenarios.every import CASES, GROUND
from tests.scenarios.families import nodes
from tests.scenarios.kubelet import Kubelet, Part, Play
from tests.scenarios.moments import Moments
from tests.scenarios.site import Site

_FLAGS = (
    "--node-monitor-grace-period=14s",
    "--node-monitor-period=1s",
    "--horizontal-pod-autoscaler-sync-period=3s",
    "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
    "--horizontal-pod-autoscaler-cpu-initialization-period=0s",
)
_LONG_AGO = timedelta(hours=26)
RECENT = timedelta(minutes=30)
Tell = Callable[[str], None]


OPTIONS: dict[str, Any] = {"ageable": True, "controller_flags": _FLAGS, "kwok_nodes": f"!{nodes.DEAD}"}
"""How the control plane must be started."""


async def build(
    plane: ControlPlane, cases: Sequence[Case] = CASES, tell: Tell = lambda text: None, recent: timedelta = RECENT
) -> dict[str, Play]:
    """All cases, in a control plane that was started; what each pod plays, by uid.

    ``recent``: how old what is recent shall be. Shorter, and some failures are within their grace.
    Raises ExceptionGroup with a TimeoutError for each case that does not take its shape.
    """
    moments, done = Moments(recent / RECENT), dict[str, Play]()
    for era, rest in ((Era.LONG_AGO, _LONG_AGO), (Era.RECENT, recent), (Era.NOW, timedelta())):
        moments.to_come = rest + recent if era is Era.LONG_AGO else rest
        chosen = [case for case in cases if case.era is era]
        async with _site(plane, moments, cases, done) as site:
            if era is Era.LONG_AGO:
                await site.api.apply(GROUND)
            tell(f"{era.value} ago: {len(chosen)} cases")
            await _make(site, chosen)
            if era is Era.NOW:
                await _together(site, [(nodes.leases_fresh,), *(case.afterwards for case in cases)])
            elif era is Era.LONG_AGO:
                await _forget_events(site)
        if era is not Era.NOW:
            await asyncio.to_thread(plane.grow_older, rest)
    return done


@contextlib.asynccontextmanager
async def _site(
    plane: ControlPlane, moments: Moments, cases: Iterable[Case], done: dict[str, Play]
) -> AsyncIterator[Site]:
    plays: dict[tuple[str, str], Part] = {
        (_space(case), app): play for case in cases for app, play in case.plays.items()
    }
    async with plane.writer() as api, asyncio.TaskGroup() as tasks:
        kubelet = Kubelet(api, moments, plays, done)
        attending = tasks.create_task(kubelet.attend())
        try:
            yield Site(api, moments, kubelet)
            await kubelet.settled()
        finally:
            attending.cancel()


def _space(case: Case) -> str:
    """The namespace of a case's pods."""
    own = (one["metadata"].get("namespace") for one in case.objects)
    return next((name for name in own if name), case.name)


async def _make(site: Site, cases: Sequence[Case]) -> None:
    await site.api.apply([each for case in cases for each in case.objects])
    await _together(site, [case.steps for case in cases])


async def _together(site: Site, courses: Sequence[tuple[Step, ...]]) -> None:
    """Each case's steps in order, all cases at once; every one that never gets there is named."""

    async def walk(steps: tuple[Step, ...]) -> None:
        for step in steps:
            await step(site)

    ended = await asyncio.gather(*map(walk, courses), return_exceptions=True)
    failed = [one for one in ended if isinstance(one, Exception)]
    if failed:
        raise ExceptionGroup("cases that did not take their shape", failed)


async def _forget_events(site: Site) -> None:
    """Events live for an hour: of what happened long ago none is left."""
    for one in await site.api.list("v1", "Namespace"):
        path = f"/api/v1/namespaces/{one['metadata']['name']}/events"
        await site.api.request("DELETE", path)


async def attended(plane: ControlPlane, cases: Sequence[Case], done: dict[str, Play]) -> None:
    """Look after the pods of a built scenario until cancelled."""
    async with _site(plane, Moments(), cases, done):
        await asyncio.Event().wait()
