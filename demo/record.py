"""Makes the recording that k8sview ships: ``python -m demo.record`` (or ``make demo-recording``).

Starts a real control plane, builds a believable platform on it, gives it a past of three months that ends in half an
hour of trouble, and records it with k8sview's own code, as a user who may not read everything, while the trouble goes
on. Takes about two minutes.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo import history, incident, outage, parts, platform, rights, webhooks
from demo.site import Site, chapter
from k8sview.model.resources import Resource
from k8sview.sources.live import Limits, LiveSource
from k8sview.sources.recording.demo import DEMO
from k8sview.sources.recording.record import Recorded, Tap, record
from tests.controlplane import ControlPlane
from tests.controlplane.pki import Authority
from tests.scenarios.kubelet import Play

TITLE = "a platform cluster on the night its nodes were updated in place"
SERVER = "https://api.demo-eu.example.com:6443"
_ADDRESS, _HOST = b"10.64.0.11:6443", b'"kubernetes.io/hostname":"control-1"'
_LIMITS = Limits(requests_per_second=500, burst=500, watches=500)
_FLAGS = ("--horizontal-pod-autoscaler-sync-period=2s",)
_INSTALLED = timedelta(days=94)


def _chapters() -> tuple[tuple[timedelta, tuple[Callable[[Site], Awaitable[None]], ...]], ...]:
    """How long ago, and what happened then. The nightly runs are as old as their schedule says."""
    now = datetime.now(UTC).replace(microsecond=0)  # times are moved by whole seconds
    night = now - platform.due(now - timedelta(hours=1), 24, 30)
    return (
        (_INSTALLED, (platform.install,)),
        (timedelta(days=9), (platform.settle,)),
        (timedelta(days=3, hours=2), (history.before_rollout, history.rollout)),
        (night, (history.night,)),
        (timedelta(minutes=34), (incident.update,)),
        (timedelta(minutes=20), (incident.edit,)),
        (timedelta(minutes=12), (incident.release,)),
        (timedelta(minutes=1, seconds=45), (incident.deadline,)),
        (timedelta(), (_prepared,)),
    )


def _cast(pod: dict[str, Any]) -> Play | None:
    """The parts of pods whose image nobody has."""
    image = pod["spec"]["containers"][0]["image"]
    if image == incident.CHECKOUT:
        return parts.no_such_image("checkout", image, 11.6, 7)
    if image == history.STORE_BAD:
        return parts.no_such_image("store", image, 15 * 60, 180)
    return None


async def _prepared(site: Site) -> None:
    """The webhooks come last, for nobody answers behind them; and every kind is asked for once.

    The server sets a kind's storage up at the first question, and refuses for a second.
    """
    bundle = Authority(site.plane.folder / "webhooks", life=timedelta(days=365)).pair.certificate.read_bytes()
    await site.put(webhooks.all_of(base64.b64encode(bundle).decode()))
    site.plane.backdate("validatingwebhookconfigurations", _INSTALLED)
    for each in await site.api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        spec = each["spec"]
        await site.api.list(
            f"{spec['group']}/{spec['versions'][0]['name']}", spec["names"]["kind"], resourceVersion="0"
        )


async def _record(plane: ControlPlane, path: Path) -> Recorded:
    kubeconfig = plane.user(rights.USER, context="demo-eu")
    chapters = _chapters()
    for number, (age, steps) in enumerate(chapters):
        async with chapter(plane, age, _cast) as site:
            for step in steps:
                await step(site)
                _say(f"{age}: {step.__name__}")
            await site.kubelets.settled()
            if number == len(chapters) - 1:
                return await _take(site, kubeconfig, path)
        await asyncio.to_thread(plane.grow_older, age - chapters[number + 1][0])
    raise AssertionError("the last chapter is recorded")


async def _take(site: Site, kubeconfig: Path, path: Path) -> Recorded:
    stop, listed = asyncio.Event(), asyncio.Event()

    async def story() -> None:
        await listed.wait()
        await outage.happen(site)
        stop.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(story())
        return await record(
            lambda tap: LiveSource(str(kubeconfig), limits=_LIMITS, tap=_elsewhere(tap, site.plane.server)),
            path,
            seconds=180,
            title=TITLE,
            server=SERVER,
            listed=listed.set,
            stop=stop,
        )


def _elsewhere(tap: Tap, server: str) -> Tap:
    """The API server's own lease names the machine that it runs on: here, the one where the recording is made."""
    address = server.removeprefix("https://").encode()
    host = f'"kubernetes.io/hostname":"{socket.gethostname()}"'.encode()

    def moved(event_type: str, resource: Resource, raw: bytes) -> None:
        tap(event_type, resource, raw.replace(address, _ADDRESS).replace(host, _HOST))

    return moved


def _say(text: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO
    with ControlPlane(kwok=False, ageable=True, controller_flags=_FLAGS) as plane:
        done = asyncio.run(_record(plane, path))
    _say(f"{done.path.name}: {done.objects} objects, {done.path.stat().st_size / 1024:.0f} KiB")
    for name, scope, state in done.unreadable:
        _say(f"  {name} ({scope or 'all namespaces'}): {state}")


if __name__ == "__main__":
    main()
