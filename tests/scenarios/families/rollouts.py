"""Changes that do not get through: a new version fails in one of the usual ways while the old one still serves."""

from __future__ import annotations

from tests.scenarios.case import Case, Era, Raw, Ref, Step
from tests.scenarios.families.containers import HTTP, back_off, crashing, unhealthy
from tests.scenarios.families.creation import quota
from tests.scenarios.families.gateways import GATEWAY_API, said
from tests.scenarios.families.lookalikes import old
from tests.scenarios.families.scaling import scaler, using
from tests.scenarios.families.scheduling import asking
from tests.scenarios.families.tangles import tangle
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import (
    box,
    daemon_set,
    deployment,
    deploys,
    made,
    named,
    scripted,
    stateful_set,
)
from tests.scenarios.site import Site

NEWER = "registry.example/shop/app:2.0.0"
POOL = {"karpenter.sh/nodepool": "b"}
CRASH = Play({"app": crashing(Ended(1))}, (back_off("app"),))


def rolls(namespace: str, *boxes: Raw, kind: str = "Deployment", refused: bool = False) -> Step:
    """A step: the workload ``api`` serves; then it gets other containers, and a pod with these is there, or refused."""

    async def step(site: Site) -> None:
        target = named("apps/v1", kind, namespace, "api")
        counts = "numberReady" if kind == "DaemonSet" else "readyReplicas"
        await site.shows(target, lambda one: one.get("status", {}).get(counts) == 3, "serves")
        told = await site.api.patch(target, {"spec": {"template": {"spec": {"containers": list(boxes)}}}})

        def begun(found: Raw) -> bool:
            status, news = found["status"], "updatedNumberScheduled" if kind == "DaemonSet" else "updatedReplicas"
            seen = bool(status.get("observedGeneration") == told["metadata"]["generation"])
            return seen and (bool(status.get(news)) or refused)

        await site.shows(target, begun, "has a pod of the new version")

    return step


async def settings_lost(site: Site) -> None:
    """The ConfigMap goes while the pods run; one of them is made anew after that."""
    await site.pods("config-deleted", 3)
    await site.api.delete(named("v1", "ConfigMap", "config-deleted", "settings"))


_LISTENER = {
    "name": "https",
    "port": 443,
    "protocol": "HTTPS",
    "tls": {"certificateRefs": [{"name": "edge-tls"}]},
}

CASES: tuple[Case, ...] = (
    tangle(
        "rollout-quota",
        "the new version's first pod exceeds the quota; the old version serves",
        r"quota",
        quota("rollout-quota", pods="3"),
        deployment("rollout-quota", "api", replicas=3),
        steps=(rolls("rollout-quota", box(image=NEWER), refused=True),),
        blame=(Ref("ResourceQuota", "rollout-quota", "team-quota"),),
        found=(deploys("rollout-quota", "api"), Ref("ReplicaSet", "rollout-quota", "api-*")),
        row=16,
    ),
    tangle(
        "rollout-unready",
        "the new version never becomes ready; the old version serves",
        r"readiness|502",
        scripted("rollout-unready", "api", box(readinessProbe=HTTP), replicas=3),
        plays={
            f"api {NEWER}": Play(
                {"app": Container(ready=False)}, (unhealthy("Readiness", "HTTP probe failed with statuscode: 502"),)
            )
        },
        steps=(rolls("rollout-unready", box(image=NEWER, readinessProbe=HTTP)),),
        blame=(deploys("rollout-unready", "api"),),
        found=(deploys("rollout-unready", "api"),),
        row=13,
    ),
    tangle(
        "rollout-pending",
        "the new version asks for more CPU than any node has; the old version serves",
        r"cpu",
        deployment("rollout-pending", "api", replicas=3),
        steps=(rolls("rollout-pending", asking(cpu="120", memory="16Mi")),),
        blame=(deploys("rollout-pending", "api"),),
        found=(deploys("rollout-pending", "api"),),
        row=13,
    ),
    tangle(
        "daemon-rollout",
        "the first updated pod of a DaemonSet crashes, and the roll stops there",
        r"exit",
        daemon_set("daemon-rollout", "api", scripted=True, nodeSelector=POOL),
        plays={f"api {NEWER}": CRASH},
        steps=(rolls("daemon-rollout", box(image=NEWER), kind="DaemonSet"),),
        blame=(Ref("DaemonSet", "daemon-rollout", "api"),),
        found=(Ref("DaemonSet", "daemon-rollout", "api"),),
        row=1,
    ),
    tangle(
        "set-rollout",
        "the last ordinal's new version crashes, and the roll stops there",
        r"exit|api-2",
        stateful_set("set-rollout", "api", scripted=True),
        plays={f"api {NEWER}": CRASH},
        steps=(rolls("set-rollout", box(image=NEWER), kind="StatefulSet"),),
        blame=(Ref("StatefulSet", "set-rollout", "api"), Ref("Pod", "set-rollout", "api-2")),
        found=(Ref("StatefulSet", "set-rollout", "api"),),
        row=42,
    ),
    tangle(
        "config-deleted",
        "a ConfigMap was deleted under its pods: two still run, the third cannot start",
        r"settings",
        made("v1", "ConfigMap", "config-deleted", "settings", data={"a": "b"}),
        scripted("config-deleted", "api", box(envFrom=[{"configMapRef": {"name": "settings"}}]), replicas=3),
        plays={
            "api": (
                Play(),
                Play(),
                Play(
                    {"app": Container(waiting="CreateContainerConfigError", message='configmap "settings" not found')},
                    (Happened("Failed", 'Error: configmap "settings" not found', container="app"),),
                ),
            )
        },
        steps=(settings_lost,),
        blame=(Ref("ConfigMap", "config-deleted", "settings"),),
        found=(deploys("config-deleted", "api"), Ref("Pod", "config-deleted", "api-*")),
        row=14,
    ),
    tangle(
        "account-pull-secret",
        "the ServiceAccount names a pull secret that does not exist",
        r"team-registry",
        made(
            "v1",
            "ServiceAccount",
            "account-pull-secret",
            "runner",
            imagePullSecrets=[{"name": "team-registry"}],
        ),
        scripted("account-pull-secret", "api", box(image="registry.example/private:1"), serviceAccountName="runner"),
        plays={
            "api": Play(
                {
                    "app": Container(
                        waiting="ImagePullBackOff",
                        message='Back-off pulling image "registry.example/private:1": ErrImagePull: failed to'
                        " authorize: unexpected status: 401 Unauthorized",
                    )
                }
            )
        },
        blame=(
            Ref("Secret", "account-pull-secret", "team-registry"),
            Ref("ServiceAccount", "account-pull-secret", "runner"),
        ),
        found=(deploys("account-pull-secret", "api"),),
        row=5,
    ),
    tangle(
        "scale-container",
        "the autoscaler asks for the figures of a container that is not there",
        r"appp",
        deployment("scale-container", "web"),
        scaler(
            "scale-container",
            {
                "type": "ContainerResource",
                "containerResource": {
                    "name": "cpu",
                    "container": "appp",
                    "target": {"type": "Utilization", "averageUtilization": 50},
                },
            },
        ),
        steps=(using("scale-container", "5m", "ScalingActive", "False", "did not receive metrics"),),
        blame=(Ref("HorizontalPodAutoscaler", "scale-container", "web"), deploys("scale-container", "web")),
        found=(Ref("HorizontalPodAutoscaler", "scale-container", "web"),),
        row=36,
    ),
    tangle(
        "class-refused",
        "a gateway's class is not accepted by its controller",
        r"parameters|InvalidParameters|accept",
        made(
            f"{GATEWAY_API}/v1",
            "GatewayClass",
            None,
            "broken-class",
            spec={"controllerName": "example.com/gateway-controller"},
            status={"conditions": [said("Accepted", "False", "InvalidParameters", "the parameters cannot be found")]},
        ),
        blame=(Ref("GatewayClass", None, "broken-class"),),
        found=(Ref("GatewayClass", None, "broken-class"),),
        row=45,
    ),
    tangle(
        "gateway-no-certificate",
        "a listener's certificate does not exist",
        r"edge-tls|certificate",
        made(
            f"{GATEWAY_API}/v1",
            "Gateway",
            "gateway-no-certificate",
            "edge",
            spec={"gatewayClassName": "edge", "listeners": [_LISTENER]},
            status={
                "conditions": [said("Accepted", "True", "Accepted"), said("Programmed", "False", "Invalid")],
                "listeners": [
                    {
                        "name": "https",
                        "attachedRoutes": 0,
                        "supportedKinds": [],
                        "conditions": [
                            said("ResolvedRefs", "False", "InvalidCertificateRef", "Secret edge-tls not found"),
                            said("Programmed", "False", "Invalid", "the listener's certificate cannot be used"),
                        ],
                    }
                ],
            },
        ),
        blame=(
            Ref("Gateway", "gateway-no-certificate", "edge"),
            Ref("Secret", "gateway-no-certificate", "edge-tls"),
        ),
        found=(Ref("Gateway", "gateway-no-certificate", "edge"),),
        row=45,
    ),
    tangle(
        "volume-failed",
        "a released disk could not be deleted",
        r"delete|failed|still attached",
        made(
            "v1",
            "PersistentVolume",
            None,
            "undeletable-1",
            spec={
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "csi": {"driver": "disk.csi.example.com", "volumeHandle": "undeletable-1"},
                "claimRef": {
                    "namespace": "volume-failed",
                    "name": "gone",
                    "uid": "00000000-0000-4000-8000-000000000001",
                },
                "persistentVolumeReclaimPolicy": "Retain",
            },
            status={
                "phase": "Failed",
                "reason": "VolumeFailedDelete",
                "message": "rpc error: code = FailedPrecondition desc = the disk is still attached",
            },
        ),
        blame=(Ref("PersistentVolume", None, "undeletable-1"),),
        found=(Ref("PersistentVolume", None, "undeletable-1"),),
        row=34,
    ),
    old(
        "waits-long",
        "pods are ready, and count as available only after an hour",
        deployment("waits-long", "web", deploy={"minReadySeconds": 3600, "progressDeadlineSeconds": 7200}),
        era=Era.RECENT,
    ),
)
