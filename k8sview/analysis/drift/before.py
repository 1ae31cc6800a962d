"""What changed just before something broke: the first question of everybody who is called at night.

Facts with times, and no verdict: that a thing changed before another broke makes it a suspect, not the cause. Strict,
so that it stays useful: few entries, each of an object that the question concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from k8sview.analysis.drift.maintenance import node_changes
from k8sview.analysis.drift.rollouts import ROLLED, workload_changes
from k8sview.analysis.drift.rules import (
    ADMISSION,
    API_SERVICES,
    CRDS,
    IN_NAMESPACE,
    STORAGE_CLASSES,
    cluster_rules,
    cluster_tables,
    namespace_rules,
)
from k8sview.analysis.drift.scaled import HPAS
from k8sview.analysis.drift.surroundings import Subject, subjects_of, tables_of
from k8sview.analysis.drift.window import Window
from k8sview.analysis.drift.window import before as window_before
from k8sview.analysis.drift.writes import deletion_of, living_writes, writes_of
from k8sview.model.health import ChangeBefore
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.view import View

BEFORE_READS = (
    "nodes",
    "pods",
    "events",
    *ROLLED,
    "replicasets.apps",
    "controllerrevisions.apps",
    "configmaps",
    "secrets",
    "serviceaccounts",
    "persistentvolumeclaims",
    HPAS,
    *IN_NAMESPACE,
    *ADMISSION,
    CRDS,
    API_SERVICES,
    STORAGE_CLASSES,
)
"""What tells of changes, beside the tables of the objects in question. Which of it matters depends on these."""

WITHIN = timedelta(minutes=30)
MOST = 8
MOST_FAR = 5
"""How many changes of what folds beneath the root object, and of its surroundings, are told at most."""

MOST_OF_CLUSTER = 2
"""How many changes of the cluster's own rules are told at most: each could concern everything."""

_NEAR, _FAR, _CLUSTER = range(3)
_SHARES = {_NEAR: MOST, _FAR: MOST_FAR, _CLUSTER: MOST_OF_CLUSTER}

_SILENT = ("events", "leases.coordination.k8s.io")  # written all day, by design


def changed_before(
    view: View, about: Iterable[Ref], since: datetime, within: timedelta = WITHIN
) -> tuple[ChangeBefore, ...]:
    """What changed of ``about`` and around it in the span before ``since``, newest first, at most ``MOST``.

    ``about``: the root object first, then what folds beneath it and their neighbours; none of them need exist. Where
    there is more than fits, what is farther from the root object is dropped first, then what is older. An empty answer
    is only as good as the tables in ``unread_before``; and who wrote again since then has hidden what it wrote before.
    """
    window = window_before(since, within)
    subjects = subjects_of(view, about)
    ranked: dict[ChangeBefore, int] = {}
    for rank, change in _all(view, subjects, window):
        ranked[change] = min(rank, ranked.get(change, rank))
    kept: list[ChangeBefore] = []
    for rank, share in _SHARES.items():
        alike = [one for one, at_rank in ranked.items() if at_rank == rank]
        kept += sorted(alike, key=_newest_first)[:share]
    return tuple(sorted(kept[:MOST], key=_newest_first))


def _newest_first(change: ChangeBefore) -> float:
    return -change.at.timestamp()


def unread_before(view: View, about: Iterable[Ref]) -> tuple[str, ...]:
    """Resources that could not be read, and would have told of changes. What the cluster does not serve is no gap."""
    subjects = subjects_of(view, about)
    asked = {(resource, namespace) for resource, namespace in _asked(subjects) if view.served(resource) is not False}
    return tuple(sorted({resource for resource, namespace in asked if not view.readable(resource, namespace)}))


def _all(view: View, subjects: Iterable[Subject], window: Window) -> Iterator[tuple[int, ChangeBefore]]:
    for subject in subjects:
        for change in _of_subject(view, subject, window):
            yield _NEAR if subject.near else _FAR, change
    for namespace in sorted({one.ref.namespace for one in subjects if one.near and one.ref.namespace}):
        for change in namespace_rules(view, namespace, window):
            yield _FAR, change
    for change in cluster_rules(view, _resources(subjects), window):
        yield _CLUSTER, change


def _of_subject(view: View, subject: Subject, window: Window) -> Iterator[ChangeBefore]:
    obj, resource, ref = subject.object, subject.resource, subject.ref
    if obj is None or resource in _SILENT:
        return
    if isinstance(obj, Node):
        yield from node_changes(view, obj, window)
    elif resource in ROLLED:
        yield from workload_changes(view, resource, obj, window)
    else:
        if isinstance(obj, Pod):
            yield from living_writes(ref, obj, window)
        yield from writes_of(ref, obj, window)
    yield from deletion_of(ref, obj, window)


def _resources(subjects: Iterable[Subject]) -> set[str]:
    """What is written when these objects are made: pods, too, where anything makes some."""
    found = {one.resource for one in subjects}
    return found | {"pods"} if found & {*ROLLED, "replicasets.apps", "jobs.batch", "cronjobs.batch"} else found


def _asked(subjects: tuple[Subject, ...]) -> Iterator[tuple[str, str | None]]:
    yield from tables_of(subjects)
    for namespace in {one.ref.namespace for one in subjects if one.near and one.ref.namespace}:
        yield from ((resource, namespace) for resource in IN_NAMESPACE)
    yield from ((resource, None) for resource in cluster_tables(_resources(subjects)))
