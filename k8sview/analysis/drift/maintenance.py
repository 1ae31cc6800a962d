"""What happened to a node: it joined, changed in place, rebooted, was cordoned, tainted, or written by a person.

Daemons annotate nodes all day, and taints that mirror a condition are an effect: neither is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.nodes import in_place_changes
from k8sview.analysis.drift.window import NEAR, Window, born, writer_at, written
from k8sview.model.health import ChangeBefore
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Event, Node, Taint
from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.resources import Ref
from k8sview.model.times import parse_time
from k8sview.model.view import View

CORDON = "node.kubernetes.io/unschedulable"

_MIRRORS = "node.kubernetes.io/"
_DELIBERATE = (CORDON, "node.kubernetes.io/out-of-service")
_EVENTS = {
    "Rebooted": "rebooted",
    "Starting": "has its kubelet restarted",
    "NodeNotSchedulable": "was cordoned",
    "NodeSchedulable": "was uncordoned",
}


def node_changes(view: View, node: Node, window: Window) -> Iterator[ChangeBefore]:
    """All that is known to have changed about a node within a window, in no order."""
    ref = ref_of(view, "nodes", node)
    found = [
        *joined(view, node, window),
        *_tainted(ref, node, window),
        *patched_in_place(view, window, node.metadata.name),
    ]
    for told in _events(view, ref, node, window):
        if not any(abs(one.at - told.at) <= NEAR for one in found):
            found.append(told)
    yield from found
    for at, entry in written(node):
        known = any(abs(one.at - at) <= NEAR for one in found)
        if window.holds(at) and not known and entry.manager.startswith("kubectl"):
            words = f"{ref} was written by {entry.manager}"
            yield ChangeBefore(at=at, object=ref, path="", actor=entry.manager, sentence=words)


def joined(view: View, node: Node, window: Window) -> Iterator[ChangeBefore]:
    """That a node joined the cluster."""
    at = born(node)
    if at is not None and window.holds(at):
        ref = ref_of(view, "nodes", node)
        version = node.status.node_info.kubelet_version
        words = f"{ref} joined" + (f" with kubelet {version}" if version else "")
        yield ChangeBefore(at=at, object=ref, path="", sentence=words, basis="creation")


def patched_in_place(view: View, window: Window, name: str | None = None) -> Iterator[ChangeBefore]:
    """Facts of living nodes that were seen to change; of one node, or (None) of all, those that are gone included."""
    for change in in_place_changes(view):
        if name in (None, change.node) and window.holds(change.at):
            ref = ref_to("Node", None, change.node)
            words = f"{ref} changed in place: {change.what} {change.before} → {change.after}"
            yield ChangeBefore(
                at=change.at,
                object=ref,
                path=change.path,
                before=change.before,
                after=change.after,
                sentence=words,
                basis="watch",
            )


def _tainted(ref: Ref, node: Node, window: Window) -> Iterator[ChangeBefore]:
    for taint in node.spec.taints:
        at = parse_time(taint.time_added)
        mirrored = taint.key.startswith(_MIRRORS) and taint.key not in _DELIBERATE
        if at is None or not window.holds(at) or mirrored:
            continue
        cordoned = taint.key == CORDON
        words = f"{ref} was cordoned" if cordoned else f"{ref} was tainted {_written(taint)}"
        yield ChangeBefore(
            at=at,
            object=ref,
            path="spec.unschedulable" if cordoned else f"spec.taints[key={taint.key}]",
            after="true" if cordoned else _written(taint),
            actor=writer_at(node, at),
            sentence=words,
            basis="field",
        )


def _written(taint: Taint) -> str:
    value = f"={taint.value}" if taint.value else ""
    return f"{taint.key}{value}:{taint.effect}"


def events_of_node(view: View, node: Node) -> tuple[Event, ...]:
    """Events about a node, newest first of each reporter: the kubelet's have its name where others have its uid."""
    called = Node(ObjectMeta(name=node.metadata.name, uid=node.metadata.name))
    return (*view.events_of(node), *view.events_of(called))


def _events(view: View, ref: Ref, node: Node, window: Window) -> Iterator[ChangeBefore]:
    for event in events_of_node(view, node):
        words, at = _EVENTS.get(event.reason or ""), parse_time(event.last_seen)
        if words is not None and at is not None and window.holds(at) and not _is_proxys(event):
            yield ChangeBefore(at=at, object=ref, path="", sentence=f"{ref} {words}", basis="event")


def _is_proxys(event: Any) -> bool:
    """kube-proxy says Starting of its node, too."""
    return "kubelet" not in (event.source.component, event.reporting_component) and event.reason == "Starting"
