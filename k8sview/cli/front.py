"""What the command line hands over when the terminal app shall open; who starts the app does not concern it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class AppRequest(NamedTuple):
    """Which cluster or recording to open, and how. ``namespaces`` None: all."""

    kubeconfig: str | None = None
    context: str | None = None
    recording: str | None = None
    demo: bool = False
    namespaces: tuple[str, ...] | None = None
    checks: tuple[str, ...] = ()
    request_timeout: float = 10.0


OpenApp = Callable[[AppRequest], int]
