"""Why a change is still there: what the tool that manages the object does about it, or what keeps it from doing that.

One line for a drifted leaf. Says "could not be read" where it could not, and "nothing tells" where nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.ignore import path_matches
from k8sview.analysis.drift.kinds import argo, flux
from k8sview.analysis.drift.kinds.fences import MARKS
from k8sview.analysis.drift.kinds.reading import condition, items, moment, text, texts
from k8sview.analysis.drift.ownership.managers import NOBODY, Known
from k8sview.analysis.drift.ownership.regime import Regime
from k8sview.analysis.drift.ownership.triage import ruler
from k8sview.model.drift import Drift, DriftKind
from k8sview.model.fields import read_one
from k8sview.model.status import Severity
from k8sview.model.text import shorten
from k8sview.model.view import View

_CONTROLLERS = {
    argo.APPLICATIONS: ("statefulsets.apps", "argocd-application-controller"),
    flux.KUSTOMIZATIONS: ("deployments.apps", "kustomize-controller"),
    flux.HELMRELEASES: ("deployments.apps", "helm-controller"),
}
_ON_DEMAND = {
    "kubectl apply": "nothing applies it by itself: it stays until somebody applies again",
    "Helm": "Helm compares with the cluster only while it upgrades",
    "Terraform": "Terraform compares only when somebody plans or applies",
    "Pulumi": "Pulumi compares only when somebody refreshes or updates",
    "kapp": "kapp compares only when somebody deploys",
}
_ADDED = "what its source does not state stays: {tool} puts back only what it states"
_FLUX_LEAVES = "Flux leaves what other managers add: it puts back only what its source states"
_FOLDED = ("kubectl", "before-first-apply")
"""How the names of managers begin whose fields kustomize-controller takes over before it applies: what its source does
not state of them is removed."""
_NOT_ABOUT_FIELDS = ("argocd.argoproj.io/compare-options", "argocd.argoproj.io/sync-options")
_EXPLAINED = (
    DriftKind.OUT_OF_BAND,
    DriftKind.LAST_APPLIED,
    DriftKind.MANIFEST,
    DriftKind.MISSING,
    DriftKind.REPLICAS,
)
_LONGEST = 160
_FLUX = {"Kustomization": flux.KUSTOMIZATIONS, "HelmRelease": flux.HELMRELEASES}


Place = tuple[str, str, str]
"""``(resource, namespace, name)`` of what delivers an object."""
Owners = Mapping[Place, Any]
"""Deliverers outside of what a view covers; None for one that was asked for and is not there."""
NO_OWNERS: Owners = {}


def explained(
    view: View, drifts: Iterable[Drift], known: Known = NOBODY, owners: Owners = NO_OWNERS
) -> tuple[Drift, ...]:
    """The drifts, each leaf of them with why it is still there; what is told already stays."""
    standing = Standing(view, owners)
    return tuple(_explained(view, standing, one, known) for one in drifts)


def deliverers(view: View, drifts: Iterable[Drift], known: Known = NOBODY) -> Iterator[Place]:
    """What the marks of drifted objects name as their deliverers, wherever it lies. An Application may be named
    without its namespace, which then most likely is Argo CD's own."""
    for drift in drifts:
        ruled, _ = _ruled(view, drift, known) if drift.kind in _EXPLAINED else (None, {})
        kind, _, name = ruled.application.partition(" ") if ruled is not None else ("", "", "")
        space, slash, alone = name.partition("/")
        if kind in _FLUX and slash:
            yield _FLUX[kind], space, alone
        elif kind == "Application" and name:
            yield argo.APPLICATIONS, "argocd", name
            space, mark, alone = name.partition("_")
            if mark:
                yield argo.APPLICATIONS, space, alone


def _ruled(view: View, drift: Drift, known: Known) -> tuple[Regime | None, dict[str, str] | None]:
    """Who manages a drift's object, with its labels and annotations; without these where it is not in the view."""
    ref = drift.object
    resource = view.resource_of(ref.api_version, ref.kind)
    obj = view.get(resource, ref.name, ref.namespace) if resource else None
    if obj is None:
        return None, None
    marks = {**obj.metadata.labels, **obj.metadata.annotations}
    return ruler(view.table(resource).resource, obj.metadata, known), marks


def _explained(view: View, standing: Standing, drift: Drift, known: Known) -> Drift:
    if drift.kind not in _EXPLAINED or drift.why_not_reverted:
        return drift
    ruled, marks = _ruled(view, drift, known)
    if marks is None:
        return drift
    return msgspec.structs.replace(drift, why_not_reverted=standing.why(drift, ruled, marks))


class Standing:
    """Answers for the drifts of one view; what does not change with the drift is looked up once."""

    def __init__(self, view: View, owners: Owners = NO_OWNERS) -> None:
        self._view = view
        self._owners = owners
        self._dead: dict[str, str] = {}

    def why(self, drift: Drift, ruled: Regime | None, marks: Mapping[str, str]) -> str:
        """``ruled``: who manages the drift's object; ``marks``: its labels and annotations. "" where nobody does."""
        if drift.path.startswith("status."):
            return "its controller writes the status anew when it looks next"
        if ruled is None:
            return ""
        switched = _switched(drift, marks)
        if switched:
            return switched
        kind, _, name = ruled.application.partition(" ")
        if ruled.tool == "Argo CD":
            return self._argo(drift, name)
        if ruled.tool.startswith("Flux") and kind in _FLUX:
            return self._flux(drift, kind, *name.partition("/")[::2])
        if ruled.tool in _ON_DEMAND:
            return _ON_DEMAND[ruled.tool]
        return f"nothing here tells whether {ruled.tool} looks for changes by others"

    def _argo(self, drift: Drift, name: str) -> str:
        view, resource = self._view, argo.APPLICATIONS
        if not name:
            return "which Application delivers it, nothing tells"
        beyond = (one for place, one in self._owners.items() if place[0] == resource and one is not None)
        found = next((one for one in (*view.each(resource), *beyond) if _named(one, name)), None)
        if found is None and not view.readable(resource):
            return f"whether Argo CD puts it back could not be read ({resource})"
        if found is None and (view.namespaces is not None or view.table(resource).partial):
            return f"whether Argo CD puts it back is not known here: Application {name} is in none of these namespaces"
        if found is None:
            return f"its Application {name} does not exist: nothing puts it back"
        ignored = _ignored(found, drift)
        if ignored:
            return f"Application {name} ignores differences there ({ignored})"
        kept = argo.why_not_reverted(found)
        if kept:
            return f"Application {name}: {kept}"
        dead = self._controller(resource)
        if dead:
            return dead
        if drift.change == "addition":
            return _ADDED.format(tool="Argo CD")
        compared, at = moment(found, "status.reconciledAt"), drift.time.at
        if compared is None or (at is not None and compared <= at):
            return f"self-heal of Application {name} is on: Argo CD has not looked since"
        return f"self-heal of Application {name} is on, and Argo CD has looked since without putting it back"

    def _flux(self, drift: Drift, kind: str, namespace: str, name: str) -> str:
        resource = _FLUX[kind]
        place = (resource, namespace, name)
        if place not in self._owners and not self._view.readable(resource, namespace):
            return f"whether Flux puts it back could not be read ({resource})"
        found = self._owners[place] if place in self._owners else self._view.get(resource, name, namespace)
        if found is None:
            return f"its {kind} {namespace}/{name} does not exist: nothing puts it back"
        if flux.suspended(found):
            return f"the {kind} {namespace}/{name} is suspended"
        if resource == flux.HELMRELEASES:
            kept = _uncorrected(found, drift)
            if kept:
                return f"the HelmRelease {namespace}/{name}: {kept}"
        dead = self._controller(resource)
        if dead:
            return dead
        ready = condition(found, "Ready")
        if ready.get("status") == "False":
            told = shorten(str(ready.get("message") or ready.get("reason") or ""), _LONGEST)
            return f"the {kind} {namespace}/{name} fails" + (f": {told}" if told else "")
        interval = text(found, "spec.interval")
        every = f", every {interval}" if interval else ""
        then = f"Flux puts it back when it reconciles the {kind} {namespace}/{name} next{every}"
        if resource == flux.KUSTOMIZATIONS and _folded(drift):
            return then
        if drift.change == "addition":
            return _FLUX_LEAVES
        return then if drift.change is not None else f"if its source states it, {then}; else it stays"

    def _controller(self, resource: str) -> str:
        """That the controller behind a tool's kind does not run, where that can be seen; else ""."""
        if resource not in self._dead:
            workloads, name = _CONTROLLERS[resource]
            found = [one for one in self._view.each(workloads) if one.metadata.name.endswith(name)]
            running = [one for one in found if one.status.ready_replicas]
            self._dead[resource] = f"{name} does not run" if found and not running else ""
        return self._dead[resource]


def _folded(drift: Drift) -> bool:
    """Whether kustomize-controller takes over the leaf, stated or not."""
    who = drift.actor
    return who is not None and not who.subresource and who.manager.startswith(_FOLDED)


def _switched(drift: Drift, marks: Mapping[str, str]) -> str:
    """The switch on the object itself that keeps a tool from correcting it. Those about deletion keep nothing."""
    for mark in MARKS:
        if mark.severity is Severity.INFO or mark.key in _NOT_ABOUT_FIELDS or mark.key not in marks:
            continue
        if mark.holds(marks[mark.key]) and (marks[mark.key] != "Merge" or drift.change == "addition"):
            return mark.message
    return ""


def _named(application: Any, name: str) -> bool:
    """Whether a tracking mark means this Application; one outside Argo CD's namespace is ``namespace_name``."""
    own = application.metadata
    return name in (own.name, f"{own.namespace}_{own.name}")


def _ignored(application: Any, drift: Drift) -> str:
    """Where an Application says that it ignores a difference; "" where it does not."""
    subject = drift.object
    group = subject.api_version.rpartition("/")[0]
    for number, one in enumerate(items(application, "spec.ignoreDifferences")):
        if one.get("kind") not in (subject.kind, "*") or str(one.get("group") or "") not in (group, "*"):
            continue
        if one.get("name") not in (None, "", subject.name) or one.get("namespace") not in (None, "", subject.namespace):
            continue
        pointers = [*texts(one, "jsonPointers"), *map(_pointer, texts(one, "jqPathExpressions"))]
        manager = drift.actor.manager if drift.actor is not None else ""
        if manager in texts(one, "managedFieldsManagers") or any(path_matches(p, drift.path) for p in pointers if p):
            return f"spec.ignoreDifferences[{number}]"
    return ""


def _pointer(expression: str) -> str:
    """A jq expression that is a plain path, as one; "" for others: what they select, only jq knows."""
    if "|" in expression or "(" in expression:
        return ""
    plain = expression.strip().removeprefix(".")
    return plain.replace("[]", "[*]").replace('["', "[").replace('"]', "]").replace(".[", "[")


def _uncorrected(release: Any, drift: Drift) -> str:
    """What keeps helm-controller from correcting a difference; "" where nothing does."""
    mode = flux.correction(release)
    if mode == "warn":
        return "drift is seen and not corrected (driftDetection.mode is warn)"
    if mode != "enabled":
        return "drift detection is off"
    for number, one in enumerate(items(release, "spec.driftDetection.ignore")):
        target = read_one(one, "target")
        wanted = target if isinstance(target, dict) else {}
        subject = {"kind": drift.object.kind, "namespace": drift.object.namespace, "name": drift.object.name}
        if all(wanted.get(name) in (None, "", value) for name, value in subject.items()) and any(
            not path or path_matches(path, drift.path) for path in texts(one, "paths")
        ):
            return f"it ignores differences there (spec.driftDetection.ignore[{number}])"
    return ""
