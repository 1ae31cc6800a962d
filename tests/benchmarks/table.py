"""The virtual table against Textual's own DataTable: first paint, and key to paint while cells change. Prints ratios.

Run: python -m tests.benchmarks.table [--rows 50000] [--stock-rows 10000] [--updates 500] [--keys 60]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.objects.pods import Container, ContainerStatus, Pod, PodSpec, PodStatus
from k8sview.model.resources import Key, key_of
from k8sview.model.view import View
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.filters import parse_filter
from k8sview.tui.present.rows import Rows
from k8sview.tui.present.tables.pods import PODS
from k8sview.tui.widgets.virtual_table import VirtualTable

SIZE = (160, 50)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEALTHY = Health(HealthVerdict.HEALTHY)


def pod(number: int, restarts: int = 0) -> Pod:
    """A pod among many."""
    return Pod(
        ObjectMeta(
            name=f"worker-{number % 997:03d}-{number:05d}",
            namespace=f"team-{number % 50:02d}",
            uid=str(number),
            creation_timestamp="2026-02-27T10:00:00Z",
            labels={"app": f"worker-{number % 997}"},
        ),
        PodSpec(node_name=f"node-{number % 200}", containers=(Container(name="app"),)),
        PodStatus(
            phase="Running", container_statuses=(ContainerStatus(name="app", ready=True, restart_count=restarts),)
        ),
    )


class Painted(App[None]):
    """Tells when a frame reached the terminal."""

    CSS_PATH = "../../k8sview/tui/base.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.on_paint: Callable[[], None] = lambda: None

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        self.on_paint()


class Virtual(Painted):
    """50,000 rows in the virtual table."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.objects: dict[Key, Any] = {key_of(one): one for one in map(pod, range(count))}
        self.rows = Rows(PODS)
        self.around = Surroundings(View(NOW), lambda obj: HEALTHY)
        self.rows.update(self.objects, self.around, NOW)
        self.keys = list(self.objects)

    def compose(self) -> ComposeResult:
        yield VirtualTable(self.rows, lambda: NOW, id="table")

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    def cursor(self) -> int:
        return self.table.cursor

    def press(self) -> None:
        self.table.move(1)

    def change(self, count: int, turn: int) -> None:
        objects = dict(self.objects)
        for key in random.choices(self.keys, k=count):
            objects[key] = pod(int(key[1].rpartition("-")[2]), turn)
        self.objects = objects
        self.table.apply(self.rows.update(objects, self.around, NOW))
        self.table.tick()


class Stock(Painted):
    """The same rows in a DataTable, cells patched by key."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.objects = [pod(number) for number in range(count)]

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        around = Surroundings(View(NOW), lambda obj: HEALTHY)
        for column in PODS.columns:
            self.table.add_column(column.title, key=column.id)
        rows = Rows(PODS)
        rows.update({key_of(one): one for one in self.objects}, around, NOW)
        for key in rows.order:
            self.table.add_row(*(cell.text for cell in rows.cells(key, NOW)), key=key[1])
        self.keys = [key[1] for key in rows.order]

    @property
    def table(self) -> DataTable[Any]:
        return self.query_one(DataTable)

    def cursor(self) -> int:
        return self.table.cursor_row

    def press(self) -> None:
        self.table.action_cursor_down()

    def change(self, count: int, turn: int) -> None:
        for key in random.choices(self.keys, k=count):
            self.table.update_cell(key, "restarts", str(turn))


async def measure(app: Virtual | Stock, updates: int, keys: int) -> tuple[float, list[float], float]:
    """Seconds to the first paint, seconds from key to paint, and the share of one core that it all took."""
    first = asyncio.Event()
    app.on_paint = first.set
    started = time.perf_counter()
    async with app.run_test(size=SIZE) as pilot:
        await first.wait()
        first_paint = time.perf_counter() - started
        await pilot.pause()
        app.table.focus()
        latencies: list[float] = []
        stop = False

        async def churn() -> None:
            turn = 0
            while not stop:
                turn += 1
                app.change(updates // 10, turn)
                await asyncio.sleep(0.1)

        churning = asyncio.create_task(churn())
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(keys):
            await asyncio.sleep(random.uniform(0.05, 0.15))
            latencies.append(await _key(app))
        share = (time.process_time() - cpu) / (time.perf_counter() - wall)
        stop = True
        await churning
    return first_paint, latencies, share


async def _key(app: Virtual | Stock) -> float:
    painted = asyncio.Event()
    wanted = app.cursor() + 1
    app.on_paint = lambda: painted.set() if app.cursor() == wanted else None
    started = time.perf_counter()
    app.table.call_later(app.press)  # through the message queue, as a key press comes
    await painted.wait()
    return time.perf_counter() - started


def arrange(count: int) -> None:
    """How long sorting and filtering take once rows are made."""
    app = Virtual(count)
    rows = app.rows
    started = time.perf_counter()
    for _ in rows.sweep():
        pass
    print(f"make {count} rows (in slices): {1000 * (time.perf_counter() - started):.0f} ms")
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("sort by restarts", lambda: rows.sort_by("restarts")),
        ("sort by age, reversed", lambda: rows.sort_by("age", reverse=True)),
        ("sort by name", lambda: rows.sort_by("name")),
        ("filter by regex", lambda: rows.narrow(parse_filter("worker-0[0-9]7", PODS))),
        ("filter, typed", lambda: rows.narrow(parse_filter("status=ok age>2h restarts<3", PODS))),
    )
    for name, step in steps:
        started = time.perf_counter()
        step()
        print(f"{name}: {1000 * (time.perf_counter() - started):.0f} ms, {len(rows.order)} rows")
    rows.narrow(parse_filter("", PODS))
    changed = dict(app.objects)
    for key in app.keys[:50]:
        changed[key] = pod(int(key[1].rpartition("-")[2]), 9)
    for sort in (None, "restarts"):
        rows.sort_by(sort)
        started = time.perf_counter()
        rows.update(changed if sort is None else app.objects, app.around, NOW)
        print(f"update of 50 rows, sorted by {sort}: {1000 * (time.perf_counter() - started):.1f} ms")


def p95(values: list[float]) -> float:
    """95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--stock-rows", type=int, default=10_000)
    parser.add_argument("--updates", type=int, default=500, help="cells a second")
    parser.add_argument("--keys", type=int, default=60)
    options = parser.parse_args()
    arrange(options.rows)
    results = {}
    for name, app in (("virtual", Virtual(options.rows)), ("stock", Stock(options.stock_rows))):
        first, latencies, share = asyncio.run(measure(app, options.updates, options.keys))
        results[name] = first, p95(latencies)
        print(
            f"{name}: {len(app.objects)} rows, first paint {first * 1000:.0f} ms, key to paint median "
            f"{statistics.median(latencies) * 1000:.0f} ms, p95 {p95(latencies) * 1000:.0f} ms, {share:.0%} of a core"
        )
    ours, stock = results["virtual"], results["stock"]
    print(f"ratios: first paint {stock[0] / ours[0]:.1f}x, key to paint p95 {stock[1] / ours[1]:.1f}x")


if __name__ == "__main__":
    main()
