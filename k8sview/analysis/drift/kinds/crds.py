"""Definitions of custom resources that no longer fit what is stored: versions gone, conversion gone."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.model.drift import Drift, DriftKind, NotCheckable
from k8sview.model.kinds import ref_to
from k8sview.model.objects.extension import CustomResourceDefinition
from k8sview.model.status import Confidence, Severity
from k8sview.model.view import View

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
READS = (CRDS,)


def crds(view: View) -> Iterator[Drift]:
    """Definitions that would fail an upgrade, or already make objects unreadable."""
    for definition in view.each(CRDS):
        if isinstance(definition, CustomResourceDefinition) and definition.metadata.deletion_timestamp is None:
            yield from _stored(definition)
            yield from _conversion(view, definition)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Definitions that could not be read."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.CRD, reason)


def _stored(definition: CustomResourceDefinition) -> Iterator[Drift]:
    known = {version.name: version for version in definition.spec.versions}
    current = next((version.name for version in definition.spec.versions if version.storage), "")
    for name in definition.status.stored_versions:
        version = known.get(name)
        if version is not None and version.served:
            continue
        gone = "is not defined any more" if version is None else "is not served any more"
        path = f"status.storedVersions[{name}]"
        yield Drift(
            kind=DriftKind.CRD,
            object=ref_to("CustomResourceDefinition", None, definition.metadata.name),
            path=path,
            before=current or None,
            after=name,
            severity=Severity.HIGH if version is None else Severity.MEDIUM,
            message=f"objects may still be stored as {name}, which {gone}: the next upgrade of the definition may fail",
            why_not_reverted="stored objects move to another version only when something writes them",
            next=f"kubectl get crd {definition.metadata.name} -o jsonpath={{.status.storedVersions}}",
            evidence=(
                f"status.storedVersions = {', '.join(definition.status.stored_versions)}",
                f"spec.versions = {', '.join(one.name for one in definition.spec.versions if one.served)}",
            ),
        )


def _conversion(view: View, definition: CustomResourceDefinition) -> Iterator[Drift]:
    conversion = definition.spec.conversion
    if conversion is None or conversion.strategy != "Webhook":
        return
    config = conversion.webhook.client_config if conversion.webhook is not None else None
    service = config.service if config is not None else None
    several = sum(version.served for version in definition.spec.versions) > 1
    if service is None or not several or not view.readable("services", service.namespace):
        return
    if view.get("services", service.name, service.namespace) is None:
        path = "spec.conversion.webhook.clientConfig.service"
        yield Drift(
            kind=DriftKind.CRD,
            object=ref_to("CustomResourceDefinition", None, definition.metadata.name),
            path=path,
            before=f"{service.namespace}/{service.name}",
            confidence=Confidence.OBSERVED,
            severity=Severity.HIGH,
            message=f"its versions are converted by Service {service.namespace}/{service.name}, which does not exist: "
            "objects stored in another version cannot be read",
            why_not_reverted="what served the conversion was removed without its definition",
            next=f"kubectl get crd {definition.metadata.name} -o yaml",
            evidence=(f"{path} = {service.namespace}/{service.name}",),
        )
