"""Who writes what on such a platform: the field managers that managed fields will name. Pure."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

BY_HAND = "kubectl-edit"
KUBELET = "kubelet"

_BY_NAMESPACE = {
    "shop": "argocd-controller",
    "reporting": "argocd-controller",
    "payments": "kubectl-client-side-apply",  # its Application is paused: people apply by hand
    "search": "kubectl-client-side-apply",
    "flux-system": "kustomize-controller",
}
_BY_KIND = {
    "Node": KUBELET,
    "Namespace": "argocd-controller",
    "CiliumEndpoint": "cilium-agent",
    "EndpointSlice": "kube-apiserver",
}
_CONTROLLERS = {
    "Node": KUBELET,
    "Pod": KUBELET,
    "CronJob": "kube-controller-manager",
    "Job": "kube-controller-manager",
    "HorizontalPodAutoscaler": "kube-controller-manager",
    "Ingress": "nginx-ingress-controller",
    "Certificate": "cert-manager-certificates-readiness",
    "CertificateRequest": "cert-manager-certificaterequests-issuer-acme",
    "ClusterIssuer": "cert-manager-clusterissuers",
    "Order": "cert-manager-orders",
    "Prometheus": "PrometheusOperator",
    "Alertmanager": "PrometheusOperator",
    "ClusterPolicy": "kyverno",
    "ClusterSecretStore": "external-secrets",
    "ExternalSecret": "external-secrets",
    "GatewayClass": "cilium-operator-aws",
    "Gateway": "cilium-operator-aws",
    "HTTPRoute": "cilium-operator-aws",
    "Application": "argocd-application-controller",
    "Kustomization": "gotk-kustomize-controller",
    "GitRepository": "gotk-source-controller",
    "Workflow": "workflow-controller",
    "CronWorkflow": "workflow-controller",
    "ScaledObject": "keda",
    "CiliumEndpoint": "cilium-agent",
}


def author_of(obj: Object) -> str:
    """Who writes an object's metadata and spec."""
    namespace = obj["metadata"].get("namespace", "")
    return _BY_KIND.get(obj["kind"]) or _BY_NAMESPACE.get(namespace, "helm")


def controller_of(obj: Object) -> str:
    """Who writes its status."""
    group = obj["apiVersion"].rpartition("/")[0]
    other = "velero-server" if group == "velero.io" else "crossplane"
    return _CONTROLLERS.get(obj["kind"], other)
