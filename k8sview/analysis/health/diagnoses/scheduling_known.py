"""What can be said of pods without a node: the ids of the family, with what they mean and what to do."""

from __future__ import annotations

from k8sview.analysis.health.diagnoses.contract import Known

KNOWN = (
    Known(
        "pod.unschedulable-resources",
        "No node has enough CPU, memory or another resource left for what the pod requests",
        "Lower the request, make room, or add a node of the size that is named.",
    ),
    Known(
        "pod.unschedulable-taint",
        "Nodes that have room keep the pod away by a taint that it does not tolerate",
        "Add the toleration if the pod is meant for those nodes, or make room on others.",
    ),
    Known(
        "pod.node-out-of-service",
        "The node that would take the pod is not ready, under pressure, or on its way out",
        "Bring the node back, or add another one.",
    ),
    Known(
        "pod.unschedulable-cordoned",
        "The nodes that would take the pod are cordoned",
        "Uncordon a node when its maintenance is over, or add another one.",
    ),
    Known(
        "pod.unschedulable-affinity",
        "No node has the labels, or the name, that the pod's node selector or node affinity wants",
        "Correct the selector, label a node, or add one with that label.",
    ),
    Known(
        "pod.unschedulable-anti-affinity",
        "Pods that must not be neighbours of this one are on every node it could use",
        "Add nodes, run fewer replicas, or prefer instead of requiring to be apart.",
    ),
    Known(
        "pod.unschedulable-pod-affinity",
        "The pod must be near pods that run nowhere it may run",
        "Start those pods first, or correct the labels that the affinity asks for.",
    ),
    Known(
        "pod.unschedulable-spread",
        "Its topology spread constraints forbid every node that has room",
        "Make room in the emptiest domain, label the nodes, or allow more skew.",
    ),
    Known(
        "pod.unschedulable-ports",
        "The host port that the pod wants is taken on every node it could use",
        "Use a Service instead of a host port, run fewer replicas, or end the pod that holds it.",
    ),
    Known(
        "pod.unschedulable-volume",
        "No node can reach, or be given, a volume for the pod's claim",
        "Create a volume that fits, or correct the class's topologies.",
    ),
    Known(
        "volume.node-conflict",
        "The pod's volume can only be reached from nodes in another place than those that could take the pod",
        "Add a node where the volume is, or restore its data elsewhere.",
    ),
    Known(
        "pod.claim-in-use",
        "The pod's claim may be used by one pod only, and another one uses it",
        "End the other pod, or give this one a claim of its own.",
    ),
    Known(
        "pod.volume-limit",
        "The nodes hold as many volumes as they can",
        "Add a node, or move pods with volumes.",
    ),
    Known(
        "pod.too-many-pods",
        "The nodes hold as many pods as their kubelets allow",
        "Add a node, remove pods, or raise the kubelet's maxPods.",
    ),
    Known(
        "pod.no-nodes",
        "The cluster has no nodes",
        "Add nodes.",
    ),
    Known(
        "pod.unschedulable",
        "The scheduler finds no node, for a reason that only its own words tell",
        "Read the PodScheduled condition.",
    ),
    Known(
        "pod.no-scheduler",
        "No scheduler of the name in spec.schedulerName picks the pod up",
        "Start that scheduler, or leave schedulerName out.",
    ),
    Known(
        "pod.scheduling-gated",
        "Scheduling gates hold the pod back on purpose",
        "Look at the controller that sets the gate.",
    ),
    Known(
        "pod.unbound-claim",
        "The pod's claim has no volume yet, and no node is looked for before it has one",
        "Look at the claim.",
    ),
    Known(
        "pod.claim-missing",
        "The pod uses a PersistentVolumeClaim that does not exist",
        "Create the claim, or correct its name in the pod.",
    ),
    Known(
        "pod.claim-lost",
        "The pod's claim has lost its volume",
        "Restore the volume or recreate the claim from a backup.",
    ),
    Known(
        "pod.claim-deleted",
        "The pod's claim is being deleted",
        "End the pods that still use the claim, then create it anew.",
    ),
)
