"""Why what GitOps delivers is not well: the objects of an Application (Argo CD) or Kustomization (Flux) are."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import describe
from k8sview.analysis.health.phrases import counted
from k8sview.analysis.health.verdict import health_of
from k8sview.model.fields import reader
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Ref
from k8sview.model.view import View

APPLICATIONS = "applications.argoproj.io"
KUSTOMIZATIONS = "kustomizations.kustomize.toolkit.fluxcd.io"
_MOST = 5
_ARGO = reader("status.resources[*]")
_FLUX = reader("status.inventory.entries[*]")
_ID_PARTS = 4  # namespace, name, group, kind


def of_application(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Objects of an Application that Argo CD itself calls Degraded or Missing, or that are at fault here."""
    if not isinstance(obj, Custom):
        return None
    listed = [one for one in _ARGO(obj) if isinstance(one, dict)]
    refs = (_of_argo(one) for one in listed)
    return _parts(view, obj, health, "application", [ref for ref in refs if ref is not None and _at_fault(view, ref)])


def of_kustomization(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Objects of a Kustomization's inventory that are at fault, where its health checks failed."""
    if not isinstance(obj, Custom) or health.reason not in ("HealthCheckFailed", "ProgressingWithRetry"):
        return None
    refs = (_of_flux(one) for one in _FLUX(obj) if isinstance(one, dict))
    parts = [ref for ref in refs if ref is not None and _at_fault(view, ref)]
    return _parts(view, obj, health, "kustomization", parts)


def _parts(view: View, obj: Custom, health: Health, what: str, refs: list[Ref]) -> Diagnosis | None:
    if not refs:
        return None
    names = ", ".join(f"{ref.kind} {ref.name}" for ref in refs[:_MOST])
    verb = "is" if len(refs) == 1 else "are"
    resource = APPLICATIONS if what == "application" else KUSTOMIZATIONS
    return Diagnosis(
        id=f"{what}.objects-not-well",
        message=f"{counted(len(refs), 'object')} that it delivers {verb} not well: {names}",
        next=describe(resource, obj.metadata.namespace, obj.metadata.name),
        since=health.since,
        confidence=health.confidence,
        evidence=health.evidence,
        because=tuple(refs[:_MOST]),
        missing=health.missing,
    )


def _of_argo(entry: dict[str, Any]) -> Ref | None:
    kind, name = entry.get("kind"), entry.get("name")
    if not (isinstance(kind, str) and isinstance(name, str)):
        return None
    group, version = str(entry.get("group") or ""), str(entry.get("version") or "v1")
    return Ref(f"{group}/{version}" if group else version, kind, str(entry.get("namespace") or "") or None, name)


def _of_flux(entry: dict[str, Any]) -> Ref | None:
    parts = str(entry.get("id") or "").split("_")
    if len(parts) != _ID_PARTS:
        return None
    namespace, name, group, kind = parts
    version = str(entry.get("v") or "v1")
    return Ref(f"{group}/{version}" if group else version, kind, namespace or None, name.replace("__", ":"))


def _at_fault(view: View, ref: Ref) -> bool:
    name = view.resource_of(ref.api_version, ref.kind)
    obj = view.get(name, ref.name, ref.namespace)
    return obj is not None and health_of(view, name, obj).verdict.faulty


FAMILY = Family(
    known=(
        Known(
            "application.objects-not-well",
            "Objects that an Argo CD Application delivers are not well",
            "Look at these: the Application only shows what they are.",
        ),
        Known(
            "kustomization.objects-not-well",
            "Objects that a Flux Kustomization delivers are not well",
            "Look at these: the Kustomization only shows what they are.",
        ),
    ),
    rules={APPLICATIONS: (of_application,), KUSTOMIZATIONS: (of_kustomization,)},
)
