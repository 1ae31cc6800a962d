"""Image references taken apart, as the container runtimes read them."""

from __future__ import annotations

import pytest

from k8sview.analysis.checks.images import Image, parse_image


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("nginx", Image("docker.io", "nginx")),
        ("nginx:1.27", Image("docker.io", "nginx", "1.27")),
        ("shop/web", Image("docker.io", "shop/web")),
        ("ghcr.io/shop/web:1", Image("ghcr.io", "shop/web", "1")),
        ("registry:5000/web", Image("registry:5000", "web")),
        ("registry:5000/web:2", Image("registry:5000", "web", "2")),
        ("localhost/web", Image("localhost", "web")),
        ("shop/web@sha256:1f", Image("docker.io", "shop/web", "", "sha256:1f")),
        ("registry.test:5000/shop/web:1.4@sha256:1f", Image("registry.test:5000", "shop/web", "1.4", "sha256:1f")),
        ("", Image("docker.io", "")),
    ],
)
def test_a_reference_is_taken_apart(reference: str, expected: Image) -> None:
    assert parse_image(reference) == expected


def test_only_a_digest_pins() -> None:
    assert parse_image("web@sha256:1f").pinned
    assert not parse_image("web:1.4").pinned
