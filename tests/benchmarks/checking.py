"""What ``k8sview check`` and ``--help`` cost, beside a plain reader of the same pods that keeps them as dicts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure

MIB = 1024 * 1024

# The least that a tool with generic objects would do: the same pages, read by the independent client's stack.
_PLAIN_READER = """
import asyncio, json, ssl, sys, aiohttp, yaml
config = yaml.safe_load(open(sys.argv[1]))
cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
tls.load_cert_chain(user["client-certificate"], user["client-key"])
async def main():
    kept, token = [], ""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
        while True:
            query = {"limit": "500", **({"continue": token} if token else {})}
            async with session.get(cluster["server"] + "/api/v1/pods", params=query) as answer:
                page = json.loads(await answer.read())
            kept += page["items"]
            token = page["metadata"].get("continue", "")
            if not token:
                return print(len(kept))
asyncio.run(main())
"""


def measured(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and largest resident MiB of a process."""
    began = time.monotonic()
    process = psutil.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    largest, cpu = 0, 0.0
    while process.poll() is None:
        try:
            largest = max(largest, process.memory_info().rss)
            times = process.cpu_times()
            cpu = times.user + times.system
        except psutil.Error:
            break
        time.sleep(0.01)
    if process.wait() not in (0, 1, 3):
        raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}")
    return time.monotonic() - began, cpu, largest / MIB


def help_cost() -> Iterator[Figure]:
    bare = min(measured([sys.executable, "-c", "pass"])[0] for _ in range(5))
    ours = min(measured([sys.executable, "-m", "k8sview", "--help"])[0] for _ in range(5))
    yield Figure("k8sview --help", ours, "s", 0.15, f"bare Python {bare:.3f} s")


def check_cost(kubeconfig: Path, pods: int, seconds: float, memory: float) -> Iterator[Figure]:
    """``seconds`` and ``memory`` (MiB) are the budgets at this size. Best of three."""
    environment = {"KUBECONFIG": str(kubeconfig)}
    command = [sys.executable, "-m", "k8sview", "check", "--json"]
    runs = [measured(command, environment) for _ in range(3)]
    plain = [measured([sys.executable, "-c", _PLAIN_READER, str(kubeconfig)]) for _ in range(3)]
    wall, cpu, resident = (min(values) for values in zip(*runs, strict=True))
    plain_wall, plain_cpu, plain_resident = (min(values) for values in zip(*plain, strict=True))
    name = f"check, {pods:,} pods"
    yield Figure(f"{name}: wall", wall, "s", seconds, f"pods alone as dicts {plain_wall:.2f} s")
    yield Figure(f"{name}: CPU", cpu, "s", None, f"pods alone as dicts {plain_cpu:.2f} s")
    yield Figure(f"{name}: memory", resident, "MiB", memory, f"pods alone as dicts {plain_resident:.0f} MiB")
