"""Rules of the house that no linter knows: sizes of rooms, their doorplates, and what the front door may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 500
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "data", "info", "common", "misc"}
SOURCES = sorted(
    path
    for folder in ("k8sview", "tests", "checks", "demo", "screenshots")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".yaml", ".sh", ".tcss") and "controlplane/build/" not in str(path)
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.suffix == ".py"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def loaded_by(code: str) -> set[str]:
    """Top-level packages that running ``code`` in a new interpreter loads."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sorted(sys.modules), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return {name.partition(".")[0] for name in result.stderr.split()}


def test_help_loads_neither_textual_nor_a_client() -> None:
    loaded = loaded_by("from k8sview.__main__ import main; sys.argv = ['k8sview', '--help']; main()")
    assert not loaded & {"textual", "rich", "kubernetes", "kubernetes_asyncio", "aiohttp", "yaml"}


def test_a_check_never_loads_textual() -> None:
    command = "from k8sview.__main__ import main; sys.argv = ['k8sview', 'check', '--from', 'demo']; main()"
    assert not loaded_by(command) & {"textual", "kubernetes", "aiohttp"}
