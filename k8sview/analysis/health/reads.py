"""What health reads: known kinds, in the order in which they tell most, and every kind that a cluster added itself."""

from __future__ import annotations

from collections.abc import Mapping

from k8sview.model.resources import Resource

HEALTH_READS = (
    "pods",
    "nodes",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "events",
    "namespaces",
    "jobs.batch",
    "cronjobs.batch",
    "services",
    "endpointslices.discovery.k8s.io",
    "persistentvolumeclaims",
    "persistentvolumes",
    "configmaps",
    "secrets",
    "serviceaccounts",
    "horizontalpodautoscalers.autoscaling",
    "poddisruptionbudgets.policy",
    "ingresses.networking.k8s.io",
    "ingressclasses.networking.k8s.io",
    "resourcequotas",
    "limitranges",
    "controllerrevisions.apps",
    "storageclasses.storage.k8s.io",
    "volumeattachments.storage.k8s.io",
    "csinodes.storage.k8s.io",
    "csidrivers.storage.k8s.io",
    "priorityclasses.scheduling.k8s.io",
    "runtimeclasses.node.k8s.io",
    "leases.coordination.k8s.io",
    "customresourcedefinitions.apiextensions.k8s.io",
    "apiservices.apiregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingadmissionpolicies.admissionregistration.k8s.io",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
    "networkpolicies.networking.k8s.io",
)
"""Known kinds that verdicts and diagnoses look at."""

_SERVED_BY_KUBERNETES = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
_FIGURES = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})


FIGURES = ("pods.metrics.k8s.io",)
"""What tells more where the cluster serves it: usage of pods. It can only be polled: for one run, not for an app."""


def custom_resources(resources: Mapping[str, Resource]) -> tuple[str, ...]:
    """Resource names that this cluster serves beyond Kubernetes' own and that can be listed, sorted."""
    own = _SERVED_BY_KUBERNETES | _FIGURES
    return tuple(sorted(name for name, one in resources.items() if one.group not in own and "list" in one.verbs))
