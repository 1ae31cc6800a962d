"""Longhorn's volumes against its nodes, settings and engines."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.checks.outcome import PASS, Context, Judged, cannot_tell, fails, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one, reader

_VOLUMES = "volumes.longhorn.io"
_NODES = "nodes.longhorn.io"
_SETTINGS = "settings.longhorn.io"
_conditions = reader("status.conditions[*]")


class ReplicaRoomParameters(Parameters, frozen=True, kw_only=True):
    """No volume wants more replicas than there are Ready and schedulable Longhorn nodes: it could never be whole."""

    def reads(self) -> tuple[str, ...]:
        return (_VOLUMES, _NODES)


@rule("longhorn-replica-room", ReplicaRoomParameters)
def replica_room(context: Context, parameters: ReplicaRoomParameters) -> Iterator[Judged]:
    table = context.table(_VOLUMES)
    room = 0
    for node in context.table(_NODES):
        said = {str(one.get("type")): one.get("status") for one in _conditions(node) if isinstance(one, dict)}
        allowed = read_one(node, "spec.allowScheduling") is not False
        room += bool(said.get("Ready") == "True" and said.get("Schedulable") == "True" and allowed)
    for key in sorted(table.objects):
        volume = table.objects[key]
        wanted = read_one(volume, "spec.numberOfReplicas")
        outcome = PASS
        if isinstance(wanted, int) and wanted > room:
            outcome = fails(
                f"wants {wanted} replicas, but only {room} Longhorn nodes take one",
                path="spec.numberOfReplicas",
                observed=str(wanted),
                expected=f"at most {room}",
            )
        yield Judged(ref_to(table, volume), outcome)


class EngineCurrentParameters(Parameters, frozen=True, kw_only=True):
    """Every volume runs the engine image that the setting ``default-engine-image`` names."""

    def reads(self) -> tuple[str, ...]:
        return (_VOLUMES, _SETTINGS)


@rule("longhorn-engine-current", EngineCurrentParameters)
def engine_current(context: Context, parameters: EngineCurrentParameters) -> Iterator[Judged]:
    table = context.table(_VOLUMES)
    settings = [one for one in context.table(_SETTINGS) if one.metadata.name == "default-engine-image"]
    default = read_one(settings[0], "value") if settings else None
    for key in sorted(table.objects):
        volume = table.objects[key]
        own = read_one(volume, "status.currentImage") or read_one(volume, "spec.image")
        outcome = PASS
        if not default:
            outcome = cannot_tell("no setting default-engine-image says which engine is current")
        elif own and own != default:
            words = f"still runs engine {own}, the current one is {default}: this blocks the next upgrade"
            outcome = fails(words, path="status.currentImage", observed=str(own), expected=str(default))
        yield Judged(ref_to(table, volume), outcome)
