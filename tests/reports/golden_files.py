"""Golden files: what a report looks like, kept beside the tests and looked at in review."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """``text`` equals the file; with UPDATE_GOLDEN=1 the file is written first."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path} differs: look at it, then UPDATE_GOLDEN=1"
