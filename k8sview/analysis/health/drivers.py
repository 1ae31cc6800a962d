"""Which workloads are a storage driver: its agent on nodes names the driver, its controller lives beside the agent.

Only what is certain counts: an agent registers ``…/plugins/<driver>/…`` with the kubelet, and its namespace holds the
workload with the provisioner's sidecar.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.pods import Pod, PodSpec
from k8sview.model.resources import Ref
from k8sview.model.view import View

DRIVERS = "csidrivers.storage.k8s.io"
_REGISTERED = re.compile(r"/plugins/([^/\s]+)/")
_SIDECARS = ("csi-provisioner", "csi-attacher", "csi-resizer")


class Driver(msgspec.Struct, frozen=True):
    """The parts of one driver that are known, by kind, namespace and name."""

    controllers: tuple[Ref, ...] = ()
    agents: tuple[Ref, ...] = ()


def driver_of(view: View, name: str) -> Driver:
    """A driver's parts; empty where nothing certain is known."""
    return view.once("storage.drivers", _found).get(name, Driver())


def idle_controllers(view: View, driver: Driver) -> tuple[Ref, ...]:
    """Controllers of a driver that have no pod at work."""
    found = []
    for ref in driver.controllers:
        workload = view.get(RESOURCE_NAMES[ref.kind], ref.name, ref.namespace)
        status = getattr(workload, "status", None)
        wanted = getattr(getattr(workload, "spec", None), "replicas", 1)
        at_work = getattr(status, "available_replicas", 0) or getattr(status, "ready_replicas", 0)
        if workload is not None and (not at_work or wanted == 0):
            found.append(ref)
    return tuple(found)


def sick_agents(view: View, driver: Driver, node: str) -> tuple[Ref, ...]:
    """Pods of a driver's agent on a node that are not ready; the DaemonSet where none is there."""
    sick: list[Ref] = []
    for ref in driver.agents:
        mine = [pod for pod in view.pods_on(node) if _made_by(pod, ref)]
        sick += [ref_to("Pod", pod.metadata.namespace, pod.metadata.name) for pod in mine if not pod.ready]
        if not mine and view.readable("pods", ref.namespace):
            sick.append(ref)
    return tuple(sick)


def _made_by(pod: Pod, ref: Ref) -> bool:
    return pod.metadata.namespace == ref.namespace and any(
        owner.kind == ref.kind and owner.name == ref.name for owner in pod.metadata.owner_references
    )


def _found(view: View) -> dict[str, Driver]:
    agents: dict[str, list[Ref]] = {}
    for one in view.each("daemonsets.apps"):
        for name in _registered(_spec(one)):
            agents.setdefault(name, []).append(ref_to("DaemonSet", one.metadata.namespace, one.metadata.name))
    spaces = {ref.namespace for refs in agents.values() for ref in refs}
    controllers: list[Ref] = []
    for kind in ("Deployment", "StatefulSet"):
        controllers += [
            ref_to(kind, one.metadata.namespace, one.metadata.name)
            for one in view.each(RESOURCE_NAMES[kind])
            if one.metadata.namespace in spaces and _has_sidecar(_spec(one))
        ]
    found: dict[str, Driver] = {}
    for name, refs in agents.items():
        beside = [one for one in controllers if one.namespace in {ref.namespace for ref in refs}]
        # Two drivers in one namespace: whose controller is whose shows in their names alone.
        alike = [one for one in beside if _shares_a_word(one.name, name)]
        found[name] = Driver(tuple(beside if len(beside) == 1 else alike), tuple(refs))
    return found


def _spec(workload: Any) -> PodSpec:
    template = getattr(getattr(workload, "spec", None), "template", None)
    return template.spec if template is not None else PodSpec()


def _registered(spec: PodSpec) -> set[str]:
    words = (word for container in spec.containers for word in (*container.args, *container.command))
    return {match[1] for word in words if (match := _REGISTERED.search(word)) is not None}


def _has_sidecar(spec: PodSpec) -> bool:
    return any(sidecar in container.image for container in spec.containers for sidecar in _SIDECARS)


def _shares_a_word(workload: str, driver: str) -> bool:
    return bool(set(workload.split("-")) & set(re.split(r"[.\-]", driver)) - {"csi", "com", "io", "driver", "storage"})
