"""Every hole in the fence: what makes drift invisible or keeps it from being reverted, and how old it is.

``fences`` is the audit: all of them, those by default included. Only what somebody made on purpose is told as drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.drift.kinds.argo import APPLICATIONS
from k8sview.analysis.drift.kinds.fences import MARKS, OWN_WRITERS, SWITCHES, UNSET, Switch
from k8sview.analysis.drift.kinds.flux import HELMRELEASES
from k8sview.analysis.drift.kinds.reading import declared, edited, items, mapping, refused, text, texts, unread
from k8sview.analysis.drift.naming import ref_of
from k8sview.model.drift import Drift, DriftKind, DriftTime, Fence, NotCheckable
from k8sview.model.fields import read_one
from k8sview.model.status import Severity
from k8sview.model.times import format_age
from k8sview.model.view import View

_PROJECTS = "appprojects.argoproj.io"
_CLUSTER_VERSIONS = "clusterversions.config.openshift.io"
READS = tuple(dict.fromkeys((*(switch.resource for switch in SWITCHES), _PROJECTS, _CLUSTER_VERSIONS)))


def fences(view: View) -> Iterator[Fence]:
    """All holes: marks on any object, then switches and ignored paths of the tools' own kinds."""
    return iter(view.once(_FENCES, lambda whole: [one for one in _fences(whole) if one is not None]))


def prepare(view: View) -> Iterator[None]:
    """The holes, object by object, for whoever must pause; computed once for a view."""
    if _FENCES in view.derived:
        return
    found = []
    for one in _fences(view):
        if one is not None:
            found.append(one)
        yield
    view.once(_FENCES, lambda whole: found)


_FENCES = "drift.fences"


def _fences(view: View) -> Iterator[Fence | None]:
    """None: an object without marks."""
    for resource in declared(view):
        for obj in view.each(resource):
            yield None
            yield from _marked(view, resource, obj)
    for switch in SWITCHES:
        for obj in view.each(switch.resource):
            if read_one(obj, switch.path) == switch.value:
                yield _fence(view, switch, obj)
    for switch in UNSET:
        for obj in view.each(switch.resource):
            if _unset(obj, switch):
                yield _fence(view, switch, obj, by_default=True)
    for application in view.each(APPLICATIONS):
        yield from _ignored_by_argo(view, application)
    for release in view.each(HELMRELEASES):
        yield from _ignored_by_flux(view, release)
    yield from _windows(view)
    yield from _unmanaged(view)


def suspended(view: View) -> Iterator[Drift]:
    """The holes that somebody made, as findings. What is so by default is no drift."""
    for fence in fences(view):
        if not fence.by_default:
            yield Drift(
                kind=DriftKind.SUSPENDED,
                object=fence.object,
                path=fence.path,
                after=fence.value,
                time=fence.time,
                severity=fence.severity,
                message=_sentence(view, fence),
                why_not_reverted=fence.message,
                evidence=(fence.evidence,),
            )


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Kinds whose switches could not be read."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.SUSPENDED, reason)
    hidden = [name for name in refused(view, declared(view)) if name not in READS]
    if hidden:
        yield NotCheckable(DriftKind.SUSPENDED, f"marks on objects of {', '.join(hidden)}: list denied or failed")


def _sentence(view: View, fence: Fence) -> str:
    covers = f" ({fence.covers})" if fence.covers else ""
    at = fence.time.at
    age = f", for {format_age(view.taken_at - at)} or longer" if at is not None else ""
    return f"{fence.message}{covers}{age}"


def _dated(obj: Any) -> DriftTime:
    return edited(obj, by_itself=OWN_WRITERS)


def _marked(view: View, resource: str, obj: Any) -> Iterator[Fence]:
    metadata = obj.metadata
    if not metadata.annotations and not metadata.labels:
        return
    for mark in MARKS:
        for where, marks in (("annotations", metadata.annotations), ("labels", metadata.labels)):
            value = marks.get(mark.key)
            if value is not None and mark.holds(value):
                yield Fence(
                    object=ref_of(view, resource, obj),
                    path=f"metadata.{where}[{mark.key}]",
                    value=value,
                    message=mark.message,
                    covers="this object",
                    time=_dated(obj),
                    severity=mark.severity,
                )
                break


def _fence(view: View, switch: Switch, obj: Any, by_default: bool = False) -> Fence:
    value = switch.value
    shown = "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Fence(
        object=ref_of(view, switch.resource, obj),
        path=switch.path,
        value=shown,
        message=switch.message,
        covers=switch.covers,
        time=DriftTime() if by_default else _dated(obj),
        by_default=by_default,
        severity=switch.severity,
    )


def _unset(obj: Any, switch: Switch) -> bool:
    if read_one(obj, switch.path) is not None:
        return False
    if not switch.path.endswith("selfHeal"):
        return True
    automated = mapping(obj, "spec.syncPolicy.automated")  # without it nothing is synced at all: that is the hole
    return automated is not None and automated.get("enabled") is not False


def _ignored_by_argo(view: View, application: Any) -> Iterator[Fence]:
    for number, one in enumerate(items(application, "spec.ignoreDifferences")):
        pointers = [path for name in ("jsonPointers", "jqPathExpressions") for path in texts(one, name)]
        managers = [f"all that {name} writes" for name in texts(one, "managedFieldsManagers")]
        if not pointers and not managers:
            continue
        group, kind = str(one.get("group") or ""), str(one.get("kind") or "*")
        subject = f"{kind}.{group}" if group else kind
        subject += f" {one['name']}" if one.get("name") else ""
        yield Fence(
            object=ref_of(view, APPLICATIONS, application),
            path=f"spec.ignoreDifferences[{number}]",
            value=", ".join((*pointers, *managers)),
            message="Argo CD ignores differences there",
            covers=subject,
            time=_dated(application),
        )
    for option in texts(application, "spec.syncPolicy.syncOptions"):
        if option.strip().lower() == "prune=false":
            yield Fence(
                object=ref_of(view, APPLICATIONS, application),
                path="spec.syncPolicy.syncOptions",
                value=option,
                message="Argo CD deletes nothing that leaves its source",
                covers="everything it applies",
                time=_dated(application),
            )


def _ignored_by_flux(view: View, release: Any) -> Iterator[Fence]:
    for number, one in enumerate(items(release, "spec.driftDetection.ignore")):
        target = mapping(one, "target") or {}
        yield Fence(
            object=ref_of(view, HELMRELEASES, release),
            path=f"spec.driftDetection.ignore[{number}]",
            value=", ".join(texts(one, "paths")),
            message="Flux ignores differences there",
            covers=" ".join(str(target[name]) for name in ("kind", "namespace", "name") if target.get(name))
            or "everything it applies",
            time=_dated(release),
        )


def _windows(view: View) -> Iterator[Fence]:
    for project in view.each(_PROJECTS):
        for number, one in enumerate(items(project, "spec.syncWindows")):
            if one.get("kind") == "deny":
                yield Fence(
                    object=ref_of(view, _PROJECTS, project),
                    path=f"spec.syncWindows[{number}]",
                    value=f"{one.get('schedule') or ''} for {one.get('duration') or ''}".strip(),
                    message="Argo CD does not sync in this window",
                    covers=", ".join(texts(one, "applications")) or "applications it names",
                    time=_dated(project),
                    severity=Severity.INFO,
                )


def _unmanaged(view: View) -> Iterator[Fence]:
    for version in view.each(_CLUSTER_VERSIONS):
        for one in items(version, "spec.overrides"):
            if one.get("unmanaged") is True:
                yield Fence(
                    object=ref_of(view, _CLUSTER_VERSIONS, version),
                    path=f"spec.overrides[name={text(one, 'name')}].unmanaged",
                    value="true",
                    message="the cluster's own operator does not reconcile it",
                    covers=f"{text(one, 'kind')} {text(one, 'namespace')}/{text(one, 'name')}",
                    time=_dated(version),
                    severity=Severity.MEDIUM,
                )
