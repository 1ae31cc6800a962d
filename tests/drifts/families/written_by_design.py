"""Not drift: what controllers, autoscalers, injectors and operators write by design, and changes on their way."""

from __future__ import annotations

from typing import Any

from tests.drifts.case import Case, Lookalike
from tests.drifts.deliver import argo, flux, helm, posted
from tests.drifts.families.gitops import (
    HEALING,
    _delivered,
    application,
    flux_says,
    kustomization,
    listed,
    release,
    says,
)
from tests.drifts.families.lookalikes import innocent
from tests.drifts.families.nodes import _claim, drifted_claim, joins, node, pool
from tests.drifts.families.pods import report, reported
from tests.drifts.families.scaling import keda, settled
from tests.drifts.place import MERGE, STRATEGIC, Place
from tests.drifts.shapes import (
    DB,
    NEW,
    SETTINGS,
    WEB,
    autoscaler,
    box,
    config,
    definition,
    deployment,
    made,
    named,
    role,
    secret,
    service,
    stateful,
    webhooks,
    widget,
)
from tests.drifts.writes import agent, merged, patched, scaled, status

Raw = dict[str, Any]

_BUNDLE = {"webhooks": [{"name": "gate.example.org", "clientConfig": {"caBundle": "e30="}}]}
_CLAIM = made(
    "v1",
    "PersistentVolumeClaim",
    "data",
    spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "local"},
)
_REFS: dict[str, Any] = {
    "env": [{"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "level"}}}]
}
_AGGREGATE = made(
    "rbac.authorization.k8s.io/v1",
    "ClusterRole",
    "role-aggregated",
    aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"role-aggregated": "yes"}}]},
    rules=[],
)


async def _children(at: Place) -> None:
    """An operator makes a workload out of its own object, and writes it again."""
    parent = await at.get(widget())
    owner = {
        "apiVersion": parent["apiVersion"],
        "kind": "Widget",
        "name": "one",
        "uid": parent["metadata"]["uid"],
        "controller": True,
    }
    child = deployment()
    child["metadata"]["ownerReferences"] = [owner]
    await at.post("widget-operator", child)
    await at.patch("widget-operator", WEB, {"spec": {"minReadySeconds": 3}}, MERGE)


async def _with_mark_copied(at: Place) -> None:
    """An operator copies its parent's labels to its child, Flux' among them."""
    parent = await at.get(widget())
    owner = {
        "apiVersion": parent["apiVersion"],
        "kind": "Widget",
        "name": "one",
        "uid": parent["metadata"]["uid"],
        "controller": True,
    }
    child = config("copied")
    child["metadata"].update(ownerReferences=[owner], labels=dict(parent["metadata"]["labels"]))
    await at.post("widget-operator", child)


async def _canary(at: Place) -> None:
    await at.apply("kustomize-controller", _partitioned(NEW), "again")
    await at.shows(DB, lambda one: one["status"].get("updateRevision") != one["status"].get("currentRevision"))


def _partitioned(image: str) -> Raw:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    whole = stateful("db", box(image), replicas=2, deploy={"updateStrategy": strategy})
    return {**whole, "metadata": {"name": "db"}}


async def _vpa_resized(at: Place) -> None:
    pod = (await at.pods("web"))[0]
    body = {"spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "150m"}}}]}}
    await at.patch("vpa-updater", pod, body, STRATEGIC, "resize")


async def _own_report(at: Place) -> None:
    """Pods of two machines: the same tag has another digest on each."""
    for pod in await at.pods("web", 1, lambda one: one["spec"].get("nodeName")):
        await report(at, pod, digest="a")
    for pod in await at.pods("arm", 1, lambda one: one["spec"].get("nodeName")):
        await report(at, pod, digest="b")


async def _restarted_by_reloader(at: Place) -> None:
    change = {
        "spec": {
            "template": {
                "spec": {
                    "containers": [{"name": "app", "env": [{"name": "STAKATER_SETTINGS_CONFIGMAP", "value": "0a1b2c"}]}]
                }
            }
        }
    }
    await at.patch("Reloader", WEB, change, STRATEGIC)


def _two(image: str) -> Raw:
    return deployment("web", box(image), replicas=2, by_hand=True)


_SCALERS: tuple[Case, ...] = (
    innocent(
        "scaled-by-hpa",
        "an autoscaler scales what states no number",
        flux(deployment(replicas=None), autoscaler("web", 3)),
        settled(WEB, 3),
    ),
    innocent(
        "scaled-by-hpa-over-flux",
        "an autoscaler scales what Flux states",
        flux(deployment(replicas=1), autoscaler("web", 3)),
        settled(WEB, 3),
    ),
    innocent(
        "scaled-by-hpa-over-helm",
        "an autoscaler scales what a Helm manifest states",
        helm(deployment(replicas=1), autoscaler("web", 3)),
        settled(WEB, 3),
    ),
    innocent(
        "scaled-by-hpa-over-argo",
        "an autoscaler scales what Argo CD applied",
        argo(deployment(replicas=1), autoscaler("web", 3)),
        settled(WEB, 3),
    ),
    innocent(
        "scaled-by-keda",
        "KEDA scales to zero, and nobody owns the number then",
        flux(deployment(replicas=2), keda(0, 5)),
        settled(WEB, 2),
        recently=(scaled("keda", WEB, 0), settled(WEB, 0)),
    ),
    innocent(
        "resized-by-vpa",
        "a vertical autoscaler resizes a living pod and keeps its own object",
        flux(deployment("web", box(resources={"requests": {"cpu": "100m"}}), by_hand=True)),
        flux(
            made(
                "autoscaling.k8s.io/v1",
                "VerticalPodAutoscaler",
                "web",
                spec={"targetRef": {"kind": "Deployment", "name": "web"}},
            )
        ),
        reported(),
        recently=(
            _vpa_resized,
            status(
                "vpa-recommender", made("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", "web"), {"recommendation": {}}
            ),
        ),
    ),
)

_CONTROLLERS: tuple[Case, ...] = (
    innocent(
        "bundle-injected",
        "an injector of certificates fills in a webhook's bundle",
        flux(webhooks("bundle-injected", "MutatingWebhookConfiguration")),
        recently=(
            patched(
                "cert-manager-cainjector", named(webhooks("bundle-injected", "MutatingWebhookConfiguration")), _BUNDLE
            ),
        ),
    ),
    innocent(
        "bundle-injected-by-somebody",
        "the same by an injector that nobody knows",
        flux(webhooks("bundle-injected-by-somebody")),
        recently=(patched("acme-injector", named(webhooks("bundle-injected-by-somebody")), _BUNDLE),),
    ),
    innocent(
        "status-reported",
        "a controller without a name of its own reports a status and chooses a default",
        flux(widget()),
        recently=(
            merged("manager", widget(), {"spec": {"chosen": "here"}}),
            status("manager", widget(), {"ready": True}),
        ),
    ),
    innocent(
        "status-of-deployment",
        "the controller manager reports on a Deployment",
        flux(deployment()),
        recently=(status("kube-controller-manager", WEB, {"observedGeneration": 1}),),
    ),
    innocent(
        "claim-bound",
        "the volume binder names a claim's volume",
        flux(_CLAIM),
        recently=(
            merged(
                "kube-controller-manager",
                _CLAIM,
                {
                    "metadata": {
                        "annotations": {
                            "pv.kubernetes.io/bind-completed": "yes",
                            "pv.kubernetes.io/bound-by-controller": "yes",
                        }
                    },
                    "spec": {"volumeName": "pv-1"},
                },
            ),
        ),
    ),
    innocent(
        "role-aggregated",
        "the controller manager fills in an aggregated ClusterRole",
        flux(
            _AGGREGATE,
            role("role-aggregated-part", kind="ClusterRole", labels={"role-aggregated": "yes"}),
        ),
    ),
    innocent("operator-children", "an operator writes what its own object owns", flux(widget()), _children),
    innocent("marks-copied", "an operator copies a mark of Flux' to what it makes", flux(widget()), _with_mark_copied),
    innocent(
        "operator-writes",
        "an operator with its own name writes what Flux delivered",
        flux(config()),
        recently=(merged("acme-shop-operator", SETTINGS, {"data": {"leader": "a"}}),),
    ),
    innocent(
        "controller-writes",
        "and a controller",
        flux(service()),
        recently=(
            merged(
                "aws-load-balancer-controller", service(), {"metadata": {"finalizers": ["service.k8s.aws/resources"]}}
            ),
        ),
    ),
    innocent(
        "reloaded",
        "Reloader restarts a workload when its configuration changes",
        flux(config(), deployment("web", box(**_REFS))),
        recently=(flux(config(level="debug"), note="again", listed=False), _restarted_by_reloader),
    ),
    innocent(
        "checksum-rolled",
        "a chart with a checksum in its template rolls when its configuration changes",
        flux(config(), deployment("web", box(**_REFS), annotations={"checksum/config": "1"})),
        recently=(
            flux(
                config(level="debug"),
                deployment("web", box(**_REFS), annotations={"checksum/config": "2"}),
                note="again",
                listed=False,
            ),
        ),
    ),
    innocent(
        "generated",
        "what the cluster makes by itself: the root certificate, the default account, EndpointSlices",
        flux(service(), deployment()),
    ),
    innocent(
        "secrets-of-operators",
        "Secrets that operators make and renew",
        posted("cert-manager-certificates-issuing", secret("tls", crt="crt")),
        posted("external-secrets", secret("api", key="key")),
        recently=(merged("external-secrets", secret("api"), {"stringData": {"key": "s3ntinel-renewed"}}),),
    ),
    innocent(
        "lock",
        "a ConfigMap that leaders write",
        posted("ingress-nginx-controller", config("leader")),
        recently=(
            agent(
                "ingress-nginx-controller/1",
                config("leader"),
                {"metadata": {"annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}}},
            ),
        ),
    ),
    innocent(
        "policy-engine",
        "a policy engine labels what Flux delivered",
        flux(config()),
        recently=(merged("kyverno", SETTINGS, {"metadata": {"labels": {"checked": "yes"}}}),),
    ),
    innocent(
        "slices",
        "EndpointSlices that an operator keeps",
        posted(
            "acme-mesh-controller",
            made(
                "discovery.k8s.io/v1",
                "EndpointSlice",
                "remote",
                addressType="IPv4",
                endpoints=[{"addresses": ["10.9.9.9"]}],
                ports=[],
            ),
        ),
    ),
)

_ON_THE_WAY: tuple[Case, ...] = (
    Lookalike(
        name="rollout-under-way",
        what="a rollout that began seconds ago",
        long_ago=(flux(_two("registry.example/shop/app:1")), reported("web", 2)),
        now=(flux(_two(NEW), note="again", listed=False), reported("web", 3, ready=False)),
    ),
    innocent(
        "canary",
        "a partition keeps pods old by design",
        flux(_partitioned("registry.example/shop/app:1")),
        lambda at: at.pods("db", 2),
        recently=(_canary,),
    ),
    innocent(
        "two-architectures",
        "one tag has another digest on another architecture",
        flux(
            deployment(
                "web",
                box("registry.example/two-architectures:1"),
                by_hand=True,
                nodeSelector={"kubernetes.io/arch": "amd64"},
            ),
            deployment(
                "arm",
                box("registry.example/two-architectures:1"),
                by_hand=True,
                nodeSelector={"kubernetes.io/arch": "arm64"},
            ),
        ),
        _own_report,
    ),
    Lookalike(
        name="pool-renewed",
        what="a pool is being renewed: its newest node is minutes old",
        long_ago=(pool("pool-renewed"),),
        recently=(
            joins(
                node("pool-renewed-9", pool="pool-renewed", kubeletVersion="v1.37.3", osImage="Bottlerocket OS 1.43.0")
            ),
        ),
    ),
    innocent(
        "skew-allowed",
        "kubelets three versions older than the server are supported",
        joins(node("skew-allowed-0", pool="skew-allowed", kubeletVersion="v1.34.0")),
    ),
    innocent(
        "pool-alike",
        "two pools, each alike in itself",
        pool("pool-alike-a", node("pool-alike-a-0", pool="pool-alike-a")),
        pool("pool-alike-b", node("pool-alike-b-0", pool="pool-alike-b")),
    ),
    Lookalike(
        name="claim-replaced",
        what="Karpenter has just found a node drifted and is replacing it",
        long_ago=(joins(node("claim-replaced-0")), lambda at: at.apply("karpenter", _claim("claim-replaced"))),
        now=(drifted_claim(1),),
    ),
    innocent(
        "node-kept",
        "daemons annotate and label their node all day",
        joins(node("node-kept-0")),
        recently=(
            merged(
                "cilium-agent",
                node("node-kept-0"),
                {"metadata": {"annotations": {"network.cilium.io/ipv4": "10.0.0.1"}}},
            ),
            merged(
                "nfd-master", node("node-kept-0"), {"metadata": {"labels": {"feature.node.kubernetes.io/cpu": "x"}}}
            ),
        ),
    ),
    innocent(
        "definition-served",
        "a definition with two versions, both served",
        flux(definition("taps", "definition-served.example.org", "Tap", "v1", "v1beta1")),
    ),
    Lookalike(
        name="argo-syncing",
        what="Argo CD is syncing right now",
        long_ago=(_delivered(application("argo-syncing", HEALING)),),
        now=(
            says(
                "argo-syncing",
                "OutOfSync",
                listed("Deployment", "web", "OutOfSync", "apps"),
                synced=0.1,
                operation={"phase": "Running"},
            ),
        ),
    ),
    Lookalike(
        name="argo-new-revision",
        what="a new revision arrived a moment ago",
        long_ago=(_delivered(application("argo-new-revision", HEALING)),),
        now=(
            says("argo-new-revision", "OutOfSync", listed("Deployment", "web", "OutOfSync", "apps"), revision="9999"),
        ),
    ),
    Lookalike(
        name="argo-waits-for-hand",
        what="synced by hand, and it differs since this morning: somebody will look",
        long_ago=(_delivered(application("argo-waits-for-hand")),),
        now=(says("argo-waits-for-hand", "OutOfSync", listed("Deployment", "web", "OutOfSync", "apps"), synced=120),),
    ),
    Lookalike(
        name="flux-waits",
        what="a Kustomization waits for another one",
        long_ago=(_delivered(kustomization("flux-waits")),),
        now=(
            flux_says(
                kustomization("flux-waits"),
                {
                    "status": "False",
                    "reason": "DependencyNotReady",
                    "message": "dependency 'flux-system/infra' is not ready",
                },
                lastAttemptedRevision="main@sha1:9999",
            ),
        ),
    ),
    Lookalike(
        name="flux-sound",
        what="a HelmRelease that corrects drift, and found none",
        long_ago=(_delivered(release("flux-sound", driftDetection={"mode": "enabled"})),),
        now=(flux_says(release("flux-sound"), {"reason": "UpgradeSucceeded", "message": "Helm upgrade succeeded"}),),
    ),
)

CASES: tuple[Case, ...] = (*_SCALERS, *_CONTROLLERS, *_ON_THE_WAY)
