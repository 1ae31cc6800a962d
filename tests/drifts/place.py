"""Where a case is played: its namespace, and pens under any name that remember when they wrote.

The client is independent of the program under test; a name that is not given is taken from the user agent.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.controlplane.writer import ApiError, ApiWriter

Raw = dict[str, Any]
JSON, MERGE, STRATEGIC, APPLY = "json-patch", "merge-patch", "strategic-merge-patch", "apply-patch"
CLUSTER_WIDE = frozenset(
    """Namespace Node ClusterRole ClusterRoleBinding CustomResourceDefinition ValidatingWebhookConfiguration
    MutatingWebhookConfiguration MutatingAdmissionPolicy MutatingAdmissionPolicyBinding PersistentVolume NodeClaim
    """.split()  # noqa: SIM905
)


class Written(NamedTuple):
    """One write: between these two moments, as the finished cluster shows them. ``seen``: by then its controller had
    answered, where that is another moment."""

    start: datetime
    end: datetime
    seen: datetime | None = None


@dataclass
class World:
    """The cluster under construction. ``to_come``: how far it will still be moved into the past."""

    api: ApiWriter
    written: dict[tuple[str, str], Written] = field(default_factory=dict)
    delivered: dict[str, list[Raw]] = field(default_factory=dict)
    """What a tool that keeps an inventory delivered, by tool."""
    to_come: timedelta = timedelta()
    fresh: set[tuple[str, str]] = field(default_factory=set)
    """Writes of workloads that no controller is known to have seen yet."""

    def now(self) -> datetime:
        """This moment as the finished cluster shows it."""
        return datetime.now(UTC) - self.to_come

    def clock(self) -> str:
        """What a clock shows now; the API moves it into the past with everything else."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def before(self, minutes: float) -> str:
        """So many minutes before the judgement, as the API writes times; whatever is still to come moves it."""
        moment = datetime.now(UTC) + self.to_come - timedelta(minutes=minutes)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Place:
    """One case's corner of the world."""

    name: str
    world: World

    @property
    def api(self) -> ApiWriter:
        return self.world.api

    def own(self, raw: Raw) -> Raw:
        """A copy of an object, put into the case's namespace."""
        whole = copy.deepcopy(raw)
        if whole["kind"] not in CLUSTER_WIDE:
            whole["metadata"].setdefault("namespace", self.name)
        return whole

    async def post(self, manager: str, raw: Raw, note: str = "delivered") -> Raw:
        """Make an object; waits for the service account that the controllers make in a young namespace."""
        whole = self.own(raw)
        path = (await self.api.path(whole)).rpartition("/")[0]
        for _ in range(100):
            try:
                return await self._send("POST", path, whole, manager, "", note)
            except ApiError as error:
                if error.status != 403 or "serviceaccount" not in str(error):
                    raise
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no service account for {whole['kind']} {whole['metadata']['name']}")

    async def apply(self, manager: str, raw: Raw, note: str = "delivered", *, force: bool = True) -> Raw:
        """Server-side."""
        whole = self.own(raw)
        params = {"force": "true"} if force else {}
        path = await self.api.path(whole)
        for _ in range(100):
            try:
                return await self._send("PATCH", path, whole, manager, APPLY, note, **params)
            except ApiError as error:
                if error.status != 403 or "serviceaccount" not in str(error):
                    raise
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no service account for {path}")

    async def patch(
        self, manager: str, target: Raw, body: Any, kind: str = MERGE, subresource: str = "", note: str = "drift"
    ) -> Raw:
        return await self._send("PATCH", await self._path(target, subresource), body, manager, kind, note)

    async def put(
        self, manager: str, target: Raw, change: Callable[[Raw], None], note: str = "drift", subresource: str = ""
    ) -> Raw:
        """GET, change, PUT, again where somebody else was faster."""
        path = await self._path(target, subresource)
        for _ in range(50):
            body = _whole(await self.api.request("GET", path))
            change(body)
            try:
                return await self._send("PUT", path, body, manager, "", note)
            except ApiError as error:
                if error.status != 409:
                    raise
        raise TimeoutError(f"never written: {path}")

    async def agent(
        self, agent: str, target: Raw, body: Any, subresource: str = "", kind: str = MERGE, note: str = "drift"
    ) -> Raw:
        """A write that names no manager: the user agent is taken."""
        headers = {"User-Agent": agent, "Content-Type": f"application/{kind}+json"}
        start = self.world.now()
        found = _whole(await self.api.request("PATCH", await self._path(target, subresource), body, headers))
        self.world.written[(self.name, note)] = Written(start, self.world.now())
        return found

    async def status(self, manager: str, target: Raw, status: Raw, note: str = "status") -> Raw:
        """As a controller reports: the whole status, through its own subresource."""
        return await self.patch(manager, target, {"status": status}, MERGE, "status", note)

    async def delete(self, target: Raw, note: str = "drift") -> None:
        start = self.world.now()
        path = await self._path(target)
        await self.api.request("DELETE", path, None, None, propagationPolicy="Background")

        async def gone() -> bool:
            try:
                await self.api.request("GET", path)
            except ApiError as error:
                return error.status == 404
            return False

        await self.api.until(gone)
        self.world.written[(self.name, note)] = Written(start, self.world.now())

    async def get(self, target: Raw) -> Raw:
        return _whole(await self.api.request("GET", await self._path(target)))

    async def shows(self, target: Raw, good: Callable[[Raw], Any], what: str = "") -> Raw:
        """The object, once it is so."""

        async def question() -> Raw | None:
            try:
                found = await self.get(target)
            except ApiError as error:
                if error.status != 404:
                    raise
                return None
            return found if good(found) else None

        return _whole(await self._until(f"{target['kind']} {target['metadata']['name']} {what}", question))

    async def pods(self, app: str, count: int = 1, good: Callable[[Raw], Any] = lambda pod: True) -> list[Raw]:
        """The pods with that label, by name, once there are so many of which this is true."""

        async def question() -> list[Raw]:
            found = await self.api.list("v1", "Pod", self.name, labelSelector=f"app={app}")
            living = [one for one in found if not one["metadata"].get("deletionTimestamp") and good(one)]
            return living if len(living) >= count else []

        pods = await self._until(f"{count} pods of {app}", question)
        return sorted(pods, key=lambda pod: str(pod["metadata"]["name"]))

    async def answered(self) -> None:
        """Until the controllers have seen the case's workloads as they are now."""
        mine = {key for key in self.world.fresh if key[0] == self.name}
        if not mine:
            return

        async def seen() -> bool:
            kinds = ("Deployment", "StatefulSet", "DaemonSet")
            found = [one for kind in kinds for one in await self.api.list("apps/v1", kind, self.name)]
            told = [(one.get("status", {}).get("observedGeneration"), one["metadata"]["generation"]) for one in found]
            return all(observed == generation for observed, generation in told)

        await self._until("its workloads are seen", seen)
        for key in mine:
            self.world.written[key] = self.world.written[key]._replace(seen=self.world.now())
        self.world.fresh -= mine

    async def _until(self, what: str, question: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await self.api.until(question, 60.0, pause=0.2)
        except TimeoutError as error:
            raise TimeoutError(f"{self.name}: never: {what}") from error

    async def _path(self, target: Raw, subresource: str = "") -> str:
        path = await self.api.path(self.own(target))
        return f"{path}/{subresource}" if subresource else path

    async def _send(self, method: str, path: str, body: Any, manager: str, kind: str, note: str, **params: str) -> Raw:
        media = f"application/{kind}+{'yaml' if kind == APPLY else 'json'}" if kind else "application/json"
        start = self.world.now()
        answer = await self.api.request(method, path, body, {"Content-Type": media}, fieldManager=manager, **params)
        self.world.written[(self.name, note)] = Written(start, self.world.now())
        if "/apis/apps/" in path:
            self.world.fresh.add((self.name, note))
        return _whole(answer)


def _whole(answer: Any) -> Raw:
    assert isinstance(answer, dict)
    return answer
