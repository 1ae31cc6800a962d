"""Files that are not whole recordings are refused with one clear sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest

from k8sview.sources.contract import ConfigurationError
from k8sview.sources.recording.file import load
from k8sview.sources.recording.format import FORMAT, VERSION
from k8sview.sources.recording.record import record
from tests.sources.recording.playing import ScriptedSource, pod


@pytest.fixture
async def whole(tmp_path: Path) -> Path:
    path = tmp_path / "whole"
    pods = [pod(f"p-{index}", note=str(index**9)) for index in range(200)]
    await record(lambda tap: ScriptedSource(tap, {("pods", None): pods}), path)
    return path


def _written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)))
    return path


def test_the_header_says_what_it_is(whole: Path) -> None:
    with gzip.open(whole) as stream:
        header = msgspec.json.decode(stream.readline())
    assert (header["format"], header["version"], header["redacted"]) == (FORMAT, VERSION, True)
    assert header["tool"].startswith("k8sview ")
    assert header["cluster"]["context"] == "test"
    assert header["recordedAt"].endswith("Z")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_file_cut_off_anywhere_is_truncated(whole: Path, share: float) -> None:
    content = whole.read_bytes()
    whole.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ConfigurationError, match=r"is truncated: it ends after \d+ lines|is truncated before"):
        load(whole)


def test_a_file_without_its_end_line_is_truncated_and_says_how_much_was_read(whole: Path, tmp_path: Path) -> None:
    lines = gzip.decompress(whole.read_bytes()).splitlines()
    with pytest.raises(ConfigurationError, match=r"is truncated: it ends after 101 lines"):
        load(_written(tmp_path / "cut", *lines[:101]))


def test_a_line_lost_in_the_middle_is_noticed(whole: Path, tmp_path: Path) -> None:
    lines = gzip.decompress(whole.read_bytes()).splitlines()
    with pytest.raises(ConfigurationError, match="is damaged"):
        load(_written(tmp_path / "gap", *lines[:50], *lines[51:]))


def test_a_flipped_bit_is_noticed(whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    content[len(content) // 2] ^= 0xFF
    whole.write_bytes(bytes(content))
    with pytest.raises(ConfigurationError, match=r"is (damaged|truncated)"):
        load(whole)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"apiVersion: v1\nkind: List\n",
        gzip.compress(b"hello\n"),
        gzip.compress(b'{"format":"other","version":1}\n'),
    ],
    ids=["empty", "yaml", "gzip of something", "another format"],
)
def test_a_foreign_file_is_no_recording(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="foreign is not a k8sview recording"):
        load(path)


def test_a_newer_format_says_so(tmp_path: Path) -> None:
    path = _written(tmp_path / "new", b'{"format":"k8sview-recording","version":2,"anything":[]}')
    with pytest.raises(ConfigurationError, match="written by a newer k8sview: its format has version 2"):
        load(path)


def test_an_unknown_line_is_damage_with_its_number(whole: Path, tmp_path: Path) -> None:
    header = gzip.decompress(whole.read_bytes()).splitlines()[0]
    with pytest.raises(ConfigurationError, match="line 2 cannot be read"):
        load(_written(tmp_path / "odd", header, b'{"type":"song","at":1}'))


@pytest.mark.parametrize(("name", "reason"), [("nowhere", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        load(tmp_path / name)


def test_a_file_name_cannot_carry_escapes(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m"
    path.write_bytes(b"x")
    with pytest.raises(ConfigurationError) as refused:
        load(path)
    assert "\x1b" not in str(refused.value)
