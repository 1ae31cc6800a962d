"""The same failures under other owners: sets, Jobs, CronJobs, pods of nobody's, and a rollout of another maker."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Era, Expected, Failure, Raw, Ref
from tests.scenarios.families.containers import back_off, crashing
from tests.scenarios.families.creation import quota, quota_first, then
from tests.scenarios.families.images import GONE
from tests.scenarios.families.platform import definition
from tests.scenarios.families.volumes import DRIVER, mounts, stays_creating, storage_class
from tests.scenarios.families.workloads import BROKEN_PULL
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import (
    box,
    cron_job,
    daemon_set,
    job,
    made,
    pod,
    space,
    stateful_set,
    template,
)
from tests.scenarios.site import Site

POOL = {"karpenter.sh/nodepool": "a"}
UNSET = Container(waiting="CreateContainerConfigError", message='secret "db-login" not found')
NEEDS_SECRET = box(env=[{"name": "X", "valueFrom": {"secretKeyRef": {"name": "db-login", "key": "password"}}}])
ROLLOUTS = definition("argoproj.io", "Rollout", "rollouts", "v1alpha1")


def owned(
    name: str, broken: str, words: str, workload: Raw, play: Play | None = None, *, row: int, **rest: Any
) -> Failure:
    """A failure of a workload called ``api`` of any kind."""
    kind, title = workload["kind"], workload["metadata"]["name"]
    found = (Ref(kind, name, title), Ref("Job", name, f"{title}-*"), Ref("Pod", name, f"{title}*"))
    blame = rest.pop("blame", ()) or (Ref(kind, name, title), *found[1:])
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(
            space(name, **rest.pop("labels", {})),
            *rest.pop("more", ()),
            *(() if "steps" in rest else (workload,)),
        ),
        plays=rest.pop("plays", {title: play} if play else {}),
        expected=Expected(blame=blame, words=words, found=found),
        **rest,
    )


async def runs_again(site: Site) -> None:
    """A Job of the CronJob is there, started by catching up."""

    async def there() -> list[Raw]:
        return await site.api.list("v1", "Pod", "cron-secret")

    await site.until("a pod of the CronJob", there)


async def adopt(site: Site) -> None:
    """A ReplicaSet that a custom controller owns."""
    owner = await site.api.get(made("argoproj.io/v1alpha1", "Rollout", "rollout-crash", "api"))
    reference = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "name": "api",
        "uid": owner["metadata"]["uid"],
    }
    await site.api.apply(
        [
            made(
                "apps/v1",
                "ReplicaSet",
                "rollout-crash",
                "api-7c9d",
                metadata={"ownerReferences": [{**reference, "controller": True, "blockOwnerDeletion": True}]},
                spec={
                    "replicas": 2,
                    "selector": {"matchLabels": {"app": "api"}},
                    "template": template("api", scripted=True),
                },
            )
        ]
    )


_CLAIMS: list[Raw] = [
    {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "gold",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
]

CASES: tuple[Case, ...] = (
    owned(
        "set-pull",
        "a StatefulSet's image does not exist",
        r"not found|does not exist|pull",
        stateful_set("set-pull", "api", box(image=GONE), scripted=True),
        BROKEN_PULL,
        row=4,
    ),
    owned(
        "set-secret",
        "a StatefulSet needs a Secret that does not exist",
        r"db-login",
        stateful_set("set-secret", "api", NEEDS_SECRET, scripted=True),
        Play({"app": UNSET}),
        row=14,
        blame=(Ref("Secret", "set-secret", "db-login"),),
    ),
    owned(
        "set-class",
        "a StatefulSet's claims name a StorageClass that does not exist",
        r"gold",
        stateful_set("set-class", "api", sets={"volumeClaimTemplates": _CLAIMS}),
        row=27,
        blame=(Ref("StorageClass", None, "gold"), Ref("PersistentVolumeClaim", "set-class", "data-api-0")),
    ),
    owned(
        "set-claim-quota",
        "a StatefulSet's second claim exceeds the quota",
        r"quota",
        stateful_set(
            "set-claim-quota", "api", sets={"volumeClaimTemplates": _CLAIMS, "podManagementPolicy": "Parallel"}
        ),
        row=16,
        more=(quota("set-claim-quota", persistentvolumeclaims="0"),),
        steps=(
            quota_first(
                stateful_set(
                    "set-claim-quota",
                    "api",
                    sets={"volumeClaimTemplates": _CLAIMS, "podManagementPolicy": "Parallel"},
                )
            ),
        ),
        blame=(Ref("ResourceQuota", "set-claim-quota", "team-quota"),),
    ),
    owned(
        "set-security",
        "a StatefulSet's pods violate the namespace's pod security",
        r"PodSecurity|restricted|pod security",
        stateful_set("set-security", "api"),
        row=19,
        labels={"pod-security.kubernetes.io/enforce": "restricted"},
    ),
    owned(
        "set-account",
        "a StatefulSet's ServiceAccount does not exist",
        r"runner|service ?account",
        stateful_set("set-account", "api", serviceAccountName="runner"),
        row=15,
        blame=(Ref("ServiceAccount", "set-account", "runner"), Ref("StatefulSet", "set-account", "api")),
    ),
    owned(
        "set-unready",
        "ordinal 1 of a StatefulSet runs and is not ready",
        r"readiness|not ready|api-1|ordinal 1",
        stateful_set("set-unready", "api", box(readinessProbe={"tcpSocket": {"port": 5432}}), scripted=True),
        None,
        row=42,
        plays={
            "api": (
                Play(),
                Play(
                    {"app": Container(ready=False)},
                    (
                        Happened(
                            "Unhealthy",
                            "Readiness probe failed: dial tcp 10.200.1.2:5432: connect: connection refused",
                            count=120,
                            container="app",
                        ),
                    ),
                ),
            )
        },
    ),
    owned(
        "daemon-pull",
        "a DaemonSet's image may not be pulled",
        r"denied|credential|unauthori|pull secret",
        daemon_set("daemon-pull", "api", box(image="registry.example/agent:3"), scripted=True, nodeSelector=POOL),
        Play(
            {
                "app": Container(
                    waiting="ImagePullBackOff",
                    message='Back-off pulling image "registry.example/agent:3": ErrImagePull: failed to authorize: 401'
                    " Unauthorized",
                )
            }
        ),
        row=5,
    ),
    owned(
        "daemon-volume",
        "a DaemonSet mounts a ConfigMap that does not exist",
        r"agent-settings",
        daemon_set(
            "daemon-volume",
            "api",
            scripted=True,
            nodeSelector=POOL,
            volumes=[{"name": "settings", "configMap": {"name": "agent-settings"}}],
        ),
        stays_creating(
            Happened(
                "FailedMount", 'MountVolume.SetUp failed for volume "settings" : configmap "agent-settings" not found'
            )
        ),
        row=31,
        blame=(Ref("ConfigMap", "daemon-volume", "agent-settings"),),
    ),
    owned(
        "daemon-one-node",
        "a DaemonSet works on two nodes and crashes on the third",
        r"exit",
        daemon_set("daemon-one-node", "api", scripted=True, nodeSelector=POOL),
        None,
        row=1,
        plays={"api": (Play(), Play(), Play({"app": crashing(Ended(1))}, (back_off("app"),)))},
    ),
    owned(
        "daemon-quota",
        "a DaemonSet's pods exceed the quota",
        r"quota",
        daemon_set("daemon-quota", "api", nodeSelector=POOL),
        row=16,
        more=(quota("daemon-quota", pods="1"),),
        steps=(quota_first(daemon_set("daemon-quota", "api", nodeSelector=POOL)),),
        blame=(Ref("ResourceQuota", "daemon-quota", "team-quota"),),
    ),
    owned(
        "job-secret",
        "a Job needs a Secret that does not exist",
        r"db-login",
        job("job-secret", "api", NEEDS_SECRET),
        Play({"app": UNSET}),
        row=14,
        blame=(Ref("Secret", "job-secret", "db-login"),),
    ),
    owned(
        "job-oom",
        "a Job runs out of memory, and has no try left",
        r"memory|OOM",
        job(
            "job-oom",
            "api",
            box(resources={"requests": {"memory": "32Mi"}, "limits": {"memory": "32Mi"}}),
            jobs={"backoffLimit": 0},
        ),
        Play({"app": Container(ended=Ended(137, "OOMKilled", ago=25))}, phase="Failed"),
        row=40,
    ),
    owned(
        "job-account",
        "a Job's ServiceAccount does not exist",
        r"runner|service ?account",
        job("job-account", "api", serviceAccountName="runner"),
        row=15,
        blame=(Ref("ServiceAccount", "job-account", "runner"), Ref("Job", "job-account", "api")),
    ),
    owned(
        "job-claim",
        "a Job's claim does not exist",
        r"inbox",
        job("job-claim", "api", **mounts("inbox")),
        row=28,
        blame=(Ref("PersistentVolumeClaim", "job-claim", "inbox"),),
    ),
    owned(
        "job-crash-loop",
        "a Job's container is restarted in place again and again",
        r"exit",
        job("job-crash-loop", "api", restartPolicy="OnFailure"),
        Play({"app": crashing(Ended(1), 4)}, (back_off("app"),)),
        row=40,
    ),
    owned(
        "cron-secret",
        "a CronJob's run needs a Secret that does not exist",
        r"db-login",
        cron_job("cron-secret", "api", "*/10 * * * *", NEEDS_SECRET),
        Play({"app": UNSET}),
        row=14,
        era=Era.LONG_AGO,
        blame=(Ref("Secret", "cron-secret", "db-login"),),
    ),
    owned(
        "set-of-nobody",
        "a ReplicaSet of nobody's crashes",
        r"exit",
        made(
            "apps/v1",
            "ReplicaSet",
            "set-of-nobody",
            "api",
            spec={
                "replicas": 2,
                "selector": {"matchLabels": {"app": "api"}},
                "template": template("api", scripted=True),
            },
        ),
        Play({"app": crashing(Ended(1))}, (back_off("app"),)),
        row=1,
    ),
    owned(
        "pod-of-nobody",
        "a pod of nobody's crashes",
        r"exit",
        pod("pod-of-nobody", "api"),
        Play({"app": crashing(Ended(1))}, (back_off("app"),)),
        row=1,
    ),
    owned(
        "pod-pending",
        "a pod of nobody's wants more memory than there is",
        r"memory",
        pod("pod-pending", "api", box(resources={"requests": {"memory": "2000Gi"}})),
        row=8,
    ),
    owned(
        "pod-rejected",
        "the kubelet refuses a pod that it was given: too little CPU by its own count",
        r"cpu",
        pod("pod-rejected", "api"),
        Play(
            phase="Failed",
            reason="OutOfcpu",
            message="Pod was rejected: Node didn't have enough resource: cpu, requested: 9000, used: 8000, capacity:"
            " 16000",
            bare=True,
        ),
        blame=(Ref("Pod", "pod-rejected", "api"), Ref("Node", None, "*")),
        row=8,
    ),
    owned(
        "pod-device",
        "the kubelet cannot give a pod its device",
        r"device|allocate",
        pod("pod-device", "api"),
        Play(
            phase="Failed",
            reason="UnexpectedAdmissionError",
            message="Pod was rejected: Allocate failed due to requested number of devices unavailable for"
            " nvidia.com/gpu."
            " Requested: 1, Available: 0, which is unexpected",
            bare=True,
        ),
        blame=(Ref("Pod", "pod-device", "api"), Ref("Node", None, "*")),
        row=0,
    ),
    owned(
        "pod-overdue",
        "a pod took longer than its own deadline",
        r"deadline",
        pod("pod-overdue", "api", activeDeadlineSeconds=60),
        Play(
            phase="Failed",
            reason="DeadlineExceeded",
            message="Pod was active on the node longer than the specified deadline",
            bare=True,
        ),
        row=0,
    ),
    owned(
        "rollout-crash",
        "a ReplicaSet that a custom rollout owns crashes",
        r"exit",
        made("argoproj.io/v1alpha1", "Rollout", "rollout-crash", "api", spec={"replicas": 2}),
        Play({"app": crashing(Ended(1))}, (back_off("app"),)),
        row=1,
        more=(made("argoproj.io/v1alpha1", "Rollout", "rollout-crash", "api", spec={"replicas": 2}),),
        steps=(adopt,),
        blame=(Ref("Rollout", "rollout-crash", "api"), Ref("ReplicaSet", "rollout-crash", "api-7c9d")),
    ),
    owned(
        "set-late-class",
        "a StatefulSet's claim waits for a driver that is not there",
        r"disk\.csi\.example\.com|provision",
        stateful_set(
            "set-late-class",
            "api",
            replicas=1,
            sets={
                "volumeClaimTemplates": [
                    {**_CLAIMS[0], "spec": {**_CLAIMS[0]["spec"], "storageClassName": "cloud-lost"}}
                ]
            },
        ),
        row=27,
        more=(storage_class("cloud-lost", "WaitForFirstConsumer"),),
        steps=(
            then(
                stateful_set(
                    "set-late-class",
                    "api",
                    replicas=1,
                    sets={
                        "volumeClaimTemplates": [
                            {**_CLAIMS[0], "spec": {**_CLAIMS[0]["spec"], "storageClassName": "cloud-lost"}}
                        ]
                    },
                )
            ),
        ),
        blame=(
            Ref("PersistentVolumeClaim", "set-late-class", "data-api-0"),
            Ref("StorageClass", None, "cloud-lost"),
            Ref("CSIDriver", None, DRIVER),
        ),
    ),
)
