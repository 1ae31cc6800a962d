"""No rule, alone or with the others, on or off, hides a change of what decides who may do what."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from k8sview.analysis.drift.comparing.compare import compare, drifting
from k8sview.analysis.drift.comparing.difference import ABSENT, Comparing
from k8sview.analysis.drift.comparing.rules import IDS, Act, acts_at
from k8sview.analysis.drift.comparing.security import SECURITY, is_secured, secured
from k8sview.model.status import Severity
from tests.analysis.drift.comparing.bodies import ADMISSION, RBAC, Raw, deployment, obj

POD = ("spec", "template", "spec")
APP = (*POD, "containers", 0)
PSA = "pod-security.kubernetes.io/enforce"
WEBHOOKS: Raw = obj("ValidatingWebhookConfiguration", ADMISSION, webhooks=[{"name": "a.example.org"}])
BINDING: Raw = obj("RoleBinding", RBAC, roleRef={"kind": "Role", "name": "r"})
NETWORK: Raw = obj("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {}})
HOST = {"name": "v", "hostPath": {"path": "/srv"}}


def policy(kind: str, version: str) -> Raw:
    return obj(kind, version, spec={"a": 1})


# An object, a place in it, and two values that do not mean the same.
CASES: list[tuple[str, Raw, tuple[str | int, ...], Any, Any]] = [
    ("privileged", deployment(), (*APP, "securityContext", "privileged"), False, True),
    (
        "Flux acts as",
        obj("Kustomization", "kustomize.toolkit.fluxcd.io/v1"),
        ("spec", "serviceAccountName"),
        "web",
        "admin",
    ),
    ("Flux installs as", obj("HelmRelease", "helm.toolkit.fluxcd.io/v2"), ("spec", "serviceAccountName"), "a", "b"),
    ("user", deployment(), (*APP, "securityContext", "runAsUser"), 1000, 0),
    ("user, quoted", deployment(), (*APP, "securityContext", "runAsUser"), 1000, "1000"),
    ("added capability", deployment(), (*APP, "securityContext", "capabilities", "add"), ["CHOWN"], ["SYS_ADMIN"]),
    ("dropped capability", deployment(), (*APP, "securityContext", "capabilities", "drop"), ["ALL"], ["CHOWN"]),
    ("seccomp", deployment(), (*POD, "securityContext", "seccompProfile", "type"), "RuntimeDefault", "Unconfined"),
    ("host port", deployment({"ports": [{"containerPort": 80}]}), (*APP, "ports", 0, "hostPort"), 80, 8080),
    ("service account", deployment(), (*POD, "serviceAccountName"), "web", "admin"),
    ("token", deployment(), (*POD, "automountServiceAccountToken"), False, True),
    ("host path", deployment(pod={"volumes": [HOST]}), (*POD, "volumes", 0, "hostPath", "path"), "/srv", "/"),
    ("runtime class", deployment(), (*POD, "runtimeClassName"), "gvisor", "runc"),
    ("a role's verbs", obj("Role", RBAC, rules=[{"resources": ["pods"]}]), ("rules", 0, "verbs"), ["get"], ["*"]),
    ("a role's rules", obj("ClusterRole", RBAC), ("rules",), [{"verbs": ["get"]}], [{"verbs": ["*"]}]),
    ("subjects", BINDING, ("subjects",), [{"kind": "User", "name": "a"}], [{"kind": "User", "name": "b"}]),
    ("role", BINDING, ("roleRef", "name"), "view", "cluster-admin"),
    ("aggregation", obj("ClusterRole", RBAC), ("aggregationRule", "clusterRoleSelectors"), [{"a": "b"}], [{"a": "c"}]),
    ("pod security", obj("Namespace"), ("metadata", "labels", PSA), "restricted", "privileged"),
    ("failure policy", WEBHOOKS, ("webhooks", 0, "failurePolicy"), "Exact", "Ignore"),
    ("webhook rules", WEBHOOKS, ("webhooks", 0, "rules"), [{"operations": ["CREATE"]}], [{"operations": ["DELETE"]}]),
    (
        "selector",
        WEBHOOKS,
        ("webhooks", 0, "namespaceSelector"),
        {"matchLabels": {"a": "b"}},
        {"matchLabels": {"a": "c"}},
    ),
    ("match", WEBHOOKS, ("webhooks", 0, "matchPolicy"), "Exact", "Other"),
    ("address", WEBHOOKS, ("webhooks", 0, "clientConfig", "url"), "https://a", "https://b"),
    ("peers", NETWORK, ("spec", "ingress"), [{"from": [{"podSelector": {}}]}], [{}]),
    ("policy types", NETWORK, ("spec", "policyTypes"), ["Egress"], ["Ingress", "Egress"]),
    ("selected pods", NETWORK, ("spec", "podSelector", "matchLabels"), {"a": "b"}, {"a": "c"}),
    ("secret data", obj("Secret"), ("data", "a"), "YQ==", "Yg=="),
    ("secret type", obj("Secret"), ("type",), "kubernetes.io/tls", "example.org/own"),
    ("skipped TLS", obj("APIService", "apiregistration.k8s.io/v1"), ("spec", "insecureSkipTLSVerify"), False, True),
    ("exposure", obj("Service"), ("spec", "type"), "NodePort", "LoadBalancer"),
    ("outside addresses", obj("Service"), ("spec", "externalIPs"), ["1.1.1.1"], ["8.8.8.8"]),
    ("sources", obj("Service"), ("spec", "loadBalancerSourceRanges"), ["10.0.0.0/8"], ["0.0.0.0/0"]),
    ("TLS", obj("Ingress", "networking.k8s.io/v1"), ("spec", "tls"), [{"secretName": "a"}], [{"secretName": "b"}]),
    ("identity", obj("ServiceAccount"), ("metadata", "annotations", "eks.amazonaws.com/role-arn"), "a", "b"),
    ("the account's token", obj("ServiceAccount"), ("automountServiceAccountToken",), False, True),
    ("admission policy", policy("ValidatingAdmissionPolicy", ADMISSION), ("spec", "failurePolicy"), "Other", "Ignore"),
    ("its binding", policy("ValidatingAdmissionPolicyBinding", ADMISSION), ("spec", "policyName"), "a", "b"),
    ("Kyverno", policy("ClusterPolicy", "kyverno.io/v1"), ("spec", "validationFailureAction"), "Enforce", "Audit"),
    ("Istio", policy("AuthorizationPolicy", "security.istio.io/v1"), ("spec", "action"), "DENY", "ALLOW"),
    ("Cilium", policy("CiliumNetworkPolicy", "cilium.io/v2"), ("spec", "ingress"), [{"a": 1}], [{"a": 2}]),
    (
        "conversion",
        obj("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
        ("spec", "conversion", "webhook", "clientConfig", "url"),
        "https://a",
        "https://b",
    ),
]
LEAVES = [(one[0], one) for one in CASES]
SWITCHES = [frozenset[str](), *(frozenset({one}) for one in IDS), *(frozenset(IDS) - {one} for one in IDS)]


def having(body: Raw, place: tuple[str | int, ...], value: Any) -> Raw:
    """A copy of a body with a value at a place; without the place for ``ABSENT``."""
    copied = deepcopy(body)
    at: Any = copied
    for step in place[:-1]:
        at = at.setdefault(step, {}) if isinstance(step, str) and isinstance(at, dict) else at[step]
    if value is ABSENT:
        at.pop(place[-1], None)
    else:
        at[place[-1]] = value
    return copied


def found(desired: Raw, live: Raw, off: frozenset[str]) -> bool:
    told = [one for one in compare(desired, live, Comparing(off=off)) if one.security]
    return bool(told) and all(one.severity is Severity.HIGH for one in told)


@pytest.mark.parametrize(("name", "case"), LEAVES, ids=[one[0] for one in LEAVES])
def test_a_changed_leaf_is_always_told(name: str, case: tuple[str, Raw, tuple[str | int, ...], Any, Any]) -> None:
    _, body, place, one, other = case
    for off in SWITCHES:
        assert found(having(body, place, one), having(body, place, other), off), off
        assert found(having(body, place, other), having(body, place, one), off), off


@pytest.mark.parametrize(("name", "case"), LEAVES, ids=[one[0] for one in LEAVES])
def test_what_came_and_what_went_is_always_told(
    name: str, case: tuple[str, Raw, tuple[str | int, ...], Any, Any]
) -> None:
    _, body, place, one, other = case
    without = having(body, place, ABSENT)
    # NetworkPolicies without types have those that the server derives, so that none can come or go.
    for off in SWITCHES:
        assert found(having(body, place, one), without, off) or one in (False, "ClusterIP"), off
        assert found(without, having(body, place, other), off), off


@pytest.mark.parametrize(("name", "case"), LEAVES, ids=[one[0] for one in LEAVES])
def test_it_counts_as_drift_where_nothing_proves_that_admission_did_it(
    name: str, case: tuple[str, Raw, tuple[str | int, ...], Any, Any]
) -> None:
    _, body, place, one, other = case
    assert drifting(compare(having(body, place, one), having(body, place, other))) != ()


@pytest.mark.parametrize("name", ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"])
def test_host_namespaces(name: str) -> None:
    for off in SWITCHES:
        assert found(deployment(), deployment(pod={name: True}), off)
        assert found(deployment(pod={name: False}), deployment(pod={name: True}), off)
        assert found(deployment(pod={name: True}), deployment(), off)


def test_every_row_of_the_table_is_exercised() -> None:
    kinds = {
        (f"{body['kind']}.{version.rpartition('/')[0]}").rstrip(".")
        for _, body, *_ in CASES
        if (version := body["apiVersion"])
    }
    groups = {f".{one.partition('.')[2]}" for one in kinds}
    for row in SECURITY:
        assert not row.kinds or any(one in kinds or one in groups for one in row.kinds), row


def test_no_act_that_hides_reaches_a_security_relevant_place() -> None:
    for full, generic in (
        ("Deployment.apps", (*POD, "containers", "[*]", "securityContext", "runAsUser")),
        ("Secret", ("data", "status")),
        ("NetworkPolicy.networking.k8s.io", ("spec", "status")),
        ("Namespace", ("metadata", "labels", PSA)),
    ):
        assert secured(full, generic)
        acts = set(acts_at(full, generic, frozenset()))
        assert not acts & {Act.DROP, Act.PRESENCE, Act.UNSTATED, Act.SPELLING, Act.DURATION, Act.QUANTITY, Act.EXTRA}


def test_a_volume_that_became_a_path_of_the_host() -> None:
    desired = deployment(pod={"volumes": [{"name": "v", "emptyDir": {}}]})
    live = deployment(pod={"volumes": [{"name": "v", "hostPath": {"path": "/"}}]})
    told = {one.path: one.security for one in drifting(compare(desired, live))}
    assert told["spec.template.spec.volumes[name=v].hostPath.path"]


def test_a_privileged_container_that_was_added_is_one_finding() -> None:
    live = deployment(
        pod={
            "containers": [
                {"name": "app", "image": "registry.example.org/web:1"},
                {"name": "shell", "image": "x", "securityContext": {"privileged": True, "runAsUser": 0}},
            ]
        }
    )
    (told,) = drifting(compare(deployment(), live))
    assert (told.path, told.change, told.security) == ("spec.template.spec.containers[name=shell]", "addition", True)


def test_everybody_is_let_in_by_an_empty_peer() -> None:
    narrow = having(NETWORK, ("spec", "ingress"), [{"from": [{"namespaceSelector": {}, "podSelector": {"a": "b"}}]}])
    wide = having(NETWORK, ("spec", "ingress"), [{"from": [{"podSelector": {"a": "b"}}]}])
    assert drifting(compare(narrow, wide)) != ()
    assert drifting(compare(wide, narrow)) != ()


_TEMPLATE = "spec.template.spec"
_RBAC = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (f"Role.{_RBAC}", "rules[0].verbs"),
        (f"RoleBinding.{_RBAC}", "subjects[kind=User,name=eve].name"),
        (f"ClusterRoleBinding.{_RBAC}", ""),
        ("Namespace", "metadata.labels[pod-security.kubernetes.io/enforce]"),
        ("Namespace", "metadata.labels[admission.gatekeeper.sh/ignore]"),
        ("NetworkPolicy.networking.k8s.io", ""),
        ("Secret", "data[tls.key]"),
        ("ServiceAccount", "metadata.annotations[azure.workload.identity/client-id]"),
        ("ServiceAccount", "imagePullSecrets[name=registry].name"),
        ("Pod", "spec.hostNetwork"),
        ("Pod", "spec.ephemeralContainers[name=debugger].image"),
        ("Deployment.apps", f"{_TEMPLATE}.containers[name=app].ports[containerPort=80,protocol=TCP].hostPort"),
        ("DaemonSet.apps", f"{_TEMPLATE}.initContainers[name=app].securityContext.capabilities.add"),
        ("CronJob.batch", f"spec.jobTemplate.{_TEMPLATE}.serviceAccountName"),
        ("Deployment.apps", f"{_TEMPLATE}.imagePullSecrets[name=registry].name"),
        ("Rollout.argoproj.io", f"{_TEMPLATE}.hostPID"),
        ("K8sRequiredLabels.constraints.gatekeeper.sh", "spec.enforcementAction"),
        ("ConstraintTemplate.templates.gatekeeper.sh", "spec.targets[0].rego"),
        ("AppProject.argoproj.io", "spec.destinations[0].server"),
        ("Kustomization.kustomize.toolkit.fluxcd.io", "spec.serviceAccountName"),
        ("HelmRelease.helm.toolkit.fluxcd.io", "spec.serviceAccountName"),
    ],
)
def test_paths_as_people_write_them_that_decide_who_may_do_what(kind: str, path: str) -> None:
    assert is_secured(path, *kind.split(".", 1))


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Deployment.apps", "spec.replicas"),
        ("Deployment.apps", ""),
        ("Deployment.apps", f"{_TEMPLATE}.containers[name=securityContext].image"),
        ("Deployment.apps", f"{_TEMPLATE}.volumes[name=tmp].emptyDir.medium"),
        ("Deployment.apps", "metadata.labels[pod-security.kubernetes.io/enforce]"),
        ("Namespace", "metadata.labels.team"),
        ("Namespace", ""),
        (f"Role.{_RBAC}", "metadata.labels.team"),
        ("NetworkPolicy.networking.k8s.io", "metadata.annotations.note"),
        ("MutatingWebhookConfiguration.admissionregistration.k8s.io", "webhooks[name=x].clientConfig.caBundle"),
        ("ConfigMap", "data.serviceAccountName"),
    ],
)
def test_paths_that_do_not(kind: str, path: str) -> None:
    assert not is_secured(path, *kind.split(".", 1))
