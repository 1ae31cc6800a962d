"""Objects that nobody wrote down: the cluster, its controllers and its installers make them. Data and one question."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "configmaps": (
        "kube-root-ca.crt",
        "openshift-service-ca.crt",
        "istio-ca-root-cert",
        "kube-apiserver-legacy-service-account-token-tracking",
        "extension-apiserver-authentication",
        "cluster-info",
        "kubeadm-config",
        "kubelet-config",
    ),
    "serviceaccounts": ("default", "builder", "deployer"),
    "services": ("kubernetes",),
    "namespaces": ("default", "kube-system", "kube-public", "kube-node-lease"),
    "priorityclasses.scheduling.k8s.io": ("system-cluster-critical", "system-node-critical"),
}

_MARKS = (
    "kubernetes.io/bootstrapping",
    "kube-aggregator.kubernetes.io/automanaged",
    "kubernetes.io/service-account.name",  # a token's Secret
    "pv.kubernetes.io/provisioned-by",
    "apf.kubernetes.io/autoupdate-spec",
    "control-plane.alpha.kubernetes.io/leader",
    "cert-manager.io/certificate-name",
)

_RESOURCES = frozenset(
    {
        "certificatesigningrequests.certificates.k8s.io",
        "flowschemas.flowcontrol.apiserver.k8s.io",
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
        "ipaddresses.networking.k8s.io",
        "servicecidrs.networking.k8s.io",
        "csistoragecapacities.storage.k8s.io",
        "nodeclaims.karpenter.sh",
        "ciliumendpoints.cilium.io",
        "ciliumidentities.cilium.io",
        "ciliumnodes.cilium.io",
    }
)

_GROUPS = (
    ".metrics.k8s.io",
    ".wgpolicyk8s.io",
    ".reports.kyverno.io",
    ".aquasecurity.github.io",
)


def generated(resource: str, metadata: Any) -> bool:
    """Whether an object is there without anybody's decision, as far as its name and its marks tell."""
    if resource in _RESOURCES or f".{resource.partition('.')[2]}".endswith(_GROUPS):
        return True
    name = metadata.name
    if name in _NAMES.get(resource, ()) or any(key in metadata.annotations or key in metadata.labels for key in _MARKS):
        return True
    if metadata.labels.get("owner") == "helm" and name.startswith("sh.helm.release.v1."):
        return True
    if resource.startswith("clustertrustbundles.") and name.startswith("kubernetes.io:"):
        return True  # the API server's own certificates
    return bool(resource == "secrets" and name.startswith("bootstrap-token-"))
