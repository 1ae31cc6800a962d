"""An immutable picture of a cluster at one moment: tables, and the indices over them. All that judgement ever reads.

Making one is cheap: unchanged tables and index buckets are shared with the pictures before it. A view answers
questions; it decides nothing. Every index answer is only as complete as the table behind it: check its state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from k8sview.model.events import ApiUsage, Cluster, Link
from k8sview.model.kinds import KINDS, RESOURCE_NAMES
from k8sview.model.metrics import Metric
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Key, Resource
from k8sview.model.tables import Table, TableState

Bucket = frozenset[Key] | set[Key]
T = TypeVar("T")
_NOTHING: frozenset[Key] = frozenset()


class Indices(msgspec.Struct, frozen=True):
    """Built once by the store, bucket by bucket.

    ``children``: owner uid → ``(resource name, key)`` of what it owns.
    ``labels``: ``(namespace, label, value)`` → pod keys.
    ``pods_by_node``: node name → pod keys.
    ``referrers``: ``(resource name, namespace, name)`` of a ConfigMap, Secret, PVC, ServiceAccount → pods that use it.
    ``events``: uid of the involved object → event keys.
    ``namespaces``: ``(resource name, namespace)`` → keys; of every namespaced kind but pods and events.
    """

    children: Mapping[str, set[tuple[str, Key]]] = {}
    labels: Mapping[tuple[str, str, str], Bucket] = {}
    pods_by_node: Mapping[str, Bucket] = {}
    referrers: Mapping[tuple[str, str, str], Bucket] = {}
    events: Mapping[str, Bucket] = {}
    namespaces: Mapping[tuple[str, str], Bucket] = {}


class Change(msgspec.Struct, frozen=True):
    """A field that changed on a living object while it was watched (or between two moments of a recording)."""

    at: datetime
    resource: str
    key: Key
    path: str
    before: str
    after: str


class View(msgspec.Struct, frozen=True):
    """``taken_at`` is the only clock that judgement has."""

    taken_at: datetime
    version: int = 0
    cluster: Cluster = Cluster()
    link: Link = Link("live")
    resources: Mapping[str, Resource] = {}
    missing_groups: tuple[str, ...] = ()
    tables: Mapping[str, Table] = {}
    indices: Indices = Indices()
    usage: ApiUsage = ApiUsage()
    changes: tuple[Change, ...] = ()
    namespaces: tuple[str, ...] | None = None
    """The namespaces that the run was asked to cover; None: all."""
    metrics: Mapping[str, Metric] | None = None
    """Answers of a Prometheus by the name of the question; None: no Prometheus was named."""
    derived: dict[str, Any] = {}
    """What ``once`` has computed of this view; of no meaning to anybody else."""
    kept: dict[str, Any] = {}
    """What outlives a view where somebody passes it on: values that tell by themselves whether they still hold."""

    def table(self, resource: str) -> Table:
        """The table of a resource name; an empty ``idle`` one where nobody asked for it."""
        found = self.tables.get(resource)
        return found if found is not None else Table(_unknown_resource(resource))

    def metric(self, name: str) -> Metric:
        """The answer to a named query; an empty ``idle`` one where nobody asked."""
        found = self.metrics.get(name) if self.metrics is not None else None
        return found if found is not None else Metric(name)

    def served(self, resource: str) -> bool | None:
        """Whether the API serves the resource; None where its group's discovery failed, or nothing was discovered."""
        if resource in self.resources:
            return True
        if not self.resources:
            return None
        return None if resource.partition(".")[2] in self.missing_groups else False

    def served_group(self, group: str) -> bool | None:
        """Whether any resource of an API group is served; None as for ``served``."""
        if any(resource.group == group for resource in self.resources.values()):
            return True
        if not self.resources:
            return None
        return None if group in self.missing_groups else False

    def resource_of(self, api_version: str, kind: str) -> str:
        """The resource name of a kind known beforehand or served here; "" where there is no such kind."""
        group = api_version.rpartition("/")[0]
        known = RESOURCE_NAMES.get(kind)
        if known is not None and (not api_version or KINDS[known].resource.group == group):
            return known
        return self.once("view.kinds", _names_by_kind).get((group, kind), "")

    def get(self, resource: str, name: str, namespace: str | None = None) -> Any:
        """One object or None; read ``table(resource).state`` before believing None."""
        table = self.tables.get(resource)
        return table.get(name, namespace) if table else None

    def state(self, resource: str) -> TableState:
        """Where a resource's table stands."""
        return self.table(resource).state

    def readable(self, resource: str, namespace: str | None = None) -> bool:
        """Whether a resource's objects were read: those of one namespace, or (None) the table as a whole."""
        table = self.tables.get(resource)
        if table is None:
            return False
        if namespace is None or not table.scopes:
            return table.state.state.readable
        scopes = (table.scopes.get(None), table.scopes.get(namespace))
        return any(scope is not None and scope.state.readable for scope in scopes)

    def each(self, resource: str) -> Iterable[Any]:
        """Every object of a small kind, sorted by key. Not for pods and events: these have indices."""
        table = self.tables.get(resource)
        return [table.objects[key] for key in sorted(table.objects)] if table else ()

    def in_namespace(self, resource: str, namespace: str) -> Iterable[Any]:
        """A namespace's objects of one kind (not pods, not events), sorted by name."""
        table = self.tables.get(resource)
        if table is None:
            return ()
        keys = self.indices.namespaces.get((resource, namespace), _NOTHING)
        return [table.objects[key] for key in sorted(keys) if key in table.objects]

    def once(self, name: str, compute: Callable[[View], T]) -> T:
        """A value derived from the whole view, computed at its first use. ``name`` tells it from all others.

        For what many judgements share and only changes slowly (the room on each node): who reads it is not judged
        again merely because something behind it changed, and says itself when to look again.
        """
        if name not in self.derived:
            self.derived[name] = compute(self)
        found: T = self.derived[name]
        return found

    def children(self, owner: Any) -> Iterable[tuple[str, Any]]:
        """``(resource name, object)`` of what the object with this ``metadata.uid`` owns."""
        for resource, key in sorted(self.indices.children.get(owner.metadata.uid, ())):
            table = self.tables.get(resource)
            if table and key in table.objects:
                yield resource, table.objects[key]

    def pods_of(self, namespace: str, selector: LabelSelector | Mapping[str, str]) -> tuple[Pod, ...]:
        """Pods that a selector matches, sorted by name. An empty selector matches nothing here."""
        whole = selector if isinstance(selector, LabelSelector) else LabelSelector(match_labels=dict(selector))
        pods = self.tables.get("pods")
        if pods is None or not (whole.match_labels or whole.match_expressions):
            return ()
        if whole.match_labels:
            buckets: list[Bucket] = [
                self.indices.labels.get((namespace, label, value), _NOTHING)
                for label, value in whole.match_labels.items()
            ]
            keys: Iterable[Key] = sorted(buckets, key=len)[0]
        else:
            keys = (key for key in pods.objects if key[0] == namespace)
        found = (pods.objects[key] for key in sorted(keys) if key in pods.objects)
        return tuple(pod for pod in found if whole.matches(pod.metadata.labels))

    def pods_on(self, node: str) -> tuple[Pod, ...]:
        return self._pods(self.indices.pods_by_node.get(node, _NOTHING))

    def users_of(self, resource: str, name: str, namespace: str) -> tuple[Pod, ...]:
        """Pods that mount or import a ConfigMap, Secret, PVC, or run as a ServiceAccount."""
        return self._pods(self.indices.referrers.get((resource, namespace, name), _NOTHING))

    def events_of(self, obj: Any) -> tuple[Any, ...]:
        """Events about an object (by uid), newest first."""
        events = self.tables.get("events")
        if events is None:
            return ()
        keys = self.indices.events.get(obj.metadata.uid, _NOTHING)
        found = [events.objects[key] for key in keys if key in events.objects]
        return tuple(sorted(found, key=lambda event: event.last_seen or "", reverse=True))

    def _pods(self, keys: Iterable[Key]) -> tuple[Pod, ...]:
        pods = self.tables.get("pods")
        return tuple(pods.objects[key] for key in sorted(keys) if key in pods.objects) if pods else ()


def _names_by_kind(view: View) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, one in view.resources.items():
        found.setdefault((one.group, one.kind), name)
    return found


def _unknown_resource(name: str) -> Resource:
    plural, _, group = name.partition(".")
    return Resource(group=group, version="", plural=plural, kind=plural)
