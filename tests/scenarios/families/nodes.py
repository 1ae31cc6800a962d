"""The cluster's ordinary nodes, and nodes that fail with what runs on them."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref, Step
from tests.scenarios.kubelet import Play
from tests.scenarios.shapes import deploys, named, node, on_reserved, reserved, scripted, space
from tests.scenarios.site import Site, condition

DEAD = "controlplane-tests/dead"
"""A label: nobody plays this node's kubelet, not even its lease is renewed."""

ORDINARY = tuple(node(index) for index in range(6))
"""Room for everything that is not about nodes."""


def _ref(index: int) -> Ref:
    return Ref("Node", None, f"node-{index:04}")


def sick(index: int, case: str, **reports: Raw) -> Raw:
    """A node that reports what the case says; its lease goes on."""
    return node(index, taint=reserved(case), labels={"reserved": case}, reports=reports)


def _tolerant(case: str) -> Raw:
    """Stays where it is whatever the node says."""
    placed = on_reserved(case)
    return {**placed, "tolerations": [{"operator": "Exists"}]}


def serving(namespace: str, count: int = 2, name: str = "api", kind: str = "Deployment") -> Step:
    """A step: until a workload has so many ready replicas."""

    async def step(site: Site) -> None:
        served = named("apps/v1", kind, namespace, name)
        await site.shows(served, lambda one: one.get("status", {}).get("readyReplicas", 0) == count, f"has {count}")

    return step


def lost(namespace: str, kind: str = "Deployment") -> Step:
    """A step: until the workload ``api`` has no ready replica left."""
    return serving(namespace, 0, kind=kind)


def dies(index: int) -> Step:
    """A step: the node's kubelet is heard of no more, and the node controller notices it."""

    async def step(site: Site) -> None:
        target = named("v1", "Node", None, f"node-{index:04}")
        await site.api.patch(target, {"metadata": {"labels": {DEAD: "yes"}}})
        await site.shows(target, lambda one: condition(one, "Ready")["status"] == "Unknown", "is Unknown")

    return step


async def leases_fresh(site: Site) -> None:
    """All nodes with a kubelet have renewed their lease, which was moved into the past with everything else."""

    async def fresh() -> bool:
        alive = {one["metadata"]["name"] for one in await site.api.list("v1", "Node", None, labelSelector=f"!{DEAD}")}
        leases = await site.api.list("coordination.k8s.io/v1", "Lease", "kube-node-lease")
        since = site.moments.before(1)
        renewed = {one["metadata"]["name"] for one in leases if one["spec"]["renewTime"] > since}
        return alive <= renewed

    await site.until("every node's lease is fresh", fresh)


def says(index: int, reason: str, message: str) -> Step:
    """A step: the node's kubelet says that it can no longer run pods; what is known of these stays as it was."""

    async def step(site: Site) -> None:
        target = await site.api.get(named("v1", "Node", None, f"node-{index:04}"))
        moment = site.moments.before(29)
        said = {"type": "Ready", "status": "False", "reason": reason, "message": message, "lastTransitionTime": moment}
        others = [one for one in target["status"]["conditions"] if one["type"] != "Ready"]
        await site.api.write_status(target, {"conditions": [*others, said]})

    return step


CASES: tuple[Case, ...] = (
    Failure(
        name="node-silent",
        row=21,
        broken="a node's kubelet stopped reporting, with a Deployment's pods on it",
        objects=(
            node(20, taint=reserved("node-silent"), labels={"reserved": "node-silent"}),
            space("node-silent"),
            scripted("node-silent", "api", **_tolerant("node-silent")),
        ),
        plays={"api": Play(undying=True)},
        steps=(serving("node-silent"), dies(20), lost("node-silent")),
        expected=Expected(blame=(_ref(20),), words=r"report|kubelet|node", found=(deploys("node-silent", "api"),)),
    ),
    Failure(
        name="node-no-network",
        row=22,
        broken="a node is not ready: its network plugin is not initialised",
        objects=(
            sick(
                21,
                "node-no-network",
                Ready={
                    "status": "False",
                    "reason": "KubeletNotReady",
                    "message": "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
                    " message:Network plugin returns error: cni plugin not initialized",
                },
            ),
        ),
        expected=Expected(blame=(_ref(21),), words=r"network|cni"),
    ),
    Failure(
        name="node-disk-pressure",
        row=23,
        broken="a node's disk is nearly full",
        objects=(
            sick(
                22,
                "node-disk-pressure",
                DiskPressure={
                    "status": "True",
                    "reason": "KubeletHasDiskPressure",
                    "message": "kubelet has disk pressure",
                },
            ),
        ),
        expected=Expected(blame=(_ref(22),), words=r"disk"),
    ),
    Failure(
        name="node-runtime-down",
        row=22,
        broken="a node is not ready: its container runtime is down, and its pods are lost",
        objects=(
            sick(23, "node-runtime-down"),
            space("node-runtime-down"),
            scripted("node-runtime-down", "api", **_tolerant("node-runtime-down")),
        ),
        plays={"api": Play(undying=True)},
        steps=(
            serving("node-runtime-down"),
            says(
                23,
                "KubeletNotReady",
                "[container runtime is down, PLEG is not healthy: pleg was last seen active 6m12s ago]",
            ),
        ),
        expected=Expected(blame=(_ref(23),), words=r"runtime|PLEG", found=(_ref(23),)),
    ),
)
