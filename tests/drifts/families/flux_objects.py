"""Objects that Flux applies and other hands write: everything but workloads."""

from __future__ import annotations

from tests.drifts.case import Case, Drifted
from tests.drifts.families.flux import ADDITION, OVERRIDE, SCRIPT, UI, band, over
from tests.drifts.place import MERGE
from tests.drifts.shapes import (
    SETTINGS,
    autoscaler,
    binding,
    budget,
    config,
    definition,
    ingress,
    made,
    named,
    policy,
    role,
    secret,
    service,
    webhooks,
    widget,
)
from tests.drifts.writes import agent, at_path, merged, patched, put

_WIDE = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]

CASES: tuple[Case, ...] = (
    over(
        "flux-service-type",
        "Lens makes a Service a NodePort",
        service(),
        merged("node-fetch", named(service()), {"spec": {"type": "NodePort"}}),
        band("Service/web", "spec.type", "node-fetch", UI),
    ),
    over(
        "flux-service-port",
        "kubectl edit of one of two ports with the same number",
        service(
            "web", {"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}
        ),
        put("kubectl-edit", named(service()), at_path("spec", "ports", 0, "targetPort", 5353)),
        band(
            "Service/web", "spec.ports[port=53,protocol=UDP].targetPort", "kubectl-edit", change=OVERRIDE, after="5353"
        ),
    ),
    over(
        "flux-config-console",
        "a browser console changes a key of a ConfigMap",
        config(level="info", size="1"),
        agent("Mozilla/5.0 (X11; Linux x86_64)", SETTINGS, {"data": {"level": "debug"}}),
        band("ConfigMap/settings", "data.level", "Mozilla", UI, change=OVERRIDE, after="debug"),
    ),
    over(
        "flux-config-script",
        "a Python script adds a key to a ConfigMap",
        config(),
        agent("python-requests/2.32.3", SETTINGS, {"data": {"extra": "yes"}}),
        band("ConfigMap/settings", "data.extra", "python-requests", SCRIPT, change=ADDITION, after="yes"),
    ),
    over(
        "flux-labelled",
        "kubectl label and, a moment later, kubectl annotate",
        config(),
        (
            merged("kubectl-label", SETTINGS, {"metadata": {"labels": {"team": "a"}}}, note="label"),
            merged("kubectl-annotate", SETTINGS, {"metadata": {"annotations": {"contact": "me"}}}, note="annotate"),
        ),
        band("ConfigMap/settings", "metadata.labels.team", "kubectl-label", change=ADDITION, written="label"),
        band(
            "ConfigMap/settings",
            "metadata.annotations.contact",
            "kubectl-annotate",
            change=ADDITION,
            written="annotate",
        ),
    ),
    over(
        "flux-secret",
        "kubectl patch changes one key of a Secret: only that may be told",
        secret("login", password="first", user="shop"),
        merged("kubectl-patch", named(secret()), {"stringData": {"password": "s3ntinel-second"}}),
        band("Secret/login", "data.password", "kubectl-patch", change=OVERRIDE, security=True),
    ),
    over(
        "flux-role-widened",
        "kubectl edit makes a Role allow everything",
        role(),
        put("kubectl-edit", named(role()), at_path("rules", _WIDE)),
        band("Role/reader", "rules", "kubectl-edit", change=OVERRIDE, security=True),
    ),
    over(
        "flux-binding-widened",
        "k9s adds a user to a RoleBinding",
        binding("readers", "reader", "anna"),
        put(
            "k9s",
            named(binding("readers", "reader")),
            lambda body: body["subjects"].append(
                {"kind": "User", "name": "eve", "apiGroup": "rbac.authorization.k8s.io"}
            ),
        ),
        band("RoleBinding/readers", "subjects", "k9s", UI, change=OVERRIDE, security=True),
    ),
    over(
        "flux-policy-opened",
        "a NetworkPolicy lets everything in",
        policy(),
        merged("node-fetch", named(policy()), {"spec": {"ingress": [{}]}}),
        band("NetworkPolicy/closed", "spec.ingress", "node-fetch", UI, change=ADDITION, security=True),
    ),
    over(
        "flux-hook-open",
        "kubectl patch lets a webhook fail open",
        webhooks("flux-hook-open"),
        patched(
            "kubectl-patch",
            named(webhooks("flux-hook-open")),
            {"webhooks": [{"name": "gate.example.org", "failurePolicy": "Ignore"}]},
        ),
        band(
            "ValidatingWebhookConfiguration/flux-hook-open",
            "webhooks[name=gate.example.org].failurePolicy",
            "kubectl-patch",
            change=OVERRIDE,
            after="Ignore",
            security=True,
        ),
    ),
    over(
        "flux-definition-edited",
        "kubectl edit gives a CustomResourceDefinition a short name",
        definition("gears", "flux-definition-edited.example.org", "Gear"),
        merged(
            "kubectl-edit",
            named(definition("gears", "flux-definition-edited.example.org", "Gear")),
            {"spec": {"names": {"shortNames": ["ge"]}}},
        ),
        band(
            "CustomResourceDefinition/gears.flux-definition-edited.example.org",
            "spec.names.shortNames",
            "kubectl-edit",
            change=ADDITION,
        ),
    ),
    over(
        "flux-autoscaler-raised",
        "kubectl edit raises an autoscaler's limit",
        autoscaler("nobody"),
        merged("kubectl-edit", named(autoscaler("nobody")), {"spec": {"maxReplicas": 50}}),
        band("HorizontalPodAutoscaler/nobody", "spec.maxReplicas", "kubectl-edit", change=OVERRIDE, after="50"),
    ),
    over(
        "flux-budget-lifted",
        "kubectl patch lets every pod be evicted",
        budget(),
        merged("kubectl-patch", named(budget()), {"spec": {"minAvailable": 0}}),
        band("PodDisruptionBudget/web", "spec.minAvailable", "kubectl-patch", change=OVERRIDE, after="0"),
    ),
    over(
        "flux-ingress-host",
        "k9s sends an Ingress' traffic elsewhere",
        ingress(),
        put("k9s", named(ingress()), at_path("spec", "rules", 0, "host", "evil.example.org")),
        band("Ingress/web", "spec.rules", "k9s", UI, change=OVERRIDE),
    ),
    over(
        "flux-widget-edited",
        "the one field of a custom resource is taken: the entry that delivered it keeps its labels alone",
        widget(),
        merged("kubectl-edit", named(widget()), {"spec": {"size": 9}}),
        band("Widget/one", "spec.size", "kubectl-edit", change=OVERRIDE, after="9"),
    ),
    over(
        "flux-account-role",
        "kubectl annotate gives a ServiceAccount another role of the cloud's",
        made("v1", "ServiceAccount", "worker"),
        merged(
            "kubectl-annotate",
            made("v1", "ServiceAccount", "worker"),
            {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/admin"}}},
        ),
        band(
            "ServiceAccount/worker",
            "metadata.annotations[eks.amazonaws.com/role-arn]",
            "kubectl-annotate",
            change=ADDITION,
            security=True,
        ),
    ),
    Drifted(
        name="flux-namespace-opened",
        what="kubectl label lifts the pod security of a namespace that a GitOps tool made",
        labels=(("pod-security.kubernetes.io/enforce", "restricted"),),
        recently=(
            merged(
                "kubectl-label",
                made("v1", "Namespace", "flux-namespace-opened"),
                {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}},
            ),
        ),
        expected=(
            band(
                "Namespace/flux-namespace-opened",
                "metadata.labels[pod-security.kubernetes.io/enforce]",
                "kubectl-label",
                change=OVERRIDE,
                after="privileged",
                security=True,
            ),
        ),
    ),
    over(
        "flux-status-faked",
        "kubectl edit --subresource=status: a person reports instead of the controller",
        widget(),
        patched("kubectl-edit", named(widget()), {"status": {"ready": True}}, MERGE, "status"),
        band("Widget/one", "status.ready", "kubectl-edit", change=(None, "override", "addition")),
    ),
)
