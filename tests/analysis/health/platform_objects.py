"""What extends, scales and shields: small objects as a real API server stores them."""

from __future__ import annotations

from typing import Any

from tests.analysis.clusters import ago
from tests.analysis.health.objects import Raw, condition


def named(name: str, namespace: str | None = None, age: str = "2d", **more: Any) -> Raw:
    """Metadata; the uid is the name."""
    place = {"namespace": namespace} if namespace else {}
    return {"name": name, "uid": name, "creationTimestamp": ago(age), **place, **more}


def service(name: str = "adapter", namespace: str = "platform", **spec: Any) -> Raw:
    shown = {"type": "ClusterIP", "selector": {"app": name}, "ports": [{"port": 443}], **spec}
    return {"kind": "Service", "metadata": named(name, namespace), "spec": shown}


def endpoints(*ready: bool, name: str = "adapter", namespace: str = "platform") -> Raw:
    """The slice of a Service: one endpoint per word."""
    labels = {"kubernetes.io/service-name": name}
    found = [{"addresses": [f"10.0.0.{one}"], "conditions": {"ready": on}} for one, on in enumerate(ready, 1)]
    return {"kind": "EndpointSlice", "metadata": named(f"{name}-x", namespace, labels=labels), "endpoints": found}


def serving(
    replicas: int = 1, ready: int = 0, name: str = "adapter", namespace: str = "platform", kind: str = "Deployment"
) -> Raw:
    """A Deployment whose pods carry ``app=name``."""
    labels = {"app": name}
    return {
        "kind": kind,
        "metadata": named(name, namespace, generation=1),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}},
        },
        "status": {"observedGeneration": 1, "replicas": replicas, "readyReplicas": ready, "availableReplicas": ready},
    }


def api_service(group: str = "metrics.k8s.io", *conditions: Raw, local: bool = False, version: str = "v1beta1") -> Raw:
    backend = {} if local else {"service": {"namespace": "platform", "name": "adapter", "port": 443}}
    return {
        "kind": "APIService",
        "metadata": named(f"{version}.{group}"),
        "spec": {"group": group, "version": version, **backend},
        "status": {"conditions": [*conditions]},
    }


def available(status: str = "True", since: str = "1h", reason: str = "Passed", message: str = "") -> Raw:
    return condition("Available", status, since, reason=reason, message=message)


def webhook(name: str = "pods.example.com", **more: Any) -> Raw:
    """One webhook; it refuses when down, and has no caBundle unless one is given."""
    return {
        "name": name,
        "clientConfig": {"service": {"namespace": "platform", "name": "adapter"}, **more.pop("client", {})},
        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
        "failurePolicy": "Fail",
        **more,
    }


def configuration(*webhooks: Raw, kind: str = "ValidatingWebhookConfiguration", age: str = "2d", **more: Any) -> Raw:
    return {"kind": kind, "metadata": named("policy", age=age, **more), "webhooks": [*webhooks]}


def definition(*conditions: Raw, name: str = "widgets", age: str = "2d", kind: str = "Widget", **more: Any) -> Raw:
    """An established definition of widgets.example.org unless its conditions say else."""
    shown = conditions or (condition("NamesAccepted", "True"), condition("Established", "True"))
    versions = more.pop("versions", [{"name": "v1", "served": True, "storage": True}])
    stored = more.pop("stored", ["v1"])
    metadata = {**named(f"{name}.example.org", age=age), **more.pop("metadata", {})}
    names = {"plural": name, "singular": kind.lower(), "kind": kind}
    return {
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": {"group": "example.org", "names": names, "versions": versions, **more},
        "status": {"conditions": [*shown], "storedVersions": stored},
    }


def converted(**client: Any) -> Raw:
    """A conversion by a webhook, as ``spec.conversion``."""
    backend = {"service": {"namespace": "platform", "name": "adapter"}, **client}
    return {"strategy": "Webhook", "webhook": {"clientConfig": backend}}


TWO_VERSIONS = [
    {"name": "v1", "served": True, "storage": True},
    {"name": "v1alpha1", "served": True, "storage": False},
]


def autoscaler(*conditions: Raw, name: str = "web", target: str = "web", age: str = "2d", **more: Any) -> Raw:
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec = {"scaleTargetRef": ref, "minReplicas": 2, "maxReplicas": 5, "metrics": [metric], **more.pop("spec", {})}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {**named(name, "shop", age), **more.pop("metadata", {})},
        "spec": spec,
        "status": {"currentReplicas": 2, "desiredReplicas": 2, "conditions": [*conditions], **more},
    }


ABLE = condition("AbleToScale", "True", reason="ReadyForNewScale")


def inactive(reason: str, message: str = "", since: str = "1h") -> Raw:
    return condition("ScalingActive", "False", since, reason=reason, message=message)


def budget(
    expected: int = 3, current: int = 3, desired: int = 2, allowed: int | None = None, name: str = "web", **more: Any
) -> Raw:
    """A budget over ``app=web``."""
    left = max(0, current - desired) if allowed is None else allowed
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}, **more.pop("spec", {})}
    reason = "SufficientPods" if left else "InsufficientPods"
    said = condition("DisruptionAllowed", "True" if left else "False", more.pop("since", "1h"), reason=reason)
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {**named(name, "shop", more.pop("age", "2d")), "generation": 1, **more.pop("metadata", {})},
        "spec": spec,
        "status": {
            "observedGeneration": 1,
            "expectedPods": expected,
            "currentHealthy": current,
            "desiredHealthy": desired,
            "disruptionsAllowed": left,
            "conditions": [said],
            **more,
        },
    }


def custom(api_version: str, kind: str, name: str, namespace: str | None = "shop", age: str = "2d", **body: Any) -> Raw:
    metadata = {**named(name, namespace, age), **body.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


def leaving(raw: Raw, *finalizers: str, span: str = "1h") -> Raw:
    """The object as it is ``span`` after its deletion."""
    return {**raw, "metadata": {**raw["metadata"], "deletionTimestamp": ago(span), "finalizers": [*finalizers]}}
