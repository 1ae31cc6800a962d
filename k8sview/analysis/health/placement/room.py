"""What each node still has to give: allocatable minus what the pods on it hold, its pod slots and its host ports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import is_not
from typing import Any

import msgspec

from k8sview.analysis.health.placement.neighbours import Term, required_terms
from k8sview.analysis.health.placement.requests import Amounts, amounts, held
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod, PodSpec
from k8sview.model.view import View

OVER = frozenset({"Succeeded", "Failed"})
"""Phases of pods that hold nothing any more."""

HostPort = tuple[str, int]
"""``("TCP", 8080)``."""


class NodeRoom(msgspec.Struct, frozen=True):
    """One node. ``ports``: who holds a host port, on which address ("" and 0.0.0.0: on all)."""

    node: Node
    allocatable: Amounts
    used: Amounts
    pods: tuple[Pod, ...] = ()
    ports: dict[HostPort, tuple[tuple[str, Pod], ...]] = {}

    @property
    def name(self) -> str:
        return self.node.metadata.name

    def free(self, resource: str) -> int:
        """What is left of a resource; less than 0 where pods were admitted past the scheduler."""
        return self.allocatable.get(resource, 0) - self.used.get(resource, 0)


class Room(msgspec.Struct, frozen=True):
    """All nodes by name, in the order of ``in_order``.

    ``whole``: the pods of every namespace were read; otherwise ``used``, ``ports`` and ``guards`` are a lower bound.
    ``guards``: pods that keep others away (required anti-affinity), with their node.
    """

    nodes: dict[str, NodeRoom]
    whole: bool
    guards: tuple[tuple[Pod, Node, tuple[Term, ...]], ...] = ()


def room_of(view: View) -> Room:
    """The room on all nodes, computed once per view; who reads it has to look again by itself after a while."""
    return view.once("placement.room", _measure)


def holding(node: Node, pods: tuple[Pod, ...]) -> NodeRoom:
    """One node with these pods on it."""
    used: Amounts = {}
    ports: dict[HostPort, tuple[tuple[str, Pod], ...]] = {}
    living = tuple(pod for pod in pods if pod.status.phase not in OVER)
    for pod in living:
        for name, number in held(pod).items():
            used[name] = used.get(name, 0) + number
        for address, protocol, port in host_ports(pod.spec):
            ports[protocol, port] = (*ports.get((protocol, port), ()), (address, pod))
    return NodeRoom(node, amounts(node.status.allocatable), used, living, ports)


def host_ports(spec: PodSpec) -> list[tuple[str, str, int]]:
    """``(address, protocol, port)`` of each host port; sidecars count, other init containers do not."""
    sidecars = [one for one in spec.init_containers if one.restart_policy == "Always"]
    return [
        (port.host_ip, port.protocol, port.host_port)
        for container in (*spec.containers, *sidecars)
        for port in container.ports
        if port.host_port
    ]


def measured(view: View) -> Iterator[None]:
    """Measures the nodes beforehand, pausing after each, for who must not stop for all of them at once."""
    for node in view.each("nodes"):
        if isinstance(node, Node):
            _node_room(view, node)
            yield


def _node_room(view: View, node: Node) -> NodeRoom:
    """One node's room, measured once per view, and not again in the next as long as its pods are the same."""

    def measure(whole: View) -> NodeRoom:
        pods = whole.pods_on(node.metadata.name)
        known = whole.kept.setdefault("placement.nodes", {}).get(node.metadata.name)
        if known is None or known[0] is not node or len(known[1]) != len(pods) or any(map(is_not, known[1], pods)):
            known = whole.kept["placement.nodes"][node.metadata.name] = (node, pods, holding(node, pods))
        room: NodeRoom = known[2]
        return room

    return view.once(f"placement.node {node.metadata.name}", measure)


def _measure(view: View) -> Room:
    nodes: dict[str, NodeRoom] = {}
    guards: list[tuple[Pod, Node, tuple[Term, ...]]] = []
    for node in view.each("nodes"):
        if not isinstance(node, Node):
            continue
        room = _node_room(view, node)
        nodes[room.name] = room
        for pod in room.pods:
            if pod.spec.affinity is not None:
                terms = required_terms(pod, "podAntiAffinity")
                if terms:
                    guards.append((pod, node, terms))
    table = view.table("pods")
    everywhere: Any = table.scopes.get(None) if table.scopes else table.state
    nodes = {name: nodes[name] for name in sorted(nodes, key=in_order)}
    return Room(nodes, everywhere is not None and everywhere.state.readable, tuple(guards))


def in_order(name: str) -> tuple[Any, ...]:
    """Sort key under which worker-2 comes before worker-10."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name))
