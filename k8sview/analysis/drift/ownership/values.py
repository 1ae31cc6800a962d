"""A live value as a drift may show it: covered where it may be secret, short; of a Secret's payload nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8sview.analysis.drift.covering import COVERED, covered, covered_value, covered_words, without_literals
from k8sview.analysis.drift.shown import shown
from k8sview.model.text import shorten

_LONGEST = 200
_PAYLOAD = ("data", "stringData")


def secret_payload(body: Mapping[str, Any], path: str) -> bool:
    """Whether a path leads into what a Secret keeps."""
    return body.get("kind") == "Secret" and path.replace("[", ".").split(".")[0] in _PAYLOAD


def shown_value(body: Mapping[str, Any], path: str, value: Any) -> str | None:
    """One line for the value at a path; None where it may not be shown, or there is none.

    Images stay whole, for a rollback needs their digest. What stands under a name like ``password`` is ``…``.
    """
    if value is None or secret_payload(body, path):
        return None
    if path.endswith(".image") and isinstance(value, str):
        return value
    name = path.rstrip("]").replace("[", ".").rpartition(".")[2]
    if _secretive(name):
        return COVERED
    if isinstance(value, str):
        return shorten(covered_value(path, value), _LONGEST)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return shorten(" ".join(covered_words(value)), _LONGEST)
    if isinstance(value, dict) and isinstance(value.get("image"), str) and "name" in value:
        return shorten(value["image"], _LONGEST)
    return shorten(shown(without_literals(_covered_tree(value))), _LONGEST)


def _secretive(name: str) -> bool:
    return covered(f"{name}=x") != f"{name}=x"


def _covered_tree(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: COVERED if _secretive(str(name)) else _covered_tree(one) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    if value and all(isinstance(one, str) for one in value):
        return list(covered_words(value))
    return [_covered_tree(one) for one in value]
