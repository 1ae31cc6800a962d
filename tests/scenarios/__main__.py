"""``python -m tests.scenarios``: build the scenario and hold the cluster, or say how good an answer is.

``--keep DURATION`` prints the kubeconfig's path and holds the cluster so long (``10m``, ``1h``). ``--score`` asks
``k8sview health`` of the cluster and prints found, blamed and explained for every case; with ``--report FILE`` an
answer that was saved earlier is scored, without any cluster.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.acceptance.running import Ended, k8sview
from tests.controlplane.plane import ControlPlane
from tests.scenarios import build, score
from tests.scenarios.case import Case
from tests.scenarios.every import CASES


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.scenarios", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", default="10m", metavar="DURATION", help="how long to hold the cluster (10m)")
    parser.add_argument("--only", action="append", metavar="CASE", help="build these cases alone")
    parser.add_argument("--age", default="30m", metavar="DURATION", help="how old what is recent shall be (30m)")
    parser.add_argument("--score", action="store_true", help="score the answer instead of holding the cluster")
    parser.add_argument("--report", type=Path, metavar="FILE", help="score this answer (JSON)")
    parser.add_argument("--save", type=Path, metavar="FILE", help="with --score: write the answer here, too")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.only or case.name in options.only]
    if options.report:
        _say(score.table(json.loads(options.report.read_text()), cases))
    else:
        asyncio.run(_run(options, cases))


async def _run(options: argparse.Namespace, cases: list[Case]) -> None:
    begin = time.monotonic()

    def tell(text: str) -> None:
        _say(f"{time.monotonic() - begin:6.1f} s  {text}")

    with ControlPlane(**build.OPTIONS) as plane:
        done = await build.build(plane, cases, tell, timedelta(seconds=_seconds(options.age)))
        tell("built")
        if options.score:
            answer = await k8sview(plane.kubeconfig, "health", "-A", "-o", "json")
            _score(answer, cases, options.save)
            return
        _say(str(plane.kubeconfig))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(build.attended(plane, cases, done), _seconds(options.keep))


def _score(answer: Ended, cases: list[Case], save: Path | None) -> None:
    if save:
        save.write_text(answer.stdout, encoding="utf-8")
    if not answer.stdout:
        sys.exit(f"k8sview ended with {answer.code}: {answer.stderr}")
    _say(score.table(answer.report, cases))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _seconds(text: str) -> float:
    return float(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


if __name__ == "__main__":
    main()
