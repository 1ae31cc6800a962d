"""The values of an explanation: what keeps a pod off a node, node by node."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from k8sview.model.resources import Ref


class Barrier(StrEnum):
    """What a node can refuse a pod by, in the order in which the scheduler asks: it only tells the first."""

    PINNED = "pinned"  # the pod's own affinity names other nodes
    CORDON = "cordon"
    TAINT = "taint"
    SELECTOR = "selector"
    PORTS = "ports"
    PODS = "pods"
    RESOURCES = "resources"
    SINGLE_USE = "single-use"
    VOLUME_LIMIT = "volume-limit"
    VOLUME = "volume"
    VOLUME_BINDING = "volume-binding"
    VOLUME_ZONE = "volume-zone"
    SPREAD_LABEL = "spread-label"
    SPREAD = "spread"
    AFFINITY = "affinity"
    ANTI_AFFINITY = "anti-affinity"
    GUARDED = "guarded"  # anti-affinity of a pod that is there already


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """One reason of one node.

    ``subject`` is what nodes have in common that refuse alike: the taint, the selector, the resource, the port, the
    volume. ``words`` say it of this node. Amounts as in ``requests``, 0 where nothing is counted. ``by``: the pod that
    holds what is asked for, or the volume. ``meant``: other nodes are as the pod wants them, so that this one is
    rightly left out.
    """

    barrier: Barrier
    subject: str
    words: str = ""
    asked: int = 0
    free: int = 0
    allocatable: int = 0
    by: Ref | None = None
    meant: bool = False


class NodeRefusal(msgspec.Struct, frozen=True):
    """Every reason of one node; none: the node would take the pod."""

    node: str
    reasons: tuple[Refusal, ...] = ()
