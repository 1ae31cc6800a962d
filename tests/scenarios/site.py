"""What a step has in hand: the API, the times, the kubelet's pen. Waiting here names what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.controlplane.writer import ApiError, ApiWriter
from tests.scenarios.kubelet import Happened, Kubelet
from tests.scenarios.moments import Moments

Raw = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """One cluster under construction."""

    api: ApiWriter
    moments: Moments
    kubelet: Kubelet

    async def until(self, what: str, question: Callable[[], Awaitable[Any]], patience: float = 90.0) -> Any:
        """The first true answer. Raises TimeoutError that says ``what`` never came."""
        try:
            return await self.api.until(question, patience, pause=0.3)
        except TimeoutError as error:
            raise TimeoutError(f"never: {what}") from error

    async def pods(self, namespace: str, count: int, app: str = "") -> list[Raw]:
        """The pods of a namespace, once there are so many."""

        async def question() -> list[Raw]:
            found = await self.api.list("v1", "Pod", namespace, **({"labelSelector": f"app={app}"} if app else {}))
            return found if len(found) >= count else []

        found: list[Raw] = await self.until(f"{count} pods of {app} in {namespace}", question)
        return found

    async def shows(self, target: Raw, good: Callable[[Raw], Any], what: str = "") -> Raw:
        """The object, once it is so."""

        async def question() -> Raw | None:
            try:
                found = await self.api.get(target)
            except ApiError as error:
                if error.status != 404:
                    raise
                return None
            return found if good(found) else None

        name = f"{target['kind']} {target['metadata'].get('namespace', '')}/{target['metadata']['name']}"
        found: Raw = await self.until(f"{name} {what}", question)
        return found

    async def say(self, about: Raw, *events: Happened) -> None:
        """Write events about an object that was read back."""
        await asyncio.gather(*(self.api.apply([self.kubelet.event(about, one)]) for one in events))


def condition(of: Raw, kind: str) -> Raw:
    """A condition of an object, empty where it has none."""
    found: list[Raw] = of.get("status", {}).get("conditions") or []
    return next((one for one in found if one["type"] == kind), {})
