"""Asks why one object is not well, in the company of others, as the engine does; and writes what kubelets write."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.diagnoses.table import KNOWN, diagnose
from k8sview.analysis.health.verdict import health_of
from k8sview.model.health import Diagnosis
from tests.analysis.clusters import ago, read, view_of
from tests.analysis.health.objects import Raw, event, pod

UNEXPLAINED = "object.not-well"


def why(raw: Raw, *others: Raw, denied: tuple[str, ...] = ()) -> Diagnosis:
    """The diagnosis of an object that is not healthy; whatever it says, its id is known and its evidence has a form."""
    resource, obj = read(raw)
    view = view_of(raw, *others, denied=denied)
    health = health_of(view, resource.name, obj)
    found = diagnose(view, resource.name, obj, health)
    assert found.id in KNOWN
    assert found.message
    assert found.next
    assert all(" = " in line for line in found.evidence if found.id != UNEXPLAINED), found.evidence
    return found


def because(found: Diagnosis) -> tuple[str, ...]:
    """What a diagnosis names as its cause."""
    return tuple(str(ref) for ref in found.because)


def pod_of(status: Raw, *, spec: Raw | None = None, container: Raw | None = None, **more: Any) -> Raw:
    """A pod with one container ``app``: its status, and what its spec says besides name and image."""
    whole = pod({"name": "app", "ready": False, **status}, **more)
    whole["spec"]["containers"] = [{"name": "app", "image": "registry.example/shop/app:1.4.2", **(container or {})}]
    whole["spec"].update(spec or {})
    return whole


def waits(reason: str, message: str = "", **more: Any) -> Raw:
    return {"state": {"waiting": {"reason": reason, **({"message": message} if message else {})}}, **more}


def ended(code: int, reason: str = "Error", *, lasted: str = "4m", at: str = "2m", **more: Any) -> Raw:
    """A terminated state: how it ended, ``at`` so long ago, after it had run from ``lasted`` ago."""
    return {"terminated": {"exitCode": code, "reason": reason, "startedAt": ago(lasted), "finishedAt": ago(at), **more}}


def looping(last: Raw, restarts: int = 9, **more: Any) -> Raw:
    """A container between two tries."""
    message = "back-off 5m0s restarting failed container=app pod=web-0_shop(web-0)"
    return waits("CrashLoopBackOff", message, restartCount=restarts, lastState=last, **more)


def said(reason: str, message: str, span: str = "1m", *, first: str = "30m", container: str = "", **more: Any) -> Raw:
    """A kubelet's event about pod web-0."""
    whole = event("web-0", reason, message, span, more.pop("kind", "Warning"))
    whole["metadata"]["name"] += f".{len(message)}"
    whole["firstTimestamp"] = ago(first)
    if container:
        whole["involvedObject"]["fieldPath"] = f"spec.containers{{{container}}}"
    whole["metadata"].update(more.pop("metadata", {}))
    return {**whole, **more}
