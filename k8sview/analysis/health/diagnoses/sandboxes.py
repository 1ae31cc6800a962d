"""Why a pod on its node gets no sandbox: no address, no network plugin, or a runtime that does not do."""

from __future__ import annotations

import re

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import since, word
from k8sview.analysis.health.moments import changed, created
from k8sview.analysis.health.network_plugins import network_plugins_on
from k8sview.analysis.health.phrases import one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

_NO_ADDRESS = re.compile(
    r"failed to assign an IP|no IP addresses? available|no available IP|exhausted|insufficient IP|"
    r"range is full|no free address|InsufficientFreeAddresses|out of IPs?",
    re.I,
)
_NO_PLUGIN = re.compile(
    r"cni plugin not initialized|NetworkPluginNotReady|no such file or directory|connection refused|"
    r"failed to find plugin|no networks found|dial unix",
    re.I,
)
_NETWORK = re.compile(r"\bcni\b|network|plugin type=|setup network|IPAM", re.I)
_HANDLER = re.compile(r'(?:RuntimeHandler "?|no runtime for "|runtime handler "?)([\w.-]+)', re.I)
_PLUGIN = re.compile(r'plugin type="([^"]+)"')


def without_sandbox(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """The newest failure to make a sandbox, and the network plugin of the node where that is not well itself."""
    found = told.told(view, pod, "FailedCreatePodSandBox", "NetworkNotReady")
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    if not found or not told.fresh(view, found[0], told.TIME_TO_LIVE) or any(one.state.running for one in statuses):
        return None
    event = found[0]
    text, node = told.text(event), pod.spec.node_name
    state = find(pod.status.conditions, "PodReadyToStartContainers")
    placed = changed(find(pod.status.conditions, "PodScheduled"), created(pod))
    beginning = changed(state, placed) if state is not None and state.status == "False" else placed
    handler = _HANDLER.search(text)
    network = bool(_NETWORK.search(text)) and handler is None
    plugin = _PLUGIN.search(text)
    named = f"network plugin {plugin[1]}" if plugin is not None else "the network plugin"
    if handler is not None:
        slug, why = "pod.runtime-handler-missing", f"its runtime handler {handler[1]} is not set up on the node"
    elif _NO_ADDRESS.search(text):
        slug, why = "pod.no-address", f"{named} has no IP address left for it"
    elif network and _NO_PLUGIN.search(text):
        slug, why = "pod.network-plugin-down", f"{named} does not work on the node"
    elif network:
        slug, why = "pod.sandbox-failed", f"{named} cannot set up its network"
    else:
        slug, why = "pod.sandbox-failed", "the container runtime cannot make its sandbox"
    sick = _sick(view, node) if network and slug != "pod.no-address" else ()
    shown = (f"status.conditions[type={state.type}].status = {state.status}",) if state is not None else ()
    look = f"kubectl get pods -A -o wide --field-selector spec.nodeName={word(node)}"
    return Diagnosis(
        id=slug,
        message=f"pod {pod.metadata.name} cannot start on {node}{since(view, beginning)}, {why}: {one_line(text)}",
        next=look,
        since=beginning,
        confidence=Confidence.INFERRED if sick else Confidence.OBSERVED,
        evidence=(told.quoted(event), *shown),
        because=sick,
    )


def _sick(view: View, node: str) -> tuple[Ref, ...]:
    return tuple(
        ref_to("Pod", pod.metadata.namespace, pod.metadata.name)
        for pod in network_plugins_on(view, node)
        if not pod.ready
    )


FAMILY = Family(
    known=(
        Known(
            "pod.sandbox-failed",
            "The runtime or the network plugin cannot make the sandbox that the pod's containers run in",
            "Read what it says; look at the network plugin's pod on that node.",
        ),
        Known(
            "pod.no-address",
            "The network plugin has no IP address left for another pod",
            "Enlarge the subnet or the address range, or move pods to other nodes.",
        ),
        Known(
            "pod.network-plugin-down",
            "The network plugin does not work on the pod's node",
            "Look at the network plugin's DaemonSet on that node.",
        ),
        Known(
            "pod.runtime-handler-missing",
            "The pod's RuntimeClass names a handler that its node's runtime does not have",
            "Set the handler up on the node, or let the RuntimeClass choose nodes that have it.",
        ),
    ),
    rules={"pods": (without_sandbox,)},
)
