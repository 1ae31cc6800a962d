"""Where the built control plane lies. Building it is build.sh's business."""

from __future__ import annotations

import subprocess
from pathlib import Path

BUILD = Path(__file__).with_name("build.sh")
VERSION = "v1.37.2"


class NotBuiltError(Exception):
    """The binaries are not there; the message says how to get them."""

    def __init__(self) -> None:
        super().__init__('control plane not built: run "make controlplane" (needs Go)')


def folder() -> Path:
    """The folder with the five binaries and kwok's stages. Raises NotBuiltError."""
    answer = subprocess.run([str(BUILD), "--print"], capture_output=True, text=True, check=True)
    found = Path(answer.stdout.strip())
    if not (found / "complete").is_file():
        raise NotBuiltError
    return found
