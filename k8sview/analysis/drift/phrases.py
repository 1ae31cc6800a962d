"""Plain words for what changed: ``container app: image shop/web:1 → shop/web:2``. Decides nothing."""

from __future__ import annotations

import re

from k8sview.analysis.drift.fields import FieldChange
from k8sview.model.text import shorten

LONGEST = 80
RESTARTED_AT = "spec.template.metadata.annotations[kubectl.kubernetes.io/restartedAt]"
UNTOLD = "spec.template"
"""The path of a revision in which nothing that is kept here differs."""

_CONTAINER = re.compile(r"spec\.template\.spec\.(initContainers|containers)\[name=([^\]]*)\]\.?(.*)")
_ITEM = re.compile(r"(env|volumes|volumeMounts)\[(?:name|mountPath)=([^\]]*)\](.*)")
_NOUNS = {"env": "variable", "volumes": "volume", "volumeMounts": "mount"}
_PREFIXES = {
    "spec.template.spec.": "",
    "spec.template.metadata.annotations": "annotation ",
    "spec.template.metadata.labels": "label ",
}


def sentence_of(change: FieldChange) -> str:
    """What a changed field of a pod template means, without its subject."""
    if change.path == UNTOLD:
        return "only what is not read here differs, such as the value of a variable"
    inner = _CONTAINER.fullmatch(change.path)
    if inner:
        kind = "init container" if inner[1] == "initContainers" else "container"
        if not inner[3]:
            return _whole(f"{kind} {inner[2]}", change)
        return f"{kind} {inner[2]}: {_item(inner[3], change)}"
    for prefix, noun in _PREFIXES.items():
        if change.path.startswith(prefix):
            return noun + _item(change.path.removeprefix(prefix).strip(".[]" if noun else ""), change)
    return _item(change.path, change)


def by(actor: str) -> str:
    """`` by NAME`` for the end of a clause; nothing where nobody is known."""
    return f" by {actor}" if actor else ""


def _item(path: str, change: FieldChange) -> str:
    found = _ITEM.fullmatch(path)
    if found is None:
        return _moved(path, change)
    what = f"{_NOUNS[found[1]]} {found[2]}"
    rest = found[3].lstrip(".")
    if not rest:
        return _whole(what, change)
    if rest == "valueFrom":
        literal = FieldChange(change.path, change.before or "a literal value", change.after or "a literal value")
        return _moved(what, literal)
    return _moved(f"{what} {rest}", change)


def _whole(what: str, change: FieldChange) -> str:
    if change.before is None:
        return f"{what} added ({_cut(change.after)})"
    return f"{what} removed" if change.after is None else _moved(what, change)


def _moved(what: str, change: FieldChange) -> str:
    if change.before is None:
        return f"{what} set to {_cut(change.after)}"
    if change.after is None:
        return f"{what} {_cut(change.before)} removed"
    return f"{what} {_cut(change.before)} → {_cut(change.after)}"


def _cut(value: str | None) -> str:
    return shorten(value or "nothing", LONGEST)
