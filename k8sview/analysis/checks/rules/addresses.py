"""Address blocks of network policies against the addresses of pods. In no built-in check: a block most often means the
world outside of the cluster, where nobody can look it up. For packs of those who use blocks for their own pods.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.custom import items
from k8sview.analysis.checks.outcome import Context, Judged, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found

_POLICIES = "networkpolicies.networking.k8s.io"
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BlocksParameters(Parameters, frozen=True, kw_only=True):
    """``within``: only blocks inside these networks are looked up: those of the pods."""

    within: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES, "pods")

    def problem(self) -> str | None:
        bad = next((one for one in self.within if _network(one) is None), None)
        if bad is not None:
            return f"within: {bad!r} is no network (10.0.0.0/8)"
        return None if self.within else "within names no network"


@rule("policy-blocks-used", BlocksParameters)
def policy_blocks_used(context: Context, parameters: BlocksParameters) -> Iterator[Judged]:
    """Every address block of a NetworkPolicy, and every exception from one, holds the address of a pod, as far as it
    lies within the pods' networks."""
    table = context.table(_POLICIES)
    known = [one for text in parameters.within if (one := _network(text)) is not None]
    addresses: list[_Address] | None = None
    for key in sorted(table.objects):
        blocks = [
            (what, network)
            for what, network in _blocks(table.objects[key])
            if any(_inside(network, one) for one in known)
        ]
        if blocks and addresses is None:
            addresses = list(_addresses(context))
        lost = [f"{what} {network} holds no pod" for what, network in blocks if not _holds(network, addresses or [])]
        yield Judged(ref_to(table, table.objects[key]), found(lost, path="spec"))


def _addresses(context: Context) -> Iterator[_Address]:
    for pod in context.table("pods"):
        own = _network(pod.status.pod_ip) if pod.status.pod_ip else None
        if own is not None:
            yield own.network_address


def _network(text: Any) -> _Network | None:
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return None


def _inside(one: _Network, other: _Network) -> bool:
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]  # versions are equal


def _holds(network: _Network, addresses: list[_Address]) -> bool:
    return any(address in network for address in addresses)


def _blocks(policy: Any) -> Iterator[tuple[str, _Network]]:
    """Blocks and their exceptions, with what to call them."""
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for entry in items(policy, f"spec.{direction}"):
            peers = entry.get(side)
            for peer in peers if isinstance(peers, list) else ():
                block = peer.get("ipBlock") if isinstance(peer, dict) else None
                if not isinstance(block, dict):
                    continue
                excepted = block.get("except")
                for what, text in (
                    ("the block", block.get("cidr")),
                    *(("the exception", one) for one in (excepted if isinstance(excepted, list) else ())),
                ):
                    network = _network(text) if text else None
                    if network is not None:
                        yield what, network
