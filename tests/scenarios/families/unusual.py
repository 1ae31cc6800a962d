"""What is told in unusual ways: by one word, by yes or no, by a part beside a good summary, or by nothing at all."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Era, Expected, Failure, Lookalike, Raw, Ref, Step
from tests.scenarios.families.containers import crashing
from tests.scenarios.families.platform import definition, says
from tests.scenarios.families.volumes import DRIVER, mounts
from tests.scenarios.kubelet import Ended, Play
from tests.scenarios.shapes import claim, deployment, deploys, job, made, node, on_reserved, reserved, scripted, space
from tests.scenarios.site import Site, condition

_OF_ITS_OWN = {"reserved": "memory-unlimited"}
GROUP = "unusual.example.org"
DEFINITIONS = (definition(GROUP, "Store", "stores"),)


def store(namespace: str, status: Raw, **spec: Any) -> Raw:
    return made(f"{GROUP}/v1", "Store", namespace, "main", spec=spec, status=status)


def told(name: str, broken: str, words: str, **status: Any) -> Failure:
    """A custom resource of a kind that nobody knows, and what it says of its failure."""
    return Failure(
        name=name,
        row=0,
        broken=broken,
        objects=(space(name), store(name, status)),
        expected=Expected(blame=(Ref("Store", name, "main"),), words=words),
    )


def harmless(name: str, why: str, **status: Any) -> Lookalike:
    """A custom resource that says something which is no failure."""
    return Lookalike(
        name=name, why=why, objects=(space(name), store(name, status)), healthy=(Ref("Store", name, "main"),)
    )


def _apart() -> Raw:
    """One replica on each of the case's nodes."""
    other = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "api"}}}
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [other]}}
    return {"affinity": apart, **on_reserved("memory-unlimited")}


def _volume_of(namespace: str, node: str) -> Raw:
    """A disk inside a node."""
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return made(
        "v1",
        "PersistentVolume",
        None,
        f"disk-of-{node}",
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "csi": {"driver": DRIVER, "volumeHandle": f"disk-of-{node}"},
            "claimRef": {"namespace": namespace, "name": "data"},
            "persistentVolumeReclaimPolicy": "Retain",
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    )


def _made_pods(namespace: str, count: int) -> Step:
    """A step: until the pods are there."""

    async def step(site: Site) -> None:
        await site.pods(namespace, count)

    return step


def _turned_down(namespace: str) -> Step:
    """A step: until the scheduler has said no."""

    async def step(site: Site) -> None:
        async def said() -> bool:
            return any(condition(one, "PodScheduled") for one in await site.api.list("v1", "Pod", namespace))

        await site.until(f"the scheduler turns pods of {namespace} down", said)

    return step


CASES: tuple[Case, ...] = (
    told("word-unavailable", "its phase is Unavailable", r"bucket", phase="Unavailable", message="no such bucket"),
    told("word-red", "its phase is Ready, its health is red", r"\bred\b", phase="Ready", health="red"),
    told(
        "word-and-error", "its state is Error, and another field says why", r"quota", state="Error", error="disk quota"
    ),
    told("plainly-not-ready", "it is ready: no", r"sealed", ready=False, message="vault is sealed"),
    told(
        "never-usable", "it can be used: no, with an error", r"refused", readyToUse=False, error={"message": "refused"}
    ),
    told(
        "part-fails",
        "ready, and one part of it fails",
        r"archiver",
        conditions=[
            says("Ready", "True", "AllWell"),
            says("ContinuousArchiving", "False", "ContinuousArchivingFailing", "archiver: exit status 1"),
        ],
    ),
    told(
        "part-alone-fails",
        "without any summary, one part of it fails",
        r"insufficient storage",
        conditions=[
            says("Restored", "False", "NotRequested"),
            says("Scheduled", "False", "ReplicaSchedulingFailure", "insufficient storage"),
        ],
    ),
    told(
        "phase-tells-more",
        "not ready, and its phase tells why",
        r"disk space",
        phase="Not enough disk space",
        conditions=[says("Ready", "False", "ClusterIsNotReady", "Cluster Is Not Ready")],
    ),
    Failure(
        name="memory-unlimited",
        row=2,
        broken="two replicas on two nodes are killed for memory, without a limit: it is the program, not the nodes",
        objects=(
            *(node(index, taint=reserved("memory-unlimited"), labels=_OF_ITS_OWN) for index in (80, 81)),
            space("memory-unlimited"),
            made(
                "v1",
                "ReplicationController",
                "memory-unlimited",
                "api",
                spec={
                    "replicas": 2,
                    "selector": {"app": "api"},
                    "template": scripted("memory-unlimited", "api", **_apart())["spec"]["template"],
                },
            ),
        ),
        plays={"api": Play({"app": crashing(Ended(137, "OOMKilled", lasted=4))})},
        expected=Expected(
            blame=(Ref("ReplicationController", "memory-unlimited", "api"), Ref("Pod", "memory-unlimited", "api-*")),
            words=r"memory|OOM",
        ),
    ),
    Failure(
        name="device-claim-gone",
        row=0,
        broken="the pods ask for a device by a resource claim that does not exist",
        objects=(
            space("device-claim-gone"),
            deployment("device-claim-gone", "api", resourceClaims=[{"name": "gpu", "resourceClaimName": "shared-gpu"}]),
        ),
        steps=(_made_pods("device-claim-gone", 2),),
        expected=Expected(
            blame=(deploys("device-claim-gone", "api"), Ref("ResourceClaim", "device-claim-gone", "shared-gpu")),
            words=r"ResourceClaim shared-gpu",
            diagnosis="pod.resource-claim-missing",
        ),
    ),
    Failure(
        name="disk-of-nobody",
        row=19,
        broken="the volume lies on a node that is no more",
        objects=(
            space("disk-of-nobody"),
            _volume_of("disk-of-nobody", "worker-gone"),
            claim("disk-of-nobody", "data", ""),
            deployment("disk-of-nobody", "api", replicas=1, **mounts()),
        ),
        steps=(_turned_down("disk-of-nobody"),),
        expected=Expected(
            blame=(Ref("PersistentVolume", None, "disk-of-worker-gone"), Ref("Node", None, "worker-gone")),
            words=r"worker-gone",
            found=(deploys("disk-of-nobody", "api"),),
        ),
    ),
    Lookalike(
        name="job-of-a-day",
        why="a training that was started by hand may take a day and more",
        objects=(space("job-of-a-day"), job("job-of-a-day", "train")),
        plays={"train": Play()},
        healthy=(Ref("Job", "job-of-a-day", "train"), Ref("Pod", "job-of-a-day", "*")),
        era=Era.LONG_AGO,
    ),
    harmless(
        "at-a-step",
        "its controller pauses it at a step, and it is not healthy so long",
        conditions=[says("Paused", "True", "CanaryPauseStep"), says("Healthy", "False", "StepPaused")],
    ),
    harmless(
        "only-informs",
        "a part is not ready, of which the condition only informs",
        conditions=[
            says("Ready", "True", "Ready"),
            {**says("ReplicasReady", "False", "WaitingForReplicas"), "severity": "Info"},
        ],
    ),
    harmless("counts-nothing", "fields for errors, all of them empty", phase="Completed", errors=0, lastError=""),
    harmless(
        "no-failures",
        "a part that says there were no failures",
        conditions=[says("Ready", "True", "Ready"), says("Scanned", "False", "NoFailures")],
    ),
    harmless("slept", "a phase that nobody knows is no failure", phase="Hibernated", message="by schedule"),
)
