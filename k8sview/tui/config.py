"""The user's settings: ``~/.config/k8sview/config.yaml``. A broken file is a message, never a failed start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Settings(NamedTuple):
    """``keys``: action id to keys; ``namespaces``: favourites for the keys 1 to 9; ``problems``: to be told."""

    keys: Mapping[str, str] = {}
    theme: str = ""
    namespaces: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def save_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where ``ctrl-s`` writes."""
    base = environment.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "k8sview" / "saved"


def load_settings(path: Path) -> Settings:
    """Read the file; none is fine, and what is wrong in it is left out and told."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as problem:
        return Settings(problems=(f"{path}: {problem}",))
    import yaml  # most people have no such file, and the first frame waits for this

    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        return Settings(problems=(f"{path}: {' '.join(str(problem).split())}",))
    return read_settings(raw, str(path))


def read_settings(raw: Any, where: str) -> Settings:
    """From the file's value; other sections belong to others."""
    if raw is None:
        return Settings()
    if not isinstance(raw, dict):
        return Settings(problems=(f"{where}: expected a mapping",))
    problems: list[str] = []
    keys = raw.get("keys") or {}
    if not isinstance(keys, dict) or not all(isinstance(one, str) for pair in keys.items() for one in pair):
        problems.append(f"{where}: keys must map an action's id to its keys")
        keys = {}
    theme = raw.get("theme") or ""
    if not isinstance(theme, str):
        problems.append(f"{where}: theme must be a name")
        theme = ""
    namespaces = raw.get("namespaces") or []
    if not isinstance(namespaces, list) or not all(isinstance(one, str) for one in namespaces):
        problems.append(f"{where}: namespaces must be a list of names")
        namespaces = []
    return Settings(keys, theme, tuple(namespaces), tuple(problems))
