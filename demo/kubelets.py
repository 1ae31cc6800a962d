"""The kubelets of all nodes: they renew leases, start pods, end them, and report what the story has them report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from demo.authors import KUBELET
from demo.parts import RUNS, finished
from tests.controlplane import ApiError, ApiWriter
from tests.scenarios.kubelet import Happened, Kubelet, Play
from tests.scenarios.moments import Moments

Object = dict[str, Any]
Cast = Callable[[Object], Play | None]
_LEASE_SECONDS = 8.0
_USUAL = {
    "MemoryPressure": ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    "Ready": ("True", "KubeletReady", "kubelet is posting ready status"),
}


class Kubelets:
    """Run ``attend`` as a task. ``cast`` may give a new pod another part than to run, or to end well as a Job does."""

    def __init__(self, api: ApiWriter, moments: Moments, cast: Cast = lambda pod: None) -> None:
        self._api = api.writing_as(KUBELET)
        self._cast = cast
        self._pen = Kubelet(self._api, moments, {}, {})
        self._addresses: dict[str, str] = {}
        self._leased = 0.0
        self.resting = False
        """While they rest, only what is asked for by ``look`` happens."""

    async def attend(self) -> None:
        """Until cancelled."""
        while True:
            if not self.resting:
                await self.look()
            await asyncio.sleep(0.2)

    async def settled(self) -> None:
        """Until two looks in a row meet nothing that is new."""
        quiet = 0
        while quiet < 3:
            quiet = 0 if await self.look() else quiet + 1
            await asyncio.sleep(0.2)

    async def look(self) -> int:
        """One look at all nodes and pods; how many pods were new or were to end."""
        await self._renew()
        pods = [each for each in await self._api.list("v1", "Pod") if each["spec"].get("nodeName")]
        new = [
            each for each in pods if "startTime" not in each["status"] and "deletionTimestamp" not in each["metadata"]
        ]
        ending = [each for each in pods if "deletionTimestamp" in each["metadata"]]
        await asyncio.gather(*(self.report(each, self._part(each)) for each in new), *map(self._gone, ending))
        return len(new) + len(ending)

    async def report(self, pod: Object, play: Play) -> None:
        """Write what a pod plays from now on; a condition that changes by it does so now."""
        status = self._pen.status(pod, play)
        before = {each["type"]: each for each in pod["status"].get("conditions", [])}
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for each in status["conditions"]:
            old = before.get(each["type"])
            same = old is not None and old["status"] == each["status"]
            each["lastTransitionTime"] = old["lastTransitionTime"] if old is not None and same else now
        status["startTime"] = pod["status"].get("startTime", now)
        host = self._addresses.get(pod["spec"]["nodeName"], "")
        status["hostIP"], status["hostIPs"] = host, [{"ip": host}]
        if pod["spec"].get("hostNetwork"):
            status["podIP"], status["podIPs"] = host, [{"ip": host}]
        elif not play.sandbox or any(each["status"] == "False" for each in play.conditions):
            status["podIP"] = status["podIPs"] = None
        try:
            await self._api.write_status(pod, status)
            await self._api.apply([self._pen.event(pod, each) for each in play.events])
        except ApiError as error:
            if error.status not in (404, 409):  # the pod went meanwhile
                raise

    async def tell(self, about: Object, happened: Happened) -> None:
        """An event about a node or a pod."""
        await self._api.apply([self._pen.event(about, happened)])

    async def beat(self, node: Object) -> None:
        """A node's conditions, as its kubelet reports them; those that are good already keep their time."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        before = {each["type"]: each for each in node["status"].get("conditions", [])}
        conditions = [
            {
                "type": kind,
                "status": status,
                "reason": reason,
                "message": message,
                "lastHeartbeatTime": now,
                "lastTransitionTime": before[kind]["lastTransitionTime"]
                if kind in before and before[kind]["status"] == status
                else now,
            }
            for kind, (status, reason, message) in _USUAL.items()
        ]
        await self._api.write_status(node, {"conditions": conditions})

    async def meet(self) -> None:
        """Take up nodes that joined just now."""
        self._leased = 0.0
        await self._renew()

    async def _renew(self) -> None:
        clock = asyncio.get_running_loop().time()
        if clock - self._leased < _LEASE_SECONDS:
            return
        self._leased = clock
        found = [each for each in await self._api.list("v1", "Node") if each.get("status", {}).get("addresses")]
        new = [each for each in found if each["metadata"]["name"] not in self._addresses]
        self._addresses = {each["metadata"]["name"]: each["status"]["addresses"][0]["address"] for each in found}
        await self._api.apply([_lease(node) for node in found])
        await asyncio.gather(*map(self.beat, new))

    def _part(self, pod: Object) -> Play:
        owners = {each["kind"] for each in pod["metadata"].get("ownerReferences", [])}
        return self._cast(pod) or (finished(pod) if "Job" in owners else RUNS)

    async def _gone(self, pod: Object) -> None:
        try:
            await self._api.delete(pod, gracePeriodSeconds="0")
        except ApiError as error:
            if error.status not in (404, 409):
                raise


def _lease(node: Object) -> Object:
    name = node["metadata"]["name"]
    owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": "kube-node-lease", "ownerReferences": [owner]},
        "spec": {
            "holderIdentity": name,
            "leaseDurationSeconds": 40,
            "renewTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    }
