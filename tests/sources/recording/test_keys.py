"""Hashes in place of covered values: equal for equal values under one key, of no use without it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from k8sview.sources.contract import ConfigurationError
from k8sview.sources.recording.keys import made_or_read, name_of, read
from k8sview.sources.recording.redaction import REDACTED, Redactor, redact, without_hashes

KEY, OTHER = b"a" * 32, b"b" * 32


def pod(value: str) -> dict[str, Any]:
    container = {
        "name": "a",
        "env": [{"name": "MODE", "value": value}],
        "args": [f"--password={value}", "--token", value, f"--to=https://me:{value}@x"],
    }
    metadata = {"name": "p", "annotations": {"mine/note": value}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def test_equal_values_leave_equal_hashes_and_no_value() -> None:
    keyed = Redactor(KEY)
    assert keyed.redact(pod("hunter2")) == keyed.redact(pod("hunter2"))
    assert keyed.redact(pod("hunter2")) != keyed.redact(pod("hunter3"))
    assert keyed.redact(pod("hunter2")) != Redactor(OTHER).redact(pod("hunter2"))
    assert "hunter" not in str(keyed.redact(pod("hunter2")))


def test_without_hashes_it_is_as_if_there_had_been_no_key() -> None:
    assert without_hashes(Redactor(KEY).redact(pod("hunter2"))) == redact(pod("hunter2"))


def test_what_is_covered_already_stays_as_it_is() -> None:
    for redactor in (Redactor(KEY), Redactor()):
        once = redactor.redact(pod("hunter2"))
        assert redactor.redact(once) == once
    assert Redactor(KEY).redact(redact(pod("x"))) == redact(pod("x")), "no value, no hash"


def test_configmaps_are_hashed_key_by_key_and_secrets_annotations_never() -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1", "b": "2"}}
    found = Redactor(KEY).redact(config)["data"]
    assert found["a"] != found["b"]
    assert all(text.startswith("<redacted:") for text in found.values())
    secret = {"kind": "Secret", "metadata": {"name": "s", "annotations": {"mine/x": "y"}}}
    assert Redactor(KEY).redact(secret)["metadata"]["annotations"] == {"mine/x": REDACTED}


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = made_or_read(path)
    assert made_or_read(path) == read(path) == key
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key.hex() not in name_of(key)
    assert (name_of(b""), name_of(KEY) == name_of(OTHER)) == ("", False)


@pytest.mark.parametrize("text", ["", "k8sview-baseline-key abc", "-----BEGIN PRIVATE KEY-----", "\xff\xfe"])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        made_or_read(path)
    with pytest.raises(ConfigurationError):
        read(tmp_path / "none")
