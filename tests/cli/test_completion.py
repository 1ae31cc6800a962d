"""Completion scripts: complete for every command and flag, valid for the shells that are here, and working in bash."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from k8sview.cli.completion import SCRIPTS
from k8sview.cli.options import GENERAL
from k8sview.cli.table import COMMANDS, SHELLS
from tests.cli.conftest import Call


def test_each_shell_has_a_script(call: Call) -> None:
    assert tuple(SCRIPTS) == SHELLS
    for shell in SHELLS:
        assert call("completion", shell).out == SCRIPTS[shell]()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_flag_is_in_it(shell: str) -> None:
    script = SCRIPTS[shell]()
    for command in COMMANDS:
        assert all(word in script for word in command.name.split())
        for option in (*command.options, *GENERAL):
            for flag in option.flags:
                if flag.startswith("--"):
                    assert (f"-l {flag[2:]}" if shell == "fish" else flag) in script


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_accepts_it(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    subprocess.run([shell, "-n"], input=SCRIPTS[shell](), text=True, check=True, timeout=30)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ch", "check checks"),
        ("checks ", "list test"),
        ("check --fa", "--fail-on"),
        ("check --fail-on ", "critical high medium low info never"),
        ("-q check -o ", "text json ndjson markdown junit"),
        ("checks list -o j", "json"),
        ("completion b", "bash"),
        ("check --context ", ""),
        ("check --layer b", "basement building"),
    ],
)
def test_bash_offers(typed: str, offered: str) -> None:
    words = " ".join(f"'{word}'" for word in f"k8sview {typed}".split(" "))
    ask = f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _k8sview; echo ${{COMPREPLY[*]}}"
    result = subprocess.run(
        ["bash", "-c", f"{SCRIPTS['bash']()}\n{ask}"], capture_output=True, text=True, check=True, timeout=30
    )
    assert (result.stdout.strip(), result.stderr) == (offered, "")
