"""The one table of kinds this program knows beforehand: where they are served, and the struct that reads them.

A resource that is not here is read as ``Custom``. Adding a watched kind is one row here and, if hot, one struct.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from k8sview.model.objects import core, extension, meta, pods, workloads
from k8sview.model.resources import Ref, Resource


class Kind(NamedTuple):
    """A resource and how its objects are decoded."""

    resource: Resource
    struct: type[msgspec.Struct] = meta.Custom
    metadata_only: bool = False
    """Read as PartialObjectMetadata: the payload (ConfigMap and Secret data) is never asked for."""


def _row(
    name: str,
    version: str,
    kind: str,
    struct: type[msgspec.Struct] = meta.Custom,
    short: str = "",
    *,
    namespaced: bool = True,
    metadata_only: bool = False,
) -> Kind:
    plural, _, group = name.partition(".")
    resource = Resource(
        group=group,
        version=version,
        plural=plural,
        kind=kind,
        namespaced=namespaced,
        singular=kind.lower(),
        short_names=tuple(short.split()),
    )
    return Kind(resource, struct, metadata_only)


_TABLE = (
    _row("pods", "v1", "Pod", pods.Pod, "po"),
    _row("nodes", "v1", "Node", core.Node, "no", namespaced=False),
    _row("namespaces", "v1", "Namespace", core.Namespace, "ns", namespaced=False),
    _row("services", "v1", "Service", core.Service, "svc"),
    _row("events", "v1", "Event", core.Event, "ev"),
    _row("configmaps", "v1", "ConfigMap", core.MetadataOnly, "cm", metadata_only=True),
    _row("secrets", "v1", "Secret", core.MetadataOnly, metadata_only=True),
    _row("serviceaccounts", "v1", "ServiceAccount", core.ServiceAccount, "sa"),
    _row("persistentvolumeclaims", "v1", "PersistentVolumeClaim", core.PersistentVolumeClaim, "pvc"),
    _row("persistentvolumes", "v1", "PersistentVolume", core.PersistentVolume, "pv", namespaced=False),
    _row("deployments.apps", "v1", "Deployment", workloads.Deployment, "deploy"),
    _row("replicasets.apps", "v1", "ReplicaSet", workloads.ReplicaSet, "rs"),
    _row("statefulsets.apps", "v1", "StatefulSet", workloads.StatefulSet, "sts"),
    _row("daemonsets.apps", "v1", "DaemonSet", workloads.DaemonSet, "ds"),
    _row("jobs.batch", "v1", "Job", workloads.Job),
    _row("cronjobs.batch", "v1", "CronJob", workloads.CronJob, "cj"),
    _row("poddisruptionbudgets.policy", "v1", "PodDisruptionBudget", workloads.PodDisruptionBudget, "pdb"),
    _row(
        "horizontalpodautoscalers.autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        workloads.HorizontalPodAutoscaler,
        "hpa",
    ),
    _row("endpointslices.discovery.k8s.io", "v1", "EndpointSlice", extension.EndpointSlice),
    _row("leases.coordination.k8s.io", "v1", "Lease", extension.Lease),
    _row(
        "customresourcedefinitions.apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        extension.CustomResourceDefinition,
        "crd crds",
        namespaced=False,
    ),
    _row("apiservices.apiregistration.k8s.io", "v1", "APIService", extension.APIService, namespaced=False),
    _row(
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "v1",
        "ValidatingWebhookConfiguration",
        extension.WebhookConfiguration,
        namespaced=False,
    ),
    _row(
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        extension.WebhookConfiguration,
        namespaced=False,
    ),
    _row(
        "validatingadmissionpolicies.admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicy",
        namespaced=False,
    ),
    _row(
        "validatingadmissionpolicybindings.admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        namespaced=False,
    ),
    _row("csidrivers.storage.k8s.io", "v1", "CSIDriver", namespaced=False),
    _row("csinodes.storage.k8s.io", "v1", "CSINode", namespaced=False),
    _row("storageclasses.storage.k8s.io", "v1", "StorageClass", short="sc", namespaced=False),
    _row("volumeattachments.storage.k8s.io", "v1", "VolumeAttachment", namespaced=False),
    _row("ingresses.networking.k8s.io", "v1", "Ingress", short="ing"),
    _row("ingressclasses.networking.k8s.io", "v1", "IngressClass", namespaced=False),
    _row("networkpolicies.networking.k8s.io", "v1", "NetworkPolicy", short="netpol"),
    _row("gatewayclasses.gateway.networking.k8s.io", "v1", "GatewayClass", short="gc", namespaced=False),
    _row("gateways.gateway.networking.k8s.io", "v1", "Gateway", short="gtw"),
    _row("httproutes.gateway.networking.k8s.io", "v1", "HTTPRoute"),
    _row("runtimeclasses.node.k8s.io", "v1", "RuntimeClass", namespaced=False),
    _row("priorityclasses.scheduling.k8s.io", "v1", "PriorityClass", short="pc", namespaced=False),
    _row("roles.rbac.authorization.k8s.io", "v1", "Role"),
    _row("rolebindings.rbac.authorization.k8s.io", "v1", "RoleBinding"),
    _row("clusterroles.rbac.authorization.k8s.io", "v1", "ClusterRole", namespaced=False),
    _row("clusterrolebindings.rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", namespaced=False),
    _row("resourcequotas", "v1", "ResourceQuota", short="quota"),
    _row("limitranges", "v1", "LimitRange", short="limits"),
    _row("controllerrevisions.apps", "v1", "ControllerRevision", workloads.ControllerRevision),
)

KINDS: dict[str, Kind] = {row.resource.name: row for row in _TABLE}
"""By resource name (``deployments.apps``)."""

RESOURCE_NAMES: dict[str, str] = {row.resource.kind: name for name, row in KINDS.items()}
"""The resource name of each kind known beforehand: ``Deployment`` → ``deployments.apps``."""


def ref_to(kind: str, namespace: str | None, name: str, container: str | None = None) -> Ref:
    """Names an object of a kind known beforehand; it need not exist. Raises KeyError for other kinds."""
    return Ref(KINDS[RESOURCE_NAMES[kind]].resource.api_version, kind, namespace, name, container)


def kind_of(resource: Resource) -> Kind:
    """How objects of ``resource`` are decoded: its row, or ``Custom``."""
    known = KINDS.get(resource.name)
    if known is None or known.resource.version != resource.version:
        return Kind(resource)
    return Kind(resource, known.struct, known.metadata_only)
