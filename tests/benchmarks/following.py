"""What following drift costs at so many pods: the first look in slices, then a look after one pod's change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from k8sview.model import events
from k8sview.model.drift import DriftKind
from k8sview.model.view import View
from k8sview.session.living_drift import DriftEngine
from k8sview.sources.recording.demo import DEMO
from k8sview.sources.recording.source import RecordingSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.judging import filled

STEP_SECONDS = 0.025
"""No single step may hold up a key for longer, with a slice of judgement besides."""


def following_cost(pods: int) -> Iterator[Figure]:
    """CPU of looks; whether a change of one pod makes the rows look again is for their own pace to say."""
    store, known = filled(pods)
    # What bodies tell is left out: a source that has none. What was listed reaches the engine as in life.
    engine = DriftEngine(RecordingSource(DEMO), lambda: datetime.now(UTC))
    engine.take(events.Synced("pods", None, frozenset()), store)
    longest, whole = _in_steps(engine, store.view())
    found = len(engine.of_kind(DriftKind.IMAGE_DIGEST).drifts)
    yield Figure(f"drift: first look at {pods} pods", whole, "s", 1.0, f"{found} image digests listed")
    yield Figure("drift: longest step of it", longest * 1000, "ms", STEP_SECONDS * 1000)
    began = time.perf_counter()
    for pod in known[:500]:
        engine.take(events.Upserted("pods", None, (pod,)), store)
    each = (time.perf_counter() - began) / 500
    yield Figure("drift: noting one pod that arrives", each * 1e6, "µs", 50)
    longest, again = _in_steps(engine, store.view())
    yield Figure("drift: look after 500 pods arrived", again * 1000, "ms", 100, f"longest step {longest * 1000:.1f} ms")


def _in_steps(engine: DriftEngine, view: View) -> tuple[float, float]:
    """The longest step between two pauses, and all together."""
    steps, longest, whole = engine.look(view), 0.0, 0.0
    while True:
        began = time.perf_counter()
        try:
            next(steps)
        except StopIteration:
            took = time.perf_counter() - began
            return max(longest, took), whole + took
        took = time.perf_counter() - began
        longest, whole = max(longest, took), whole + took
