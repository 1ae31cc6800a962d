"""A few whole screens as pictures, one file each. Look at a difference before taking it over: UPDATE_SNAPSHOTS=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from k8sview.model.tables import State, TableState
from k8sview.session.picture import Picture
from tests.tui.drifted import drifted
from tests.tui.pictures import FakeSession, night, picture
from tests.tui.test_app import running, settle, type_line

SNAPSHOTS = Path(__file__).with_name("snapshots")
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))


def assert_snapshot(svg: str, name: str) -> None:
    """The same bytes as the stored picture."""
    golden = SNAPSHOTS / f"{name}.svg"
    if UPDATE:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(svg, encoding="utf-8")
    assert svg == golden.read_text(encoding="utf-8"), f"{golden} differs: look at it, then UPDATE_SNAPSHOTS=1"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("house", ()),
        ("pods", (":po",)),
        ("checks", (":check",)),
        ("denied", (":secrets",)),
        ("explain", (":po /checkout", "X")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_screen(name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    await look(picture(), name, keys, size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("health", (":health",)),
        ("cause", (":health", "enter")),
        ("why", (":why web",)),
        ("timeline", (":why web", "T")),
        ("why-denied", (":why pod/web-7d4f-x1",)),
        ("timeline-denied", (":why web", "T")),
        ("health-denied", (":health",)),
        ("health-pending", (":health",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_health_screen(name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    """The night, in which Services are denied; in the denied pictures events are too, or pods, nodes, Deployments."""
    cluster = night()
    if name.endswith("denied"):
        denied = ("nodes", "pods", "deployments.apps") if name == "health-denied" else ("events",)
        for resource in denied:
            # As on a server: what is denied was never read.
            cluster.forget(resource).state(resource, TableState(State.DENIED, f"list {resource} is forbidden"))
    seen = picture(cluster.view())
    await look(replace(seen, health=None) if name == "health-pending" else seen, name, keys, size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("drift", (":drift",)),
        ("drift-card", (":drift", "j", "enter")),
        ("fences", (":drift fences", "ctrl+z")),
        ("changes", (":since 30m",)),
        ("drift-house", ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_drift_screen(name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    """Flux delivers it; somebody edited an image and a role by hand, and one Kustomization is suspended."""
    await look(drifted(), name, keys, size)


async def look(seen: Picture, name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    """Compare one screen, reached by keys."""
    async with running(FakeSession(seen), size) as (app, pilot):
        for line in keys:
            if line.startswith(":"):
                await type_line(app, pilot, line)
            else:
                await pilot.press(line)
                await settle(app, pilot)
        svg = app.export_screenshot(title=name, simplify=True)
    assert_snapshot(svg, f"{name}-{size[0]}x{size[1]}")
