"""The one entry: which rule judges which resource. Everything that shows or checks health asks here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8sview.analysis.health.apiservices import api_service_health
from k8sview.analysis.health.budgets import BUDGETS, budget_health
from k8sview.analysis.health.certificates import certificate_health
from k8sview.analysis.health.claims import claim_health
from k8sview.analysis.health.crds import definition_health
from k8sview.analysis.health.cronjobs import cron_job_health
from k8sview.analysis.health.daemonsets import daemon_set_health
from k8sview.analysis.health.deployments import deployment_health, replica_set_health
from k8sview.analysis.health.gateways import GATEWAYS, ROUTES, gateway_health, route_health
from k8sview.analysis.health.generic import NO_SIGNAL, generic_health
from k8sview.analysis.health.hpas import autoscaler_health
from k8sview.analysis.health.ingresses import INGRESSES, ingress_health
from k8sview.analysis.health.jobs import job_health
from k8sview.analysis.health.keda import scaler_health
from k8sview.analysis.health.namespaces import namespace_health
from k8sview.analysis.health.nodes import node_health
from k8sview.analysis.health.pods import pod_health
from k8sview.analysis.health.services import service_health, slice_health
from k8sview.analysis.health.serving import SLICES
from k8sview.analysis.health.statefulsets import stateful_set_health
from k8sview.analysis.health.volumes import volume_health
from k8sview.analysis.health.webhooks import webhook_health
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects import core, extension, workloads
from k8sview.model.objects.meta import Custom, Malformed
from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_RULES: dict[str, tuple[type, Callable[[View, Any], Health]]] = {
    "pods": (Pod, pod_health),
    "deployments.apps": (workloads.Deployment, deployment_health),
    "replicasets.apps": (workloads.ReplicaSet, replica_set_health),
    "statefulsets.apps": (workloads.StatefulSet, stateful_set_health),
    "daemonsets.apps": (workloads.DaemonSet, daemon_set_health),
    "jobs.batch": (workloads.Job, job_health),
    "cronjobs.batch": (workloads.CronJob, cron_job_health),
    "nodes": (core.Node, node_health),
    "namespaces": (core.Namespace, namespace_health),
    "persistentvolumeclaims": (core.PersistentVolumeClaim, claim_health),
    "persistentvolumes": (core.PersistentVolume, volume_health),
    "services": (core.Service, service_health),
    SLICES: (extension.EndpointSlice, slice_health),
    INGRESSES: (Custom, ingress_health),
    GATEWAYS: (Custom, gateway_health),
    **dict.fromkeys(ROUTES, (Custom, route_health)),
    "horizontalpodautoscalers.autoscaling": (workloads.HorizontalPodAutoscaler, autoscaler_health),
    BUDGETS: (workloads.PodDisruptionBudget, budget_health),
    "customresourcedefinitions.apiextensions.k8s.io": (extension.CustomResourceDefinition, definition_health),
    "apiservices.apiregistration.k8s.io": (extension.APIService, api_service_health),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": (extension.WebhookConfiguration, webhook_health),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": (extension.WebhookConfiguration, webhook_health),
    "scaledobjects.keda.sh": (Custom, scaler_health),
    "scaledjobs.keda.sh": (Custom, scaler_health),
    "certificates.cert-manager.io": (Custom, certificate_health),
}


# Records and settings: whether they are well shows on what uses them.
_NOT_JUDGED = frozenset(
    {
        "events",
        "configmaps",
        "secrets",
        "serviceaccounts",
        "leases.coordination.k8s.io",
        "controllerrevisions.apps",
        "resourcequotas",
        "limitranges",
        "csidrivers.storage.k8s.io",
        "csinodes.storage.k8s.io",
        "storageclasses.storage.k8s.io",
        "ingressclasses.networking.k8s.io",
        "networkpolicies.networking.k8s.io",
        "runtimeclasses.node.k8s.io",
        "priorityclasses.scheduling.k8s.io",
        "validatingadmissionpolicies.admissionregistration.k8s.io",
        "validatingadmissionpolicybindings.admissionregistration.k8s.io",
        "roles.rbac.authorization.k8s.io",
        "rolebindings.rbac.authorization.k8s.io",
        "clusterroles.rbac.authorization.k8s.io",
        "clusterrolebindings.rbac.authorization.k8s.io",
        "pods.metrics.k8s.io",
        "nodes.metrics.k8s.io",
    }
)


def is_judged(resource: str) -> bool:
    """Whether objects of a resource have a health of their own."""
    return resource not in _NOT_JUDGED


def health_of(view: View, resource: str, obj: Any) -> Health:
    """Verdict on one object of a resource (``deployments.apps``), at the view's time."""
    rule = _RULES.get(resource)
    if rule is not None and isinstance(obj, rule[0]):
        return rule[1](view, obj)
    if isinstance(obj, Malformed):
        return Health(HealthVerdict.UNKNOWN, "MalformedObject", f"could not be read: {obj.problem}")
    if getattr(obj, "metadata", None) is None:
        return NO_SIGNAL
    return generic_health(view, obj)
