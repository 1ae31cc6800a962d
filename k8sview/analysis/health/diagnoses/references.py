"""Custom objects that fail by another one which they name: a Flux source, a secret store, a node class.

The other is looked up by what the reference says; whether it is well, its own verdict says.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import called, explain
from k8sview.analysis.health.diagnoses.wording import describe, word
from k8sview.analysis.health.generic import generic_health
from k8sview.analysis.health.phrases import joined
from k8sview.model.fields import reader
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Ref, Resource
from k8sview.model.view import View


class _Named(NamedTuple):
    """Where a reference stands. ``group`` and ``kind`` where it does not say them itself."""

    path: str
    group: str
    kind: str = ""


_SOURCES = "source.toolkit.fluxcd.io"
_STORES = "external-secrets.io"

_NAMED: dict[str, tuple[_Named, ...]] = {
    "kustomizations.kustomize.toolkit.fluxcd.io": (
        _Named("spec.sourceRef", _SOURCES),
        _Named("spec.dependsOn[*]", "kustomize.toolkit.fluxcd.io", "Kustomization"),
    ),
    "helmreleases.helm.toolkit.fluxcd.io": (
        _Named("spec.chartRef", _SOURCES),
        _Named("spec.chart.spec.sourceRef", _SOURCES),
        _Named("spec.dependsOn[*]", "helm.toolkit.fluxcd.io", "HelmRelease"),
    ),
    f"helmcharts.{_SOURCES}": (_Named("spec.sourceRef", _SOURCES),),
    f"externalsecrets.{_STORES}": (_Named("spec.secretStoreRef", _STORES, "SecretStore"),),
    f"pushsecrets.{_STORES}": (_Named("spec.secretStoreRefs[*]", _STORES, "SecretStore"),),
    "nodeclaims.karpenter.sh": (_Named("spec.nodeClassRef", "karpenter.k8s.aws"),),
    "nodepools.karpenter.sh": (_Named("spec.template.spec.nodeClassRef", "karpenter.k8s.aws"),),
    "machines.cluster.x-k8s.io": (
        _Named("spec.infrastructureRef", "infrastructure.cluster.x-k8s.io"),
        _Named("spec.bootstrap.configRef", "bootstrap.cluster.x-k8s.io"),
    ),
    "clusters.cluster.x-k8s.io": (
        _Named("spec.infrastructureRef", "infrastructure.cluster.x-k8s.io"),
        _Named("spec.controlPlaneRef", "controlplane.cluster.x-k8s.io"),
    ),
}


def by_reference(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """The first object that this one names and that is missing or not well."""
    if not health.verdict.faulty or not isinstance(obj, Custom):
        return None
    known = next((one for one in view.resources.values() if _is(one, obj.api_version, obj.kind)), None)
    for named in _NAMED.get(known.name, ()) if known is not None else ():
        for reference in reader(named.path)(obj):
            found = _judged(view, obj, health, named, reference)
            if found is not None:
                return found
    return None


def _judged(view: View, obj: Custom, health: Health, named: _Named, reference: Any) -> Diagnosis | None:
    if not isinstance(reference, dict) or not isinstance(reference.get("name"), str):
        return None
    resource = _resource(view, named, reference)
    if resource is None:
        return None
    own = reference.get("namespace")
    namespace = (own if isinstance(own, str) and own else obj.metadata.namespace) if resource.namespaced else None
    ref = Ref(resource.api_version, resource.kind, namespace, reference["name"])
    where = f"{ref.kind} {namespace}/{ref.name}" if namespace else f"{ref.kind} {ref.name}"
    target = view.get(resource.name, ref.name, namespace)
    if target is None:
        if not view.readable(resource.name, namespace):
            return None
        message = f"{where} does not exist, and {called(obj)} needs it"
        look = f"kubectl get {word(resource.name)}" + (f" -n {word(namespace)}" if namespace else "")
        evidence = (f"{resource.name}/{ref.name} = absent",)
        return explain(health, "reference.missing", message, look, because=(ref,), evidence=evidence)
    state = generic_health(view, target)
    if not state.verdict.faulty:
        return None
    message = joined(f"{where} is not well, and {called(obj)} needs it", state.message)
    look = describe(resource.name, namespace, ref.name)
    return explain(health, "reference.not-well", message, look, because=(ref,))


def _resource(view: View, named: _Named, reference: dict[str, Any]) -> Resource | None:
    version, said = reference.get("apiVersion"), reference.get("group") or reference.get("apiGroup")
    group = str(version).rpartition("/")[0] if version else str(said or named.group)
    kind = str(reference.get("kind") or named.kind)
    return view.resources.get(view.resource_of(f"{group}/", kind))


def _is(resource: Resource, api_version: str, kind: str) -> bool:
    return (resource.group, resource.kind) == (api_version.rpartition("/")[0], kind)


FAMILY = Family(
    known=(
        Known(
            "reference.missing", "An object names another one that does not exist", "Create it, or correct the name."
        ),
        Known("reference.not-well", "An object names another one that is not well", "Look at the other one."),
    ),
    rules=dict.fromkeys(_NAMED, (by_reference,)),
)
