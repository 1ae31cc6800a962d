"""Makes the recording that k8sview ships: ``python -m demo.record`` (or ``make demo-recording``).

Starts a real control plane, builds a believable platform on it, and records it with k8sview's own code, as a user who
may not read everything, while the story's outage happens.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from demo import outage, platform, rights
from k8sview.sources.live import Limits, LiveSource
from k8sview.sources.recording.demo import DEMO
from k8sview.sources.recording.record import Recorded, record
from tests.controlplane import ControlPlane

TITLE = "a platform cluster on the day one of its nodes was updated in place"
_LIMITS = Limits(requests_per_second=500, burst=500, watches=500)


async def _record(plane: ControlPlane, path: Path) -> Recorded:
    kubeconfig = plane.user(rights.USER, context="demo-eu")
    async with plane.writer() as api:
        await platform.build(api, plane)
        _say("built; recording")
        stop, listed = asyncio.Event(), asyncio.Event()

        async def story() -> None:
            await listed.wait()
            _say(f"the node was {await outage.happen(api)}")
            await asyncio.sleep(2)  # controllers and watches catch up
            stop.set()

        async with asyncio.TaskGroup() as group:
            group.create_task(story())
            done = await record(
                lambda tap: LiveSource(str(kubeconfig), limits=_LIMITS, tap=tap),
                path,
                seconds=180,
                title=TITLE,
                listed=listed.set,
                stop=stop,
            )
    return done


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    with ControlPlane(kwok=False) as plane:
        done = asyncio.run(_record(plane, DEMO))
    _say(f"{done.path.name}: {done.objects} objects, {done.path.stat().st_size / 1024:.0f} KiB")
    for name, scope, state in done.unreadable:
        _say(f"  {name} ({scope or 'all namespaces'}): {state}")


if __name__ == "__main__":
    main()
