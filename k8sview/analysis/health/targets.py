"""What autoscalers scale: the object behind a ``scaleTargetRef``, and whether it is on the move."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.health.deployments import deployment_health
from k8sview.analysis.health.statefulsets import stateful_set_health
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.kinds import KINDS
from k8sview.model.objects.workloads import Deployment, StatefulSet
from k8sview.model.resources import Ref
from k8sview.model.view import View


class Target(msgspec.Struct, frozen=True):
    """``resource`` "": no such kind is served. ``obj`` None: absent where ``readable``, else not known."""

    ref: Ref
    resource: str = ""
    obj: Any = None
    readable: bool = False

    @property
    def words(self) -> str:
        """``Deployment shop/web``."""
        return f"{self.ref.kind} {self.ref.namespace}/{self.ref.name}"

    @property
    def absent(self) -> bool:
        return self.obj is None and self.readable


def target_of(view: View, namespace: str, api_version: str, kind: str, name: str) -> Target:
    """The object that an autoscaler in ``namespace`` scales."""
    resource = view.resource_of(api_version, kind)
    shown = api_version or (KINDS[resource].resource.api_version if resource in KINDS else "")
    ref = Ref(shown, kind, namespace, name)
    if not resource:
        return Target(ref)
    return Target(ref, resource, view.get(resource, name, namespace), view.readable(resource, namespace))


def target_health(view: View, target: Target) -> Health | None:
    """Its verdict, for the kinds that autoscalers scale by default."""
    if isinstance(target.obj, Deployment):
        return deployment_health(view, target.obj)
    return stateful_set_health(view, target.obj) if isinstance(target.obj, StatefulSet) else None


def is_rolling(health: Health | None) -> bool:
    """Whether pods come and go just now, so that there may be no figures of them yet."""
    return health is not None and health.verdict is HealthVerdict.PROGRESSING
