"""Storage underfoot: drivers registered on nodes, classes that lead somewhere, claims bound, volumes attached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    passes,
    ref_to,
    warns,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one, reader
from k8sview.model.objects.core import PersistentVolumeClaim
from k8sview.model.objects.workloads import DaemonSet
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age, parse_duration, parse_time

_CSINODES = "csinodes.storage.k8s.io"
_CSIDRIVERS = "csidrivers.storage.k8s.io"
_CLASSES = "storageclasses.storage.k8s.io"
_ATTACHMENTS = "volumeattachments.storage.k8s.io"
_DEFAULT_CLASS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_driver_names = reader("spec.drivers[*].name")


def _bad_grace(grace: str) -> str | None:
    return None if parse_duration(grace) is not None else f"grace: {grace!r} is no duration (5m)"


def _registered(context: Context) -> dict[str, set[str]]:
    """Driver → names of the nodes whose CSINode lists it."""
    found: dict[str, set[str]] = {}
    for csi_node in context.table(_CSINODES):
        for driver in _driver_names(csi_node):
            found.setdefault(str(driver), set()).add(csi_node.metadata.name)
    return found


class CSIRegisteredParameters(Parameters, frozen=True, kw_only=True):
    """Where a Ready pod of a CSI driver's DaemonSet runs, the node's CSINode lists the driver.

    A DaemonSet belongs to the driver whose name stands in its registration path or in one of its host paths.
    """

    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return (_CSIDRIVERS, _CSINODES, "daemonsets.apps", "pods")

    def problem(self) -> str | None:
        return _bad_grace(self.grace)


@rule("csi-registered", CSIRegisteredParameters)
def csi_registered(context: Context, parameters: CSIRegisteredParameters) -> Iterator[Judged]:
    drivers = {driver.metadata.name for driver in context.table(_CSIDRIVERS)}
    table, registered = context.table(_CSINODES), _registered(context)
    grace = parse_duration(parameters.grace) or timedelta()
    plugins = [(agent, driver) for agent in context.table("daemonsets.apps") for driver in _drivers_of(agent, drivers)]
    if not plugins:
        yield Judged(None, not_applicable("no DaemonSet registers a CSI driver"))
    for agent, driver in sorted(plugins, key=lambda one: (one[1], one[0].metadata.name)):
        for pod in context.view.pods_of(agent.metadata.namespace or "", agent.spec.selector):
            ready = next((one for one in pod.status.conditions if one.type == "Ready"), None)
            if ready is None or ready.status != "True":
                continue  # whether the plugin runs is judged where its component is
            node = pod.spec.node_name
            outcome = PASS
            if node not in registered.get(driver, ()):
                since = parse_time(ready.last_transition_time)
                name = f"{pod.metadata.namespace}/{pod.metadata.name}"
                outcome = fails(
                    f"does not list driver {driver} although its pod {name} is Ready: volumes cannot be mounted here",
                    path="spec.drivers",
                    expected=driver,
                    since=since,
                )
                if since is not None and context.now - since < grace:
                    outcome = passes(recheck_at=since + grace)
            csi_node = table.get(node)
            subject = ref_to(table, csi_node) if csi_node is not None else ref_to(context.table("pods"), pod)
            yield Judged(subject, outcome)


def _drivers_of(agent: DaemonSet, drivers: set[str]) -> set[str]:
    spec = agent.spec.template.spec
    words = {part for volume in spec.volumes if volume.host_path for part in volume.host_path.path.split("/")}
    for container in spec.containers:
        for text in (*container.args, *container.command):
            words |= set(text.replace("=", "/").split("/"))
    return words & drivers


class CSIDriversServedParameters(Parameters, frozen=True, kw_only=True):
    """Each CSIDriver is listed by at least one CSINode: a driver without a node plugin mounts nothing."""

    def reads(self) -> tuple[str, ...]:
        return (_CSIDRIVERS, _CSINODES)


@rule("csi-drivers-served", CSIDriversServedParameters)
def csi_drivers_served(context: Context, parameters: CSIDriversServedParameters) -> Iterator[Judged]:
    table, registered = context.table(_CSIDRIVERS), _registered(context)
    if not table.objects:
        yield Judged(None, not_applicable("no CSI driver is installed"))
    elif not context.table(_CSINODES).objects:
        yield Judged(None, not_applicable("no node reports CSI drivers"))
        return
    for key in sorted(table.objects):
        name = key[1]
        words = "no node has registered it: its node plugin is missing or down, or the driver was removed"
        outcome = PASS if registered.get(name) else fails(words, observed="0 nodes", expected="at least 1 node")
        yield Judged(ref_to(table, table.objects[key]), outcome)


class DefaultStorageClassParameters(Parameters, frozen=True, kw_only=True):
    """Exactly one StorageClass is the default. Without any class or claim there is nothing to judge."""

    def reads(self) -> tuple[str, ...]:
        return (_CLASSES, "persistentvolumeclaims")


def is_default(storage_class: Any) -> bool:
    return any(storage_class.metadata.annotations.get(name) == "true" for name in _DEFAULT_CLASS)


@rule("default-storage-class", DefaultStorageClassParameters)
def default_storage_class(context: Context, parameters: DefaultStorageClassParameters) -> Iterator[Judged]:
    table = context.table(_CLASSES)
    if not table.objects and not context.table("persistentvolumeclaims").objects:
        yield Judged(None, not_applicable("the cluster offers no storage and nobody asks for any"))
        return
    defaults = [one for _, one in sorted(table.objects.items()) if is_default(one)]
    for storage_class in (one for one in table if not is_default(one)):
        yield Judged(ref_to(table, storage_class), PASS)
    if not defaults:
        words = "no StorageClass is the default: a claim that names none stays Pending"
        yield Judged(None, fails(words, observed="0", expected="1"))
    defaults.sort(key=lambda one: (one.metadata.creation_timestamp or "", one.metadata.name))
    for storage_class in defaults:
        newest = defaults[-1]  # the one that a claim without a class gets
        if storage_class is newest:
            yield Judged(ref_to(table, storage_class), PASS)
            continue
        words = f"is a default beside {newest.metadata.name}: which one a claim gets is chance to its author"
        yield Judged(ref_to(table, storage_class), fails(words, observed=f"{len(defaults)} defaults", expected="1"))


class StorageClassesServedParameters(Parameters, frozen=True, kw_only=True):
    """Each StorageClass's provisioner is a CSIDriver, or one of ``external`` (no CSIDriver by design), or an in-tree
    name of ``migrated`` whose CSIDriver exists. Of other provisioners without ``.csi.`` nothing certain can be said."""

    external: tuple[str, ...] = ()
    migrated: dict[str, str] = {}

    def reads(self) -> tuple[str, ...]:
        return (_CLASSES, _CSIDRIVERS)


@rule("storage-classes-served", StorageClassesServedParameters)
def storage_classes_served(context: Context, parameters: StorageClassesServedParameters) -> Iterator[Judged]:
    table, drivers = context.table(_CLASSES), context.table(_CSIDRIVERS)
    for key in sorted(table.objects):
        storage_class = table.objects[key]
        provisioner = str(read_one(storage_class, "provisioner") or "")
        driver = parameters.migrated.get(provisioner, provisioner)
        outcome = PASS
        if provisioner not in parameters.external and drivers.get(driver) is None:
            details: dict[str, Any] = {
                "path": "provisioner",
                "observed": provisioner,
                "expected": f"CSIDriver {driver}",
            }
            if provisioner in parameters.migrated or "csi" in provisioner:
                outcome = fails(f"its driver {driver} is not installed: claims of it stay Pending", **details)
            else:
                words = f"provisioner {provisioner} is no CSI driver; whether something serves it cannot be seen"
                outcome = warns(words, severity=Severity.LOW, confidence=Confidence.INFERRED, **details)
        yield Judged(ref_to(table, storage_class), outcome)


class ClaimsBoundParameters(Parameters, frozen=True, kw_only=True):
    """No claim is Pending for longer than ``grace`` once somebody waits for it. A claim of a class that waits for its
    first consumer, with no consumer placed, is waiting and no failure."""

    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return ("persistentvolumeclaims", _CLASSES, "pods", "events")

    def problem(self) -> str | None:
        return _bad_grace(self.grace)


@rule("claims-bound", ClaimsBoundParameters)
def claims_bound(context: Context, parameters: ClaimsBoundParameters) -> Iterator[Judged]:
    table, grace = context.table("persistentvolumeclaims"), parse_duration(parameters.grace) or timedelta()
    classes = context.table(_CLASSES)
    default = next((one for one in classes if is_default(one)), None)
    for key in sorted(table.objects):
        claim = table.objects[key]
        outcome = PASS
        if claim.status.phase == "Pending":
            outcome = _pending(context, claim, default, grace)
        yield Judged(ref_to(table, claim), outcome)


def _pending(context: Context, claim: PersistentVolumeClaim, default: Any, grace: timedelta) -> Outcome:
    created = parse_time(claim.metadata.creation_timestamp)
    if created is not None and context.now - created < grace:
        return passes(recheck_at=created + grace)
    lasted = f" for {format_age(context.now - created)}" if created else ""
    details: dict[str, Any] = {"path": "status.phase", "observed": "Pending", "expected": "Bound", "since": created}
    classes, name = context.table(_CLASSES), claim.spec.storage_class_name
    storage_class = default if name is None else classes.get(name)
    if storage_class is None and classes.state.state.readable and name != "":
        missing = (
            "it names no StorageClass and none is the default" if name is None else f"StorageClass {name} is absent"
        )
        return fails(f"Pending{lasted}: {missing}", **details)
    if _waits_for_consumer(context, claim, storage_class):
        return PASS
    if storage_class is None and name != "" and not claim.spec.volume_name:
        return cannot_tell(f"Pending{lasted}; whether it waits for a consumer cannot be told: {classes.state}")
    said = next((one for one in context.view.events_of(claim) if one.type == "Warning"), None)
    why = f": {said.reason}: {said.message}" if said else ""
    evidence = (f"event {said.metadata.name} at {said.last_seen}",) if said else ()
    return fails(f"Pending{lasted}{why}", evidence=evidence, **details)


def _waits_for_consumer(context: Context, claim: PersistentVolumeClaim, storage_class: Any) -> bool:
    """Binding has not begun: the class waits for a placed pod, and the scheduler has chosen no node yet."""
    if storage_class is None or read_one(storage_class, "volumeBindingMode") != "WaitForFirstConsumer":
        return False
    if claim.spec.volume_name or "volume.kubernetes.io/selected-node" in claim.metadata.annotations:
        return False
    users = context.view.users_of("persistentvolumeclaims", claim.metadata.name, claim.metadata.namespace or "")
    return not any(pod.spec.node_name for pod in users)


class VolumesAttachedParameters(Parameters, frozen=True, kw_only=True):
    """No VolumeAttachment keeps an error for longer than ``grace``, and none holds a volume on a node that is gone."""

    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return (_ATTACHMENTS, "nodes")

    def problem(self) -> str | None:
        return _bad_grace(self.grace)


@rule("volumes-attached", VolumesAttachedParameters)
def volumes_attached(context: Context, parameters: VolumesAttachedParameters) -> Iterator[Judged]:
    table, grace = context.table(_ATTACHMENTS), parse_duration(parameters.grace) or timedelta()
    for key in sorted(table.objects):
        attachment = table.objects[key]
        yield Judged(ref_to(table, attachment), _attachment(context, attachment, grace))


def _attachment(context: Context, attachment: Any, grace: timedelta) -> Outcome:
    node = str(read_one(attachment, "spec.nodeName") or "")
    volume = str(read_one(attachment, "spec.source.persistentVolumeName") or "an inline volume")
    for field, verb in (("attachError", "attach to"), ("detachError", "detach from")):
        message = read_one(attachment, f"status.{field}.message")
        since = parse_time(read_one(attachment, f"status.{field}.time"))
        if message is None and since is None:
            continue
        # The time is that of the last attempt: what has been tried since the object's creation counts as well.
        first = _started(attachment, field) or since
        if first is not None and context.now - first < grace:
            return passes(recheck_at=first + grace)
        words = f"{volume} does not {verb} node {node}: {message or 'no message'}"
        return fails(words, path=f"status.{field}.message", since=first)
    if node and context.table("nodes").get(node) is None:
        words = f"{volume} is still attached to node {node}, which is gone: it cannot move to another node"
        return fails(words, path="spec.nodeName", observed=node, expected="an existing Node")
    return PASS


def _started(attachment: Any, field: str) -> datetime | None:
    metadata = attachment.metadata
    return parse_time(metadata.creation_timestamp if field == "attachError" else metadata.deletion_timestamp)


class AttachRoomParameters(Parameters, frozen=True, kw_only=True):
    """A node holds fewer volumes of a driver than its CSINode says it can, by at least ``spare``."""

    spare: int = 1

    def reads(self) -> tuple[str, ...]:
        return (_ATTACHMENTS, _CSINODES)


@rule("attach-room", AttachRoomParameters)
def attach_room(context: Context, parameters: AttachRoomParameters) -> Iterator[Judged]:
    table = context.table(_CSINODES)
    held: dict[tuple[str, str], int] = {}
    for attachment in context.table(_ATTACHMENTS):
        place = (str(read_one(attachment, "spec.nodeName")), str(read_one(attachment, "spec.attacher")))
        held[place] = held.get(place, 0) + 1
    for key in sorted(table.objects):
        csi_node = table.objects[key]
        outcome = PASS
        for driver in reader("spec.drivers[*]")(csi_node):
            name, limit = read_one(driver, "name"), read_one(driver, "allocatable.count")
            count = held.get((key[1], str(name)), 0)
            if isinstance(limit, int) and limit >= 0 and count and count > limit - parameters.spare:
                words = f"{count} volumes of {name} are attached, the node takes {limit}"
                outcome = fails(words, observed=str(count), expected=f"at most {limit - parameters.spare}")
        yield Judged(ref_to(table, csi_node), outcome)
