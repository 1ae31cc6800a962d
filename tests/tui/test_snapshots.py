"""A few whole screens as pictures, one file each. Look at a difference before taking it over: UPDATE_SNAPSHOTS=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.pictures import FakeSession, picture
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
    async with running(FakeSession(picture()), size) as (app, pilot):
        for line in keys:
            if line.startswith(":"):
                await type_line(app, pilot, line)
            else:
                await pilot.press(line)
                await settle(app, pilot)
        svg = app.export_screenshot(title=name, simplify=True)
    assert_snapshot(svg, f"{name}-{size[0]}x{size[1]}")
