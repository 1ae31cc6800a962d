"""Which tool says that it manages an object, and as part of what: read from the marks that tools leave in metadata.

Marks outlive entries: an entry that lost its last leaf is gone, a label stays. Marks are copied, too: those that name
the object they belong to count only on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

Marks = Mapping[str, str]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Tracking(msgspec.Struct, frozen=True):
    """``tool`` as people call it; ``application``: what of it (an Argo CD Application, a Helm release), "" if untold.

    ``mark``: the path of the label or annotation that tells.
    """

    tool: str
    application: str = ""
    mark: str = ""


class Subject(msgspec.Struct, frozen=True):
    """The object whose marks are read, as marks name it."""

    group: str
    kind: str
    namespace: str
    name: str


Reader = Callable[[Subject, Marks, Marks], Tracking | None]


def tracking(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
    """The tool that manages an object as its marks tell; None where none does. The outermost tool is told: a Flux
    HelmRelease leaves Helm's marks as well."""
    for reader in _READERS:
        found = reader(subject, labels, annotations)
        if found is not None:
            return found
    return None


def _flux(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
    for prefix, kind in (("helm.toolkit.fluxcd.io", "HelmRelease"), ("kustomize.toolkit.fluxcd.io", "Kustomization")):
        name = labels.get(f"{prefix}/name")
        if name:
            application = f"{kind} {labels.get(f'{prefix}/namespace', subject.namespace)}/{name}"
            return Tracking("Flux", application, f"metadata.labels[{prefix}/name]")
    return None


def _argo(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
    told = annotations.get("argocd.argoproj.io/tracking-id", "")
    application, colon, rest = told.partition(":")
    if colon and rest == f"{subject.group}/{subject.kind}:{subject.namespace}/{subject.name}":
        return Tracking("Argo CD", f"Application {application}", "metadata.annotations[argocd.argoproj.io/tracking-id]")
    label = labels.get("argocd.argoproj.io/instance")
    if label:
        return Tracking("Argo CD", f"Application {label}", "metadata.labels[argocd.argoproj.io/instance]")
    return None


def _objectset(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
    prefix = "objectset.rio.cattle.io"
    if f"{prefix}/hash" not in labels and f"{prefix}/id" not in annotations:
        return None
    owner = annotations.get(f"{prefix}/owner-name", "")
    if "k3s.cattle.io" in annotations.get(f"{prefix}/owner-gvk", ""):
        return Tracking("k3s", f"Addon {owner}" if owner else "", f"metadata.annotations[{prefix}/owner-gvk]")
    application = annotations.get(f"{prefix}/id", "")
    return Tracking("Fleet", f"Bundle {application}" if application else "", f"metadata.annotations[{prefix}/id]")


def _helm(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
    release = annotations.get("meta.helm.sh/release-name")
    if not release:
        return None
    space = annotations.get("meta.helm.sh/release-namespace", subject.namespace)
    return Tracking("Helm", f"release {space}/{release}", "metadata.annotations[meta.helm.sh/release-name]")


def _label(name: str, tool: str, what: str = "") -> Reader:
    def read(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
        for marks, where in ((labels, "labels"), (annotations, "annotations")):
            value = marks.get(name)
            if value:
                return Tracking(tool, f"{what} {value}" if what else "", f"metadata.{where}[{name}]")
        return None

    return read


def _applied(subject: Subject, labels: Marks, annotations: Marks) -> Tracking | None:
    mark = f"metadata.annotations[{LAST_APPLIED}]"
    return Tracking("kubectl apply", "", mark) if LAST_APPLIED in annotations else None


_READERS: tuple[Reader, ...] = (
    _flux,
    _argo,
    _objectset,
    _label("kapp.k14s.io/app", "kapp", "app"),
    _label("configsync.gke.io/resource-id", "Config Sync"),
    _label("configmanagement.gke.io/managed", "Config Sync"),
    _helm,
    _label("olm.owner", "Operator Lifecycle Manager", "ClusterServiceVersion"),
    _label("addonmanager.kubernetes.io/mode", "the addon manager"),
    _applied,  # last: many of the others apply as kubectl does
)
