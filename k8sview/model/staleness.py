"""Containers that started before the last write of the configuration that they read at their start.

Shared by who explains health and who lists drift. Facts without a verdict: a process may well read its settings anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from k8sview.model.objects.core import MetadataOnly
from k8sview.model.objects.pods import Container, ContainerStatus, Pod, Volume
from k8sview.model.times import format_time, parse_time
from k8sview.model.view import View

_CLOCKS = timedelta(seconds=5)
# The letters of a hash that kustomize appends: such an object is never changed, another replaces it.
_HASHED = re.compile(r"-[bcdfghkmt24567890]{10}$")


class StaleConfig(msgspec.Struct, frozen=True):
    """A container that started before the last write of what it read at its start.

    ``resource``: ``configmaps`` or ``secrets``. ``how``: ``env``, ``envFrom`` or ``subPath``; ``file`` where the
    kubelet refreshes what is mounted, and only the process may not have read it anew. ``written``: the newest write of
    its content; where nobody tells what was written (``sure`` False), of anything.
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


def stale_config(view: View, pods: Iterable[Pod], *, files: bool = False) -> tuple[StaleConfig, ...]:
    """What the running containers of these pods read at their start and was written since, oldest start first.

    ``files``: those that the kubelet refreshes as well.
    """
    found = [one for pod in pods if not _rolls_by_itself(pod) for one in _stale(view, pod, files)]
    return tuple(sorted(found, key=lambda one: (one.started, one.pod, one.container, one.resource, one.name)))


def _rolls_by_itself(pod: Pod) -> bool:
    """Whether something makes new pods when the configuration changes: a checksum in the template, Reloader."""
    if any("checksum" in name for name in pod.metadata.annotations):
        return True
    return any(variable.name.startswith("STAKATER_") for one in pod.spec.containers for variable in one.env)


def _stale(view: View, pod: Pod, files: bool) -> Iterator[StaleConfig]:
    every: tuple[ContainerStatus, ...] = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    statuses = {status.name: status for status in every}
    volumes = {volume.name: volume for volume in pod.spec.volumes}
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        running = statuses[container.name].state.running if container.name in statuses else None
        started = parse_time(running.started_at) if running is not None else None
        if started is None:
            continue
        for resource, name, how in _consumed(container, volumes, files):
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
    for resource, name in _mounts(container, volumes, whole=False):
        yield resource, name, "subPath"


def _consumed(container: Container, volumes: dict[str, Volume], files: bool) -> Iterator[tuple[str, str, str]]:
    """``(resource, name, how)`` once each. What is read at the start by one way is not told again as a file."""
    fixed = dict.fromkeys(_read_at_start(container, volumes))
    yield from fixed
    if files:
        known = {(resource, name) for resource, name, _ in fixed}
        refreshed = dict.fromkeys(_mounts(container, volumes, whole=True))
        yield from ((resource, name, "file") for resource, name in refreshed if (resource, name) not in known)


def _mounts(container: Container, volumes: dict[str, Volume], *, whole: bool) -> Iterator[tuple[str, str]]:
    """What is mounted as a ``whole`` volume, or as single files of one, which nobody refreshes."""
    for mount in container.volume_mounts:
        volume = volumes.get(mount.name)
        if volume is None or bool(mount.sub_path or mount.sub_path_expr) is whole:
            continue
        if volume.config_map is not None:
            yield "configmaps", volume.config_map.name
        if volume.secret is not None:
            yield "secrets", volume.secret.secret_name
        for source in volume.projected.sources if volume.projected is not None else ():
            if source.config_map is not None:
                yield "configmaps", source.config_map.name
            if source.secret is not None:
                yield "secrets", source.secret.name
