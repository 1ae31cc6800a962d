"""Which leaves decide who may do what, by the paths that people write."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.security import is_security_relevant

_TEMPLATE = "spec.template.spec"

RELEVANT = [
    ("roles.rbac.authorization.k8s.io", "rules[0].verbs"),
    ("clusterroles.rbac.authorization.k8s.io", "aggregationRule.clusterRoleSelectors"),
    ("rolebindings.rbac.authorization.k8s.io", "subjects[kind=User,name=eve].name"),
    ("clusterrolebindings.rbac.authorization.k8s.io", ""),
    ("namespaces", "metadata.labels[pod-security.kubernetes.io/enforce]"),
    ("namespaces", "metadata.labels.pod-security.kubernetes.io/enforce"),
    ("networkpolicies.networking.k8s.io", "spec.ingress"),
    ("validatingwebhookconfigurations.admissionregistration.k8s.io", "webhooks[name=x].failurePolicy"),
    ("mutatingwebhookconfigurations.admissionregistration.k8s.io", "webhooks[name=x].clientConfig.url"),
    ("secrets", "data.password"),
    ("secrets", "data[tls.key]"),
    ("serviceaccounts", "metadata.annotations[eks.amazonaws.com/role-arn]"),
    ("pods", "spec.hostNetwork"),
    ("pods", "spec.ephemeralContainers[name=debugger].image"),
    ("deployments.apps", f"{_TEMPLATE}.containers[name=app].securityContext.privileged"),
    ("deployments.apps", f"{_TEMPLATE}.containers[name=app].ports[containerPort=80,protocol=TCP].hostPort"),
    ("daemonsets.apps", f"{_TEMPLATE}.initContainers[name=app].securityContext.capabilities.add"),
    ("statefulsets.apps", f"{_TEMPLATE}.securityContext.runAsUser"),
    ("cronjobs.batch", f"spec.jobTemplate.{_TEMPLATE}.serviceAccountName"),
    ("deployments.apps", f"{_TEMPLATE}.volumes[name=root].hostPath.path"),
    ("rollouts.argoproj.io", f"{_TEMPLATE}.hostPID"),
    ("k8srequiredlabels.constraints.gatekeeper.sh", "spec.enforcementAction"),
    ("clusterpolicies.kyverno.io", "spec.validationFailureAction"),
    (
        "deployments.apps",
        "spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/app]",
    ),
]

PLAIN = [
    ("deployments.apps", "spec.replicas"),
    ("deployments.apps", ""),
    ("deployments.apps", f"{_TEMPLATE}.containers[name=app].image"),
    ("deployments.apps", f"{_TEMPLATE}.containers[name=securityContext].image"),
    ("deployments.apps", f"{_TEMPLATE}.volumes[name=tmp].emptyDir.medium"),
    ("deployments.apps", "metadata.labels[pod-security.kubernetes.io/enforce]"),
    ("namespaces", "metadata.labels.team"),
    ("namespaces", ""),
    ("roles.rbac.authorization.k8s.io", "metadata.labels.team"),
    ("networkpolicies.networking.k8s.io", "metadata.annotations.note"),
    ("mutatingwebhookconfigurations.admissionregistration.k8s.io", "webhooks[name=x].clientConfig.caBundle"),
    ("configmaps", "data.serviceAccountName"),
    ("widgets.example.org", "spec.securityContext"),
]


@pytest.mark.parametrize(("resource", "path"), RELEVANT)
def test_what_decides_who_may_do_what(resource: str, path: str) -> None:
    assert is_security_relevant(resource, path)


@pytest.mark.parametrize(("resource", "path"), PLAIN)
def test_what_does_not(resource: str, path: str) -> None:
    assert not is_security_relevant(resource, path)
