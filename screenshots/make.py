"""Writes screenshots/*.svg from the demo recording. Run: python screenshots/make.py [FOLDER]

Pictures come from here only, never by hand: the same recording gives the same pictures.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from k8sview.catalog.loader import load_catalog
from k8sview.model.drift import DriftSettings
from k8sview.session.session import Session
from k8sview.sources.recording.demo import DEMO
from k8sview.sources.recording.source import RecordingSource
from k8sview.tui.app import K8sViewApp
from k8sview.tui.contract import Target

SIZES = ((120, 40), (80, 24))
SCREENS: dict[str, tuple[str, ...]] = {
    "house": (),
    "health": (":health",),
    "cause": (":health", "enter"),
    "drift": (":drift",),
    "drift-card": (":drift", "enter"),
    "fences": (":drift fences",),
    "changes": (":since 2h",),
    "explain": (":why deploy/indexer",),
    "timeline": (":why deploy/checkout", "T"),
    "checks": (":check",),
    "pods": (":po", "S"),
    "faults": (":po", "ctrl+z"),
    "object": (":deploy", "S", "enter"),
    "owners": (":po", "S", "O"),
    "yaml": (":no", "y"),
    "custom-resource": (":certificates.cert-manager.io",),
    "denied": (":backups.velero.io",),
    "resources": (":apis",),
    "help": (":po", "question_mark"),
    "palette": ("ctrl+p",),
}
SMALL_TOO = ("house", "health", "drift", "explain", "timeline", "pods")
_NAMES = {":": "colon", ".": "full_stop", "-": "minus", " ": "space", "/": "slash"}
_PATIENCE_SECONDS = 60
_QUIET_PAUSES = 15


def open_session(_target: Target) -> Session:
    """The demo at its own last moment."""
    source = RecordingSource(DEMO)
    return Session(source, load_catalog(), clock=lambda: _moment(source), drift=DriftSettings())


def _moment(source: RecordingSource) -> datetime:
    return source.clock if source.clock.tzinfo is not None else datetime.now(UTC)


async def picture(keys: tuple[str, ...], size: tuple[int, int], title: str) -> str:
    """One screen, reached by keys."""
    app = K8sViewApp(open_session, Target(demo=True))
    async with app.run_test(size=size) as pilot:
        await _settled(app, pilot)
        for line in keys:
            typed = [*(_NAMES.get(one, one) for one in line), "enter"] if line.startswith(":") else [line]
            await pilot.press(*typed)
            await pilot.pause(1)
        await _settled(app, pilot)
        return app.export_screenshot(title=title, simplify=True)


async def _settled(app: K8sViewApp, pilot: Pilot[None]) -> None:
    """Until everything that is asked for was judged, the drift of it too."""
    quiet = 0
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while quiet < _QUIET_PAUSES:
            await pilot.pause(0.1)
            seen = app.outlook.picture
            judged = seen is not None and seen.report is not None and seen.health is not None
            pending = seen is None or seen.report_pending or seen.drift is None or seen.drift.pending
            quiet = quiet + 1 if judged and not pending else 0


async def main(folder: Path) -> None:
    """Every screen, and the main ones on a small terminal too."""
    for name, keys in SCREENS.items():
        for size in SIZES if name in SMALL_TOO else SIZES[:1]:
            path = folder / f"{name}-{size[0]}x{size[1]}.svg"
            path.write_text(await picture(keys, size, f"k8sview · {name}"), encoding="utf-8")
            print(path)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
