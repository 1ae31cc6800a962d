"""What a word on the command line means as one side of a comparison: a recording, or a context of the kubeconfig.

``file:`` and ``context:`` say it outright. Else ``demo`` is the recording that ships with the program, a file is one
that exists, and a context is one that the kubeconfig has; a word that is both is refused, not guessed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from k8sview.catalog.problems import nearest
from k8sview.cli.console import UsageError
from k8sview.cli.opening import DEMO_NAME, live, recording
from k8sview.session.diff_side import Operand, Tap
from k8sview.session.once import Clock, utc_now
from k8sview.sources.contract import ConfigurationError, Source
from k8sview.sources.live.configuration import load_contexts
from k8sview.sources.recording import keys

FILE, CONTEXT = "file:", "context:"
_LIKE_A_FILE = (".k8sview", ".gz")
_CONFIGMAPS = frozenset({"configmaps"})


def operands_of(arguments: argparse.Namespace, key: bytes) -> tuple[Operand, Operand]:
    """Both sides; ``key``: that recordings were made under. Raises UsageError for a word that means nothing, or two
    things."""
    meant = [_meant(word, arguments.kubeconfig) for word in (arguments.A, arguments.B)]
    living = all(kind == CONTEXT for kind, _ in meant)
    if key and living:
        raise UsageError("--baseline-key is for recordings: two clusters are compared without one")
    # Without a key a recording tells nothing of a ConfigMap's data: then nobody needs to read it.
    whole = _CONFIGMAPS if key or living else frozenset[str]()
    sides = [
        _recorded(word, name, keys.name_of(key), whole) if kind == FILE else _living(word, name, arguments, whole)
        for word, (kind, name) in zip((arguments.A, arguments.B), meant, strict=True)
    ]
    return sides[0], sides[1]


def _meant(word: str, kubeconfig: str | None) -> tuple[str, str]:
    for prefix in (FILE, CONTEXT):
        if word.startswith(prefix):
            name = word.removeprefix(prefix)
            if not name and prefix == FILE:
                raise UsageError(f"{word!r} names no file")
            return prefix, name
    if word == DEMO_NAME:
        return FILE, word
    contexts = _contexts(kubeconfig)
    is_file = Path(word).is_file()
    if is_file and word in contexts:
        raise UsageError(f"{word!r} is a file and a context: say file:{word} or context:{word}")
    if is_file:
        return FILE, word
    if word in contexts:
        return CONTEXT, word
    if "/" in word or word.endswith(_LIKE_A_FILE):
        raise UsageError(f"cannot read {word}: no such file{nearest(word, contexts)}")
    raise UsageError(f"{word!r} is no file, and no context of the kubeconfig{nearest(word, contexts)}")


def _contexts(kubeconfig: str | None) -> tuple[str, ...]:
    """Names of contexts; none where there is no kubeconfig: files can be compared without one."""
    try:
        return tuple(one.name for one in load_contexts(kubeconfig).entries)
    except ConfigurationError:
        if kubeconfig:
            raise
        return ()


def _recorded(word: str, name: str, key: str, whole: frozenset[str]) -> Operand:
    def opened(tap: Tap) -> tuple[Source, Clock]:
        return recording(name, tap, key)

    return Operand(word, opened, recorded=True, whole=whole)


def _living(word: str, name: str, arguments: argparse.Namespace, whole: frozenset[str]) -> Operand:
    def opened(tap: Tap) -> tuple[Source, Clock]:
        chosen = argparse.Namespace(**{**vars(arguments), "context": name or None})
        return live(chosen, tap=tap, payloads=whole), utc_now

    return Operand(word, opened, whole=whole)
