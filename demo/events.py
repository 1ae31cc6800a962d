"""How pods look, and what the cluster says of them, when things break. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.objects import moment

Object = dict[str, Any]


def waiting(
    pod: Object, reason: str, message: str, now: datetime, *, restarts: int = 0, sandbox: bool = True
) -> Object:
    """A status in which no container runs, as a kubelet writes it; ``sandbox`` False: it has no network either."""
    state: Object = {"waiting": {"reason": reason, "message": message}}
    last: Object = {}
    if restarts:
        last = {"terminated": {"exitCode": 1, "reason": "Error", "startedAt": moment(now), "finishedAt": moment(now)}}
    names = [each["name"] for each in pod["spec"]["containers"]]
    images = {each["name"]: each["image"] for each in pod["spec"]["containers"]}
    when = moment(now)
    unready: Object = {"status": "False", "reason": "ContainersNotReady", "lastTransitionTime": when}
    unready["message"] = f"containers with unready status: [{' '.join(names)}]"
    return {
        "phase": "Running" if restarts else "Pending",
        "conditions": [
            {"type": "PodReadyToStartContainers", "status": "True" if sandbox else "False", "lastTransitionTime": when},
            {"type": "Initialized", "status": "True", "lastTransitionTime": when},
            {"type": "Ready", **unready},
            {"type": "ContainersReady", **unready},
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": when},
        ],
        "containerStatuses": [
            {
                "name": name,
                "image": images[name],
                "imageID": "",
                "ready": False,
                "started": False,
                "restartCount": restarts,
                "state": state,
                "lastState": last,
            }
            for name in names
        ],
    }


def event(about: Object, reason: str, message: str, now: datetime, *, kind: str = "Warning", count: int = 1) -> Object:
    """An event as the kubelet of the object's node reports it."""
    metadata = about["metadata"]
    namespace = metadata.get("namespace", "default")
    host = about.get("spec", {}).get("nodeName", metadata["name"])
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{metadata['name']}.{reason.lower()}", "namespace": namespace},
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": metadata["name"],
            "namespace": metadata.get("namespace", ""),
            "uid": metadata["uid"],
        },
        "reason": reason,
        "message": message,
        "type": kind,
        "count": count,
        "firstTimestamp": moment(now),
        "lastTimestamp": moment(now),
        "source": {"component": "kubelet", "host": host},
    }
