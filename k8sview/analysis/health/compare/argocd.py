"""What Argo CD says: deletion first, then its script or built-in rule for the kind, and no health at all elsewhere.

After argoproj/argo-cd, gitops-engine/pkg/health; the scripts are in its resource_customizations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8sview.analysis.health.compare import argocd_customs, argocd_gateways, argocd_scripts, argocd_workloads
from k8sview.analysis.health.compare.said import Said, kind_of
from k8sview.model.fields import read_one
from k8sview.model.kinds import KINDS
from k8sview.model.objects import core, extension, workloads
from k8sview.model.objects.meta import Custom, misshapen
from k8sview.model.objects.pods import Pod

_HOOK_FINALIZER = "argocd.argoproj.io/hook-finalizer"
_HPA_FAILURES = frozenset(
    {
        ("AbleToScale", "FailedGetScale"),
        ("AbleToScale", "FailedUpdateScale"),
        ("ScalingActive", "FailedGetResourceMetric"),
        ("ScalingActive", "FailedGetObjectMetric"),
        ("ScalingActive", "FailedGetPodsMetric"),
        ("ScalingActive", "FailedGetExternalMetric"),
        ("ScalingActive", "FailedComputeMetricsReplicas"),
        ("ScalingActive", "InvalidSelector"),
    }
)


def argocd(resource: str, obj: Any) -> Said:
    """Its word for an object: Healthy, Progressing, Degraded, Suspended, Unknown, or None for no health at all."""
    if obj.metadata.deletion_timestamp is not None and _HOOK_FINALIZER not in obj.metadata.finalizers:
        return Said("Progressing", "whatever has a deletionTimestamp is Progressing there, however long it lasts")
    rule = _RULES.get(resource)
    if rule is not None and isinstance(obj, rule[0]):
        odd = misshapen(obj) if isinstance(obj, Custom) else None
        return rule[1](obj) if odd is None else Said("Unknown", f"its rule fails where {odd}")
    kind = kind_of(resource, obj)
    if resource in KINDS and rule is None:
        return Said(None, f"it has no health for kind {kind}")
    # Some 200 kinds have a script of their own there; which words those have is not known here.
    return Said(None, f"it has health for kind {kind} by a script alone, if at all", followed=False)


def _service(service: core.Service) -> Said:
    if service.spec.type != "LoadBalancer":
        return Said("Healthy", "every Service but a load balancer is Healthy there: no endpoint is looked at")
    if service.status.load_balancer.ingress:
        return Said("Healthy", "a LoadBalancer Service that has an address is Healthy there: no endpoint is looked at")
    return Said("Progressing", "a LoadBalancer Service without an address is Progressing there, however long it lasts")


def _ingress(ingress: Any) -> Said:
    if read_one(ingress, "status.loadBalancer.ingress"):
        return Said("Healthy", "an Ingress that has an address is Healthy there: no backend is looked at")
    return Said("Progressing", "an Ingress without an address is Progressing there, for ever where none is published")


def _claim(claim: core.PersistentVolumeClaim) -> Said:
    match claim.status.phase:
        case "Bound":
            return Said("Healthy", "a claim that is Bound is Healthy there, and no condition counts")
        case "Lost":
            return Said("Degraded", "a claim that is Lost is Degraded there")
        case "Pending":
            return Said(
                "Progressing",
                "a Pending claim is Progressing there, without any limit and even while it waits for its first pod",
            )
    return Said("Unknown", "a claim with no known phase is Unknown there")


def _autoscaler(autoscaler: workloads.HorizontalPodAutoscaler) -> Said:
    conditions = autoscaler.status.conditions
    for condition in conditions:
        if (condition.type, condition.reason) in _HPA_FAILURES:
            return Said("Degraded", f"{condition.type} with reason {condition.reason} is Degraded there at once")
    for condition in conditions:
        if condition.type in ("AbleToScale", "ScalingLimited") and condition.status == "True":
            return Said("Healthy", f"{condition.type}=True is enough there when no reason is on its list of failures")
    return Said("Progressing", "an autoscaler with neither a listed failure nor AbleToScale=True is Progressing there")


def _api_service(api_service: extension.APIService) -> Said:
    available = next((one for one in api_service.status.conditions if one.type == "Available"), None)
    if available is not None and available.status == "True":
        return Said("Healthy", "an APIService with Available=True is Healthy there")
    return Said("Progressing", "an APIService that is not Available is Progressing there, however long it lasts")


_RULES: dict[str, tuple[type, Callable[[Any], Said]]] = {
    "pods": (Pod, argocd_workloads.pod),
    "deployments.apps": (workloads.Deployment, argocd_workloads.deployment),
    "statefulsets.apps": (workloads.StatefulSet, argocd_workloads.stateful_set),
    "daemonsets.apps": (workloads.DaemonSet, argocd_workloads.daemon_set),
    "replicasets.apps": (workloads.ReplicaSet, argocd_workloads.replica_set),
    "jobs.batch": (workloads.Job, argocd_workloads.job),
    "services": (core.Service, _service),
    "ingresses.networking.k8s.io": (object, _ingress),
    "persistentvolumeclaims": (core.PersistentVolumeClaim, _claim),
    "horizontalpodautoscalers.autoscaling": (workloads.HorizontalPodAutoscaler, _autoscaler),
    "apiservices.apiregistration.k8s.io": (extension.APIService, _api_service),
    "cronjobs.batch": (workloads.CronJob, argocd_scripts.cron_job),
    "poddisruptionbudgets.policy": (workloads.PodDisruptionBudget, argocd_scripts.disruption_budget),
    "customresourcedefinitions.apiextensions.k8s.io": (extension.CustomResourceDefinition, argocd_scripts.definition),
    **{name: (object, script) for name, script in argocd_gateways.SCRIPTS.items()},
    **{name: (object, script) for name, script in argocd_customs.SCRIPTS.items()},
}
