"""Not drift: what controllers, autoscalers, injectors and operators write by design."""

from __future__ import annotations

from typing import Any

from tests.drifts.case import Case
from tests.drifts.deliver import argo, flux, helm, posted
from tests.drifts.families.lookalikes import innocent
from tests.drifts.families.pods import reported
from tests.drifts.families.scaling import keda, settled
from tests.drifts.place import MERGE, STRATEGIC, Place
from tests.drifts.shapes import (
    SETTINGS,
    WEB,
    autoscaler,
    box,
    config,
    deployment,
    made,
    named,
    role,
    secret,
    service,
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


async def _vpa_resized(at: Place) -> None:
    pod = (await at.pods("web"))[0]
    body = {"spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "150m"}}}]}}
    await at.patch("vpa-updater", pod, body, STRATEGIC, "resize")


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

CASES: tuple[Case, ...] = (*_SCALERS, *_CONTROLLERS)
