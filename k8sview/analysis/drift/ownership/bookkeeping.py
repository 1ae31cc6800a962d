"""Leaves whose writing means nothing by itself, as data: notes of tools, what injectors fill in, defaults."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.drift.ownership.resolution import Location
from k8sview.model.resources import Ref

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
"""The mark of a restart by hand: no configuration, but a deed with a time."""

_NOTES = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "kubernetes.io/change-cause",
        "reconcile.fluxcd.io/requestedAt",
        "reconcile.fluxcd.io/forceAt",
        "reconcile.fluxcd.io/resetAt",
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/hydrate",
        "prometheus-operator-validated",
        "control-plane.alpha.kubernetes.io/leader",
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
    }
)
_NOTE_PREFIXES = (
    "meta.helm.sh/", "objectset.rio.cattle.io/", "field.cattle.io/", "autoscaling.alpha.kubernetes.io/",
    "lens.app/", "k9s.io/",
)  # fmt: skip

# What the API server itself fills in where nothing is stated, by the field's name.
_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "replicas": (1,),
    "progressDeadlineSeconds": (600,),
    "revisionHistoryLimit": (10,),
    "maxSurge": ("25%",),
    "maxUnavailable": ("25%", 1),
    "type": ("RollingUpdate", "ClusterIP", "Opaque"),
    "partition": (0,),
    "podManagementPolicy": ("OrderedReady",),
    "whenDeleted": ("Retain",),
    "whenScaled": ("Retain",),
    "imagePullPolicy": ("IfNotPresent", "Always"),
    "terminationMessagePath": ("/dev/termination-log",),
    "terminationMessagePolicy": ("File",),
    "dnsPolicy": ("ClusterFirst",),
    "restartPolicy": ("Always",),
    "schedulerName": ("default-scheduler",),
    "terminationGracePeriodSeconds": (30,),
    "enableServiceLinks": (True,),
    "preemptionPolicy": ("PreemptLowerPriority",),
    "securityContext": ({},),
    "resources": ({},),
    "emptyDir": ({},),
    "protocol": ("TCP",),
    "sessionAffinity": ("None",),
    "internalTrafficPolicy": ("Cluster",),
    "externalTrafficPolicy": ("Cluster",),
    "allocateLoadBalancerNodePorts": (True,),
    "defaultMode": (420,),
    "timeoutSeconds": (1, 10),
    "periodSeconds": (10,),
    "successThreshold": (1,),
    "failureThreshold": (3,),
    "scheme": ("HTTP",),
    "apiVersion": ("v1",),
    "concurrencyPolicy": ("Allow",),
    "suspend": (False,),
    "successfulJobsHistoryLimit": (3,),
    "failedJobsHistoryLimit": (1,),
    "backoffLimit": (6,),
    "completions": (1,),
    "parallelism": (1,),
    "completionMode": ("NonIndexed",),
    "minReplicas": (1,),
    "volumeMode": ("Filesystem",),
    "matchPolicy": ("Equivalent",),
    "failurePolicy": ("Fail",),
    "reinvocationPolicy": ("Never",),
    "scope": ("*",),
}

# Always set in the kinds the API server knows: whoever owns one took it from somebody or from the default.
_ALWAYS = frozenset({*_DEFAULTS, "image"}) - {"emptyDir", "apiVersion", "timeoutSeconds", "partition", "scope"}


def is_note(location: Location) -> bool:
    """Whether a leaf is a tool's own note beside the configuration."""
    if len(location) < 2 or location[-2] != "annotations":
        return False
    name = str(location[-1])
    return name in _NOTES or name.startswith(_NOTE_PREFIXES)


def is_of_its_group(location: Location, ref: Ref) -> bool:
    """Whether a leaf is a label or an annotation whose domain is the API group of the object's kind."""
    group = ref.api_version.rpartition("/")[0]
    if len(location) != 3 or location[0] != "metadata" or location[1] not in ("annotations", "labels"):
        return False
    domain = str(location[2]).partition("/")[0]
    return bool(group) and (domain == group or domain.endswith(f".{group}")) and "/" in str(location[2])


def is_restart(location: Location) -> bool:
    """Whether a leaf is the mark of ``kubectl rollout restart``, in a pod template."""
    return location[-1] == RESTARTED_AT and "template" in location


def is_programs_own(location: Location) -> bool:
    """Whether a leaf is one that programs set on others' objects by design: a person's write of it is none."""
    return location[-1] == "caBundle" or location[:2] in (("metadata", "finalizers"), ("metadata", "ownerReferences"))


def is_default(location: Location, value: Any) -> bool:
    """Whether the value is what the API server would have filled in."""
    return value in _DEFAULTS.get(str(location[-1]), ())


def default_of(location: Location) -> Any:
    """What the API server fills in at a place, where that does not depend on more than its name; else None."""
    values = _DEFAULTS.get(str(location[-1]), ())
    return values[0] if len(values) == 1 else None


def always_set(kind_known: bool, location: Location) -> bool:
    """Whether a leaf of a built-in kind had a value before somebody set it."""
    return kind_known and location[0] == "spec" and location[-1] in _ALWAYS
