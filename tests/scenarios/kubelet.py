"""A kubelet that plays a script: the status and the events of pods labelled BY_HAND, with a real kubelet's wording."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.controlplane.commands import BY_HAND
from tests.controlplane.writer import ApiError, ApiWriter
from tests.scenarios.moments import Moments

Raw = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a container's process ended."""

    code: int
    reason: str = "Error"
    message: str = ""
    ago: float = 3
    """Minutes before the judgement."""
    signal: int = 0
    lasted: float = 1


@dataclass(frozen=True)
class Container:
    """What is reported of one container; plain ``Container()`` runs and is ready."""

    waiting: str = ""
    """A reason; the container then waits."""
    message: str = ""
    ended: Ended | None = None
    """It is terminated now."""
    last: Ended | None = None
    restarts: int = 0
    ready: bool = True
    started: bool = True
    since: float | None = None
    """Minutes before the judgement at which it began to run; None: with its pod."""

    @property
    def runs(self) -> bool:
        return not self.waiting and self.ended is None


@dataclass(frozen=True)
class Happened:
    """One event of the kubelet's on its pod."""

    reason: str
    message: str
    type: str = "Warning"
    ago: float = 1
    first: float = 24
    count: int = 12
    container: str = ""
    source: str = "kubelet"


@dataclass(frozen=True)
class Play:
    """What the kubelet reports of a pod."""

    containers: Mapping[str, Container] = field(default_factory=dict)
    """By name, init containers too; what is not named runs, or has done its work."""
    events: tuple[Happened, ...] = ()
    phase: str = ""
    """Worked out where it is not stated."""
    reason: str = ""
    message: str = ""
    conditions: tuple[Raw, ...] = ()
    """Besides the usual ones, or in their place."""
    sandbox: bool = True
    bare: bool = False
    """Of an evicted pod only phase, reason and message remain."""
    undying: bool = False
    """A pod that is to be deleted is never reported gone: its container ignores signals, or the kubelet is dead."""


Part = Play | tuple[Play, ...]
"""What one pod plays, or the first, second, … pod in turn; the last part is played by all that come after."""

READY = Play()
_NUMBERS = itertools.count(0x17A5_0000)


class Kubelet:
    """Plays for every pod that is bound to a node and is in the table; run ``attend`` as a task."""

    def __init__(
        self, api: ApiWriter, moments: Moments, plays: Mapping[tuple[str, str], Part], done: dict[str, Play]
    ) -> None:
        """``done``: the part of each pod that has one, by uid; it is kept up, and outlives this kubelet."""
        self._api = api
        self._moments = moments
        self._plays = plays
        self._done = done
        self._turns: dict[tuple[str, str], int] = {}

    async def attend(self) -> None:
        """Look after pods until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.4)

    async def settled(self) -> None:
        """Until two looks in a row meet no pod that is new."""
        quiet = 0
        while quiet < 2:
            quiet = 0 if await self.look() else quiet + 1

    async def look(self) -> int:
        """One look at all pods; how many were new."""
        pods = await self._api.list("v1", "Pod", None, labelSelector=BY_HAND)
        bound = [pod for pod in pods if pod["spec"].get("nodeName")]
        new = [pod for pod in bound if pod["metadata"]["uid"] not in self._done]
        new.sort(key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))
        for pod in new:
            self._done[pod["metadata"]["uid"]] = self._cast(pod)
        await asyncio.gather(*(self._play(pod) for pod in new))
        ending = [pod for pod in bound if "deletionTimestamp" in pod["metadata"] and not self._part(pod).undying]
        await asyncio.gather(*(self._gone(pod) for pod in ending))
        return len(new)

    def _part(self, pod: Raw) -> Play:
        return self._done[pod["metadata"]["uid"]]

    def _cast(self, pod: Raw) -> Play:
        """By label and image, or by label: a rollout's new pods may have a part of their own."""
        namespace, app = pod["metadata"]["namespace"], pod["metadata"]["labels"].get("app", "")
        special = self._plays.get((namespace, f"{app} {pod['spec']['containers'][0]['image']}"))
        part = special or self._plays.get((namespace, app), READY)
        if isinstance(part, Play):
            return part
        turn = self._turns.get((namespace, app), 0)
        self._turns[namespace, app] = turn + 1
        return part[min(turn, len(part) - 1)]

    async def _gone(self, pod: Raw) -> None:
        try:
            await self._api.delete(pod, gracePeriodSeconds="0")
        except ApiError as error:
            if error.status not in (404, 409):
                raise

    async def _play(self, pod: Raw) -> None:
        play = self._part(pod)
        try:
            await self._api.write_status(pod, self.status(pod, play))
            for happened in play.events:
                await self._api.apply([self.event(pod, happened)])
        except ApiError as error:
            if error.status not in (403, 404, 409):  # the pod, or its namespace, went meanwhile
                raise

    def status(self, pod: Raw, play: Play) -> Raw:
        """The status that a kubelet would report."""
        spec, conditions = pod["spec"], pod["status"].get("conditions", [])
        scheduled = [one for one in conditions if one["type"] == "PodScheduled"]
        if play.bare:
            return {"phase": play.phase, "reason": play.reason, "message": play.message, "conditions": scheduled}
        born = pod["metadata"]["creationTimestamp"]
        inits, ready_to_start = self._inits(spec, play, born), play.sandbox
        over = play.phase in ("Succeeded", "Failed")
        blocked = not over and not (play.sandbox and all(map(_passed, spec.get("initContainers", []), inits)))
        mains = [self._main(one, play, blocked, born) for one in spec["containers"]]
        ready = all(one["ready"] for one in mains) and not blocked
        derived = {
            "PodReadyToStartContainers": ready_to_start,
            "Initialized": not blocked or not inits,
            "ContainersReady": ready,
            "Ready": ready,
        }
        stated = {one["type"]: one for one in play.conditions}
        unready = [one["name"] for one in mains if not one["ready"]]
        ends = {"Succeeded": {"reason": "PodCompleted"}, "Failed": {"reason": "PodFailed"}}
        waits = {"reason": "ContainersNotReady", "message": f"containers with unready status: [{' '.join(unready)}]"}
        said = ends.get(play.phase, waits)
        usual = [
            {
                "type": name,
                "status": str(good),
                "lastTransitionTime": born,
                **(said if name in ("Ready", "ContainersReady") and not good else {}),
            }
            for name, good in derived.items()
            if name not in stated
        ]
        extra = [{"lastTransitionTime": self._moments.before(20), **one} for one in stated.values()]
        return {
            "phase": play.phase or _phase(mains, inits, blocked),
            "startTime": born,
            "conditions": [*usual, *extra, *scheduled],
            "containerStatuses": mains,
            **({"initContainerStatuses": inits} if inits else {}),
            **({"podIP": _address(pod), "podIPs": [{"ip": _address(pod)}]} if play.sandbox else {}),
            **({"reason": play.reason, "message": play.message} if play.reason else {}),
        }

    def _inits(self, spec: Raw, play: Play, born: str) -> list[Raw]:
        found: list[Raw] = []
        waits = not play.sandbox
        for one in spec.get("initContainers", []):
            sidecar = one.get("restartPolicy") == "Always"
            done = Container() if sidecar else Container(ended=Ended(0, "Completed", ago=24))
            told = play.containers.get(one["name"], done)
            if waits:
                told = Container(waiting="PodInitializing", ready=False, started=False)
            status = self._container(one, told, born)
            status["ready"] = status["ready"] if sidecar else told.ended is not None and told.ended.code == 0
            found.append(status)
            waits = waits or not _passed(one, status)
        return found

    def _main(self, container: Raw, play: Play, blocked: bool, born: str) -> Raw:
        told = play.containers.get(container["name"], Container())
        if not play.sandbox:
            told = Container(waiting="ContainerCreating")
        elif blocked:
            told = Container(waiting="PodInitializing")
        return self._container(container, told, born)

    def _container(self, container: Raw, told: Container, born: str) -> Raw:
        image = container["image"]
        held = told.runs or told.ended is not None or told.last is not None
        number = f"{sum(map(ord, image)):064x}"
        state: Raw = {"running": {"startedAt": born if told.since is None else self._moments.before(told.since)}}
        if told.waiting:
            state = {"waiting": {"reason": told.waiting, **({"message": told.message} if told.message else {})}}
        elif told.ended is not None:
            state = {"terminated": self._ended(told.ended)}
        return {
            "name": container["name"],
            "image": image,
            "imageID": f"{image.split(':')[0]}@sha256:{number}" if held else "",
            **({"containerID": f"containerd://{number}"} if held else {}),
            "ready": told.ready and told.runs,
            "started": told.started and told.runs,
            "restartCount": told.restarts,
            "state": state,
            **({"resources": container["resources"]} if container.get("resources") else {}),
            **({"lastState": {"terminated": self._ended(told.last)}} if told.last else {}),
        }

    def _ended(self, ended: Ended) -> Raw:
        return {
            "exitCode": ended.code,
            "reason": ended.reason,
            "startedAt": self._moments.before(ended.ago + ended.lasted),
            "finishedAt": self._moments.before(ended.ago),
            **({"message": ended.message} if ended.message else {}),
            **({"signal": ended.signal} if ended.signal else {}),
        }

    def event(self, about: Raw, happened: Happened) -> Raw:
        """An event as the recorder of a kubelet or a controller writes it."""
        metadata = about["metadata"]
        fields = {"fieldPath": f"spec.containers{{{happened.container}}}"} if happened.container else {}
        namespace = metadata.get("namespace", "default")
        host = about.get("spec", {}).get("nodeName", "") if happened.source == "kubelet" else ""
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{metadata['name']}.{next(_NUMBERS):x}", "namespace": namespace},
            "involvedObject": {
                "apiVersion": about["apiVersion"],
                "kind": about["kind"],
                "name": metadata["name"],
                "uid": metadata["uid"],
                "resourceVersion": metadata["resourceVersion"],
                **({"namespace": namespace} if "namespace" in metadata else {}),
                **fields,
            },
            "type": happened.type,
            "reason": happened.reason,
            "message": happened.message,
            "count": happened.count,
            "firstTimestamp": self._moments.before(happened.first),
            "lastTimestamp": self._moments.before(happened.ago),
            "source": {"component": happened.source, **({"host": host} if host else {})},
            "reportingComponent": happened.source,
            "reportingInstance": host,
        }


def _passed(container: Raw, status: Raw) -> bool:
    """Whether what comes after this init container may start: it is done, or it is a sidecar that runs."""
    return bool(status["started"] if container.get("restartPolicy") == "Always" else status["ready"])


def _phase(mains: list[Raw], inits: list[Raw], blocked: bool) -> str:
    """As the kubelet reckons: pending while a container has never run."""
    if blocked:
        return "Pending"
    never = any("waiting" in one["state"] and "lastState" not in one for one in mains)
    return "Pending" if never else "Running"


def _address(pod: Raw) -> str:
    number = sum(map(ord, pod["metadata"]["uid"]))
    return f"10.200.{number // 250 % 250}.{number % 250 + 1}"
