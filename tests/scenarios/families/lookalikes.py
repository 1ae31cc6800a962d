"""Objects that look broken at a careless glance and have long been as they should be."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Era, Lookalike, Raw, Ref
from tests.scenarios.families.budgets import budget
from tests.scenarios.families.creation import quota, quota_first
from tests.scenarios.families.platform import says, widget
from tests.scenarios.families.scheduling import room
from tests.scenarios.families.volumes import mounts, storage_class, volume
from tests.scenarios.kubelet import Container, Ended, Play
from tests.scenarios.shapes import (
    box,
    claim,
    cron_job,
    daemon_set,
    deployment,
    deploys,
    job,
    made,
    named,
    node,
    on_reserved,
    pod,
    reserved,
    scripted,
    service,
    space,
    stateful_set,
    template,
)
from tests.scenarios.site import Site, condition

NEWER = "registry.example/shop/app:1.5.0"


def old(name: str, why: str, *objects: Raw, healthy: tuple[Ref, ...] = (), **rest: Any) -> Lookalike:
    """Something that has been so for more than a day; healthy are, if not stated, all the objects."""
    refs = healthy or tuple(_ref(one) for one in objects)
    return Lookalike(
        name=name, why=why, objects=(space(name), *objects), healthy=refs, era=rest.pop("era", Era.LONG_AGO), **rest
    )


def _ref(obj: Raw) -> Ref:
    return Ref(obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"])


def serves(namespace: str, replicas: int = 2, kind: str = "Deployment", name: str = "web") -> Any:
    """Wait until a workload serves."""

    async def step(site: Site) -> None:
        target = named("apps/v1", kind, namespace, name)
        await site.shows(target, lambda one: one.get("status", {}).get("readyReplicas") == replicas, "serves")

    return step


def changed(namespace: str, kind: str = "Deployment", **spec: Any) -> Any:
    """Serve, then change the workload's spec."""

    async def step(site: Site) -> None:
        target = named("apps/v1", kind, namespace, "web")
        ready = "numberReady" if kind == "DaemonSet" else "readyReplicas"
        await site.shows(target, lambda one: one.get("status", {}).get(ready), "serves")
        seen = (await site.api.patch(target, {"spec": spec}))["metadata"]["generation"]
        await site.shows(target, lambda one: one["status"].get("observedGeneration") == seen, "has seen the change")

    return step


def _newer(image: str = NEWER) -> Raw:
    return {"spec": {"containers": [box(image=image)]}}


async def roll_twice(site: Site) -> None:
    """Three revisions, two of them old."""
    target = named("apps/v1", "Deployment", "old-revisions", "web")
    for image in ("registry.example/shop/app:1.4.9", NEWER):
        await serves("old-revisions")(site)
        await site.api.patch(target, {"spec": {"template": _newer(image)}})
        await site.shows(target, lambda one: one["status"].get("updatedReplicas") == 2, "is rolled")


def done(namespace: str, name: str = "report", kind: str = "Complete") -> Any:
    async def step(site: Site) -> None:
        target = named("batch/v1", "Job", namespace, name)
        await site.shows(target, lambda one: condition(one, kind).get("status") == "True", kind)

    return step


async def failed_then_fine(site: Site) -> None:
    """A run of the CronJob that failed, and a later one that did not."""
    owner = await site.api.get(named("batch/v1", "CronJob", "cron-recovered", "nightly"))
    reference = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": owner["metadata"]["uid"]}
    owned = {"ownerReferences": [{**reference, "controller": True, "blockOwnerDeletion": True}]}
    for number, play, end in ((28000000, "fails", "Failed"), (28000060, "works", "Complete")):
        one = job("cron-recovered", f"nightly-{number}", jobs={"backoffLimit": 0})
        one["spec"]["template"]["metadata"]["labels"]["app"] = play
        one["metadata"] |= owned
        await site.api.apply([one])
        await done("cron-recovered", f"nightly-{number}", end)(site)


async def dies_once(site: Site) -> None:
    """One pod is evicted, and replaced."""
    (victim, *_) = await site.pods("evicted-replaced", 3)
    await serves("evicted-replaced")(site)
    assert victim


SUCCEEDED = Play({"app": Container(ended=Ended(0, "Completed", ago=1595))}, phase="Succeeded")
FAILED = Play({"app": Container(ended=Ended(1, ago=1600))}, phase="Failed")
EVICTED = Play(phase="Failed", reason="Evicted", message="The node was low on resource: memory.", bare=True)
_DAY = 60.0 * 24


def _crashed_long_ago(ended: Ended, restarts: int = 1) -> Play:
    return Play({"app": Container(last=ended, restarts=restarts, since=_DAY)})


_IGNORED = {
    "name": "pods.labels.example.com",
    "clientConfig": {"service": {"namespace": "hook-ignored", "name": "labels"}},
    "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
    "failurePolicy": "Ignore",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "timeoutSeconds": 1,
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "hook-ignored"}},
}
_SERVED_HOOK = {
    "name": "widgets.example.com",
    "clientConfig": {"service": {"namespace": "hook-served", "name": "web"}},
    "rules": [
        {"operations": ["CREATE"], "apiGroups": ["none.example.com"], "apiVersions": ["v1"], "resources": ["nothings"]}
    ],
    "failurePolicy": "Fail",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
}
_ADMISSION = "admissionregistration.k8s.io/v1"

CASES: tuple[Case, ...] = (
    old(
        "fine",
        "a Deployment, its Service and its budget, all in order",
        deployment("fine", "web", replicas=3),
        service("fine", "web", {"app": "web"}),
        budget("fine", minAvailable=1),
        healthy=(
            deploys("fine", "web"),
            Ref("Pod", "fine", "web-*"),
            Ref("Service", "fine", "web"),
            Ref("PodDisruptionBudget", "fine", "web"),
        ),
    ),
    old(
        "fine-ordered",
        "an ordinary StatefulSet",
        stateful_set("fine-ordered", "web"),
        service("fine-ordered", "web", {"app": "web"}, clusterIP="None"),
    ),
    old(
        "fine-everywhere",
        "an ordinary DaemonSet, which tainted nodes need not have",
        daemon_set("fine-everywhere", "web"),
    ),
    old(
        "at-zero",
        "scaled to zero, and its Service with it",
        deployment("at-zero", "web", replicas=0),
        service("at-zero", "web", {"app": "web"}),
    ),
    old(
        "paused",
        "a paused rollout that serves",
        deployment("paused", "web"),
        steps=(changed("paused", paused=True),),
    ),
    old(
        "old-revisions",
        "old ReplicaSets are at zero, as they should be",
        deployment("old-revisions", "web"),
        steps=(roll_twice,),
        healthy=(deploys("old-revisions", "web"), Ref("ReplicaSet", "old-revisions", "web-*")),
    ),
    old(
        "on-delete-ordered",
        "an OnDelete StatefulSet waits for its pods to be deleted by hand",
        stateful_set("on-delete-ordered", "web", replicas=2, sets={"updateStrategy": {"type": "OnDelete"}}),
        service("on-delete-ordered", "web", {"app": "web"}, clusterIP="None"),
        steps=(changed("on-delete-ordered", "StatefulSet", template=_newer()),),
    ),
    old(
        "on-delete-everywhere",
        "an OnDelete DaemonSet waits for its pods to be deleted by hand",
        daemon_set("on-delete-everywhere", "web", sets={"updateStrategy": {"type": "OnDelete"}}),
        steps=(changed("on-delete-everywhere", "DaemonSet", template=_newer()),),
    ),
    old(
        "partitioned",
        "a StatefulSet is rolled down to its partition and rests there",
        service("partitioned", "web", {"app": "web"}, clusterIP="None"),
        stateful_set(
            "partitioned",
            "web",
            sets={"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
        ),
        steps=(changed("partitioned", "StatefulSet", template=_newer()), serves("partitioned", 3, "StatefulSet")),
    ),
    old(
        "job-done",
        "a Job that completed",
        job("job-done", "report", scripted=False),
        steps=(done("job-done"),),
        healthy=(Ref("Job", "job-done", "report"), Ref("Pod", "job-done", "report-*")),
    ),
    old(
        "job-retried",
        "a Job whose first pod failed and whose second did it",
        job("job-retried", "report"),
        plays={"report": (FAILED, SUCCEEDED)},
        steps=(done("job-retried"),),
    ),
    old("job-suspended", "a Job that is suspended", job("job-suspended", "report", jobs={"suspend": True})),
    old(
        "cron-suspended",
        "a CronJob that is suspended",
        cron_job("cron-suspended", "nightly", "*/5 * * * *", crons={"suspend": True}),
    ),
    old(
        "cron-recovered",
        "a run failed, and a later one succeeded",
        cron_job("cron-recovered", "nightly", "0 0 29 2 *"),
        plays={"fails": FAILED, "works": SUCCEEDED},
        steps=(failed_then_fine,),
        healthy=(Ref("CronJob", "cron-recovered", "nightly"), Ref("Job", "cron-recovered", "nightly-*")),
    ),
    old(
        "cron-yearly", "a CronJob that was not due since it was made", cron_job("cron-yearly", "nightly", "0 0 29 2 *")
    ),
    old(
        "init-done",
        "init steps are done, a sidecar runs",
        scripted(
            "init-done", "web", initContainers=[box("migrate"), box("proxy", restartPolicy="Always"), box("warm")]
        ),
        healthy=(deploys("init-done", "web"), Ref("Pod", "init-done", "web-*")),
    ),
    old(
        "restarted-once",
        "crashed once, a day ago",
        scripted("restarted-once", "web"),
        plays={"web": _crashed_long_ago(Ended(1, ago=_DAY))},
        healthy=(deploys("restarted-once", "web"), Ref("Pod", "restarted-once", "web-*")),
    ),
    old(
        "restarted-often",
        "crashed forty times, all of them more than a day ago",
        scripted("restarted-often", "web"),
        plays={"web": _crashed_long_ago(Ended(137, "OOMKilled", ago=_DAY + 5), 40)},
        healthy=(deploys("restarted-often", "web"), Ref("Pod", "restarted-often", "web-*")),
    ),
    old(
        "pod-done",
        "a pod of nobody's that did its work",
        pod("pod-done", "once", restartPolicy="Never"),
        plays={"once": SUCCEEDED},
    ),
    old("pod-bare", "a pod of nobody's that runs", pod("pod-bare", "always")),
    old(
        "evicted-replaced",
        "a pod was evicted long ago and has been replaced",
        scripted("evicted-replaced", "web"),
        plays={"web": (EVICTED, Play())},
        steps=(dies_once,),
        healthy=(deploys("evicted-replaced", "web"),),
    ),
    old(
        "claim-unused",
        "a claim that is bound when a pod comes, and none came",
        storage_class("cloud-waiting", "WaitForFirstConsumer"),
        claim("claim-unused", "data", "cloud-waiting"),
    ),
    old(
        "claim-bound",
        "a claim that is bound and in use",
        volume("near-1", "claim-bound", "data"),
        claim("claim-bound", "data", "", volumeName="near-1"),
        deployment("claim-bound", "web", replicas=1, **mounts()),
    ),
    old(
        "service-elsewhere",
        "a name for something outside",
        made(
            "v1", "Service", "service-elsewhere", "db", spec={"type": "ExternalName", "externalName": "db.example.com"}
        ),
    ),
    old(
        "service-by-hand",
        "a Service without a selector, whose endpoints are kept by hand",
        service("service-by-hand", "db", None, 5432),
    ),
    old(
        "balancer-served",
        "a load balancer with an address",
        deployment("balancer-served", "web"),
        service("balancer-served", "web", {"app": "web"}, type="LoadBalancer")
        | {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}},
    ),
    old(
        "service-named-port",
        "the target port's name is that of a container",
        deployment("service-named-port", "web", box(ports=[{"name": "http", "containerPort": 8080}])),
        service("service-named-port", "web", {"app": "web"}, "http"),
    ),
    old(
        "budget-idle",
        "a budget for something that is scaled to zero",
        deployment("budget-idle", "web", replicas=0),
        budget("budget-idle", minAvailable=1),
    ),
    old(
        "quota-full",
        "the quota is used up, and nothing was refused",
        quota("quota-full", pods="2"),
        steps=(quota_first(deployment("quota-full", "web")), serves("quota-full")),
        healthy=(deploys("quota-full", "web"), Ref("ResourceQuota", "quota-full", "team-quota")),
    ),
    old(
        "config-optional",
        "what it may have is not there, and need not be",
        deployment(
            "config-optional",
            "web",
            box(envFrom=[{"configMapRef": {"name": "extras", "optional": True}}]),
            volumes=[{"name": "more", "secret": {"secretName": "more", "optional": True}}],
        ),
    ),
    old(
        "hook-ignored",
        "a webhook without endpoints that is ignored when it fails",
        service("hook-ignored", "labels", None, 8443, secure=True),
        made(_ADMISSION, "MutatingWebhookConfiguration", None, "labels", webhooks=[_IGNORED]),
        deployment("hook-ignored", "web"),
        healthy=(deploys("hook-ignored", "web"), Ref("MutatingWebhookConfiguration", None, "labels")),
    ),
    old(
        "hook-served",
        "a webhook that must not fail, and does not",
        deployment("hook-served", "web"),
        service("hook-served", "web", {"app": "web"}, 8443, secure=True),
        made(_ADMISSION, "ValidatingWebhookConfiguration", None, "widgets", webhooks=[_SERVED_HOOK]),
    ),
    old(
        "node-talkative",
        "a node with conditions that nobody knows, all of them good news or no news",
        node(
            30,
            taint=reserved("node-talkative"),
            reports={
                "KernelDeadlock": {"status": "False", "reason": "KernelHasNoDeadlock"},
                "GpuDriverLoaded": {"status": "True", "reason": "Loaded"},
                "SysctlChanged": {"status": "True", "reason": "Tuned"},
                "DrainInProgress": {"status": "False", "reason": "NoDrain"},
            },
        ),
        healthy=(Ref("Node", None, "node-0030"),),
    ),
    old(
        "node-full",
        "a node whose room is used to the last pod, and nobody wants more",
        room(31, "node-full", pods="2"),
        deployment("node-full", "web", **on_reserved("node-full")),
        healthy=(deploys("node-full", "web"), Ref("Node", None, "node-0031")),
    ),
    old("custom-silent", "a custom resource without a status", widget("custom-silent")),
    old("custom-phase", "a custom resource in phase Ready", widget("custom-phase", status={"phase": "Ready"})),
    old(
        "custom-ready",
        "a custom resource that is Ready",
        widget(
            "custom-ready",
            status={
                "conditions": [
                    says("Ready", "True", "Ready"),
                    says("Stalled", "False", "Fine"),
                    says("Degraded", "False", "Fine"),
                ]
            },
        ),
    ),
    old(
        "custom-suspended",
        "a custom resource that was not ready when it was suspended",
        made(
            "example.com/v1",
            "Widget",
            "custom-suspended",
            "one",
            spec={"suspend": True},
            status={"conditions": [says("Ready", "False", "Suspended")]},
        ),
    ),
    old(
        "custom-odd",
        "a custom resource with conditions of no known polarity",
        widget(
            "custom-odd",
            status={"conditions": [says("Synchronising", "False", "Idle"), says("Elected", "False", "Follower")]},
        ),
    ),
    old(
        "replica-set",
        "a ReplicaSet of nobody's",
        made(
            "apps/v1",
            "ReplicaSet",
            "replica-set",
            "web",
            spec={"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template("web")},
        ),
    ),
    old(
        "one-box-done",
        "a Job's pod: one container is done, the other still works",
        job("one-box-done", "report", box(), box("upload")),
        plays={"report": Play({"app": Container(ended=Ended(0, "Completed", ago=5))}, phase="Running")},
        era=Era.RECENT,
        healthy=(Ref("Job", "one-box-done", "report"), Ref("Pod", "one-box-done", "report-*")),
    ),
)
