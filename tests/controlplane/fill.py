"""Fill a control plane with pods for benchmarks: ``python -m tests.controlplane.fill --pods 10000 [KUBECONFIG]``.

Without a kubeconfig it starts a control plane of its own (without controllers, which would only slow it down), fills
it, prints the kubeconfig's path, and keeps it up until interrupted. Pods are created bound and owned, and their status
is written by this script: neither scheduler, controllers nor kwok are needed for them to be Running.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import time
from pathlib import Path

import yaml

from tests.controlplane import load
from tests.controlplane.plane import ControlPlane
from tests.controlplane.writer import ApiWriter


async def fill(api: ApiWriter, *, nodes: int, pods: int, namespaces: int = 20, replicas: int = 50) -> None:
    """Create nodes, then namespaces, Deployments, ReplicaSets and their pods, everything ready."""
    names = [f"ns-{index:02}" for index in range(namespaces)]
    await api.apply([load.namespace(name) for name in names])
    await api.apply([load.service_account(name) for name in names])
    await api.apply([load.node(index) for index in range(nodes)])
    count = -(-pods // replicas)
    sizes = [min(replicas, pods - index * replicas) for index in range(count)]
    workers = [_workload(api, names[index % namespaces], index, size, nodes) for index, size in enumerate(sizes)]
    for start in range(0, count, 8):
        await asyncio.gather(*workers[start : start + 8])


async def _workload(api: ApiWriter, namespace: str, index: int, size: int, nodes: int) -> None:
    deployment = await _made(api, load.deployment(namespace, index, size))
    replicaset = await _made(api, load.replicaset(deployment))
    await asyncio.gather(*(_pod(api, load.pod(replicaset, number, nodes)) for number in range(size)))


async def _pod(api: ApiWriter, pod: load.Object) -> None:
    """Two plain requests: this is the hot path, so no look for what exists."""
    path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods"
    status = pod.pop("status")
    made = await api.request("POST", path, pod, fieldManager="kube-controller-manager")
    made["status"] = status
    await api.request("PUT", f"{path}/{pod['metadata']['name']}/status", made, fieldManager="kubelet")


async def _made(api: ApiWriter, owner: load.Object) -> load.Object:
    await api.apply([owner])
    return await api.get(owner)


def _connection(path: Path) -> tuple[str, ssl.SSLContext]:
    config = yaml.safe_load(path.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
    tls.load_cert_chain(user["client-certificate"], user["client-key"])
    return cluster["server"], tls


async def _timed(api: ApiWriter, nodes: int, pods: int) -> None:
    begin = time.monotonic()
    async with api:
        await fill(api, nodes=nodes, pods=pods)
    took = time.monotonic() - begin
    print(f"{nodes} nodes and {pods} pods in {took:.1f} s ({pods / took:.0f} pods/s)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill a control plane with ready pods.")
    parser.add_argument("kubeconfig", nargs="?", type=Path, help="of a control plane that runs; default: start one")
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--pods", type=int, default=1000)
    options = parser.parse_args()
    if options.kubeconfig:
        asyncio.run(_timed(ApiWriter(*_connection(options.kubeconfig)), options.nodes, options.pods))
        return
    with ControlPlane(controllers=False, kwok=False) as plane:
        asyncio.run(_timed(plane.writer(), options.nodes, options.pods))
        print(plane.kubeconfig, flush=True)
        try:
            time.sleep(86400)
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
