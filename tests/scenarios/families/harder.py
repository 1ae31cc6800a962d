"""Failures whose obvious suspect is innocent, and some that few tools look at."""

from __future__ import annotations

from tests.scenarios.case import Case, Raw, Ref, Step
from tests.scenarios.families.containers import back_off, crashing
from tests.scenarios.families.creation import no_webhook, quota, quota_first, then
from tests.scenarios.families.gateways import GATEWAY_API, gateway, ingress, route, said, served
from tests.scenarios.families.images import GONE
from tests.scenarios.families.nodes import serving
from tests.scenarios.families.platform import widget
from tests.scenarios.families.scheduling import asking, room
from tests.scenarios.families.tangles import tangle
from tests.scenarios.families.volumes import mounts, stays_creating, storage_class, volume
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import (
    box,
    claim,
    deployment,
    deploys,
    job,
    made,
    named,
    node,
    on_reserved,
    pod,
    scripted,
    service,
    stateful_set,
)
from tests.scenarios.site import Site, condition


async def other_refusal(site: Site) -> None:
    """A quota refuses; it is lifted, and a LimitRange refuses in its place. The condition keeps the first message."""
    name = "refusal-changed"
    target = named("apps/v1", "Deployment", name, "api")
    await quota_first(deployment(name, "api", box(resources={"requests": {"cpu": "1"}, "limits": {"cpu": "2"}})))(site)
    await site.shows(target, lambda one: condition(one, "ReplicaFailure").get("status") == "True", "is refused")
    limits = {"limits": [{"type": "Container", "max": {"cpu": "500m"}}]}
    await site.api.apply([made("v1", "LimitRange", name, "sizes", spec=limits)])
    await site.api.patch(named("v1", "ResourceQuota", name, "team-quota"), {"spec": {"hard": {"pods": "20"}}})

    async def refused_anew() -> bool:
        events = await site.api.list("v1", "Event", name)
        return any("maximum cpu usage" in (one.get("message") or "") for one in events)

    await site.until("the LimitRange refuses", refused_anew)


async def push_out(site: Site) -> None:
    """An important pod takes the room of one that is less so."""
    await serving("preempted", 1)(site)
    important = made("scheduling.k8s.io/v1", "PriorityClass", None, "important", value=100000)
    await site.api.apply([important])
    await site.api.apply(
        [
            deployment(
                "preempted",
                "first",
                asking(cpu="12"),
                replicas=1,
                priorityClassName="important",
                **on_reserved("preempted"),
            )
        ]
    )
    await serving("preempted", 1, "first")(site)
    await site.pods("preempted", 2)


def delete_space(name: str, kind: str) -> Step:
    """A step: delete the namespace; something in it has a finalizer."""

    async def step(site: Site) -> None:
        target = named("v1", "Namespace", None, name)
        await site.api.delete(target)
        await site.shows(
            target,
            lambda one: condition(one, "NamespaceFinalizersRemaining").get("status") == "True",
            f"keeps a {kind}",
        )

    return step


async def resize_fails(site: Site) -> None:
    """The claim wants more, and the driver cannot give it."""
    target = named("v1", "PersistentVolumeClaim", "claim-resize", "data")
    found = await site.shows(target, lambda one: one.get("status", {}).get("phase") == "Bound", "is bound")
    text = (
        'resize volume "grow-1" by resizer "disk.csi.example.com" failed: rpc error: code = OutOfRange desc = too large'
    )
    failed = {
        "type": "ControllerResizeError",
        "status": "True",
        "message": text,
        "lastTransitionTime": site.moments.before(20),
    }
    await site.api.write_status(target, {"conditions": [failed]})
    await site.say(found, Happened("VolumeResizeFailed", text, source="external-resizer disk.csi.example.com", count=9))


_REFUSED_HOOK = {
    "name": "pods.guard.example.com",
    "clientConfig": {"url": "https://127.0.0.1:1/validate"},
    "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
    "failurePolicy": "Fail",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "timeoutSeconds": 2,
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "hook-outside"}},
}
_INDEXED = {
    "completionMode": "Indexed",
    "completions": 2,
    "parallelism": 2,
    "backoffLimitPerIndex": 0,
    "maxFailedIndexes": 0,
}


async def job_is_failed(site: Site) -> None:
    """The indexed Job has given up."""
    target = named("batch/v1", "Job", "job-indexes", "report")
    await site.shows(target, lambda one: condition(one, "Failed").get("status") == "True", "failed")


def _route(name: str, reason: str, message: str, kind: str = "Accepted") -> tuple[Raw, ...]:
    conditions = [said("Accepted", "True", "Accepted"), said("ResolvedRefs", "True", "ResolvedRefs")]
    told = [said(kind, "False", reason, message) if one["type"] == kind else one for one in conditions]
    return (*served(name)[1:], gateway(name), route(name, *told))


def _http(name: str) -> Ref:
    return Ref("HTTPRoute", name, "web")


def _edge(name: str) -> Ref:
    return Ref("Gateway", name, "edge")


CASES: tuple[Case, ...] = (
    tangle(
        "refusal-changed",
        "refused by a LimitRange now; the condition still speaks of a quota that has long been raised",
        r"maximum|limit ?range|500m",
        quota("refusal-changed", pods="0"),
        steps=(other_refusal,),
        blame=(Ref("LimitRange", "refusal-changed", "sizes"), deploys("refusal-changed", "api")),
        found=(deploys("refusal-changed", "api"),),
        row=17,
    ),
    tangle(
        "preempted",
        "pushed out by a more important pod, and there is no other room",
        r"cpu|preempt|priority",
        room(50, "preempted"),
        deployment("preempted", "api", asking(cpu="12"), replicas=1, **on_reserved("preempted")),
        steps=(push_out,),
        blame=(deploys("preempted", "api"), deploys("preempted", "first"), Ref("Node", None, "node-0050")),
        found=(deploys("preempted", "api"),),
        row=50,
    ),
    tangle(
        "hook-outside",
        "a webhook outside the cluster does not answer, and must not fail",
        r"connection refused|cannot be reached|does not answer",
        made(
            "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", None, "guard", webhooks=[_REFUSED_HOOK]
        ),
        steps=(then(deployment("hook-outside", "api")),),
        blame=(Ref("ValidatingWebhookConfiguration", None, "guard"),),
        found=(deploys("hook-outside", "api"),),
        row=48,
    ),
    tangle(
        "hook-job",
        "a Job's pod is refused because a webhook's Service has no endpoints",
        r"webhook|endpoint|selector|no pod",
        no_webhook("hook-job", "job-hook", "jobs"),
        service("hook-job", "policy", {"app": "policy"}, 8443, secure=True),
        labels={"policed": "jobs"},
        steps=(then(job("hook-job", "report")),),
        blame=(Ref("ValidatingWebhookConfiguration", None, "job-hook"), Ref("Service", "hook-job", "policy")),
        found=(Ref("Job", "hook-job", "report"),),
        row=48,
    ),
    tangle(
        "job-indexes",
        "one index of a Job failed, and none may",
        r"index|\b9\b",
        job("job-indexes", "report", jobs=_INDEXED),
        plays={"report": Play({"app": Container(ended=Ended(9, ago=20))}, phase="Failed")},
        steps=(job_is_failed,),
        blame=(Ref("Job", "job-indexes", "report"),),
        found=(Ref("Job", "job-indexes", "report"),),
        row=40,
    ),
    tangle(
        "two-boxes",
        "two containers of a pod fail, each in its own way: the pull that never works is not the crash",
        r"exit|not found|does not exist|pull",
        scripted("two-boxes", "api", box(), box("side", GONE)),
        plays={
            "api": Play(
                {
                    "app": crashing(Ended(1)),
                    "side": Container(
                        waiting="ImagePullBackOff",
                        message=f'Back-off pulling image "{GONE}": ErrImagePull: {GONE}: not found',
                    ),
                },
                (back_off("app"),),
            )
        },
        blame=(deploys("two-boxes", "api"),),
        found=(deploys("two-boxes", "api"),),
    ),
    tangle(
        "sidecar-image",
        "a sidecar's image does not exist, so that the app is never started",
        r"proxy|not found|does not exist",
        scripted("sidecar-image", "api", initContainers=[box("proxy", GONE, restartPolicy="Always")]),
        plays={
            "api": Play(
                {"proxy": Container(waiting="ImagePullBackOff", message=f"Back-off: ErrImagePull: {GONE}: not found")}
            )
        },
        blame=(deploys("sidecar-image", "api"),),
        found=(deploys("sidecar-image", "api"),),
        row=26,
    ),
    tangle(
        "secret-and-more",
        "a mounted Secret is missing; the events have expired, and only its absence tells",
        r"vault-token",
        scripted("secret-and-more", "api", volumes=[{"name": "token", "secret": {"secretName": "vault-token"}}]),
        plays={"api": stays_creating()},
        blame=(Ref("Secret", "secret-and-more", "vault-token"),),
        found=(deploys("secret-and-more", "api"),),
        row=31,
    ),
    tangle(
        "projected-missing",
        "a projected volume wants a ConfigMap that does not exist",
        r"certs-bundle",
        scripted(
            "projected-missing",
            "api",
            volumes=[{"name": "all", "projected": {"sources": [{"configMap": {"name": "certs-bundle"}}]}}],
        ),
        plays={
            "api": stays_creating(
                Happened(
                    "FailedMount", 'MountVolume.SetUp failed for volume "all" : configmap "certs-bundle" not found'
                )
            )
        },
        blame=(Ref("ConfigMap", "projected-missing", "certs-bundle"),),
        found=(deploys("projected-missing", "api"),),
        row=31,
    ),
    tangle(
        "claim-resize",
        "a claim cannot grow: the driver refuses the size",
        r"resize|grow|too large",
        volume("grow-1", "claim-resize", "data"),
        claim("claim-resize", "data", "", volumeName="grow-1"),
        deployment("claim-resize", "api", replicas=1, **mounts()),
        steps=(resize_fails,),
        blame=(Ref("PersistentVolumeClaim", "claim-resize", "data"),),
        found=(Ref("PersistentVolumeClaim", "claim-resize", "data"),),
        row=27,
    ),
    tangle(
        "claim-once",
        "a claim that one pod alone may use is wanted by two",
        r"ReadWriteOncePod|same name|already|in use",
        storage_class("cloud-once", "WaitForFirstConsumer"),
        volume("once-1", "claim-once", "data")
        | {
            "spec": {
                **volume("once-1", "claim-once", "data")["spec"],
                "accessModes": ["ReadWriteOncePod"],
            }
        },
        claim("claim-once", "data", "", volumeName="once-1", accessModes=["ReadWriteOncePod"]),
        deployment("claim-once", "api", replicas=2, **mounts()),
        blame=(deploys("claim-once", "api"), Ref("PersistentVolumeClaim", "claim-once", "data")),
        found=(deploys("claim-once", "api"),),
        row=30,
    ),
    tangle(
        "space-custom",
        "a namespace stays Terminating: a custom resource in it keeps a finalizer that nobody lifts",
        r"widgets\.example\.com/hold|finalizer|APIService|exit",
        widget("space-custom", metadata={"finalizers": ["widgets.example.com/hold"]}),
        steps=(delete_space("space-custom", "Widget"),),
        blame=(
            Ref("Widget", "space-custom", "one"),
            Ref("Namespace", None, "space-custom"),
            Ref("APIService", None, "*"),
            Ref("Deployment", "api-crash", "adapter"),
            Ref("Service", "api-no-service", "gone"),
        ),
        found=(Ref("Namespace", None, "space-custom"),),
        row=35,
    ),
    tangle(
        "ingress-default-backend",
        "the Ingress's default backend does not exist",
        r"fallback",
        *served("ingress-default-backend")[1:],
        ingress("ingress-default-backend", defaultBackend={"service": {"name": "fallback", "port": {"number": 80}}}),
        blame=(Ref("Service", "ingress-default-backend", "fallback"), Ref("Ingress", "ingress-default-backend", "web")),
        found=(Ref("Ingress", "ingress-default-backend", "web"),),
        row=45,
    ),
    tangle(
        "ingress-unready",
        "the Ingress's only backend is not ready: its program crashes",
        r"exit",
        scripted("ingress-unready", "web"),
        service("ingress-unready", "web", {"app": "web"}),
        ingress("ingress-unready"),
        plays={"web": Play({"app": crashing(Ended(1))}, (back_off("app"),))},
        blame=(deploys("ingress-unready", "web"),),
        found=(Ref("Ingress", "ingress-unready", "web"),),
        row=45,
    ),
    tangle(
        "route-not-allowed",
        "the gateway's listeners do not admit the route",
        r"NotAllowedByListeners|allow|listener",
        *_route("route-not-allowed", "NotAllowedByListeners", "no listener allows this route"),
        blame=(_http("route-not-allowed"), _edge("route-not-allowed")),
        found=(_http("route-not-allowed"),),
        row=45,
    ),
    tangle(
        "route-no-grant",
        "the backend is in another namespace, which has not granted that",
        r"grant|RefNotPermitted|permit",
        *_route("route-no-grant", "RefNotPermitted", "Backend ref to Service other/web not permitted", "ResolvedRefs"),
        blame=(_http("route-no-grant"), Ref("ReferenceGrant", "*", "*")),
        found=(_http("route-no-grant"),),
        row=45,
    ),
    tangle(
        "gateway-no-class",
        "the gateway's class does not exist",
        r"nowhere|class",
        made(
            f"{GATEWAY_API}/v1",
            "Gateway",
            "gateway-no-class",
            "edge",
            spec={
                "gatewayClassName": "nowhere",
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            },
            status={
                "conditions": [
                    said("Accepted", "Unknown", "Pending", "Waiting for controller"),
                    said("Programmed", "Unknown", "Pending", "Waiting for controller"),
                ]
            },
        ),
        blame=(_edge("gateway-no-class"), Ref("GatewayClass", None, "nowhere")),
        found=(_edge("gateway-no-class"),),
        row=45,
    ),
    tangle(
        "pinned-elsewhere",
        "its volume is in one zone, its node selector in another",
        r"zone|volume|node affinity|selector",
        volume("zone-a-1", "pinned-elsewhere", "data", "eu-1a"),
        claim("pinned-elsewhere", "data", "", volumeName="zone-a-1"),
        deployment(
            "pinned-elsewhere",
            "api",
            replicas=1,
            nodeSelector={"topology.kubernetes.io/zone": "eu-1b"},
            **mounts(),
        ),
        blame=(
            deploys("pinned-elsewhere", "api"),
            Ref("PersistentVolume", None, "zone-a-1"),
            Ref("PersistentVolumeClaim", "pinned-elsewhere", "data"),
        ),
        found=(deploys("pinned-elsewhere", "api"),),
        row=29,
    ),
    tangle(
        "drained-for-ever",
        "a taint NoExecute on its only node drives it away",
        r"maintenance|taint",
        node(
            51,
            labels={"reserved": "drained-for-ever"},
            taint={"key": "maintenance", "value": "yes", "effect": "NoExecute"},
        ),
        deployment("drained-for-ever", "api", nodeSelector={"reserved": "drained-for-ever"}),
        blame=(deploys("drained-for-ever", "api"), Ref("Node", None, "node-0051")),
        found=(deploys("drained-for-ever", "api"),),
        row=9,
    ),
    tangle(
        "set-in-parallel",
        "of three pods of a parallel StatefulSet the second crashes",
        r"exit",
        stateful_set("set-in-parallel", "api", scripted=True, sets={"podManagementPolicy": "Parallel"}),
        plays={"api": (Play(), Play({"app": crashing(Ended(1))}, (back_off("app"),)), Play())},
        blame=(Ref("StatefulSet", "set-in-parallel", "api"),),
        found=(Ref("StatefulSet", "set-in-parallel", "api"),),
        row=42,
    ),
    tangle(
        "some-replicas-crash",
        "one of three replicas crashes, and the others serve",
        r"exit",
        scripted("some-replicas-crash", "api", replicas=3),
        plays={"api": (Play(), Play(), Play({"app": crashing(Ended(1))}, (back_off("app"),)))},
        blame=(deploys("some-replicas-crash", "api"),),
        found=(deploys("some-replicas-crash", "api"),),
        row=1,
    ),
    tangle(
        "pod-unknown-status",
        "a pod's container could not be found when it ended",
        r"ContainerStatusUnknown|located|137|node",
        pod("pod-unknown-status", "worker", restartPolicy="Never"),
        plays={
            "worker": Play(
                {
                    "app": Container(
                        ended=Ended(
                            137,
                            "ContainerStatusUnknown",
                            "The container could not be located when the pod was terminated",
                            ago=15,
                        )
                    )
                },
                phase="Failed",
            )
        },
        blame=(Ref("Pod", "pod-unknown-status", "worker"), Ref("Node", None, "*")),
        found=(Ref("Pod", "pod-unknown-status", "worker"),),
        row=3,
    ),
)
