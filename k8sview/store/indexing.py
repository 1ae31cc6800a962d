"""Which index entries an object has. The only place that knows what the store indexes, one function per index."""

from __future__ import annotations

from typing import Any

from k8sview.model.objects.core import Event
from k8sview.model.objects.pods import Pod
from k8sview.model.references import references
from k8sview.model.resources import Key
from k8sview.model.view import Indices
from k8sview.store.buckets import Buckets


class Indexer:
    """Keeps every index in step with the objects that come and go."""

    def __init__(self) -> None:
        self._children: Buckets[str, tuple[str, Key]] = Buckets()
        self._labels: Buckets[tuple[str, str, str], Key] = Buckets()
        self._nodes: Buckets[str, Key] = Buckets()
        self._referrers: Buckets[tuple[str, str, str], Key] = Buckets()
        self._events: Buckets[str, Key] = Buckets()
        self._namespaces: Buckets[tuple[str, str], Key] = Buckets()

    def replace(self, resource: str, key: Key, before: Any, after: Any) -> None:
        """Index ``after`` in place of ``before``; either may be None."""
        owners_before, owners_after = _owners(before), _owners(after)
        if owners_before != owners_after:
            _swap(self._children, owners_before, owners_after, (resource, key))
        if resource == "pods":
            self._replace_pod(key, before, after)
        elif resource == "events":
            _swap(self._events, _about(before), _about(after), key)
        elif key[0]:
            if before is None:
                self._namespaces.add((resource, key[0]), key)
            elif after is None:
                self._namespaces.discard((resource, key[0]), key)

    def snapshot(self) -> Indices:
        return Indices(
            children=self._children.snapshot(),
            labels=self._labels.snapshot(),
            pods_by_node=self._nodes.snapshot(),
            referrers=self._referrers.snapshot(),
            events=self._events.snapshot(),
            namespaces=self._namespaces.snapshot(),
        )

    def _replace_pod(self, key: Key, before: Pod | None, after: Pod | None) -> None:
        # Most updates of a pod touch its status alone and cost a few comparisons. What a pod refers to never changes
        # while it lives, but its name may pass to another pod between two lists.
        labels_before = before.metadata.labels if before else {}
        labels_after = after.metadata.labels if after else {}
        if labels_before != labels_after:
            _swap(self._labels, _pairs(key[0], labels_before), _pairs(key[0], labels_after), key)
        node_before = before.spec.node_name if before else ""
        node_after = after.spec.node_name if after else ""
        if node_before != node_after:
            _swap(self._nodes, {node_before} - {""}, {node_after} - {""}, key)
        if before is None or after is None or before.metadata.uid != after.metadata.uid:
            _swap(self._referrers, _references(key[0], before), _references(key[0], after), key)


def _swap(buckets: Buckets[Any, Any], before: set[Any], after: set[Any], value: Any) -> None:
    for gone in before - after:
        buckets.discard(gone, value)
    for new in after - before:
        buckets.add(new, value)


def _owners(obj: Any) -> set[str]:
    return {owner.uid for owner in obj.metadata.owner_references if owner.uid} if obj is not None else set()


def _about(event: Event | None) -> set[str]:
    return {event.involved_object.uid} if event is not None and event.involved_object.uid else set()


def _pairs(namespace: str, labels: dict[str, str]) -> set[tuple[str, str, str]]:
    return {(namespace, label, value) for label, value in labels.items()}


def _references(namespace: str, pod: Pod | None) -> set[tuple[str, str, str]]:
    if pod is None:
        return set()
    return {(resource, namespace, name) for resource, name in references(pod.spec) if name}
