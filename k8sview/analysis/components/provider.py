"""Which provider and distribution a cluster runs on, by evidence in node identities and the server's version."""

from __future__ import annotations

import msgspec

from k8sview.model.view import View

_PROVIDER_IDS = {
    "aws": "aws",
    "gce": "gcp",
    "azure": "azure",
    "openstack": "openstack",
    "vsphere": "vsphere",
    "hcloud": "hetzner",
    "digitalocean": "digitalocean",
    "k3s": "k3s",
    "kind": "kind",
    "metal3": "metal3",
}
_NODE_LABELS = {
    "eks.amazonaws.com/": "eks",
    "cloud.google.com/gke-": "gke",
    "kubernetes.azure.com/": "aks",
    "node.openshift.io/": "openshift",
}
_VERSION_MARKS = {"-eks-": "eks", "-gke.": "gke", "+k3s": "k3s", "+rke2": "rke2"}
_OS_IMAGES = {"Talos": "talos", "Red Hat Enterprise Linux CoreOS": "openshift"}
_MANAGED = {"eks", "gke", "aks"}


class Provider(msgspec.Struct, frozen=True):
    """``provider`` is who runs the control plane or the machines (eks, gke, aks, aws …), ``distribution`` what is
    installed (openshift, k3s, rke2, talos); None where nothing tells."""

    provider: str | None = None
    distribution: str | None = None
    evidence: tuple[str, ...] = ()


def detect_provider(view: View) -> Provider:
    marks: dict[str, str] = {}
    for mark, name in _VERSION_MARKS.items():
        if mark in view.cluster.version:
            marks.setdefault(name, f"server version {view.cluster.version}")
    machines: dict[str, str] = {}
    for node in view.table("nodes"):
        for label in node.metadata.labels:
            for prefix, name in _NODE_LABELS.items():
                if label.startswith(prefix):
                    marks.setdefault(name, f"label {label} on node {node.metadata.name}")
        for prefix, name in _OS_IMAGES.items():
            if node.status.node_info.os_image.startswith(prefix):
                marks.setdefault(name, f"node {node.metadata.name} runs {node.status.node_info.os_image}")
        scheme = node.spec.provider_id.partition(":")[0]
        if scheme in _PROVIDER_IDS:
            machines.setdefault(_PROVIDER_IDS[scheme], f"providerID {scheme}: on node {node.metadata.name}")
    managed = next((name for name in sorted(marks) if name in _MANAGED), None)
    machine = next(iter(sorted(machines)), None)
    distribution = next((name for name in sorted(marks) if name not in _MANAGED), None)
    return Provider(managed or machine, distribution, (*marks.values(), *machines.values()))
