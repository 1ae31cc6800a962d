"""The three aggregated APIs that autoscalers read their figures from. Their conditions never name them: joined here."""

from __future__ import annotations

import msgspec

from k8sview.analysis.health.conditions import find
from k8sview.model.kinds import ref_to
from k8sview.model.objects.extension import APIService
from k8sview.model.resources import Ref
from k8sview.model.view import View

_APISERVICES = "apiservices.apiregistration.k8s.io"

GROUPS = {
    "FailedGetResourceMetric": "metrics.k8s.io",
    "FailedGetContainerResourceMetric": "metrics.k8s.io",
    "FailedGetPodsMetric": "custom.metrics.k8s.io",
    "FailedGetObjectMetric": "custom.metrics.k8s.io",
    "FailedGetExternalMetric": "external.metrics.k8s.io",
}
"""By the reason of an autoscaler's ScalingActive."""

_HINTS = {
    "metrics.k8s.io": "is metrics-server installed?",
    "custom.metrics.k8s.io": "is an adapter for custom metrics installed?",
    "external.metrics.k8s.io": "is KEDA or another adapter for external metrics installed?",
}


class MetricsAPI(msgspec.Struct, frozen=True):
    """``down``: the APIService that is absent (``absent``) or not available; ``serving``: the one that is."""

    group: str
    down: Ref | None = None
    absent: bool = False
    serving: Ref | None = None
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def hint(self) -> str:
        return _HINTS[self.group]


def metrics_api(view: View, group: str) -> MetricsAPI:
    """Who serves a group of figures. Absent only where APIServices could be read."""
    if not view.readable(_APISERVICES):
        return MetricsAPI(group, missing=(_APISERVICES,))
    found = [one for one in view.each(_APISERVICES) if isinstance(one, APIService) and one.spec.group == group]
    if not found:
        return MetricsAPI(group, ref_to("APIService", None, f"v1beta1.{group}"), absent=True)
    for one in found:
        condition = find(one.status.conditions, "Available")
        if one.spec.service is None or (condition is not None and condition.status == "True"):
            return MetricsAPI(group, serving=ref_to("APIService", None, one.metadata.name))
    first = found[0]
    condition = find(first.status.conditions, "Available")
    path = f"{_APISERVICES}/{first.metadata.name} status.conditions[type=Available].status"
    evidence = (f"{path} = {condition.status if condition is not None else 'absent'}",)
    return MetricsAPI(group, ref_to("APIService", None, first.metadata.name), evidence=evidence)
