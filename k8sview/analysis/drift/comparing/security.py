"""What decides who may do what, and what may reach the machine: the one table of it, for whoever judges a change.

Severity is raised there, and no rule may ever hide a change of one. The bundle of CA certificates that injectors write
into webhooks is left out on purpose: it comes and goes by design.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from k8sview.analysis.drift.comparing.difference import ABSENT
from k8sview.analysis.drift.comparing.places import generic_of, matches

RBAC = ".rbac.authorization.k8s.io"
ADMISSION = ".admissionregistration.k8s.io"
WEBHOOKS = (f"ValidatingWebhookConfiguration{ADMISSION}", f"MutatingWebhookConfiguration{ADMISSION}")


class Secured(NamedTuple):
    """Places of some kinds (``Kind`` or ``Kind.group``; a group alone as ``.group``; none: of every kind)."""

    paths: tuple[str, ...]
    kinds: tuple[str, ...] = ()


SECURITY: tuple[Secured, ...] = (
    Secured(
        (
            "**.securityContext.**",
            "**.hostNetwork",
            "**.hostPID",
            "**.hostIPC",
            "**.hostUsers",
            "**.shareProcessNamespace",
            "**.ports[*].hostPort",
            "**.hostPath.**",
            "**.serviceAccountName",
            "**.serviceAccount",
            "**.automountServiceAccountToken",
            "**.runtimeClassName",
            "**.imagePullSecrets[*].**",
            "**.ephemeralContainers.**",
            "**.volumeDevices.**",
            "**.metadata.annotations[container.apparmor.security.beta.kubernetes.io/*]",
            "**.metadata.annotations[*seccomp.security.alpha.kubernetes.io/*]",
        )
    ),
    Secured(
        (
            "automountServiceAccountToken",
            "imagePullSecrets[*].**",
            "secrets[*].**",
            "metadata.annotations[eks.amazonaws.com/role-arn]",
            "metadata.annotations[iam.gke.io/gcp-service-account]",
            "metadata.annotations[azure.workload.identity/client-id]",
        ),
        ("ServiceAccount",),
    ),
    Secured(("rules.**", "aggregationRule.**"), (f"Role{RBAC}", f"ClusterRole{RBAC}")),
    Secured(("subjects.**", "roleRef.**"), (f"RoleBinding{RBAC}", f"ClusterRoleBinding{RBAC}")),
    Secured(
        (
            "metadata.labels[pod-security.kubernetes.io/*]",
            "metadata.labels[admission.gatekeeper.sh/ignore]",
            "metadata.annotations[openshift.io/sa.scc.*]",
        ),
        ("Namespace",),
    ),
    Secured(
        (
            "webhooks[*]",
            "webhooks[*].failurePolicy",
            "webhooks[*].matchPolicy",
            "webhooks[*].rules.**",
            "webhooks[*].namespaceSelector.**",
            "webhooks[*].objectSelector.**",
            "webhooks[*].matchConditions.**",
            "webhooks[*].clientConfig.url",
            "webhooks[*].clientConfig.service.**",
        ),
        WEBHOOKS,
    ),
    Secured(
        ("spec.**",),
        (
            f"ValidatingAdmissionPolicy{ADMISSION}",
            f"ValidatingAdmissionPolicyBinding{ADMISSION}",
            f"MutatingAdmissionPolicy{ADMISSION}",
            f"MutatingAdmissionPolicyBinding{ADMISSION}",
            "NetworkPolicy.networking.k8s.io",
            ".policy.networking.k8s.io",
            "CiliumNetworkPolicy.cilium.io",
            "CiliumClusterwideNetworkPolicy.cilium.io",
            "NetworkPolicy.crd.projectcalico.org",
            "GlobalNetworkPolicy.crd.projectcalico.org",
            "NetworkPolicy.projectcalico.org",
            "GlobalNetworkPolicy.projectcalico.org",
            ".security.istio.io",
            ".constraints.gatekeeper.sh",
            ".kyverno.io",
            ".policies.kyverno.io",
            "ConstraintTemplate.templates.gatekeeper.sh",
            "ReferenceGrant.gateway.networking.k8s.io",
            "AppProject.argoproj.io",
            "CertificateSigningRequest.certificates.k8s.io",
        ),
    ),
    Secured(("spec.serviceAccountName", "spec.decryption.**"), ("Kustomization.kustomize.toolkit.fluxcd.io",)),
    Secured(("spec.serviceAccountName",), ("HelmRelease.helm.toolkit.fluxcd.io",)),
    Secured(("data.**", "stringData.**", "type"), ("Secret",)),
    Secured(
        ("spec.insecureSkipTLSVerify", "spec.service.**"),
        ("APIService.apiregistration.k8s.io",),
    ),
    Secured(
        ("spec.conversion.webhook.clientConfig.url", "spec.conversion.webhook.clientConfig.service.**"),
        ("CustomResourceDefinition.apiextensions.k8s.io",),
    ),
    Secured(
        ("spec.type", "spec.externalIPs.**", "spec.loadBalancerSourceRanges.**", "spec.externalName"), ("Service",)
    ),
    Secured(("spec.tls.**",), ("Ingress.networking.k8s.io",)),
)

DEFAULTS: tuple[tuple[Secured, tuple[Any, ...]], ...] = (
    (Secured(("**.hostNetwork", "**.hostPID", "**.hostIPC", "**.shareProcessNamespace")), (False,)),
    (Secured(("**.securityContext.procMount",)), ("Default",)),
    (Secured(("**.hostUsers",)), (True,)),
    (Secured(("**.hostPath.type",)), ("",)),
    (Secured(("webhooks[*].failurePolicy",), WEBHOOKS), ("Fail",)),
    (Secured(("webhooks[*].matchPolicy",), WEBHOOKS), ("Equivalent",)),
    (Secured(("webhooks[*].rules[*].scope",), WEBHOOKS), ("*",)),
    (Secured(("webhooks[*].clientConfig.service.port",), WEBHOOKS), (443,)),
    (Secured(("spec.matchConstraints.matchPolicy",), (ADMISSION,)), ("Equivalent",)),
    (Secured(("spec.failurePolicy",), (ADMISSION,)), ("Fail",)),
    (Secured(("spec.matchConstraints.resourceRules[*].scope",), (ADMISSION,)), ("*",)),
    (Secured(("roleRef.apiGroup", "subjects[*].apiGroup"), (RBAC,)), ("rbac.authorization.k8s.io", "")),
    (Secured(("type",), ("Secret",)), ("Opaque",)),
    (Secured(("spec.service.port",), ("APIService.apiregistration.k8s.io",)), (443,)),
    (
        Secured(
            ("spec.conversion.webhook.clientConfig.service.port",), ("CustomResourceDefinition.apiextensions.k8s.io",)
        ),
        (443,),
    ),
    (Secured(("spec.type",), ("Service",)), ("ClusterIP",)),
)
"""What the API server itself writes into security-relevant places that a manifest leaves out."""


def full_kind(kind: str, group: str) -> str:
    """``Deployment.apps``, ``Secret``: how the tables here name kinds."""
    return f"{kind}.{group}" if group else kind


def of_kind(kinds: tuple[str, ...], full: str) -> bool:
    """Whether a table's row is meant for a kind; a row without kinds is for all."""
    if not kinds:
        return True
    _, dot, group = full.partition(".")
    return any(one == full or (one.startswith(".") and bool(dot) and one == f".{group}") for one in kinds)


@lru_cache(maxsize=65536)
def secured(full: str, generic: tuple[str, ...]) -> bool:
    """Whether a place of a kind is security-relevant. Nothing in ``generic``: whether the object as a whole is."""
    if full == "ConfigMap":
        return False  # its keys are anybody's names
    rows = [row for row in SECURITY if of_kind(row.kinds, full)]
    if not generic:
        return any(row.kinds and not pattern.startswith("metadata") for row in rows for pattern in row.paths)
    return any(matches(pattern, generic) for row in rows for pattern in row.paths)


def is_secured(path: str, kind: str, group: str = "") -> bool:
    """The same for a path as people write it (``spec.hostNetwork``; "": the object as a whole)."""
    return secured(full_kind(kind, group), generic_of(path) if path else ())


def default_at(full: str, generic: tuple[str, ...], value: Any) -> bool:
    """Whether a value is what the server writes at a security-relevant place that was left out."""
    if value is ABSENT:
        return True
    return any(
        of_kind(row.kinds, full)
        and any(matches(pattern, generic) for pattern in row.paths)
        and any(type(value) is type(one) and value == one for one in values)
        for row, values in DEFAULTS
    )
