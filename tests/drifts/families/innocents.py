"""More that is not drift: programs of every sort at work on delivered objects, and changes that came the proper way."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.drifts.case import Case
from tests.drifts.deliver import argo, flux, helm, kubectl_apply, posted
from tests.drifts.families.lookalikes import admission, innocent, overlay, upgraded
from tests.drifts.families.nodes import joins, node
from tests.drifts.place import JSON, Place
from tests.drifts.shapes import (
    DB,
    NEW,
    SETTINGS,
    WEB,
    app,
    autoscaler,
    binding,
    box,
    budget,
    config,
    daemons,
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
from tests.drifts.writes import merged, patched, scaled, status

Raw = dict[str, Any]
_HOOK_SPACE = {"webhooks": [{"name": "gate.example.org", "clientConfig": {"caBundle": "e30="}}]}
_PERSISTENT = made(
    "v1",
    "PersistentVolume",
    "volume-claimed",
    spec={
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": "/data"},
        "persistentVolumeReclaimPolicy": "Retain",
    },
)
_CONVERTED = definition("cogs", "converter-injected.example.org", "Cog", "v1")


async def _flux_upgrades(at: Place) -> None:
    """Three revisions through Git, as it should be."""
    for number in (2, 3, 4):
        await flux(deployment("web", box(f"registry.example/shop/app:{number}")), note="again", listed=False)(at)


async def _flux_drops_a_key(at: Place) -> None:
    await flux(config(level="info"), note="again", listed=False)(at)


async def _migrated(at: Place) -> None:
    """kubectl apply, then the same by Flux, server-side."""
    await kubectl_apply(config())(at)
    await asyncio.sleep(1.1)
    await flux(config())(at)


async def _migrated_argo(at: Place) -> None:
    """Argo CD applied client-side, and does so server-side since."""
    await argo(deployment())(at)
    await asyncio.sleep(1.1)
    await argo(deployment(), server_side=True, note="again")(at)


PROGRAMS: tuple[Case, ...] = (
    innocent(
        "service-load-balancer",
        "the cloud's controller gives a Service its address and its finalizer",
        flux(service("web", {"name": "http", "port": 80}, type="LoadBalancer")),
        recently=(
            merged(
                "cloud-controller-manager",
                service(),
                {"metadata": {"finalizers": ["service.kubernetes.io/load-balancer-cleanup"]}},
            ),
            status("cloud-controller-manager", service(), {"loadBalancer": {"ingress": [{"ip": "10.1.1.1"}]}}),
        ),
    ),
    innocent(
        "ingress-served",
        "an ingress controller reports an address, cert-manager annotates",
        flux(ingress()),
        recently=(
            status("nginx-ingress-controller", ingress(), {"loadBalancer": {"ingress": [{"ip": "10.1.1.1"}]}}),
            merged(
                "cert-manager-ingress-shim", ingress(), {"metadata": {"annotations": {"cert-manager.io/issuer": "x"}}}
            ),
        ),
    ),
    innocent(
        "volume-claimed",
        "the binder names the claim in a volume",
        flux(_PERSISTENT),
        recently=(
            merged(
                "kube-controller-manager",
                _PERSISTENT,
                {
                    "spec": {
                        "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "volume-claimed", "name": "data"}
                    }
                },
            ),
        ),
    ),
    innocent(
        "converter-injected",
        "an injector fills in a definition's conversion",
        flux(_CONVERTED),
        recently=(
            merged(
                "cert-manager-cainjector",
                named(_CONVERTED),
                {"metadata": {"annotations": {"injected": "by cainjector"}}},
            ),
        ),
    ),
    innocent(
        "hook-installed",
        "a chart's job makes a webhook and fills in its bundle",
        helm(webhooks("hook-installed", "MutatingWebhookConfiguration")),
        recently=(
            patched(
                "kube-webhook-certgen", named(webhooks("hook-installed", "MutatingWebhookConfiguration")), _HOOK_SPACE
            ),
        ),
    ),
    innocent(
        "velero-restored",
        "a backup tool labels what it restored",
        flux(config()),
        recently=(merged("velero-server", SETTINGS, {"metadata": {"labels": {"velero.io/restore-name": "r1"}}}),),
    ),
    innocent(
        "flagger-scales",
        "a canary controller scales and changes what it owns",
        flux(deployment(replicas=2)),
        recently=(
            scaled("flagger", WEB, 3),
            merged("flagger", WEB, {"metadata": {"annotations": {"flagger": "1"}}}),
        ),
    ),
    innocent(
        "rollouts-controller",
        "another controller by its suffix",
        flux(stateful()),
        recently=(merged("acme-rollouts-controller", DB, {"spec": {"minReadySeconds": 1}}),),
    ),
    innocent(
        "istio-writes",
        "the mesh's control plane validates and labels",
        flux(service()),
        recently=(merged("pilot-discovery", service(), {"metadata": {"labels": {"istio.io/rev": "default"}}}),),
    ),
    innocent(
        "operator-nameless",
        "an operator whose binary is called manager writes the specs of its own objects",
        posted("manager", widget("one", size=1)),
        recently=(
            merged("manager", widget(), {"spec": {"size": 2}}),
            status("manager", widget(), {"observed": 2}),
        ),
    ),
    innocent(
        "operator-by-client",
        "an operator under the name of its client library reports on what it writes",
        flux(widget("one", size=1)),
        recently=(
            status("Go-http-client", widget(), {"observed": 1}),
            merged("Go-http-client", widget(), {"metadata": {"annotations": {"seen": "1"}}}),
        ),
    ),
    innocent(
        "budget-reported",
        "controllers report on budgets and autoscalers",
        flux(budget(), autoscaler("nobody")),
        recently=(status("kube-controller-manager", budget(), {"disruptionsAllowed": 0}),),
    ),
    innocent(
        "namespace-labelled",
        "an operator labels the namespace itself",
        recently=(
            merged(
                "capsule-controller-manager",
                made("v1", "Namespace", "namespace-labelled"),
                {"metadata": {"labels": {"tenant": "a"}}},
            ),
        ),
    ),
    innocent(
        "account-given-secrets",
        "a controller gives ServiceAccounts their pull secrets",
        flux(made("v1", "ServiceAccount", "worker")),
        recently=(
            merged(
                "openshift-controller-manager",
                made("v1", "ServiceAccount", "worker"),
                {"imagePullSecrets": [{"name": "worker-dockercfg"}]},
            ),
        ),
    ),
    innocent(
        "node-tainted-by-autoscaler",
        "an autoscaler marks a node that it will take away",
        joins(node("node-tainted-by-autoscaler-0")),
        recently=(
            merged(
                "cluster-autoscaler",
                node("node-tainted-by-autoscaler-0"),
                {"spec": {"taints": [{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule", "value": "1"}]}},
            ),
        ),
    ),
    innocent(
        "keda-keeps",
        "KEDA keeps an autoscaler of its own and writes its owner",
        posted("keda", autoscaler("keda-hpa-web", 1, 3)),
        recently=(merged("keda", autoscaler("keda-hpa-web"), {"spec": {"maxReplicas": 5}}),),
    ),
    innocent(
        "secret-token",
        "the token controller fills in a Secret",
        flux(made("v1", "ServiceAccount", "robot")),
        flux(
            made(
                "v1",
                "Secret",
                "robot-token",
                type="kubernetes.io/service-account-token",
                annotations={"kubernetes.io/service-account.name": "robot"},
            )
        ),
    ),
)

PROPERLY: tuple[Case, ...] = (
    innocent("flux-upgraded", "three revisions came through Git", flux(deployment()), recently=(_flux_upgrades,)),
    innocent(
        "flux-dropped",
        "a key left Git, and Flux took it away",
        flux(config(level="info", size="1")),
        recently=(_flux_drops_a_key,),
    ),
    innocent("migrated", "kubectl apply, and Flux since", _migrated),
    innocent("migrated-argo", "Argo CD client-side, and server-side since", _migrated_argo),
    innocent(
        "helm-upgraded-sets",
        "an upgrade changes a StatefulSet and a DaemonSet",
        helm(stateful(), daemons("agent")),
        recently=(upgraded(stateful("db", box(NEW)), daemons("agent", box(NEW))),),
    ),
    innocent(
        "helm-everything",
        "a chart of many kinds, unchanged",
        helm(
            role(),
            binding("readers", "reader", "anna"),
            policy(),
            ingress(),
            budget(),
            widget(),
            secret("login", password="chart"),
            made("v1", "ServiceAccount", "worker"),
            autoscaler("nobody"),
        ),
    ),
    innocent(
        "argo-everything",
        "the same by Argo CD",
        argo(
            role(), binding("readers", "reader", "anna"), policy(), ingress(), budget(), widget(), secret(), service()
        ),
    ),
    innocent(
        "json-same",
        "a JSON patch to the value that is there",
        flux(deployment(replicas=2)),
        recently=(patched("kubectl-patch", WEB, [{"op": "replace", "path": "/spec/replicas", "value": 2}], JSON),),
    ),
    innocent(
        "scale-same",
        "kubectl scale to the number that is there",
        flux(deployment(replicas=2)),
        recently=(scaled("kubectl", WEB, 2),),
    ),
    innocent(
        "quantity-same",
        "a limit patched to the same in another spelling",
        flux(deployment("web", box(resources={"limits": {"cpu": "1", "memory": "1Gi"}}))),
        recently=(patched("kubectl-patch", WEB, app(resources={"limits": {"cpu": "1000m", "memory": "1024Mi"}})),),
    ),
    innocent(
        "forced-back",
        "an edit under another name, and Flux took it back",
        flux(deployment()),
        recently=(patched("kubectl-edit", WEB, app(image=NEW)), flux(deployment(), note="again", listed=False)),
    ),
    innocent(
        "environment-injected",
        "a policy adds a variable and a volume to everything",
        admission(
            overlay(
                "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{volumes: ["
                'Object.spec.template.spec.volumes{name: "mutated", emptyDir: '
                "Object.spec.template.spec.volumes.emptyDir{}}]}}}}"
            )
        ),
        helm(deployment()),
    ),
    innocent(
        "service-annotated-by-policy",
        "a policy annotates Services",
        admission(
            overlay('Object{metadata: Object.metadata{annotations: {"mutated": "yes"}}}'),
            resources=("services",),
            group="",
        ),
        argo(service()),
    ),
    innocent(
        "manifests-many",
        "many kinds in hand, as they were applied",
        flux(service(), policy(), ingress(), budget(), config(), stateful(), role(), widget()),
        manifests=(service(), policy(), ingress(), budget(), config(), stateful(), role(), widget()),
    ),
    innocent(
        "manifest-autoscaled",
        "the manifest in hand states a number, and an autoscaler decides",
        flux(deployment(replicas=None), autoscaler("web", 2)),
        manifests=(deployment(replicas=1),),
    ),
    innocent(
        "manifest-secret",
        "a Secret in hand, the same as in the cluster",
        flux(secret("login", password="first")),
        manifests=(secret("login", password="first"),),
    ),
)

CASES: tuple[Case, ...] = (*PROGRAMS, *PROPERLY)
