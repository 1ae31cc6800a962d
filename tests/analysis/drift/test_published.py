"""Which fields an API has, of a document as the API server publishes it."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.published import Published
from tests.analysis.drift.openapi import DOCUMENT


@pytest.mark.parametrize(
    ("path", "lacking"),
    [
        ("spec.unknownField", True),
        ("spec.ports[port=80].unknown", True),
        ("spec.ports[0].port", False),
        ("spec.selector.app", False),
        ("spec.selector[app.kubernetes.io/name]", False),
        ("spec.open.whatever.below", False),
        ("spec.raw.whatever", False),
        ("spec.dangling.x", False),
        ("spec.itself.itself.unknownField", True),
        ("", False),
    ],
)
def test_only_what_the_schema_rules_out_is_unknown(path: str, lacking: bool) -> None:
    assert Published(DOCUMENT).lacks("", "v1", "Service", path) is lacking


@pytest.mark.parametrize("document", [b"", b"[]", b'{"components":{"schemas":{"a":7}}}', DOCUMENT])
def test_a_document_that_does_not_describe_the_kind_proves_nothing(document: bytes) -> None:
    assert not Published(document).lacks("apps", "v1", "Deployment", "spec.unknownField")
