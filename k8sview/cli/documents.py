"""JSON documents of the smaller commands, in the report's envelope and with harmless text."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview import __version__
from k8sview.model.text import plain


def document(body: dict[str, Any]) -> str:
    """One indented document, ending in a line feed."""
    head = {"apiVersion": "k8sview.io/v1", "tool": {"name": "k8sview", "version": __version__}}
    return msgspec.json.format(msgspec.json.encode(_harmless({**head, **body})), indent=2).decode() + "\n"


def _harmless(value: Any) -> Any:
    match value:
        case str():
            return plain(value, newlines=True)
        case dict():
            return {key: _harmless(one) for key, one in value.items()}
        case list() | tuple():
            return [_harmless(one) for one in value]
    return value
