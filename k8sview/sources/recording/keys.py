"""The key under which a recording's covered values are hashed. It lies in a file of its own, never in a recording.

Who has a recording alone learns nothing of its values; who has the key, too, can tell equal ones from different ones.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from k8sview.sources.contract import ConfigurationError

_BYTES = 32
_FORM = re.compile(r"k8sview-baseline-key ([0-9a-f]{64})\s*")


def made_or_read(path: Path) -> bytes:
    """The key in a file; a new one, readable by its owner alone, where there is no such file."""
    if path.exists():
        return read(path)
    key = secrets.token_bytes(_BYTES)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(f"k8sview-baseline-key {key.hex()}\n")
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror or error}") from error
    return key


def read(path: Path) -> bytes:
    """The key in a file. Raises ConfigurationError."""
    try:
        found = _FORM.fullmatch(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no key"
        raise ConfigurationError(f"cannot read {path}: {reason}") from error
    if found is None:
        raise ConfigurationError(f"{path} holds no key of k8sview record --baseline-key")
    return bytes.fromhex(found[1])


def name_of(key: bytes) -> str:
    """What a recording says of the key that it was made under: enough to recognise it, and nothing of it."""
    return hashlib.blake2b(b"name", key=key, digest_size=8).hexdigest() if key else ""
