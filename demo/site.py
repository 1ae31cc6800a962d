"""What a chapter of the story has in hand, and how a chapter begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from demo import hands, objects
from demo.kubelets import Cast, Kubelets
from tests.controlplane import ApiWriter, ControlPlane
from tests.scenarios.moments import Moments

Object = dict[str, Any]
_STORY = Path(__file__).with_name("story")


@dataclass(frozen=True)
class Site:
    """One cluster under construction, during one chapter."""

    plane: ControlPlane
    api: ApiWriter
    moments: Moments
    kubelets: Kubelets

    @property
    def end(self) -> datetime:
        """The moment of the recording, as it is written now: times are still to be moved back."""
        return datetime.now(UTC) + self.moments.to_come

    def dated(self, value: Any) -> Any:
        """``@-3h`` and the like, reckoned from the recording."""
        return objects.dated(value, self.end)

    def rows(self, name: str) -> list[Object]:
        """One file of the story."""
        found: list[Object] = self.dated(yaml.safe_load((_STORY / f"{name}.yaml").read_text()))
        return found

    async def put(self, made: list[Object], author: str = "") -> None:
        await hands.put(self.api, made, author)

    async def pods_on(self, node: str) -> list[Object]:
        """By name."""
        found = await self.api.list("v1", "Pod", None, fieldSelector=f"spec.nodeName={node}")
        return sorted(found, key=lambda each: str(each["metadata"]["name"]))

    async def forget_events(self) -> None:
        """Events live for an hour: of what happened long ago none is left."""
        for each in await self.api.list("v1", "Namespace"):
            await self.api.request("DELETE", f"/api/v1/namespaces/{each['metadata']['name']}/events")


@contextlib.asynccontextmanager
async def chapter(plane: ControlPlane, age: timedelta, cast: Cast) -> AsyncIterator[Site]:
    """The kubelets are at work inside; ``age``: how long ago it will have been when the recording begins."""
    moments = Moments()
    moments.to_come = age
    async with plane.writer() as api, asyncio.TaskGroup() as tasks:
        kubelets = Kubelets(api, moments, cast)
        attending = tasks.create_task(kubelets.attend())
        try:
            yield Site(plane, api, moments, kubelets)
            await kubelets.settled()
        finally:
            attending.cancel()
