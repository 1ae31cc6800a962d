"""Build the whole scenario in one control plane: three eras, each moved into the past when the next begins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.controlplane.plane import ControlPlane
from tests.drifts import ground
from tests.drifts.case import Case, Era, Step
from tests.drifts.every import CASES
from tests.drifts.place import Place, World, Written

OPTIONS: dict[str, Any] = {
    "ageable": True,
    "controller_flags": (
        "--horizontal-pod-autoscaler-sync-period=2s",
        "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
        "--concurrent-horizontal-pod-autoscaler-syncs=10",
        "--concurrent-deployment-syncs=30",
        "--concurrent-replicaset-syncs=30",
        "--concurrent-statefulset-syncs=30",
    ),
}
"""How the control plane must be started."""
_LONG_AGO, RECENT = timedelta(hours=26), timedelta(minutes=30)
_AT_ONCE = 12
"""Cases that are written at the same time: more, and the controllers answer seconds later than in a quiet cluster."""
Tell = Callable[[str], None]


async def build(
    plane: ControlPlane, cases: Sequence[Case] = CASES, tell: Tell = lambda text: None, *, young: bool = False
) -> dict[tuple[str, str], Written]:
    """All cases, in a control plane that was started; when each write was, as the cluster shows it.

    ``young``: without a past; all of it happens within the last minute.
    Raises ExceptionGroup with all cases that did not take their shape.
    """
    written: dict[tuple[str, str], Written] = {}
    delivered: dict[str, list[dict[str, Any]]] = {}
    past = (timedelta(), timedelta()) if young else (_LONG_AGO, RECENT)
    ages = ((Era.LONG_AGO, past[0]), (Era.RECENT, past[1]), (Era.NOW, timedelta()))
    for place, (era, age) in enumerate(ages):
        async with plane.writer() as api:
            world = World(api, written, delivered, sum((rest for _, rest in ages[place:]), timedelta()))
            tell(f"{datetime.now(UTC):%H:%M:%S} {era.value} ago")
            if era is Era.LONG_AGO:
                await ground.lay(world, cases)
            await _together(world, [(case, case.steps(era)) for case in cases])
            if era is Era.LONG_AGO:
                await ground.begin_books(world)
            if era is Era.NOW:
                await ground.keep_books(world)
        if age:
            await asyncio.to_thread(plane.grow_older, age)
    return written


async def _together(world: World, courses: Sequence[tuple[Case, Sequence[Step]]]) -> None:
    """Each case's steps in order, all cases at once; every one that never gets there is named."""

    room = asyncio.Semaphore(_AT_ONCE)

    async def walk(case: Case, steps: Sequence[Step]) -> None:
        try:
            async with room:
                for step in steps:
                    await step(Place(case.name, world))
                await Place(case.name, world).answered()
        except Exception as error:
            error.add_note(f"in {case.name}")
            raise

    ended = await asyncio.gather(*(walk(case, steps) for case, steps in courses), return_exceptions=True)
    failed = [one for one in ended if isinstance(one, Exception)]
    if failed:
        raise ExceptionGroup("cases that did not take their shape", failed)
