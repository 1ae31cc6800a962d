"""Objects that Flux applies, and hands that are not Flux's, on one sort of object after the other."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected, Raw, Step
from tests.drifts.deliver import flux
from tests.drifts.place import JSON, MERGE
from tests.drifts.shapes import (
    DB,
    IMAGE,
    NEW,
    OLD,
    SETTINGS,
    WEB,
    app,
    autoscaler,
    binding,
    budget,
    config,
    definition,
    deployment,
    ingress,
    made,
    named,
    policy,
    role,
    secret,
    service,
    stateful,
    webhooks,
    widget,
)
from tests.drifts.writes import CONTAINER, agent, applied, at_path, merged, patched, put

HUMAN, UI, SCRIPT = ActorClass.HUMAN, ActorClass.UI, ActorClass.SCRIPT
OVERRIDE = (None, "override")
"""Where nothing in the cluster says what Flux states, "changed" and "not known" are both honest."""
ADDITION = (None, "addition")


def band(of: str, path: str, manager: str, actor: ActorClass = HUMAN, **more: Any) -> Expected:
    """A write out of band."""
    return Expected(kind=DriftKind.OUT_OF_BAND, of=of, path=path, manager=manager, actor=actor, **more)


def over(name: str, what: str, raw: Raw, step: Step | tuple[Step, ...], *expected: Expected) -> Case:
    """Flux delivered it long ago; somebody wrote half an hour ago."""
    steps = step if isinstance(step, tuple) else (step,)
    return Drifted(name=name, what=what, long_ago=(flux(raw),), recently=steps, expected=expected)


_POD = "spec.template.spec"
_READER = role("reader")
_WIDE = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
_JSON_OPEN = [
    {"op": "add", "path": "/spec/template/spec/hostNetwork", "value": True},
    {"op": "add", "path": "/spec/template/spec/containers/0/securityContext", "value": {"privileged": True}},
]
_REWRITTEN = {
    "spec": {"template": {"spec": {"containers": [{"name": "app", "image": NEW}, {"name": "side", "image": "r/s:1"}]}}}
}
_PROBED = deployment("web", {"name": "app", "image": OLD, "readinessProbe": {"tcpSocket": {"port": 80}}})


async def _restart(at: Any) -> None:
    note = {"kubectl.kubernetes.io/restartedAt": at.world.clock()}
    await at.patch(
        "kubectl-rollout", WEB, {"spec": {"template": {"metadata": {"annotations": note}}}}, "strategic-merge-patch"
    )


WORKLOADS: tuple[Case, ...] = (
    over(
        "flux-image-edited",
        "kubectl edit of a Deployment's image",
        deployment(),
        put("kubectl-edit", WEB, at_path(*CONTAINER, "image", NEW)),
        band("Deployment/web", IMAGE, "kubectl-edit", after=NEW),
    ),
    over(
        "flux-sidecar-added",
        "kubectl patch adds a container, which lands first in the list",
        deployment(),
        patched(
            "kubectl-patch", WEB, {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "r/s:1"}]}}}}
        ),
        band("Deployment/web", f"{_POD}.containers[name=side]", "kubectl-patch", change="addition", after="r/s:1"),
    ),
    over(
        "flux-list-rewritten",
        "a merge patch writes the whole list of containers anew and so drops a probe, which nobody signs",
        _PROBED,
        merged("kubectl-patch", WEB, _REWRITTEN),
        band("Deployment/web", IMAGE, "kubectl-patch", after=NEW, dated=Dated.BOUNDED),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=side]",
            "kubectl-patch",
            change="addition",
            dated=Dated.BOUNDED,
        ),
    ),
    over(
        "flux-env-set",
        "kubectl set env on a StatefulSet",
        stateful(),
        patched("kubectl-set", DB, app(env=[{"name": "DEBUG", "value": "1"}])),
        band("StatefulSet/db", f"{_POD}.containers[name=app].env[name=DEBUG]", "kubectl-set", change="addition"),
    ),
    over(
        "flux-resources-set",
        "kubectl set resources raises a limit that Flux states",
        deployment("web", {"name": "app", "image": OLD, "resources": {"limits": {"memory": "1Gi"}}}),
        patched("kubectl-set", WEB, app(resources={"limits": {"memory": "3Gi"}})),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=app].resources.limits.memory",
            "kubectl-set",
            change=OVERRIDE,
            after="3Gi",
        ),
    ),
    over(
        "flux-args-edited",
        "one argument of an atomic list, edited by k9s with a PUT",
        deployment("web", {"name": "app", "image": OLD, "args": ["--a", "--b"]}),
        put("k9s", WEB, at_path(*CONTAINER, "args", 1, "--c")),
        band("Deployment/web", f"{_POD}.containers[name=app].args", "k9s", UI, change=OVERRIDE),
    ),
    over(
        "flux-restarted",
        "kubectl rollout restart: no change of configuration, but a deed with a time",
        deployment(),
        _restart,
        band(
            "Deployment/web",
            f"{_POD.removesuffix('.spec')}.metadata.annotations[kubectl.kubernetes.io/restartedAt]",
            "kubectl-rollout",
            change=ADDITION,
            says="restarted",
        ),
    ),
    over(
        "flux-undone",
        "kubectl rollout undo takes the image back that Flux brought an hour before",
        deployment(),
        (
            flux(deployment("web", {"name": "app", "image": NEW}), note="upgrade"),
            patched(
                "kubectl",
                WEB,
                [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": OLD}],
                JSON,
            ),
        ),
        band("Deployment/web", IMAGE, "kubectl", after=OLD),
    ),
    over(
        "flux-account-set",
        "kubectl set serviceaccount: who the pods are",
        deployment(),
        patched("kubectl-set", WEB, {"spec": {"template": {"spec": {"serviceAccountName": "default"}}}}),
        band("Deployment/web", f"{_POD}.serviceAccountName", "kubectl-set", change=ADDITION, security=True),
    ),
    over(
        "flux-privileged",
        "a script opens the host to a pod with one JSON patch",
        deployment(),
        agent("curl/8.9.1", WEB, _JSON_OPEN, kind=JSON),
        band(
            "Deployment/web", f"{_POD}.hostNetwork", "curl", SCRIPT, change=OVERRIDE, security=True, dated=Dated.BOUNDED
        ),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=app].securityContext.privileged",
            "curl",
            SCRIPT,
            change=ADDITION,
            security=True,
            dated=Dated.BOUNDED,
        ),
    ),
    over(
        "flux-nameless",
        "a client that says no name at all changes how the pods resolve names",
        deployment(),
        agent("", WEB, {"spec": {"template": {"spec": {"dnsPolicy": "Default"}}}}),
        band(
            "Deployment/web",
            f"{_POD}.dnsPolicy",
            "unknown",
            ActorClass.UNKNOWN,
            change=OVERRIDE,
            after="Default",
            sure=(Confidence.INFERRED,),
        ),
    ),
    over(
        "flux-forced",
        "kubectl apply --server-side --force-conflicts takes the image over",
        deployment(),
        applied("kubectl", {**deployment("web", {"name": "app", "image": NEW})}),
        band("Deployment/web", IMAGE, "kubectl", after=NEW, dated=Dated.BOUNDED),
    ),
    over(
        "flux-label-applied",
        "a script owns a label through server-side apply, without force",
        deployment(),
        applied(
            "python-deployer",
            {**named(deployment()), "metadata": {"name": "web", "labels": {"tier": "gold"}}},
            force=False,
        ),
        band("Deployment/web", "metadata.labels.tier", "python-deployer", SCRIPT, change=ADDITION),
    ),
    over(
        "flux-cron-suspended",
        "kubectl patch suspends a CronJob",
        made(
            "batch/v1",
            "CronJob",
            "nightly",
            spec={
                "schedule": "0 3 * * *",
                "jobTemplate": {
                    "spec": {
                        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": OLD}]}}
                    }
                },
            },
        ),
        merged("kubectl-patch", made("batch/v1", "CronJob", "nightly"), {"spec": {"suspend": True}}),
        band("CronJob/nightly", "spec.suspend", "kubectl-patch"),
    ),
)

OBJECTS: tuple[Case, ...] = (
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


CASES: tuple[Case, ...] = (*WORKLOADS, *OBJECTS)
