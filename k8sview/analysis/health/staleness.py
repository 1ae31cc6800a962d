"""Replicas that do not run the same: another revision, another image digest.

Facts without a verdict: a rollout has two revisions by design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_REVISIONS = ("pod-template-hash", "controller-revision-hash")


class Mixed(msgspec.Struct, frozen=True):
    """What differs among ready pods: ``what`` (a revision, or one container's image), value → names of pods."""

    what: str
    values: dict[str, tuple[str, ...]]

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(f"{self.what} = {value} ({', '.join(pods[:3])})" for value, pods in sorted(self.values.items()))


def mixed_replicas(view: View, pods: Iterable[Pod]) -> tuple[Mixed, ...]:
    """Different revisions, or different digests of one image on one architecture, among the ready pods."""
    revisions: dict[str, list[str]] = {}
    digests: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for pod in pods:
        if not pod.ready or pod.metadata.deletion_timestamp is not None:
            continue
        revision = next((pod.metadata.labels[label] for label in _REVISIONS if label in pod.metadata.labels), "")
        revisions.setdefault(revision, []).append(pod.metadata.name)
        images = {container.name: container.image for container in pod.spec.containers}
        for status in pod.status.container_statuses:
            _, at, digest = status.image_id.rpartition("@")
            if digest.startswith("sha256:"):  # without a repository it may be another kind of digest
                place = (status.name, images.get(status.name, ""), _architecture(view, pod) + ("@" if at else ""))
                digests.setdefault(place, {}).setdefault(digest, []).append(pod.metadata.name)
    return (*_differing("metadata.labels[revision]", revisions), *_digests(digests))


def _digests(digests: dict[tuple[str, str, str], dict[str, list[str]]]) -> Iterator[Mixed]:
    for (container, image, _), values in sorted(digests.items()):
        yield from _differing(f"status.containerStatuses[name={container}].imageID of {image}", values)


def _differing(what: str, values: dict[str, list[str]]) -> Iterator[Mixed]:
    if len(values) > 1:
        yield Mixed(what, {value: tuple(sorted(names)) for value, names in values.items()})


def _architecture(view: View, pod: Pod) -> str:
    node = view.get("nodes", pod.spec.node_name) if pod.spec.node_name else None
    return node.status.node_info.architecture if isinstance(node, Node) else ""
