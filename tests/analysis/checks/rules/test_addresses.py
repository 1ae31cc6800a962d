"""Address blocks: only those of the pods' own networks are looked up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.checks.rules.running import judged_by, not_passed

PARAMETERS = {"within": ["10.244.0.0/16", "fd00::/64"]}


def policy(*blocks: dict[str, Any]) -> dict[str, Any]:
    peers = [{"ipBlock": block} for block in blocks]
    metadata = {"name": "web", "namespace": "shop"}
    return {"kind": "NetworkPolicy", "metadata": metadata, "spec": {"podSelector": {}, "egress": [{"to": peers}]}}


def pod(address: str) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": "a", "namespace": "shop", "uid": "a"}, "status": {"podIP": address}}


@pytest.mark.parametrize(
    "block",
    [
        {"cidr": "10.244.1.0/24"},
        {"cidr": "192.0.2.0/24"},
        {"cidr": "0.0.0.0/0", "except": ["10.244.1.0/24", "169.254.169.254/32"]},
        {"cidr": "nonsense"},
        {"cidr": "fd01::/64"},
    ],
)
def test_blocks_with_pods_and_blocks_of_others(block: dict[str, Any]) -> None:
    assert not_passed(judged_by("policy-blocks-used", PARAMETERS, policy(block), pod("10.244.1.7"))) == {}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"cidr": "10.244.9.0/24"}, "the block 10.244.9.0/24 holds no pod"),
        ({"cidr": "0.0.0.0/0", "except": ["10.244.9.0/24"]}, "the exception 10.244.9.0/24 holds no pod"),
        ({"cidr": "fd00::/72"}, "the block fd00::/72 holds no pod"),
    ],
)
def test_blocks_without_pods(block: dict[str, Any], words: str) -> None:
    found = not_passed(judged_by("policy-blocks-used", PARAMETERS, policy(block), pod("10.244.1.7")))
    assert found["web"].outcome.message == words
