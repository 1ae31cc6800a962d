"""Plain objects, short to write. Values of Secrets are made of a word that must come out nowhere."""

from __future__ import annotations

from typing import Any

from tests.controlplane.commands import BY_HAND

Raw = dict[str, Any]

SENTINEL = "s3ntinel-"
"""How every value begins that must come out nowhere."""
SENTINELS = (SENTINEL, "czNudGluZWwt", "Y3pOdWRHbHVaV3d0")
"""Plain, in base64, and in base64 of that."""


def made(api_version: str, kind: str, name: str, **rest: Any) -> Raw:
    """Any object. ``labels`` and ``annotations`` in ``rest`` go into the metadata."""
    metadata: Raw = {
        "name": name,
        **{key: rest.pop(key) for key in ("labels", "annotations", "namespace") if key in rest},
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def box(image: str = "registry.example/shop/app:1", name: str = "app", **rest: Any) -> Raw:
    """A container."""
    return {"name": name, "image": image, **rest}


def template(app: str, *boxes: Raw, by_hand: bool = False, annotations: Raw | None = None, **spec: Any) -> Raw:
    """A pod template. ``by_hand``: the case reports the pods' status, nobody else."""
    labels = {"app": app, **({BY_HAND: "yes"} if by_hand else {})}
    metadata = {"labels": labels, **({"annotations": annotations} if annotations else {})}
    return {"metadata": metadata, "spec": {"containers": list(boxes) or [box()], **spec}}


def deployment(name: str = "web", *boxes: Raw, replicas: int | None = 1, deploy: Raw | None = None, **pods: Any) -> Raw:
    """``deploy``: more of its spec; the rest goes to the template. ``replicas`` None: it states none."""
    spec: Raw = {"selector": {"matchLabels": {"app": name}}, "template": template(name, *boxes, **pods)}
    if replicas is not None:
        spec["replicas"] = replicas
    return made("apps/v1", "Deployment", name, spec={**spec, **(deploy or {})})


def stateful(name: str = "db", *boxes: Raw, replicas: int = 1, deploy: Raw | None = None, **pods: Any) -> Raw:
    spec = {"serviceName": name, "replicas": replicas, "selector": {"matchLabels": {"app": name}}}
    return made(
        "apps/v1", "StatefulSet", name, spec={**spec, "template": template(name, *boxes, **pods), **(deploy or {})}
    )


def daemons(name: str, *boxes: Raw, deploy: Raw | None = None, **pods: Any) -> Raw:
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template(name, *boxes, **pods)}
    return made("apps/v1", "DaemonSet", name, spec={**spec, **(deploy or {})})


def pod(name: str, *boxes: Raw, **spec: Any) -> Raw:
    whole = template(name, *boxes, **spec)
    return made("v1", "Pod", name, labels=whole["metadata"]["labels"], spec=whole["spec"])


def config(name: str = "settings", **data: str) -> Raw:
    return made("v1", "ConfigMap", name, data=data or {"level": "info"})


def secret(name: str = "login", **words: str) -> Raw:
    """``stringData`` of recognisable values."""
    found = {key: f"{SENTINEL}{word}" for key, word in (words or {"password": "first"}).items()}
    return made("v1", "Secret", name, stringData=found)


def service(name: str = "web", *ports: Raw, **spec: Any) -> Raw:
    listed = list(ports) or [{"name": "http", "port": 80, "targetPort": 8080}]
    return made("v1", "Service", name, spec={"selector": {"app": name}, "ports": listed, **spec})


def role(name: str = "reader", *rules: Raw, kind: str = "Role", **rest: Any) -> Raw:
    plain = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
    return made("rbac.authorization.k8s.io/v1", kind, name, rules=list(rules) or [plain], **rest)


def binding(name: str, role_name: str, *users: str, kind: str = "RoleBinding", of: str = "Role") -> Raw:
    group = "rbac.authorization.k8s.io"
    subjects = [{"kind": "User", "name": user, "apiGroup": group} for user in users]
    ref = {"apiGroup": group, "kind": of, "name": role_name}
    return made(f"{group}/v1", kind, name, subjects=subjects, roleRef=ref)


def policy(name: str = "closed", **spec: Any) -> Raw:
    """A NetworkPolicy."""
    closed = {"podSelector": {}, "policyTypes": ["Ingress"], **spec}
    return made("networking.k8s.io/v1", "NetworkPolicy", name, spec=closed)


def ingress(name: str = "web", host: str = "shop.example.org", **spec: Any) -> Raw:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    rule = {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    return made("networking.k8s.io/v1", "Ingress", name, spec={"rules": [rule], **spec})


def autoscaler(name: str = "web", lowest: int = 2, highest: int = 5) -> Raw:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    spec = {"scaleTargetRef": target, "minReplicas": lowest, "maxReplicas": highest}
    return made("autoscaling/v2", "HorizontalPodAutoscaler", name, spec=spec)


def budget(name: str = "web", **spec: Any) -> Raw:
    whole = {"minAvailable": 1, "selector": {"matchLabels": {"app": "nobody"}}, **spec}
    return made("policy/v1", "PodDisruptionBudget", name, spec=whole)


def webhooks(name: str, kind: str = "ValidatingWebhookConfiguration", **more: Any) -> Raw:
    """A configuration whose one rule never matches anything."""
    hook = {
        "name": "gate.example.org",
        "clientConfig": {"url": "https://gate.example.org/"},
        "rules": [
            {"apiGroups": ["none.example.org"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["none"]}
        ],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **more,
    }
    return made("admissionregistration.k8s.io/v1", kind, name, webhooks=[hook])


def definition(plural: str, group: str, kind: str, *versions: str, scope: str = "Namespaced", **spec: Any) -> Raw:
    """A small CustomResourceDefinition that takes anything; the first version is stored."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    listed = [
        {"name": one, "served": True, "storage": not place, "schema": schema, "subresources": {"status": {}}}
        for place, one in enumerate(versions or ("v1",))
    ]
    names = {"plural": plural, "singular": kind.lower(), "kind": kind}
    whole = {"group": group, "scope": scope, "names": names, "versions": listed, **spec}
    # The groups of the project itself ask for it.
    asked = {"api-approved.kubernetes.io": "https://github.com/kubernetes/enhancements"}
    notes = asked if group.endswith("k8s.io") else {}
    return made(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{plural}.{group}", annotations=notes, spec=whole
    )


def widget(name: str = "one", **spec: Any) -> Raw:
    """A custom resource that no program of this cluster knows."""
    return made("drifts.example.org/v1", "Widget", name, spec=spec or {"size": 1})


def app(**fields: Any) -> Raw:
    """A strategic patch of the container ``app`` in a workload's template."""
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", **fields}]}}}}


def named(raw: Raw) -> Raw:
    """As much of an object as names it."""
    metadata = {key: raw["metadata"][key] for key in ("name", "namespace") if key in raw["metadata"]}
    return {"apiVersion": raw["apiVersion"], "kind": raw["kind"], "metadata": metadata}


WEB = named(deployment("web"))
DB = named(stateful("db"))
SETTINGS = named(config())
IMAGE = "spec.template.spec.containers[name=app].image"
OLD, NEW = "registry.example/shop/app:1", "registry.example/shop/app:2"
