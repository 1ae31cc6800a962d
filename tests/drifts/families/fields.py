"""One field after the other: volumes, identities, selectors, openings; and things made by hand."""

from __future__ import annotations

from typing import Any

from tests.drifts.case import Case, Drifted
from tests.drifts.deliver import flux, posted
from tests.drifts.families.existence import unmanaged
from tests.drifts.families.flux import ADDITION, OVERRIDE, SCRIPT, UI, band, over
from tests.drifts.families.gitops import release
from tests.drifts.shapes import (
    DB,
    IMAGE,
    NEW,
    WEB,
    app,
    autoscaler,
    box,
    daemons,
    deployment,
    ingress,
    made,
    policy,
    role,
    secret,
    service,
    stateful,
    webhooks,
)
from tests.drifts.writes import agent, applied, at_path, merged, patched, put

Raw = dict[str, Any]
_POD = "spec.template.spec"
_BOX = f"{_POD}.containers[name=app]"
_ENV = [{"name": "LEVEL", "value": "info"}, {"name": "SIZE", "value": "1"}]
_PROBE = {"httpGet": {"path": "/healthz", "port": 8080}}
_HELM_FLUX = {"helm.toolkit.fluxcd.io/name": "flux-helm-edited", "helm.toolkit.fluxcd.io/namespace": "flux-helm-edited"}


CASES: tuple[Case, ...] = (
    over(
        "volume-of-host",
        "a volume of the host is mounted",
        deployment(),
        patched(
            "kubectl-patch",
            WEB,
            {"spec": {"template": {"spec": {"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}}}},
        ),
        band("Deployment/web", f"{_POD}.volumes[name=host]", "kubectl-patch", change="addition", security=True),
    ),
    over(
        "init-added",
        "an init container is added",
        deployment(),
        patched(
            "kubectl-patch",
            WEB,
            {"spec": {"template": {"spec": {"initContainers": [{"name": "first", "image": "r/i:1"}]}}}},
        ),
        band("Deployment/web", f"{_POD}.initContainers[name=first]", "kubectl-patch", change="addition"),
    ),
    over(
        "env-changed",
        "the value of a variable is changed",
        deployment("web", box(env=_ENV)),
        patched("kubectl-set", WEB, app(env=[{"name": "LEVEL", "value": "debug"}])),
        band("Deployment/web", f"{_BOX}.env[name=LEVEL].value", "kubectl-set", change=OVERRIDE),
    ),
    over(
        "probe-added",
        "a probe is added, with its defaults",
        deployment(),
        patched("kubectl-patch", WEB, app(readinessProbe=_PROBE)),
        band("Deployment/web", f"{_BOX}.readinessProbe", "kubectl-patch", change="addition"),
    ),
    over(
        "strategy-changed",
        "the strategy of a Deployment is changed",
        deployment(),
        patched("kubectl-patch", WEB, {"spec": {"strategy": {"rollingUpdate": {"maxSurge": 3}}}}),
        band("Deployment/web", "spec.strategy.rollingUpdate.maxSurge", "kubectl-patch", after="3"),
    ),
    over(
        "partition-set",
        "somebody holds a StatefulSet's updates with a partition",
        stateful(),
        patched("kubectl-patch", DB, {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 5}}}}),
        band(
            "StatefulSet/db", "spec.updateStrategy.rollingUpdate.partition", "kubectl-patch", change=OVERRIDE, after="5"
        ),
    ),
    over(
        "daemons-selected",
        "a DaemonSet is kept off all nodes, as people do to switch one off",
        daemons("agent"),
        patched("kubectl-patch", daemons("agent"), {"spec": {"template": {"spec": {"nodeSelector": {"off": "yes"}}}}}),
        band("DaemonSet/agent", f"{_POD}.nodeSelector", "kubectl-patch", change=ADDITION),
    ),
    over(
        "cron-rescheduled",
        "the schedule of a CronJob is changed",
        made(
            "batch/v1",
            "CronJob",
            "nightly",
            spec={
                "schedule": "0 3 * * *",
                "jobTemplate": {
                    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [box()]}}},
                },
            },
        ),
        put("k9s", made("batch/v1", "CronJob", "nightly"), at_path("spec", "schedule", "*/5 * * * *")),
        band("CronJob/nightly", "spec.schedule", "k9s", UI, change=OVERRIDE, after="*/5 * * * *"),
    ),
    over(
        "ingress-annotated",
        "an annotation switches an Ingress' TLS redirect off",
        ingress(),
        merged(
            "kubectl-annotate",
            ingress(),
            {"metadata": {"annotations": {"nginx.ingress.kubernetes.io/ssl-redirect": "false"}}},
        ),
        band(
            "Ingress/web",
            "metadata.annotations[nginx.ingress.kubernetes.io/ssl-redirect]",
            "kubectl-annotate",
            change=ADDITION,
        ),
    ),
    over(
        "ingress-certificate",
        "an Ingress gets another certificate",
        ingress(tls=[{"hosts": ["shop.example.org"], "secretName": "good"}]),
        put("kubectl-edit", ingress(), at_path("spec", "tls", 0, "secretName", "bad")),
        band("Ingress/web", "spec.tls", "kubectl-edit", change=OVERRIDE, security=True),
    ),
    over(
        "egress-opened",
        "a NetworkPolicy's selector is narrowed to nothing",
        policy(),
        merged("kubectl-edit", policy(), {"spec": {"podSelector": {"matchLabels": {"nobody": "x"}}}}),
        band("NetworkPolicy/closed", "spec.podSelector", "kubectl-edit", change=OVERRIDE, security=True),
    ),
    over(
        "hook-narrowed",
        "a webhook is kept away from a namespace",
        webhooks("hook-narrowed", "MutatingWebhookConfiguration"),
        patched(
            "kubectl-patch",
            webhooks("hook-narrowed", "MutatingWebhookConfiguration"),
            {"webhooks": [{"name": "gate.example.org", "namespaceSelector": {"matchLabels": {"watched": "yes"}}}]},
        ),
        band(
            "MutatingWebhookConfiguration/hook-narrowed",
            "webhooks[name=gate.example.org].namespaceSelector",
            "kubectl-patch",
            change=OVERRIDE,
            security=True,
        ),
    ),
    over(
        "hook-deleted-rule",
        "the rules of a webhook are changed",
        webhooks("hook-deleted-rule"),
        put(
            "kubectl-edit",
            webhooks("hook-deleted-rule"),
            at_path("webhooks", 0, "rules", 0, "operations", ["DELETE"]),
        ),
        band(
            "ValidatingWebhookConfiguration/hook-deleted-rule",
            "webhooks[name=gate.example.org].rules",
            "kubectl-edit",
            change=OVERRIDE,
            security=True,
        ),
    ),
    over(
        "quota-raised",
        "a ResourceQuota is raised",
        made("v1", "ResourceQuota", "limits", spec={"hard": {"pods": "10"}}),
        merged("kubectl-patch", made("v1", "ResourceQuota", "limits"), {"spec": {"hard": {"pods": "1000"}}}),
        band("ResourceQuota/limits", "spec.hard.pods", "kubectl-patch", change=OVERRIDE, after="1k"),
    ),
    over(
        "secret-key-added",
        "a key is added to a Secret",
        secret("login", password="first"),
        agent("python-requests/2.32", secret(), {"data": {"token": "czNudGluZWwtdG9rZW4="}}),
        band("Secret/login", "data.token", "python-requests", SCRIPT, change=ADDITION, security=True),
    ),
    over(
        "cluster-role-widened",
        "a ClusterRole is widened by server-side apply",
        role("cluster-role-widened", kind="ClusterRole"),
        applied(
            "kubectl",
            role(
                "cluster-role-widened",
                {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
                kind="ClusterRole",
            ),
        ),
        band("ClusterRole/cluster-role-widened", "rules", "kubectl", change=OVERRIDE, security=True),
    ),
    Drifted(
        name="flux-helm-edited",
        what="an object of Flux' HelmRelease is edited; its drift detection is off by default",
        long_ago=(
            applied("kustomize-controller", release("flux-helm-edited"), "delivered"),
            posted(
                "helm-controller",
                {
                    **deployment(),
                    "metadata": {
                        "name": "web",
                        "labels": {"app.kubernetes.io/managed-by": "Helm", **_HELM_FLUX},
                        "annotations": {
                            "meta.helm.sh/release-name": "web",
                            "meta.helm.sh/release-namespace": "flux-helm-edited",
                        },
                    },
                },
            ),
        ),
        recently=(patched("kubectl-set", WEB, app(image=NEW)),),
        expected=(band("Deployment/web", IMAGE, "kubectl-set", after=NEW, says="drift detection"),),
    ),
    over(
        "ports-of-host",
        "a pod is put on its machine's network: the server opens its ports there as well",
        deployment("web", box(ports=[{"containerPort": 8080}])),
        patched("kubectl-patch", WEB, {"spec": {"template": {"spec": {"hostNetwork": True}}}}),
        band("Deployment/web", f"{_POD}.hostNetwork", "kubectl-patch", change=OVERRIDE, security=True),
    ),
    over(
        "strategy-replaced",
        "a Deployment's strategy is made Recreate by one PUT",
        deployment(),
        put("kubectl-edit", WEB, at_path("spec", "strategy", {"type": "Recreate"})),
        band("Deployment/web", "spec.strategy.type", "kubectl-edit", after="Recreate"),
    ),
    over(
        "autoscaler-slowed",
        "kubectl edit gives an autoscaler a behaviour; the server fills in all the rest of it",
        autoscaler("nobody"),
        merged(
            "kubectl-edit",
            autoscaler("nobody"),
            {"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 3600}}}},
        ),
        band(
            "HorizontalPodAutoscaler/nobody",
            "spec.behavior.scaleDown.stabilizationWindowSeconds",
            "kubectl-edit",
            change=ADDITION,
            after="3600",
        ),
    ),
    over(
        "volume-changed",
        "a volume's ConfigMap is replaced by another",
        deployment("web", volumes=[{"name": "settings", "configMap": {"name": "settings"}}]),
        put("kubectl-edit", WEB, at_path("spec", "template", "spec", "volumes", 0, "configMap", "name", "other")),
        band("Deployment/web", f"{_POD}.volumes[name=settings].configMap.name", "kubectl-edit", change=OVERRIDE),
    ),
    over(
        "affinity-added",
        "an affinity and a toleration are added",
        deployment(),
        patched(
            "kubectl-patch",
            WEB,
            {"spec": {"template": {"spec": {"tolerations": [{"operator": "Exists"}]}}}},
        ),
        band("Deployment/web", f"{_POD}.tolerations", "kubectl-patch", change=ADDITION),
    ),
    over(
        "capabilities-added",
        "a container is given capabilities",
        deployment(),
        patched("kubectl-patch", WEB, app(securityContext={"capabilities": {"add": ["SYS_ADMIN"]}})),
        band(
            "Deployment/web",
            f"{_BOX}.securityContext.capabilities.add",
            "kubectl-patch",
            change=ADDITION,
            security=True,
        ),
    ),
    over(
        "ranges-opened",
        "a load balancer is opened to the world",
        service("web", {"name": "http", "port": 80}, type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8"]),
        put("k9s", service(), at_path("spec", "loadBalancerSourceRanges", ["0.0.0.0/0"])),
        band("Service/web", "spec.loadBalancerSourceRanges", "k9s", UI, change=OVERRIDE, security=True),
    ),
    over(
        "port-added",
        "a port is added to a Service",
        service(),
        patched("kubectl-patch", service(), {"spec": {"ports": [{"name": "debug", "port": 6060}]}}),
        band("Service/web", "spec.ports[port=6060]", "kubectl-patch", change="addition"),
    ),
    over(
        "selector-turned",
        "a Service's selector is turned to other pods",
        service(),
        merged("kubectl-set", service(), {"spec": {"selector": {"app": "other"}}}),
        band("Service/web", "spec.selector", "kubectl-set", change=OVERRIDE),
    ),
    Drifted(
        name="made-autoscaler",
        what="kubectl autoscale of a delivered Deployment",
        long_ago=(flux(deployment(replicas=None)),),
        recently=(posted("kubectl-autoscale", autoscaler("web", 1)),),
        expected=(unmanaged("HorizontalPodAutoscaler/web", "kubectl-autoscale"),),
    ),
    Drifted(
        name="made-secret",
        what="a console made a Secret",
        recently=(posted("node-fetch", secret("made", password="lens")),),
        expected=(unmanaged("Secret/made", "node-fetch", UI),),
    ),
    Drifted(
        name="made-service",
        what="kubectl expose",
        long_ago=(flux(deployment()),),
        recently=(posted("kubectl-expose", service()),),
        expected=(unmanaged("Service/web", "kubectl-expose"),),
    ),
)
