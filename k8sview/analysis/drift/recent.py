"""What changed lately: the first question of everybody who is called at night. Facts with times, no judgement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.drift.nodes import in_place_changes
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import PodSpec
from k8sview.model.objects.workloads import Deployment, ReplicaSet
from k8sview.model.resources import Key, key_of
from k8sview.model.times import parse_time
from k8sview.model.view import View

RECENT_READS = ("nodes", "deployments.apps", "replicasets.apps")
"""What must be readable for the answer to be whole."""

_REVISION = "deployment.kubernetes.io/revision"


class RecentChange(msgspec.Struct, frozen=True):
    """One change: when, of what, and one plain sentence."""

    at: datetime
    resource: str
    key: Key
    sentence: str


def recent_changes(view: View, within: timedelta) -> tuple[RecentChange, ...]:
    """Changes of the last while, newest first. An empty answer is only as good as the tables in ``unread``."""
    found = [*_patched_nodes(view), *_new_nodes(view), *_rollouts(view)]
    lately = [change for change in found if timedelta() <= view.taken_at - change.at <= within]
    return tuple(sorted(lately, key=lambda change: (-change.at.timestamp(), change.resource, change.key)))


def unread(view: View) -> tuple[str, ...]:
    """Which of the tables behind the answer could not be read as a whole."""
    tables = {name: view.table(name) for name in RECENT_READS}
    return tuple(name for name, table in tables.items() if not table.state.state.readable or table.partial)


def _patched_nodes(view: View) -> Iterator[RecentChange]:
    for change in in_place_changes(view):
        sentence = f"node {change.node} changed in place: {change.what} {change.before} → {change.after}"
        yield RecentChange(change.at, "nodes", ("", change.node), sentence)


def _new_nodes(view: View) -> Iterator[RecentChange]:
    for node in view.table("nodes"):
        born = parse_time(node.metadata.creation_timestamp)
        if isinstance(node, Node) and born is not None:
            version = node.status.node_info.kubelet_version
            sentence = f"node {node.metadata.name} joined" + (f" with kubelet {version}" if version else "")
            yield RecentChange(born, "nodes", key_of(node), sentence)


def _rollouts(view: View) -> Iterator[RecentChange]:
    """A Deployment's newest ReplicaSet marks its last change of pods.

    A rollback reuses an old ReplicaSet and is not seen here: only its annotation moves, and that has no date.
    """
    for deployment in view.table("deployments.apps"):
        if not isinstance(deployment, Deployment):
            continue
        sets = [one for _, one in view.children(deployment) if isinstance(one, ReplicaSet)]
        dated = sorted((_born(one), _revision(one), one.metadata.name, one) for one in sets if _born(one) is not None)
        if not dated:
            continue
        newest = dated[-1][3]
        at = parse_time(newest.metadata.creation_timestamp)
        if at is None or _revision(newest) != max(_revision(one) for one in sets):
            continue
        namespace, name = key = key_of(deployment)
        if len(dated) == 1:
            revision = _revision(newest)
            what = "was created" if revision <= 1 else f"got new pods: revision {revision}, the one before is gone"
            sentence = f"deployment {namespace}/{name} {what}"
        else:
            previous = max((one for one in sets if one is not newest), key=_revision)
            sentence = f"deployment {namespace}/{name} got new pods: {_difference(previous, newest)}"
        yield RecentChange(at, "deployments.apps", key, sentence)


def _born(replica_set: ReplicaSet) -> float | None:
    moment = parse_time(replica_set.metadata.creation_timestamp)
    return moment.timestamp() if moment else None


def _revision(replica_set: ReplicaSet) -> int:
    stated = replica_set.metadata.annotations.get(_REVISION, "")
    return int(stated) if stated.isdecimal() else 0


def _difference(before: ReplicaSet, after: ReplicaSet) -> str:
    old, new = _images(before.spec.template.spec), _images(after.spec.template.spec)
    moved = [f"{old.get(name, 'nothing')} → {new.get(name, 'nothing')}" for name in sorted({*old, *new})]
    changed = [words for words in moved if len(set(words.split(" → "))) == 2]
    return ", ".join(changed) if changed else "same images, other settings"


def _images(spec: PodSpec) -> dict[str, str]:
    return {container.name: container.image for container in (*spec.init_containers, *spec.containers)}
