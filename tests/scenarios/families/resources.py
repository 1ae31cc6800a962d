"""More custom resources with their own ways to say that something is wrong, and more nodes."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.nodes import sick
from tests.scenarios.families.platform import definition, says
from tests.scenarios.shapes import made, space

DEFINITIONS = (
    definition("kafka.strimzi.io", "Kafka", "kafkas", "v1beta2"),
    definition("pgv2.percona.com", "PerconaPGCluster", "perconapgclusters", "v2"),
    definition("database.example.org", "SQLInstance", "sqlinstances", "v1beta1", scope="Cluster"),
    definition("velero.io", "Backup", "backups"),
    definition("snapshot.storage.k8s.io", "VolumeSnapshot", "volumesnapshots"),
    definition("cluster.x-k8s.io", "Machine", "machines", "v1beta2"),
    definition("karpenter.sh", "NodeClaim", "nodeclaims", scope="Cluster"),
    definition("kustomize.toolkit.fluxcd.io", "Kustomization", "kustomizations"),
    definition("source.toolkit.fluxcd.io", "GitRepository", "gitrepositories"),
    definition("config.openshift.io", "ClusterOperator", "clusteroperators", scope="Cluster"),
    definition("tekton.dev", "PipelineRun", "pipelineruns"),
)


def complains(
    name: str, broken: str, words: str, api_version: str, kind: str, *, blame: tuple[Ref, ...] = (), **rest: Any
) -> Failure:
    """One custom resource with a status that complains. ``cluster``: it has no namespace."""
    namespace = None if rest.pop("cluster", False) else name
    spec = rest.pop("spec", {"size": 1})
    more = rest.pop("more", ())
    resource = made(api_version, kind, namespace, f"{name}-1", spec=spec, status=rest)
    ref = Ref(kind, namespace, f"{name}-1")
    return Failure(
        name=name,
        row=0,
        broken=broken,
        objects=(space(name), *more, resource),
        expected=Expected(blame=(*blame, ref), words=words, found=(ref,)),
    )


def ailing(index: int, name: str, broken: str, words: str, **reports: Raw) -> Failure:
    """A node that reports something bad."""
    ref = Ref("Node", None, f"node-{index:04}")
    return Failure(
        name=name,
        row=23,
        broken=broken,
        objects=(sick(index, name, **reports),),
        expected=Expected(blame=(ref,), words=words),
    )


_SOURCE = made(
    "source.toolkit.fluxcd.io/v1",
    "GitRepository",
    "flux-source",
    "shop",
    spec={"url": "https://git.example.com/shop"},
    status={
        "conditions": [says("Ready", "False", "GitOperationFailed", "failed to checkout: authentication required")]
    },
)

CASES: tuple[Case, ...] = (
    complains(
        "kafka-not-ready",
        "Strimzi says NotReady=True",
        r"zookeeper|timeout|NotReady|volume",
        "kafka.strimzi.io/v1beta2",
        "Kafka",
        conditions=[says("NotReady", "True", "TimeoutException", "Exceeded timeout while waiting for the volumes")],
    ),
    complains(
        "database-error",
        "a database's state is error",
        r"error|backup|credentials",
        "pgv2.percona.com/v2",
        "PerconaPGCluster",
        state="error",
        message="backup storage: access to the bucket is denied",
    ),
    complains(
        "crossplane-unsynced",
        "Crossplane says Synced=False",
        r"cannot create|access denied|Synced",
        "database.example.org/v1beta1",
        "SQLInstance",
        cluster=True,
        conditions=[
            says("Synced", "False", "ReconcileError", "cannot create instance: access denied for role"),
            says("Ready", "False", "Creating"),
        ],
    ),
    complains(
        "backup-failed",
        "a backup ended in part",
        r"PartiallyFailed|fail|error",
        "velero.io/v1",
        "Backup",
        phase="PartiallyFailed",
        errors=3,
    ),
    complains(
        "machine-failed",
        "a machine could not be made",
        r"Failed|instance|image",
        "cluster.x-k8s.io/v1beta2",
        "Machine",
        phase="Failed",
        conditions=[says("InfrastructureReady", "False", "InstanceProvisionFailed", "the image is not available")],
    ),
    complains(
        "node-claim-not-launched",
        "Karpenter gets no instance",
        r"capacity|Launch",
        "karpenter.sh/v1",
        "NodeClaim",
        cluster=True,
        conditions=[
            says("Launched", "False", "LaunchFailed", "insufficient capacity for instance type m7i.large"),
            says("Ready", "Unknown", "ReconcilingDependents"),
        ],
    ),
    complains(
        "flux-source",
        "a kustomization waits for a repository that may not be read",
        r"artifact|authentication|checkout|source",
        "kustomize.toolkit.fluxcd.io/v1",
        "Kustomization",
        blame=(Ref("GitRepository", "flux-source", "shop"),),
        more=(_SOURCE,),
        spec={"sourceRef": {"kind": "GitRepository", "name": "shop"}, "path": "./", "prune": True},
        conditions=[says("Ready", "False", "ArtifactFailed", "Source artifact not found, retrying in 30s")],
    ),
    complains(
        "operator-degraded",
        "available, and degraded all the same",
        r"Degraded|quorum",
        "config.openshift.io/v1",
        "ClusterOperator",
        cluster=True,
        conditions=[
            says("Available", "True", "AsExpected"),
            says("Progressing", "False", "AsExpected"),
            says("Degraded", "True", "QuorumLost", "one member has left the quorum"),
        ],
    ),
    complains(
        "run-failed",
        "a pipeline's run did not succeed",
        r"task|failed",
        "tekton.dev/v1",
        "PipelineRun",
        conditions=[says("Succeeded", "False", "Failed", "Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 3")],
    ),
    complains(
        "custom-stuck-progressing",
        "progressing for half an hour",
        r"Progressing|Reconciling|progress",
        "example.com/v1",
        "Widget",
        conditions=[says("Reconciling", "True", "Progressing", "waiting for the disk")],
    ),
    complains(
        "custom-unknown-long",
        "its controller has not known for half an hour whether it is ready",
        r"Ready|unknown|known",
        "example.com/v1",
        "Widget",
        conditions=[says("Ready", "Unknown", "Timeout", "cannot reach the controller's backend")],
    ),
    complains(
        "custom-unavailable",
        "Available is False, and there is no condition Ready",
        r"replicas|Available",
        "example.com/v1",
        "Widget",
        conditions=[says("Available", "False", "MinimumReplicasUnavailable", "no replicas are up")],
    ),
    ailing(
        45,
        "node-memory-pressure",
        "a node is short of memory",
        r"memory",
        MemoryPressure={
            "status": "True",
            "reason": "KubeletHasInsufficientMemory",
            "message": "kubelet has insufficient memory",
        },
    ),
    ailing(
        46,
        "node-pid-pressure",
        "a node is short of process ids",
        r"PID|process",
        PIDPressure={
            "status": "True",
            "reason": "KubeletHasInsufficientPID",
            "message": "kubelet has insufficient PID",
        },
    ),
    ailing(
        47,
        "node-unrouted",
        "a node has no route in the cloud",
        r"route|network",
        NetworkUnavailable={
            "status": "True",
            "reason": "NoRouteCreated",
            "message": "RouteController failed to create a route",
        },
    ),
    ailing(
        48,
        "node-read-only",
        "a node's file system has become read-only",
        r"read-?only|file ?system",
        ReadonlyFilesystem={
            "status": "True",
            "reason": "FilesystemIsReadOnly",
            "message": "EXT4-fs remounted read-only",
        },
    ),
    ailing(
        49,
        "node-deadlocked",
        "a node's kernel is in a deadlock",
        r"kernel|deadlock|docker",
        KernelDeadlock={
            "status": "True",
            "reason": "DockerHung",
            "message": "task docker:7 blocked for more than 300 seconds",
        },
    ),
)
