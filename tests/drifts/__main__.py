"""``python -m tests.drifts``: build the scenario and hold the cluster, or say how good an answer is.

``--keep DURATION`` prints the kubeconfig's path and holds the cluster so long (``10m``). ``--score`` asks
``k8sview drift`` of the cluster and prints what is not right, and found, blamed and accused.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from k8sview.model.times import parse_duration
from tests.acceptance.running import k8sview
from tests.controlplane.plane import ControlPlane
from tests.drifts import build, score
from tests.drifts.case import Case
from tests.drifts.every import CASES
from tests.drifts.hand import manifests_in


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drifts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", metavar="DURATION", help="how long to hold the cluster")
    parser.add_argument("--only", action="append", metavar="CASE", help="build these cases alone")
    parser.add_argument("--young", action="store_true", help="make no past: all happens within a minute")
    parser.add_argument("--score", action="store_true", help="score the answer")
    parser.add_argument("--save", type=Path, metavar="FILE", help="with --score: write the answer here, too")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.only or case.name in options.only]
    asyncio.run(_run(options, cases))


async def _run(options: argparse.Namespace, cases: list[Case]) -> None:
    plane = ControlPlane(**build.OPTIONS)
    began = time.monotonic()
    await asyncio.to_thread(plane.start)
    try:
        writes = await build.build(plane, cases, _say, young=options.young)
        _say(f"built after {time.monotonic() - began:.0f} s")
        if options.score:
            with tempfile.TemporaryDirectory() as folder:
                files = manifests_in(Path(folder), cases)
                asked = ("-f", str(files)) if any(case.manifests for case in cases) else ()
                ended = await k8sview(plane.kubeconfig, "drift", "-A", "-o", "json", *asked)
            if options.save:
                options.save.write_text(ended.stdout)
            _say(score.table(ended.report, cases, writes) if ended.stdout else ended.stderr)
        if options.keep:
            _say(f"KUBECONFIG={plane.kubeconfig}")
            held = parse_duration(options.keep)
            await asyncio.sleep(held.total_seconds() if held is not None else 600)
    finally:
        await asyncio.to_thread(plane.stop)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
