"""Verdict on namespaces: active, or on their way out and possibly stuck there."""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.phrases import one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.core import Namespace
from k8sview.model.objects.meta import Condition
from k8sview.model.view import View

_ALLOWED = timedelta(minutes=2)

# Most upstream first: what cannot be discovered cannot be deleted, and what is left has finalizers.
_CAUSES = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
)


def namespace_health(view: View, namespace: Namespace) -> Health:
    """Verdict on one namespace."""
    if namespace.metadata.deletion_timestamp is None and namespace.status.phase != "Terminating":
        return Health(HealthVerdict.HEALTHY, evidence=(f"status.phase = {namespace.status.phase or 'absent'}",))
    told = obstacles(namespace)
    return deletion(view, namespace, _ALLOWED, one_line(told[0].message) if told else "")


def obstacles(namespace: Namespace) -> tuple[Condition, ...]:
    """What keeps a namespace from its end, by its own word, the most upstream first."""
    found = (find(namespace.status.conditions, name) for name in _CAUSES)
    return tuple(one for one in found if one is not None and one.status == "True")
