"""A live value as a drift may show it: covered where it may be secret, short; of a Secret's payload nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from k8sview.analysis.drift.covering import (
    COVERED,
    covered_tree,
    covered_value,
    covered_words,
    is_secret_place,
)
from k8sview.analysis.drift.shown import shown
from k8sview.model.text import shorten

_LONGEST = 200
_PAYLOAD = ("data", "stringData")
_ANNOTATIONS = re.compile(r"metadata(?:\.annotations|\[annotations\]|$)")


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
    if body.get("kind") == "Secret" and _ANNOTATIONS.match(path):
        # People note there what the Secret holds; kubectl apply keeps a whole copy.
        return shown(dict.fromkeys(value, COVERED)) if isinstance(value, dict) else COVERED
    if not isinstance(value, dict) and is_secret_place(path, value):
        return COVERED
    if isinstance(value, str):
        return shorten(covered_value(path, value), _LONGEST)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return shorten(" ".join(covered_words(value)), _LONGEST)
    if isinstance(value, dict) and isinstance(value.get("image"), str) and "name" in value:
        return shorten(value["image"], _LONGEST)
    return shorten(shown(covered_tree(path, value)), _LONGEST)
