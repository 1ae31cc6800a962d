"""Not drift: changes that are on their way, and differences that are meant: rollouts, renewals, waiting syncs."""

from __future__ import annotations

from typing import Any

from tests.drifts.case import Case, Lookalike
from tests.drifts.deliver import flux
from tests.drifts.families.gitops import (
    HEALING,
    application,
    delivered,
    flux_says,
    kustomization,
    listed,
    release,
    says,
)
from tests.drifts.families.lookalikes import innocent
from tests.drifts.families.nodes import _claim, drifted_claim, joins, node, pool
from tests.drifts.families.pods import report, reported
from tests.drifts.place import Place
from tests.drifts.shapes import (
    DB,
    NEW,
    box,
    definition,
    deployment,
    stateful,
)
from tests.drifts.writes import merged

Raw = dict[str, Any]


async def _canary(at: Place) -> None:
    await at.apply("kustomize-controller", _partitioned(NEW), "again")
    await at.shows(DB, lambda one: one["status"].get("updateRevision") != one["status"].get("currentRevision"))


def _partitioned(image: str) -> Raw:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    whole = stateful("db", box(image), replicas=2, deploy={"updateStrategy": strategy})
    return {**whole, "metadata": {"name": "db"}}


async def _own_report(at: Place) -> None:
    """Pods of two machines: the same tag has another digest on each."""
    for pod in await at.pods("web", 1, lambda one: one["spec"].get("nodeName")):
        await report(at, pod, digest="a")
    for pod in await at.pods("arm", 1, lambda one: one["spec"].get("nodeName")):
        await report(at, pod, digest="b")


def _two(image: str) -> Raw:
    return deployment("web", box(image), replicas=2, by_hand=True)


CASES: tuple[Case, ...] = (
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
        long_ago=(delivered(application("argo-syncing", HEALING)),),
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
        long_ago=(delivered(application("argo-new-revision", HEALING)),),
        now=(
            says("argo-new-revision", "OutOfSync", listed("Deployment", "web", "OutOfSync", "apps"), revision="9999"),
        ),
    ),
    Lookalike(
        name="argo-waits-for-hand",
        what="synced by hand, and it differs since this morning: somebody will look",
        long_ago=(delivered(application("argo-waits-for-hand")),),
        now=(says("argo-waits-for-hand", "OutOfSync", listed("Deployment", "web", "OutOfSync", "apps"), synced=120),),
    ),
    Lookalike(
        name="flux-waits",
        what="a Kustomization waits for another one",
        long_ago=(delivered(kustomization("flux-waits")),),
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
        long_ago=(delivered(release("flux-sound", driftDetection={"mode": "enabled"})),),
        now=(flux_says(release("flux-sound"), {"reason": "UpgradeSucceeded", "message": "Helm upgrade succeeded"}),),
    ),
)
