"""The front door as a process: what --help loads, versions, closed pipes, a full disk, both program names."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from k8sview import __version__
from k8sview.cli.parser import build_parser
from k8sview.cli.table import COMMANDS
from k8sview.sources.recording.file import load
from tests.fakes.apiserver import FakeApiServer, pod

CALL = [sys.executable, "-m", "k8sview"]


def run(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CALL, *words], capture_output=True, text=True, timeout=60, check=False)


def test_help_loads_next_to_nothing() -> None:
    code = "import sys; from k8sview.__main__ import main; main(); print(*sys.modules, file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = {name.partition(".")[0] for name in result.stderr.split()}
    assert not loaded & {"textual", "rich", "kubernetes", "aiohttp", "yaml", "msgspec", "asyncio"}
    for command in COMMANDS:
        assert command.name.split()[0] in result.stdout


def test_version() -> None:
    assert run("--version").stdout == f"k8sview {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_and_exists(command: object) -> None:
    name = next(one for one in COMMANDS if one is command)
    result = run(*name.name.split(), "--help")
    assert (result.returncode, result.stderr) == (0, "")
    module, _, function = name.run.partition(":")
    assert (Path(__file__).parents[2] / "k8sview" / "cli" / "commands" / f"{module}.py").read_text().count(
        f"def {function}("
    ) == 1


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen([*CALL, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")


def test_a_closed_stdout_is_4_without_a_traceback() -> None:
    command = " ".join([*CALL, "schema", ">&-"])
    result = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (4, "k8sview: cannot write to stdout: it is closed\n")


def test_a_closed_stderr_changes_no_exit_code() -> None:
    command = " ".join([*CALL, "open", "no-such-file", "2>&-"])
    assert subprocess.run(["sh", "-c", command], timeout=60, check=False).returncode == 2


def test_a_full_disk_is_4() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*CALL, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert result.returncode == 4
    assert result.stderr.startswith("k8sview: cannot write to stdout")
    assert len(result.stderr.splitlines()) == 1


def test_flags_may_stand_before_the_command() -> None:
    parser = build_parser()
    assert parser.parse_args(["-n", "a", "check"]).namespace == ["a"]
    assert parser.parse_args(["check", "-n", "a", "-n", "b,c"]).namespace == ["a", "b", "c"]


async def interrupted(server: FakeApiServer, folder: Path, *words: str) -> tuple[int | None, str]:
    """Exit code and stderr of a process that got Ctrl-C once the server had been asked for pods."""
    command = [*CALL, *words, "--kubeconfig", server.kubeconfig(folder)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    async with asyncio.timeout(90):
        while not any(one.path == "/api/v1/pods" for one in server.requests):  # noqa: ASYNC110 - it only takes notes
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, error = await process.communicate()
    return process.returncode, error.decode()


async def test_ctrl_c_ends_a_check_with_130_and_one_word(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("pods")
        server.silent("/api/v1/pods")
        assert await interrupted(server, tmp_path, "check") == (130, "interrupted\n")


async def test_ctrl_c_while_changes_are_recorded_finishes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "r.k8sview"
    async with FakeApiServer() as server:
        server.serve("pods", [pod("a")])
        code, error = await interrupted(server, tmp_path, "record", str(file), "--for", "10m")
    assert (code, error.splitlines()) == (0, [f"{file}: 1 state of objects, secrets and values left out"])
    assert load(file).header.redacted
