"""What one look for drift costs: thousands of delivered objects, some of them touched by hand, on a real API server.

Flux delivers most; the Deployments were applied by kubectl, so that each is held against what was applied last.
``python -m tests.benchmarks.drifting KUBECONFIG read|look`` measures one of both in a process of its own, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from k8sview.session.drift import drift_once, listable
from k8sview.session.drift_suspects import triage
from k8sview.session.once import read_once
from k8sview.sources.live import Limits
from k8sview.sources.live.whole import WholeSource
from tests.benchmarks.figures import Figure
from tests.controlplane import ControlPlane
from tests.controlplane.writer import ApiWriter

OBJECTS = 10_000
TRIAGE_SECONDS, MORE_MIB = 3.0, 150.0
_DEPLOYMENTS = 5  # one in so many is a Deployment, the others are ConfigMaps
_TOUCHED = 100  # two in so many are edited by hand, one of each kind
_APPLY = {"Content-Type": "application/apply-patch+yaml"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def drift_cost() -> Iterator[Figure]:
    """Fills a control plane of its own, reads it, and looks."""
    with ControlPlane(controllers=False, kwok=False) as plane:
        asyncio.run(_fill(plane))
        read, look = (_process(str(plane.kubeconfig), mode) for mode in ("read", "look"))
    name, alone = f"drift, {OBJECTS:,} objects", f"reading alone {read['wall']:.2f} s"
    yield Figure(f"{name}: triage", read["triage"], "s", TRIAGE_SECONDS, f"{read['suspects']} suspects")
    beside = f"reading alone {read['mib']:.0f} MiB"
    yield Figure(f"{name}: memory beyond reading", look["mib"] - read["mib"], "MiB", MORE_MIB, beside)
    beside = f"{look['fetched']} for whole objects, {look['drifts']} drifts"
    yield Figure(f"{name}: requests", look["requests"], "", None, beside)
    yield Figure(f"{name}: wall", look["wall"], "s", None, alone)


def _process(*words: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.drifting", *words]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


async def _fill(plane: ControlPlane) -> None:
    spaces = [f"team-{number:02}" for number in range(20)]
    async with plane.writer() as api:
        await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in spaces])
        for start in range(0, OBJECTS, 64):
            batch = range(start, min(start + 64, OBJECTS))
            await asyncio.gather(*(_made(api, number, spaces[number % len(spaces)]) for number in batch))


async def _made(api: ApiWriter, number: int, space: str) -> None:
    name = f"object-{number:05}"
    make = _deployment if number % _DEPLOYMENTS == 0 else _config_map
    path, edit = await make(api, name, space)
    if number % _TOUCHED < 2:
        await api.request("PATCH", path, edit, _MERGE, fieldManager="kubectl-edit")


async def _config_map(api: ApiWriter, name: str, space: str) -> tuple[str, Any]:
    marks = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    path = f"/api/v1/namespaces/{space}/configmaps/{name}"
    metadata = {"name": name, "namespace": space, "labels": marks}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    body["data"] = {f"key-{one}": "x" * 40 for one in range(10)}
    await api.request("PATCH", path, body, _APPLY, fieldManager="kustomize-controller", force="true")
    return path, {"data": {"key-3": "by hand"}}


async def _deployment(api: ApiWriter, name: str, space: str) -> tuple[str, Any]:
    path = f"/apis/apps/v1/namespaces/{space}/deployments"
    pod = {"containers": [{"name": "app", "image": "registry.example/app:1", "env": [{"name": "A", "value": "1"}]}]}
    template = {"metadata": {"labels": {"app": name}}, "spec": pod}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template}
    metadata: dict[str, Any] = {"name": name, "namespace": space}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    applied = {**body, "metadata": {**metadata, "annotations": {_LAST_APPLIED: json.dumps(body)}}}
    await api.request("POST", path, applied, fieldManager="kubectl-client-side-apply")
    return f"{path}/{name}", {"metadata": {"annotations": {"note": "by hand"}}, "spec": {"replicas": 3}}


def _measured(kubeconfig: str, mode: str) -> dict[str, float]:
    source = WholeSource(kubeconfig, limits=Limits(burst=300), smooth=False)
    found: dict[str, float] = {}
    began = time.monotonic()
    if mode == "read":
        view = asyncio.run(read_once(source, None, listable, read_timeout=60.0))
        start = time.perf_counter()
        suspected, _ = triage(view, {})
        found["triage"], found["suspects"] = time.perf_counter() - start, sum(map(len, suspected.values()))
    else:
        report = asyncio.run(drift_once(source))
        found["drifts"], found["fetched"] = report.summary.drifted, report.fetched
        found["requests"] = report.run.api.requests
    found["wall"] = time.monotonic() - began
    found["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


if __name__ == "__main__":
    print(json.dumps(_measured(*sys.argv[1:])))
