"""The manifests of ``cluster`` as a view, without an API server: what controllers add is added here."""

from __future__ import annotations

import copy
from typing import Any

from k8sview.model.objects.pods import Pod
from k8sview.model.view import View
from tests.analysis.clusters import ago, view_of
from tests.analysis.health.placement import cluster

Raw = dict[str, Any]


def shown(raw: Raw) -> Raw:
    """A manifest as it would be read back."""
    found = {key: value for key, value in copy.deepcopy(raw).items() if key != "apiVersion"}
    name = found["metadata"]["name"]
    found["metadata"] |= {"uid": name, "creationTimestamp": ago("2h")}
    match found["kind"]:
        case "Pod":
            found["status"] = {"phase": "Running"} if found["spec"].get("nodeName") else turned_down()
        case "Node" if name == cluster.CORDONED:
            taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
            found["spec"] = {"unschedulable": True, "taints": [taint]}
        case "PersistentVolumeClaim":
            found["status"] = {"phase": "Bound" if found["spec"].get("volumeName") else "Pending"}
    return found


def turned_down(message: str = "0/4 nodes are available", since: str = "1h", reason: str = "Unschedulable") -> Raw:
    """The status of a pod that the scheduler found no node for."""
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": reason,
        "message": message,
        "lastTransitionTime": ago(since),
    }
    return {"phase": "Pending", "conditions": [condition]}


def whole() -> View:
    """Everything in ``cluster``."""
    everything = (*cluster.NODES, *cluster.STORAGE, *cluster.PLACED, *cluster.UNPLACED)
    return view_of(*(shown(one) for one in everything))


def pod_of(view: View, name: str) -> Pod:
    found = view.get("pods", name, cluster.SPACE)
    assert isinstance(found, Pod)
    return found
