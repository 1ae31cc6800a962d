"""The explanation against the real scheduler: it counts the same nodes for the same reasons; what is proposed works."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from k8sview.analysis.health.diagnoses.scheduler_words import taken_apart
from k8sview.analysis.health.placement.change import Change
from k8sview.analysis.health.placement.explain import explanation
from k8sview.analysis.health.placement.refusal import Barrier, NodeRefusal
from k8sview.analysis.health.placement.refusals import refusals
from k8sview.model import events
from k8sview.model.kinds import KINDS
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import key_of
from k8sview.model.view import View
from k8sview.store.store import Store
from tests.analysis.clusters import read
from tests.analysis.health.placement import cluster
from tests.controlplane import ControlPlane
from tests.controlplane.fixtures import planned
from tests.controlplane.writer import ApiWriter

pytestmark = pytest.mark.controlplane

Raw = dict[str, Any]

_TEXTS = {
    Barrier.PINNED: "node(s) didn't satisfy plugin(s) [NodeAffinity]",
    Barrier.CORDON: "node(s) were unschedulable",
    Barrier.TAINT: "node(s) had untolerated taint(s)",
    Barrier.SELECTOR: "node(s) didn't match Pod's node affinity/selector",
    Barrier.PORTS: "node(s) didn't have free ports for the requested pod ports",
    Barrier.PODS: "Too many pods",
    Barrier.SINGLE_USE: "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already "
    "in-use by another pod",
    Barrier.VOLUME_LIMIT: "node(s) exceed max volume count",
    Barrier.VOLUME: "node(s) didn't match PersistentVolume's node affinity",
    Barrier.VOLUME_BINDING: "node(s) didn't find available persistent volumes to bind",
    Barrier.VOLUME_ZONE: "node(s) had no available volume zone",
    Barrier.SPREAD_LABEL: "node(s) didn't match pod topology spread constraints (missing required label)",
    Barrier.SPREAD: "node(s) didn't match pod topology spread constraints",
    Barrier.AFFINITY: "node(s) didn't match pod affinity rules",
    Barrier.ANTI_AFFINITY: "node(s) didn't match pod anti-affinity rules",
    Barrier.GUARDED: "node(s) didn't satisfy existing pods anti-affinity rules",
}
_TOGETHER = {Barrier.PODS: "resources", Barrier.RESOURCES: "resources"}
"""Reasons that one plugin of the scheduler's tells at once."""

_READ = {
    "Pod": "v1",
    "Node": "v1",
    "Namespace": "v1",
    "PersistentVolumeClaim": "v1",
    "PersistentVolume": "v1",
    "StorageClass": "storage.k8s.io/v1",
    "CSINode": "storage.k8s.io/v1",
    "VolumeAttachment": "storage.k8s.io/v1",
}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """One for this module alone: the scheduler counts every node there is."""
    with planned() as found:
        yield found


def counted(found: tuple[NodeRefusal, ...]) -> dict[str, int]:
    """What the scheduler would count: of each node the reasons of the first plugin that refuses."""
    counts: Counter[str] = Counter()
    for node in found:
        if node.reasons:
            first = node.reasons[0].barrier
            same = [one for one in node.reasons if _plugin(one.barrier) == _plugin(first)]
            for text in {_TEXTS.get(one.barrier, f"Insufficient {one.subject}") for one in same}:
                counts[text] += 1
    return dict(counts)


def _plugin(barrier: Barrier) -> str:
    return _TOGETHER.get(barrier, barrier.value)


async def seen(api: ApiWriter) -> View:
    store = Store(lambda: datetime.now(UTC))
    store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
    for kind, version in _READ.items():
        listed = await api.list(version, kind)
        found = [read({name: value for name, value in raw.items() if name != "apiVersion"}) for raw in listed]
        name = next(row.resource.name for row in KINDS.values() if row.resource.kind == kind)
        objects = tuple(obj for _, obj in found)
        store.apply(events.Upserted(name, None, objects))
        store.apply(events.Synced(name, None, frozenset(key_of(obj) for obj in objects)))
    return store.view()


def message(pod: Raw) -> str:
    conditions = pod.get("status", {}).get("conditions", [])
    return next((one.get("message", "") for one in conditions if one["type"] == "PodScheduled"), "")


async def settle(api: ApiWriter) -> None:
    """The cluster as ``cluster`` describes it, and every pod turned down."""
    await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cluster.SPACE}}])
    await api.apply([*cluster.NODES, *cluster.STORAGE])

    async def ready() -> bool:
        nodes = await api.list("v1", "Node")
        taints = [one["key"] for node in nodes for one in node["spec"].get("taints", [])]
        claims = await api.list("v1", "PersistentVolumeClaim", cluster.SPACE)
        bound = sum(one["status"].get("phase") == "Bound" for one in claims)
        return taints == ["dedicated"] and bound == len(claims) - 1

    await api.until(ready)
    await api.apply(cluster.PLACED)
    worker: Raw = next(one for one in cluster.NODES if one["metadata"]["name"] == cluster.CORDONED)
    await api.patch(worker, {"spec": {"unschedulable": True}})

    async def placed() -> bool:
        pods = await api.list("v1", "Pod", cluster.SPACE)
        node = await api.get(worker)
        return all(one["status"]["phase"] == "Running" for one in pods) and bool(node["spec"].get("taints"))

    await api.until(placed)


async def test_the_scheduler_counts_the_same(plane: ControlPlane) -> None:
    async with plane.writer() as api:
        await settle(api)
        await api.apply(cluster.UNPLACED)
        names = {one["metadata"]["name"] for one in cluster.UNPLACED}
        differing: dict[str, Any] = {}

        async def agreed() -> bool:
            view = await seen(api)
            pods = {one["metadata"]["name"]: one for one in await api.list("v1", "Pod", cluster.SPACE)}
            differing.clear()
            for name in names:
                pod = view.get("pods", name, cluster.SPACE)
                theirs = dict(taken_apart(message(pods[name])).counts)
                ours = counted(refusals(view, pod))
                if ours != theirs or not ours:
                    differing[name] = (ours, theirs or message(pods[name]))
            return not differing

        try:
            await api.until(agreed, 20)
        except TimeoutError:
            pytest.fail(f"we and the scheduler: {differing}")

        view = await seen(api)
        turned_down = [view.get("pods", raw["metadata"]["name"], cluster.SPACE) for raw in cluster.UNPLACED]
        for raw in cluster.UNPLACED:  # or they would all rush in where room is made for one
            await gone(api, raw)
        tried = [await proposal_works(api, raw, pod) for raw, pod in zip(cluster.UNPLACED, turned_down, strict=True)]
        assert sum(tried) >= 12


async def proposal_works(api: ApiWriter, raw: Raw, pod: Pod) -> bool:
    """Do what is proposed; the scheduler then takes the pod. Afterwards all is as it was. False: not to be tried."""
    view = await seen(api)
    change = explanation(view, pod).change
    assert change is not None, f"nothing is proposed for {pod.metadata.name}"
    if change.assumed:
        return False
    async with done(api, view, change):
        again = changed(raw, change.pod)
        await api.apply([again])

        async def taken() -> bool:
            found = await api.get(again)
            return bool(found["spec"].get("nodeName"))

        try:
            await api.until(taken, 10)
        except TimeoutError:
            said = message(await api.get(again))
            pytest.fail(f"{pod.metadata.name}: {change.words!r} did not do: {said}")
        finally:
            await gone(api, again)
    return True


def changed(raw: Raw, pod: Pod) -> Raw:
    """The manifest under another name, with what the change makes different."""
    spec, new = raw["spec"], msgspec.to_builtins(pod.spec)
    boxes = {
        kind: [
            {**box, "resources": after.get("resources", {})} for box, after in zip(spec[kind], new[kind], strict=True)
        ]
        for kind in ("containers", "initContainers")
        if kind in spec
    }
    kept = ("nodeSelector", "tolerations")
    spreads = [
        {**one, "whenUnsatisfiable": after["whenUnsatisfiable"]}
        for one, after in zip(
            spec.get("topologySpreadConstraints", []), new.get("topologySpreadConstraints", []), strict=True
        )
    ]
    metadata = {**raw["metadata"], "name": f"{raw['metadata']['name']}-again"}
    other = {key: new[key] for key in kept if key in new} | {"topologySpreadConstraints": spreads}
    return {**raw, "metadata": metadata, "spec": {**spec, **boxes, **other}}


@asynccontextmanager
async def done(api: ApiWriter, view: View, change: Change) -> AsyncIterator[None]:
    ended = [raw for raw in cluster.PLACED if uid(view, raw) in change.gone]
    for raw in ended:
        await gone(api, raw)
    node: Raw = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": change.node.metadata.name}}
    if change.new:
        await new_node(api, node, change)
    else:
        spec = {"unschedulable": change.node.spec.unschedulable or None, "taints": taints(change)}
        await api.patch(node, {"metadata": {"labels": change.node.metadata.labels}, "spec": spec})
    try:
        yield
    finally:
        if change.new:
            await api.delete(node)
        else:
            before = next(one for one in cluster.NODES if one["metadata"]["name"] == change.node.metadata.name)
            added = change.node.metadata.labels.keys() - before["metadata"]["labels"].keys()
            cordoned = change.node.metadata.name == cluster.CORDONED
            spec = {"unschedulable": cordoned or None}
            await api.patch(node, {"metadata": {"labels": dict.fromkeys(added)}, "spec": spec})
        await api.apply(ended)
        await asyncio.sleep(0.3)


def taints(change: Change) -> list[Any]:
    found: list[Any] = msgspec.to_builtins(change.node.spec.taints)
    return found


async def new_node(api: ApiWriter, node: Raw, change: Change) -> None:
    """What is proposed says how big it must be, so a big one is made."""
    sizes = dict.fromkeys(("cpu", "memory", "ephemeral-storage", "example.com/gpu"), "1Ti") | {
        "cpu": "999",
        "pods": "9",
    }
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    metadata = {"name": node["metadata"]["name"], "labels": change.node.metadata.labels}
    status = {"allocatable": sizes, "capacity": sizes, "conditions": [ready]}
    await api.apply([{**node, "metadata": metadata, "spec": {}, "status": status}])

    async def untainted() -> bool:
        found = await api.get(node)
        return not found["spec"].get("taints")

    await api.until(untainted)


def uid(view: View, raw: Raw) -> str:
    found = view.get("pods", raw["metadata"]["name"], cluster.SPACE)
    return found.metadata.uid if found is not None else ""


async def gone(api: ApiWriter, raw: Raw) -> None:
    await api.delete(raw)

    async def missing() -> bool:
        names = {one["metadata"]["name"] for one in await api.list("v1", "Pod", cluster.SPACE)}
        return raw["metadata"]["name"] not in names

    await api.until(missing)
