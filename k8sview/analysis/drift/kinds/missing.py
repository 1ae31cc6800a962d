"""Objects that Flux's inventories list and that are not there: somebody deleted them since Flux last applied them.

What is applied to another cluster is not looked for here. A Job may have removed itself, and an object of a kind that
is no longer served cannot be seen: neither is called missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from k8sview.analysis.drift.comparing.security import is_secured
from k8sview.analysis.drift.kinds.flux import APPLIERS, suspended
from k8sview.analysis.drift.kinds.reading import items, mapping, text, unread
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.resources import Ref
from k8sview.model.status import Severity
from k8sview.model.times import parse_time
from k8sview.model.view import View

READS = APPLIERS
_BY_ITSELF = ("Job",)


def missing(view: View) -> Iterator[Drift]:
    """What inventories list in vain."""
    for resource, owner in _owners(view):
        for identity, entry in _listed(owner):
            name = view.resource_of(entry.api_version, entry.kind)
            if name and entry.kind not in _BY_ITSELF and _gone(view, name, entry):
                yield _drift(view, resource, owner, entry, identity)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Inventories that may not be read; listed kinds that cannot be seen. Where nobody keeps any, others state what
    should be there."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.MISSING, reason)
    hidden: dict[str, None] = {}
    for _, owner in _owners(view):
        for _, entry in _listed(owner):
            name = view.resource_of(entry.api_version, entry.kind)
            if not name or view.served(name) is False:
                group = entry.api_version.rpartition("/")[0]
                hidden[f"{entry.kind}{f'.{group}' if group else ''}: it is not served, and an inventory lists one"] = (
                    None
                )
            elif not view.readable(name, entry.namespace):
                hidden[f"{name}: {view.state(name)}"] = None
    for reason in hidden:
        yield NotCheckable(DriftKind.MISSING, reason)


def _owners(view: View) -> Iterator[tuple[str, Any]]:
    for resource in APPLIERS:
        for owner in view.each(resource):
            elsewhere = mapping(owner, "spec.kubeConfig") is not None
            if not elsewhere and owner.metadata.deletion_timestamp is None:
                yield resource, owner


def _listed(owner: Any) -> Iterator[tuple[str, Ref]]:
    """``namespace_name_group_kind`` and the version, as Flux writes them; RBAC's colons are doubled underscores."""
    for entry in items(owner, "status.inventory.entries"):
        identity, version = str(entry.get("id") or ""), str(entry.get("v") or "")
        namespace, first, rest = identity.partition("_")
        name, second, tail = rest.rpartition("_")
        name, third, group = name.rpartition("_")
        if first and second and third and name and tail:
            plain = name.replace("__", ":")
            yield identity, Ref(f"{group}/{version}" if group else version, tail, namespace or None, plain)


def _gone(view: View, resource: str, entry: Ref) -> bool:
    table = view.table(resource)
    key = (entry.namespace or "", entry.name)
    covered = view.namespaces is None or not entry.namespace or entry.namespace in view.namespaces
    return (
        covered and view.readable(resource, entry.namespace) and key not in table.objects and key not in table.malformed
    )


def _drift(view: View, resource: str, owner: Any, entry: Ref, identity: str) -> Drift:
    subject = ref_of(view, resource, owner)
    words = f"{subject.kind} {subject.namespace}/{subject.name}"
    interval = text(owner, "spec.interval")
    path = f"status.inventory.entries[id={identity}].v"
    every = f" (every {interval})" if interval else ""
    return Drift(
        kind=DriftKind.MISSING,
        object=entry,
        change="removal",
        time=DriftTime(not_before=_applied(owner)),
        security=is_secured("", entry.kind, entry.api_version.rpartition("/")[0]),
        severity=Severity.HIGH,
        message=f"{entry} does not exist, and the inventory of {words} lists it",
        why_not_reverted=f"the {words} is suspended"
        if suspended(owner)
        else f"Flux makes it anew when it reconciles the {words} next{every}",
        next=f"flux reconcile {subject.kind.lower()} {subject.name} -n {subject.namespace}",
        evidence=(f"{resource}/{subject.namespace}/{subject.name} {path} = {entry.api_version.rpartition('/')[2]}",),
    )


def _applied(owner: Any) -> datetime | None:
    """When everything was last applied with success: then it was there."""
    times = [
        at
        for one in items(owner, "status.history")
        if one.get("lastReconciledStatus") == "ReconciliationSucceeded"
        and (at := parse_time(one.get("lastReconciled"))) is not None
    ]
    return max(times, default=None)
