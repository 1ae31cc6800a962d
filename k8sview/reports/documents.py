"""JSON of the smaller documents (health, why): as they are, null keys included: readers find every key."""

from __future__ import annotations

import msgspec

from k8sview.model.report import Document


def render(document: Document, *, compact: bool = False) -> str:
    """One document, indented or (``compact``) on one line, ending in a line feed. Its text is harmless already."""
    encoded = msgspec.json.encode(document)
    return (encoded if compact else msgspec.json.format(encoded, indent=2)).decode() + "\n"
