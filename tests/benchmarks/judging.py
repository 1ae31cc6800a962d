"""What judging health costs: a whole cluster at first, then one pod's change, beside judging the whole anew."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model import events
from k8sview.model.health import ClusterHealth
from k8sview.model.kinds import KINDS, RESOURCE_NAMES
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import key_of
from k8sview.model.view import View
from k8sview.store.store import Store
from tests.benchmarks.figures import Figure, percentile
from tests.controlplane import load

FIRST_SECONDS, CHANGE_SECONDS, SLICE_SECONDS = 1.5, 0.002, 0.010
_REPLICAS, _NODES, _NAMESPACES = 50, 200, 20
_ILL = 40  # every so many-th pod crashes, every so many-th waits for a node that does not come


def judging_cost(pods: int) -> Iterator[Figure]:
    """A first judgement, and each of a few hundred changes of one pod."""
    store, known = filled(pods)
    view = store.view()
    engine = HealthEngine()
    began = time.perf_counter()
    longest, health = _in_slices(engine, view)
    first = time.perf_counter() - began
    ill = f"{len(health.judged)} objects not well, {len(health.causes)} causes"
    yield Figure(f"health: first judgement at {pods} pods", first, "s", FIRST_SECONDS, ill)
    yield Figure("health: longest step of it", longest * 1000, "ms", SLICE_SECONDS * 1000)
    spent = []
    for pod in itertools.islice(itertools.cycle(known), 0, 7 * 300, 7):
        store.apply(events.Upserted("pods", None, (_crashed(pod),)))
        changed = store.view()
        began = time.perf_counter()
        _in_slices(engine, changed)
        spent.append(time.perf_counter() - began)
        store.apply(events.Upserted("pods", None, (pod,)))
        _in_slices(engine, store.view())
    began = time.perf_counter()
    _in_slices(HealthEngine(), store.view())
    whole = time.perf_counter() - began
    median = percentile(spent, 0.5)
    beside = f"p95 {percentile(spent, 0.95) * 1000:.2f} ms; all anew {whole * 1000:.0f} ms, {whole / median:.0f} times"
    yield Figure(f"health: one pod's change at {pods} pods", median * 1000, "ms", CHANGE_SECONDS * 1000, beside)


def _in_slices(engine: HealthEngine, view: View) -> tuple[float, ClusterHealth]:
    """The longest step between two pauses, and the result."""
    steps, longest = engine.update(view), 0.0
    while True:
        began = time.perf_counter()
        try:
            next(steps)
        except StopIteration as stop:
            result: ClusterHealth = stop.value
            return max(longest, time.perf_counter() - began), result
        longest = max(longest, time.perf_counter() - began)


def filled(pods: int) -> tuple[Store, list[Pod]]:
    """A store of so many pods with what makes them, some ill; and those that are well."""
    now = datetime.now(UTC) + timedelta(hours=1)
    store = Store(lambda: now)
    store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
    raws: list[dict[str, Any]] = [load.namespace(f"ns-{number:02}") for number in range(_NAMESPACES)]
    raws += [load.node(number) for number in range(_NODES)]
    for number in range(-(-pods // _REPLICAS)):
        raws += _workload(number, min(_REPLICAS, pods - number * _REPLICAS))
    objects: dict[str, list[Any]] = {name: [] for name in KINDS}
    for number, raw in enumerate(raws):
        raw["metadata"] |= {"uid": raw["metadata"].get("uid", f"uid-{number}"), "creationTimestamp": load.STARTED}
        name = RESOURCE_NAMES[raw["kind"]]
        objects[name].append(msgspec.convert(raw, KINDS[name].struct))
    for name, found in objects.items():
        store.apply(events.Upserted(name, None, tuple(found)))
        store.apply(events.Synced(name, None, frozenset(key_of(one) for one in found)))
    return store, [one for one in objects["pods"] if one.ready]


def _workload(number: int, replicas: int) -> list[dict[str, Any]]:
    namespace = f"ns-{number % _NAMESPACES:02}"
    deployment = load.deployment(namespace, number, replicas)
    deployment["metadata"]["uid"] = f"deployment-{number}"
    replica_set = load.replicaset(deployment)
    replica_set["metadata"]["uid"] = f"replicaset-{number}"
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"app-{number:04}", "namespace": namespace},
        "spec": {"selector": {"app.kubernetes.io/name": f"app-{number:04}"}, "ports": [{"port": 80}]},
    }
    made = [load.pod(replica_set, index, _NODES) for index in range(replicas)]
    for index, pod in enumerate(made):
        if (number * _REPLICAS + index) % _ILL == 0:
            _crash(pod["status"])
        elif (number * _REPLICAS + index) % _ILL == 1:
            _unschedule(pod)
    ready = sum("containerStatuses" in pod["status"] and pod["status"]["containerStatuses"][0]["ready"] for pod in made)
    for owner in (deployment, replica_set):
        owner["status"] |= {"readyReplicas": ready, "availableReplicas": ready}
    return [deployment, replica_set, service, *made]


def _crash(status: dict[str, Any]) -> None:
    status["containerStatuses"][0] |= {
        "ready": False,
        "restartCount": 9,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": load.STARTED}},
    }
    for condition in status["conditions"]:
        if condition["type"] in ("Ready", "ContainersReady"):
            condition["status"] = "False"


def _unschedule(pod: dict[str, Any]) -> None:
    del pod["spec"]["nodeName"]
    pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "900"
    said = "0/200 nodes are available: 200 Insufficient cpu. preemption: 0/200 nodes are available."
    lacking = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said}
    pod["status"] = {"phase": "Pending", "conditions": [{**lacking, "lastTransitionTime": load.STARTED}]}


def _crashed(pod: Pod) -> Pod:
    raw = msgspec.json.decode(msgspec.json.encode(pod))
    _crash(raw["status"])
    return msgspec.convert(raw, Pod)
