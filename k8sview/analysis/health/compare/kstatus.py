"""What kstatus says: first the rules for all objects, then those of the kind, then the condition Ready, else Current.

After kubernetes-sigs/cli-utils, pkg/kstatus/status: status.go and generic.go hold the order, core.go the kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from k8sview.analysis.health.compare import kstatus_pods, kstatus_workloads
from k8sview.analysis.health.compare.said import Said, kind_of
from k8sview.analysis.health.signals import signals_of
from k8sview.model.objects import core, extension, workloads
from k8sview.model.objects.meta import Condition, Custom, misshapen
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_SILENT = "and without a condition Ready an object is Current there"


def kstatus(view: View, resource: str, obj: Any) -> Said:
    """Its word for an object, at the view's time: Current, InProgress, Failed, Terminating or Unknown."""
    if isinstance(obj, Custom):
        odd = misshapen(obj)
        if odd is not None:
            return Said("Unknown", f"it cannot compute a status where {odd}")
    conditions, observed = _signals(obj)
    said = _of_any(obj, conditions, observed)
    if said is not None:
        return said
    rule = _RULES.get(resource)
    if rule is not None and isinstance(obj, rule[0]):
        return rule[1](view, obj)
    return _ready(conditions) or Said("Current", f"it has no rule for kind {kind_of(resource, obj)}, {_SILENT}")


def _signals(obj: Any) -> tuple[tuple[Condition, ...], int | None]:
    """Conditions and observedGeneration."""
    signals = signals_of(obj)
    observed = signals.observed_generation
    # A struct's zero was absent: the API leaves it out, and what is absent is not compared.
    return signals.conditions, observed if isinstance(obj, Custom) else observed or None


def _of_any(obj: Any, conditions: Iterable[Condition], observed: int | None) -> Said | None:
    if obj.metadata.deletion_timestamp is not None:
        return Said("Terminating", "whatever has a deletionTimestamp is Terminating there, however long it lasts")
    generation = obj.metadata.generation
    if generation is not None and observed is not None and observed != generation:
        return Said(
            "InProgress",
            f"status.observedGeneration {observed} is not metadata.generation {generation}, "
            "which is InProgress there however long it lasts",
        )
    return _reconciling_or_stalled(conditions)


def _reconciling_or_stalled(conditions: Iterable[Condition]) -> Said | None:
    for condition in conditions:
        if condition.type == "Reconciling" and condition.status == "True":
            return Said("InProgress", "its condition Reconciling is True, which overrules the rest, without any limit")
        if condition.type == "Stalled" and condition.status == "True":
            return Said("Failed", "its condition Stalled is True, which overrules the rest")
    return None


def _ready(conditions: Iterable[Condition]) -> Said | None:
    for condition in conditions:
        if condition.type != "Ready":
            continue
        if condition.status == "True":
            return Said("Current", "its condition Ready is True, and no other one counts")
        if condition.status in ("False", "Unknown"):
            return Said(
                "InProgress", f"its condition Ready is {condition.status}, which is never Failed there, only InProgress"
            )
    return None


def _always(what: str) -> Callable[[View, Any], Said]:
    said = Said("Current", f"every {what} is always Current there, whatever its status")
    return lambda _view, _obj: said


def _service(_view: View, service: core.Service) -> Said:
    if service.spec.type != "LoadBalancer":
        return Said("Current", "every Service but a load balancer is Current there: no endpoint is looked at")
    if not service.spec.cluster_ip:
        return Said("InProgress", "a LoadBalancer Service is judged by its clusterIP there, and it has none yet")
    return Said(
        "Current",
        "a LoadBalancer Service is judged by its clusterIP there: neither the address outside nor an endpoint counts",
    )


def _claim(_view: View, claim: core.PersistentVolumeClaim) -> Said:
    phase = claim.status.phase
    if phase == "Bound":
        return Said("Current", "a claim that is Bound is Current there, and no condition counts")
    return Said(
        "InProgress", f"every phase of a claim but Bound is InProgress there, {phase or 'an absent one'} included"
    )


def _definition(_view: View, definition: extension.CustomResourceDefinition) -> Said:
    for condition in definition.status.conditions:
        if condition.type == "NamesAccepted" and condition.status == "False":
            return Said("Failed", "its condition NamesAccepted is False")
        if condition.type != "Established":
            continue
        if condition.status == "False" and condition.reason != "Installing":
            return Said("Failed", "its condition Established is False for another reason than Installing")
        if condition.status == "True":
            return Said("Current", "its condition Established is True, and nothing but names is looked at besides")
    return Said("InProgress", "a CustomResourceDefinition without Established=True is being installed there")


_RULES: dict[str, tuple[type, Callable[[View, Any], Said]]] = {
    "pods": (Pod, kstatus_pods.pod),
    "deployments.apps": (workloads.Deployment, kstatus_workloads.deployment),
    "statefulsets.apps": (workloads.StatefulSet, kstatus_workloads.stateful_set),
    "daemonsets.apps": (workloads.DaemonSet, kstatus_workloads.daemon_set),
    "replicasets.apps": (workloads.ReplicaSet, kstatus_workloads.replica_set),
    "jobs.batch": (workloads.Job, kstatus_workloads.job),
    "cronjobs.batch": (workloads.CronJob, _always("CronJob")),
    "configmaps": (object, _always("ConfigMap")),
    "secrets": (object, _always("Secret")),
    "poddisruptionbudgets.policy": (object, _always("PodDisruptionBudget")),
    "services": (core.Service, _service),
    "persistentvolumeclaims": (core.PersistentVolumeClaim, _claim),
    "customresourcedefinitions.apiextensions.k8s.io": (extension.CustomResourceDefinition, _definition),
}
