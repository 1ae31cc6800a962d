"""The inventory of Helm releases, from the labels of their Secrets and ConfigMaps alone: no payload is read.

Also tells of releases that stand still: an upgrade that was interrupted, and a failed one before which an older
revision still runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.drift.window import born
from k8sview.model.drift import Drift, DriftKind, Drifts, DriftTime, NotCheckable
from k8sview.model.resources import Ref
from k8sview.model.status import Severity
from k8sview.model.view import View

PREFIX = "sh.helm.release.v1."
DRIVERS = ("secrets", "configmaps")
"""Where Helm keeps releases. Its SQL and memory drivers keep them out of the API: nothing tells of those."""

_KINDS = {"secrets": "Secret", "configmaps": "ConfigMap"}
_UNDER_WAY = ("pending-install", "pending-upgrade", "pending-rollback", "uninstalling")
_PATIENCE = timedelta(minutes=15)
"""How long a release may be under way: three times Helm's own time limit."""


class Revision(msgspec.Struct, frozen=True):
    """One stored revision. ``ref``: the object that holds it (to be fetched for its payload)."""

    version: int
    status: str
    ref: Ref
    since: datetime | None = None


class Kept(msgspec.Struct, frozen=True):
    """One release with its stored revisions, newest first (at least one)."""

    name: str
    namespace: str
    revisions: tuple[Revision, ...]

    @property
    def newest(self) -> Revision:
        return self.revisions[0]

    @property
    def deployed(self) -> Revision | None:
        """The revision that the cluster should look like: the newest deployed one."""
        return next((one for one in self.revisions if one.status == "deployed"), None)

    @property
    def behind(self) -> bool:
        """Whether what should run is not the newest: a later revision failed, or stopped half way."""
        return self.deployed is not None and self.deployed is not self.newest


class Inventory(msgspec.Struct, frozen=True):
    """All releases whose labels could be read, by namespace and name."""

    releases: tuple[Kept, ...] = ()
    not_checkable: tuple[NotCheckable, ...] = ()


def releases(view: View) -> Inventory:
    """Every release in sight. Drivers whose table could not be read as a whole are stated."""
    found: dict[tuple[str, str], list[Revision]] = defaultdict(list)
    unread: list[NotCheckable] = []
    for resource in DRIVERS:
        table = view.table(resource)
        if not view.readable(resource):
            unread.append(NotCheckable(DriftKind.HELM, f"{resource}: {view.state(resource)}"))
        elif table.partial:
            unread.append(NotCheckable(DriftKind.HELM, f"{resource}: {table.partial}"))
        for obj in view.each(resource):
            revision = _revision(resource, obj)
            if revision is None and obj.metadata.labels.get("owner") == "helm" and obj.metadata.name.startswith(PREFIX):
                unread.append(NotCheckable(DriftKind.HELM, _odd(resource, obj)))
            elif revision is not None:
                found[(obj.metadata.namespace or "", obj.metadata.labels["name"])].append(revision)
    kept = (
        Kept(name, namespace, tuple(sorted(revisions, key=lambda one: -one.version)))
        for (namespace, name), revisions in sorted(found.items())
    )
    return Inventory(tuple(kept), tuple(unread))


def _odd(resource: str, obj: Any) -> str:
    metadata = obj.metadata
    what = "no name" if not metadata.labels.get("name") else "no number as its version"
    where = f"{_KINDS[resource]} {metadata.namespace}/{metadata.name}"
    return f"{where} keeps a revision of a Helm release, and its labels have {what}: it was not read"


def _revision(resource: str, obj: Any) -> Revision | None:
    labels = obj.metadata.labels
    version = labels.get("version", "")
    if labels.get("owner") != "helm" or not labels.get("name") or not (version.isascii() and version.isdecimal()):
        return None
    if not obj.metadata.name.startswith(PREFIX) and resource == "secrets":
        return None
    ref = Ref("v1", _KINDS[resource], obj.metadata.namespace, obj.metadata.name)
    # Helm carries labels over from the revision before, times included: nothing of one is older than its object.
    times = (_moment(labels.get("modifiedAt")), _moment(labels.get("createdAt")), born(obj))
    since = max((at for at in times if at is not None), default=None)
    return Revision(int(version[:9]), labels.get("status", ""), ref, since)


def _moment(seconds: str | None) -> datetime | None:
    """Helm's labels count seconds since 1970."""
    if seconds is None or not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > 11:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def stuck(inventory: Inventory, now: datetime) -> Drifts:
    """Releases that were interrupted, and those that run an older revision because a newer one failed."""
    return Drifts(tuple(drift for one in inventory.releases for drift in _stuck(one, now)), inventory.not_checkable)


def _stuck(one: Kept, now: datetime) -> Iterator[Drift]:
    newest, running = one.newest, one.deployed
    if newest.status in _UNDER_WAY:
        if newest.since is None or now - newest.since < _PATIENCE:
            return  # it may well be running
        word = "uninstallation" if newest.status == "uninstalling" else newest.status.removeprefix("pending-")
        message = (
            f"the {word} of release {one.name} stopped half way at revision {newest.version}: it is {newest.status}, "
            "and Helm refuses the next upgrade"
        )
        if newest.status == "uninstalling":
            message = f"the {word} of release {one.name} stopped half way"
        yield _drift(one, message, f"helm history {one.name} -n {one.namespace}")
    elif newest.status == "failed" and running is not None:
        message = f"release {one.name} runs revision {running.version}: revision {newest.version} failed"
        yield _drift(one, message, f"helm status {one.name} -n {one.namespace}")
    elif newest.status == "failed":
        message = f"release {one.name} failed at revision {newest.version}, and no revision of it is deployed"
        yield _drift(one, message, f"helm status {one.name} -n {one.namespace}")


def _drift(one: Kept, message: str, command: str) -> Drift:
    newest = one.newest
    time = DriftTime(at=newest.since, basis="revision") if newest.since is not None else DriftTime()
    return Drift(
        kind=DriftKind.HELM,
        object=newest.ref,
        before="deployed",
        after=newest.status,
        time=time,
        severity=Severity.HIGH,
        message=message,
        next=command,
        evidence=(f"metadata.labels.status = {newest.status}", f"metadata.labels.version = {newest.version}"),
    )
