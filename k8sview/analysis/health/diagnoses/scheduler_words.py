"""The scheduler's own message taken apart, for where nodes may not be read.

It names counts and families, no nodes; of a node with several reasons it tells the first; and what it says of
preemption tells nothing at all.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HEAD = re.compile(r"^\s*\d+/\d+ nodes are available:\s*")
_TOKEN = re.compile(r"(?:^|,\s+)(\d+) (?=\S)")
_FAMILIES = (
    (re.compile(r"Insufficient \S+"), "pod.unschedulable-resources"),
    (re.compile(r"Too many pods"), "pod.too-many-pods"),
    (re.compile(r"taint"), "pod.unschedulable-taint"),
    (re.compile(r"were unschedulable"), "pod.unschedulable-cordoned"),
    (re.compile(r"Pod's node affinity|plugin\(s\) \[NodeAffinity\]|requested node name"), "pod.unschedulable-affinity"),
    (re.compile(r"anti-affinity"), "pod.unschedulable-anti-affinity"),
    (re.compile(r"pod affinity"), "pod.unschedulable-pod-affinity"),
    (re.compile(r"topology spread"), "pod.unschedulable-spread"),
    (re.compile(r"free ports"), "pod.unschedulable-ports"),
    (re.compile(r"ReadWriteOncePod"), "pod.claim-in-use"),
    (re.compile(r"max volume count"), "pod.volume-limit"),
    (re.compile(r"PersistentVolume's node affinity|volume node affinity|volume zone"), "volume.node-conflict"),
    (re.compile(r"persistent volumes? to bind|free storage|non-existent pv"), "pod.unschedulable-volume"),
)


class Told(NamedTuple):
    """``before``: what it said before it asked any node; ``counts``: reason and number of nodes."""

    before: str = ""
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def family(self) -> str:
        """The diagnosis of the most telling reason: capacity where there is any, else what most nodes say."""
        known = [(family(text), number) for text, number in self.counts]
        capacity = [one for one, _ in known if one in ("pod.unschedulable-resources", "pod.too-many-pods")]
        return capacity[0] if capacity else max(known, key=lambda one: one[1], default=("pod.unschedulable", 0))[0]


def family(text: str) -> str:
    """The diagnosis that a reason of the scheduler's stands for."""
    return next((slug for pattern, slug in _FAMILIES if pattern.search(text)), "pod.unschedulable")


def taken_apart(message: str) -> Told:
    """The parts of the message of a PodScheduled condition or a FailedScheduling event."""
    said = message.partition(" preemption:")[0].strip().removesuffix("no new claims to deallocate,").strip()
    said = _HEAD.sub("", said).removesuffix(" not found" if "unbound immediate" in said else "").strip().rstrip(".,")
    starts = list(_TOKEN.finditer(_masked(said)))
    if not starts or starts[0].start() != 0:
        return Told(before=said)
    counts: dict[str, int] = {}
    for found, following in zip(starts, [*starts[1:], None], strict=True):
        text = said[found.end() : following.start() if following else None].strip().rstrip(".,")
        counts[text] = counts.get(text, 0) + int(found[1])
    return Told(counts=tuple(counts.items()))


def _masked(text: str) -> str:
    """Commas inside braces and brackets separate nothing."""
    depth, out = 0, []
    for character in text:
        depth += (character in "{[(") - (character in "}])")
        out.append("_" if character == "," and depth > 0 else character)
    return "".join(out)
