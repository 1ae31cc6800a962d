"""Where the user's configuration lies. Apart from what reads it: the app asks before anything else is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """``$K8SVIEW_CONFIG``, else ``config.yaml`` below ``$XDG_CONFIG_HOME/k8sview`` or ``~/.config/k8sview``."""
    named = environment.get("K8SVIEW_CONFIG")
    if named:
        return Path(named)
    base = environment.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "k8sview" / "config.yaml"
