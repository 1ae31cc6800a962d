"""Pods that do not run what one would think: older configuration, another revision, another image digest.

Facts without a verdict: a process may well read its settings anew, and a rollout has two revisions by design.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from k8sview.model.objects.core import MetadataOnly, Node
from k8sview.model.objects.pods import Container, Pod, Volume
from k8sview.model.times import format_time, parse_time
from k8sview.model.view import View

_CLOCKS = timedelta(seconds=5)
# The letters of a hash that kustomize appends: such an object is never changed, another replaces it.
_HASHED = re.compile(r"-[bcdfghkmt24567890]{10}$")
_REVISIONS = ("pod-template-hash", "controller-revision-hash")


class StaleConfig(msgspec.Struct, frozen=True):
    """A container that started before the last write of what it read at its start.

    ``resource``: ``configmaps`` or ``secrets``. ``how``: ``env``, ``envFrom`` or ``subPath``; files that the kubelet
    refreshes are left out. ``written``: the newest write of its content; where nobody tells what was written
    (``sure`` False), of anything.
    """

    pod: str
    container: str
    resource: str
    name: str
    how: str
    written: datetime
    writer: str
    started: datetime
    sure: bool = False

    @property
    def evidence(self) -> tuple[str, ...]:
        entry = f"managedFields[manager={self.writer}].time" if self.writer else "creationTimestamp"
        running = f"status.containerStatuses[name={self.container}].state.running.startedAt"
        return (
            f"{self.resource}/{self.name} metadata.{entry} = {format_time(self.written)}",
            f"pods/{self.pod} {running} = {format_time(self.started)}",
        )


class Mixed(msgspec.Struct, frozen=True):
    """What differs among ready pods: ``what`` (a revision, or one container's image), value → names of pods."""

    what: str
    values: dict[str, tuple[str, ...]]

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(f"{self.what} = {value} ({', '.join(pods[:3])})" for value, pods in sorted(self.values.items()))


def stale_config(view: View, pods: Iterable[Pod]) -> tuple[StaleConfig, ...]:
    """What the running containers of these pods read at their start and was written since, oldest start first."""
    found = [one for pod in pods if not _rolls_by_itself(pod) for one in _stale(view, pod)]
    return tuple(sorted(found, key=lambda one: (one.started, one.pod, one.container, one.resource, one.name)))


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


def _rolls_by_itself(pod: Pod) -> bool:
    """Whether something makes new pods when the configuration changes: a checksum in the template, Reloader."""
    if any("checksum" in name for name in pod.metadata.annotations):
        return True
    return any(variable.name.startswith("STAKATER_") for one in pod.spec.containers for variable in one.env)


def _stale(view: View, pod: Pod) -> Iterator[StaleConfig]:
    statuses = {status.name: status for status in pod.status.container_statuses}
    volumes = {volume.name: volume for volume in pod.spec.volumes}
    for container in pod.spec.containers:
        running = statuses[container.name].state.running if container.name in statuses else None
        started = parse_time(running.started_at) if running is not None else None
        if started is None:
            continue
        for resource, name, how in dict.fromkeys(_read_at_start(container, volumes)):
            source = view.get(resource, name, pod.metadata.namespace)
            if not isinstance(source, MetadataOnly) or _HASHED.search(name):
                continue
            written, writer, sure = _written(source)
            if written is not None and written > started + _CLOCKS:
                yield StaleConfig(
                    pod.metadata.name, container.name, resource, name, how, written, writer, started, sure
                )


def _written(source: MetadataOnly) -> tuple[datetime | None, str, bool]:
    """The newest write of the content, with its manager's name ("" for the creation), and whether it was surely one.

    A manager's entry has one time for all that it wrote: one that owns labels, too, may have changed only these.
    """
    known = [(parse_time(source.metadata.creation_timestamp), "", True)]
    for entry in source.metadata.managed_fields:
        told = entry.fields
        if not entry.subresource and (told is None or told.content):
            known.append((parse_time(entry.time), entry.manager, told is not None and told.metadata is None))
    dated = [(at, writer, sure) for at, writer, sure in known if at is not None]
    return max(dated, default=(None, "", False))


def _read_at_start(container: Container, volumes: dict[str, Volume]) -> Iterator[tuple[str, str, str]]:
    for variable in container.env:
        source = variable.value_from
        if source is not None and source.config_map_key_ref is not None:
            yield "configmaps", source.config_map_key_ref.name, "env"
        if source is not None and source.secret_key_ref is not None:
            yield "secrets", source.secret_key_ref.name, "env"
    for imported in container.env_from:
        if imported.config_map_ref is not None:
            yield "configmaps", imported.config_map_ref.name, "envFrom"
        if imported.secret_ref is not None:
            yield "secrets", imported.secret_ref.name, "envFrom"
    for mount in container.volume_mounts:
        volume = volumes.get(mount.name)
        if volume is not None and (mount.sub_path or mount.sub_path_expr):
            if volume.config_map is not None:
                yield "configmaps", volume.config_map.name, "subPath"
            if volume.secret is not None:
                yield "secrets", volume.secret.secret_name, "subPath"
