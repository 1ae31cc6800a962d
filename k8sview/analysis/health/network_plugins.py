"""Which pods of a node are its network plugin. By name: nothing else in the API says it."""

from __future__ import annotations

from k8sview.model.objects.pods import Pod
from k8sview.model.view import View

_NAMES = (
    "antrea-agent",
    "aws-node",
    "azure-cni",
    "azure-cns",
    "calico-node",
    "canal",
    "cilium",
    "flannel",
    "kindnet",
    "kube-router",
    "ovnkube-node",
    "ovs-node",
    "weave-net",
)
_IMAGES = ("/cni", "amazon-k8s-cni", "calico/node", "cilium/cilium", "flannel", "kindnetd", "weave-kube", "antrea")


def network_plugins_on(view: View, node: str) -> tuple[Pod, ...]:
    """Pods of DaemonSets on a node's own network that are called, or run the image of, a known network plugin."""
    return tuple(pod for pod in view.pods_on(node) if pod.spec.host_network and _is_plugin(pod))


def _is_plugin(pod: Pod) -> bool:
    makers = [owner.name for owner in pod.metadata.owner_references if owner.kind == "DaemonSet"]
    if not makers:
        return False
    images = [container.image for container in pod.spec.containers]
    return any(name in maker for maker in makers for name in _NAMES) or any(
        part in image for image in images for part in _IMAGES
    )
