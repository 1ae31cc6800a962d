"""What changed lately in the whole cluster: facts with times, no judgement, and only what is rare enough to be read.

Nodes, new revisions of workloads, and edits of what the API server asks or serves. Who looks at one broken object
asks ``before`` instead, which also tells ConfigMaps, Secrets and scaling.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.drift.maintenance import joined, patched_in_place
from k8sview.analysis.drift.naming import ref_of
from k8sview.analysis.drift.revisions import revisions_of
from k8sview.analysis.drift.rollouts import ROLLED, summary_of
from k8sview.analysis.drift.rules import ADMISSION, CRDS
from k8sview.analysis.drift.window import Window
from k8sview.analysis.drift.writes import writes_of
from k8sview.model.health import ChangeBefore
from k8sview.model.objects.core import Node
from k8sview.model.resources import Key, key_of
from k8sview.model.view import View

RECENT_READS = ("nodes", *ROLLED, "replicasets.apps", "controllerrevisions.apps", *ADMISSION, CRDS)
"""What must be readable for the answer to be whole."""

_MOST_ALIKE = 3  # an operator brings dozens of CRDs at once


class RecentChange(msgspec.Struct, frozen=True):
    """One change: when, of what, and one plain sentence."""

    at: datetime
    resource: str
    key: Key
    sentence: str


def recent_changes(view: View, within: timedelta) -> tuple[RecentChange, ...]:
    """Changes of the last while, newest first. An empty answer is only as good as the tables in ``unread``."""
    window = Window(view.taken_at - within, view.taken_at)
    found = [*_nodes(view, window), *_rollouts(view, window), *_edits(view, window)]
    return tuple(sorted(found, key=lambda change: (-change.at.timestamp(), change.resource, change.key)))


def unread(view: View) -> tuple[str, ...]:
    """Which of the tables behind the answer could not be read as a whole. What is not served is no gap."""
    tables = {name: view.table(name) for name in RECENT_READS if view.served(name) is not False}
    return tuple(name for name, table in tables.items() if not table.state.state.readable or table.partial)


def _nodes(view: View, window: Window) -> Iterator[RecentChange]:
    for node in view.each("nodes"):
        if isinstance(node, Node):
            for change in joined(view, node, window):
                yield RecentChange(change.at, "nodes", key_of(node), change.sentence)
    for change in patched_in_place(view, window):
        yield RecentChange(change.at, "nodes", ("", change.object.name), change.sentence)


def _rollouts(view: View, window: Window) -> Iterator[RecentChange]:
    for resource in ROLLED:
        for workload in view.each(resource):
            ref = ref_of(view, resource, workload)
            for revision in revisions_of(view, workload, window):
                yield RecentChange(revision.at, resource, key_of(workload), summary_of(ref, revision))


def _edits(view: View, window: Window) -> Iterator[RecentChange]:
    for resource in (*ADMISSION, CRDS):
        alike: dict[tuple[str, str], list[ChangeBefore]] = defaultdict(list)
        for obj in view.each(resource):
            for change in writes_of(ref_of(view, resource, obj), obj, window):
                alike[(change.actor, change.basis)].append(change)
        for (actor, basis), changes in alike.items():
            if len(changes) > _MOST_ALIKE:
                newest = max(changes, key=lambda one: one.at)
                done = "created" if basis == "creation" else "written"
                words = f"{len(changes)} {newest.object.kind}s were {done}" + (f" by {actor}" if actor else "")
                yield RecentChange(newest.at, resource, ("", newest.object.name), words)
                continue
            for change in changes:
                yield RecentChange(change.at, resource, ("", change.object.name), change.sentence)
