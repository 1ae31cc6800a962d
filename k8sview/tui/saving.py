"""Writes what ``ctrl-s`` saves: a new file each time, readable by its owner only."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

_UNSAFE = re.compile(r"[^\w.\-]+")


def save_text(directory: Path, label: str, name: str, text: str, at: datetime) -> Path:
    """Write ``text`` under the target's own folder; raises OSError."""
    folder = directory / _safe(label)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem, dot, ending = name.rpartition(".")
    path = folder / f"{_safe(stem or ending)}-{at:%Y%m%dT%H%M%S}{dot}{ending if stem else ''}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _safe(name: str) -> str:
    """A name that stays inside its folder, whatever a cluster calls things."""
    return _UNSAFE.sub("-", name).strip(".-")[:120] or "k8sview"
