"""Admission webhooks of the demo's products. Made last: nobody answers behind them here. Pure."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def all_of(ca_bundle: str) -> list[Object]:
    """Webhook configurations whose backends run; ``ca_bundle`` is base64 PEM."""
    return [
        _validating(
            "cert-manager-webhook",
            "webhook.cert-manager.io",
            "cert-manager/cert-manager-webhook",
            ca_bundle,
            groups=["cert-manager.io", "acme.cert-manager.io"],
            policy="Fail",
        ),
        _validating(
            "kyverno-resource-validating-webhook-cfg",
            "validate.kyverno.svc-fail",
            "kyverno/kyverno-svc",
            ca_bundle,
            groups=["apps"],
            policy="Fail",
        ),
        _validating(
            "externalsecret-validate",
            "validate.externalsecret.external-secrets.io",
            "external-secrets/external-secrets-webhook",
            ca_bundle,
            groups=["external-secrets.io"],
            policy="Fail",
        ),
        _validating(
            "keda-admission",
            "vscaledobject.kb.io",
            "keda/keda-admission-webhooks",
            ca_bundle,
            groups=["keda.sh"],
            policy="Ignore",
        ),
    ]


def _validating(name: str, webhook: str, service: str, ca_bundle: str, *, groups: list[str], policy: str) -> Object:
    namespace, backend = service.split("/")
    rule = {"apiGroups": groups, "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": ["*"]}
    outside = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", namespace]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [
            {
                "name": webhook,
                "admissionReviewVersions": ["v1"],
                "clientConfig": {
                    "service": {"namespace": namespace, "name": backend, "path": "/validate"},
                    "caBundle": ca_bundle,
                },
                "rules": [rule],
                "failurePolicy": policy,
                "sideEffects": "None",
                "timeoutSeconds": 5,
                "namespaceSelector": {"matchExpressions": [outside]},
            }
        ],
    }
