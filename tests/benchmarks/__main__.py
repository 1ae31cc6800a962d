"""``python -m tests.benchmarks [--pods N] [KUBECONFIG]``: every budget that exists by now, in one run, as ratios.

Starts a real control plane and fills it, unless a kubeconfig of one that runs is given.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys

from tests.benchmarks.checking import check_cost, help_cost
from tests.benchmarks.drifting import drift_cost
from tests.benchmarks.following import following_cost
from tests.benchmarks.judging import judging_cost
from tests.benchmarks.living import app_cost
from tests.controlplane import ControlPlane
from tests.controlplane.fill import fill

BUDGETS = {1000: (2.5, 150.0), 10000: (6.0, 350.0)}
"""Pods: seconds and MiB of one check."""


async def _fill(plane: ControlPlane, pods: int) -> None:
    async with plane.writer() as api:
        await fill(api, nodes=200, pods=pods)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the budgets.")
    parser.add_argument("--pods", type=int, choices=sorted(BUDGETS), action="append", help="sizes (default: all)")
    arguments = parser.parse_args()
    # As on anybody's machine: with byte code, whatever this shell thinks of it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", "import k8sview.tui.app, k8sview.cli.commands.app"], check=True)
    for figure in help_cost():
        print(figure, flush=True)
    for figure in drift_cost():
        print(figure, flush=True)
    for pods in arguments.pods or sorted(BUDGETS):
        for figure in (*judging_cost(pods), *following_cost(pods)):
            print(figure, flush=True)
        # Without controllers and kwok nothing changes by itself: what is idle here is idle.
        with ControlPlane(controllers=False, kwok=False) as plane:
            asyncio.run(_fill(plane, pods))
            for figure in check_cost(plane.kubeconfig, pods, *BUDGETS[pods]):
                print(figure, flush=True)
            for figure in app_cost(plane, plane.kubeconfig, pods):
                print(figure, flush=True)


if __name__ == "__main__":
    main()
