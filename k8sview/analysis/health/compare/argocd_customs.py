"""What Argo CD's scripts say of the custom resources that most clusters have: certificates, secrets, Flux, scalers.

Some 200 further kinds have a script there that is not followed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8sview.analysis.health.compare.said import Said
from k8sview.analysis.health.conditions import is_true
from k8sview.analysis.health.signals import signals_of
from k8sview.model.fields import read_one

Script = Callable[[Any], Said]


def by_condition(name: str) -> Script:
    """Most scripts are this one: True is Healthy, False is Degraded, everything else Progressing."""

    def script(found: Any) -> Said:
        for condition in signals_of(found).conditions:
            if condition.type == name and condition.status == "True":
                return Said("Healthy", f"its condition {name} is True, and no other one counts")
            if condition.type == name and condition.status == "False":
                return Said("Degraded", f"its condition {name} is False, which is Degraded there at once")
        return Said("Progressing", f"its condition {name} is neither True nor False, which has no limit there")

    return script


def certificate(found: Any) -> Said:
    """cert-manager's Certificate: an issuance that goes on excuses everything."""
    if is_true(signals_of(found).conditions, "Issuing"):
        return Said("Progressing", "its condition Issuing is True, which is Progressing there without any limit")
    return by_condition("Ready")(found)


def flux(needed: int, *successes: str) -> Script:
    """Flux: Ready and ``successes`` are counted, and exactly ``needed`` of them have to be True."""

    counted = ("Ready", *successes)

    def script(found: Any) -> Said:
        if read_one(found, "spec.suspend") is True:
            return Said("Suspended", "spec.suspend is Suspended there")
        conditions = signals_of(found).conditions
        if not conditions:
            return Said("Progressing", "without conditions it is Progressing there, without any limit")
        busy = [one for one in conditions if (one.type, one.status) in (("Ready", "Unknown"), ("Reconciling", "True"))]
        if len(busy) == 2:
            return Said("Progressing", "Reconciling is True and Ready is Unknown, which has no limit there")
        good = [one for one in conditions if one.type in counted and one.status == "True"]
        wanted = f"{' and '.join(counted)} True is what it asks for"
        if needed != len(counted):
            wanted = f"exactly {needed} of {', '.join(counted)} have to be True"
        if len(good) == needed:
            return Said("Healthy", f"{wanted} there, and no other condition")
        return Said("Degraded", f"{wanted} there, and everything else is Degraded at once")

    return script


def helm_repository(found: Any) -> Said:
    """As other sources, but one of type oci has no status."""
    if read_one(found, "spec.suspend") is not True and read_one(found, "spec.type") == "oci":
        return Said("Healthy", "a HelmRepository of type oci is Healthy there, because it has no status")
    return flux(2, "ArtifactInStorage")(found)


def scaler(*faults: tuple[str, str]) -> Script:
    """KEDA: conditions that are ``faults``, then Ready, then Paused."""

    def script(found: Any) -> Said:
        conditions = signals_of(found).conditions
        fault = next((one for one in conditions if (one.type, one.status) in faults), None)
        if fault is not None:
            return Said("Degraded", f"{fault.type}={fault.status} is Degraded there at once")
        if not is_true(conditions, "Ready"):
            return Said("Progressing", "its condition Ready is not True, which has no limit there")
        if is_true(conditions, "Paused"):
            return Said("Suspended", "its condition Paused is True")
        return Said("Healthy", "its condition Ready is True, and whether its triggers answer does not count")

    return script


def volume_snapshot(found: Any) -> Said:
    """A snapshot, or the content behind it."""
    if read_one(found, "status.readyToUse") is True:
        return Said("Healthy", "status.readyToUse is true")
    if read_one(found, "status.error") is not None:
        return Said("Degraded", "status.error is set")
    return Said("Progressing", "a snapshot that is not ready to use is Progressing there without any limit")


def workflow(found: Any) -> Said:
    """Argo's Workflow, by its phase alone."""
    match read_one(found, "status.phase"):
        case None | "" | "Pending" | "Running":
            return Said("Progressing", "a Workflow that has not ended is Progressing there, however long it runs")
        case "Succeeded":
            return Said("Healthy", "phase Succeeded is Healthy there")
        case "Failed" | "Error":
            return Said("Degraded", "phases Failed and Error are Degraded there")
    return Said("Unknown", "a Workflow with another phase is Unknown there")


_BY_READY = (
    "issuers.cert-manager.io",
    "clusterissuers.cert-manager.io",
    "externalsecrets.external-secrets.io",
    "pushsecrets.external-secrets.io",
    "secretstores.external-secrets.io",
    "clustersecretstores.external-secrets.io",
    "nodepools.karpenter.sh",
    "ec2nodeclasses.karpenter.k8s.aws",
)

SCRIPTS: dict[str, Script] = {
    **{name: by_condition("Ready") for name in _BY_READY},
    "certificates.cert-manager.io": certificate,
    "sealedsecrets.bitnami.com": by_condition("Synced"),
    "kustomizations.kustomize.toolkit.fluxcd.io": flux(1),
    "imageupdateautomations.image.toolkit.fluxcd.io": flux(1),
    "helmreleases.helm.toolkit.fluxcd.io": flux(2, "Released", "TestSuccess"),
    "gitrepositories.source.toolkit.fluxcd.io": flux(2, "ArtifactInStorage"),
    "ocirepositories.source.toolkit.fluxcd.io": flux(2, "ArtifactInStorage"),
    "helmcharts.source.toolkit.fluxcd.io": flux(2, "ArtifactInStorage"),
    "buckets.source.toolkit.fluxcd.io": flux(2, "ArtifactInStorage"),
    "helmrepositories.source.toolkit.fluxcd.io": helm_repository,
    "scaledobjects.keda.sh": scaler(("Ready", "False"), ("Fallback", "True")),
    "scaledjobs.keda.sh": scaler(("Ready", "False"), ("Ready", "Unknown")),
    "volumesnapshots.snapshot.storage.k8s.io": volume_snapshot,
    "volumesnapshotcontents.snapshot.storage.k8s.io": volume_snapshot,
    "workflows.argoproj.io": workflow,
}
"""By resource name."""
