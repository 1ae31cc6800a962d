"""The cluster's ordinary nodes, and nodes that fail with what runs on them."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.kubelet import Play
from tests.scenarios.shapes import node, on_reserved, reserved, scripted, space
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


async def until_unknown(site: Site) -> None:
    """The node controller notices that nobody reports any more."""
    target = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-0020"}}
    await site.shows(target, lambda one: condition(one, "Ready")["status"] == "Unknown", "is Unknown")


async def runtime_dies(site: Site) -> None:
    """A node that ran pods says that it no longer can; what is known of its pods stays as it was."""
    served = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": "node-runtime-down"},
    }
    await site.shows(served, lambda one: one.get("status", {}).get("readyReplicas") == 2, "serves")
    target = await site.api.get({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-0023"}})
    said = {
        "type": "Ready",
        "status": "False",
        "reason": "KubeletNotReady",
        "message": "[container runtime is down, PLEG is not healthy: pleg was last seen active 6m12s ago]",
        "lastTransitionTime": site.moments.before(29),
    }
    others = [one for one in target["status"]["conditions"] if one["type"] != "Ready"]
    await site.api.write_status(target, {"conditions": [*others, said]})


CASES: tuple[Case, ...] = (
    Failure(
        name="node-silent",
        row=21,
        broken="a node's kubelet stopped reporting, with a Deployment's pods on it",
        objects=(
            node(20, taint=reserved("node-silent"), labels={"reserved": "node-silent", DEAD: "yes"}),
            space("node-silent"),
            scripted("node-silent", "api", **_tolerant("node-silent")),
        ),
        plays={"api": Play(undying=True)},
        steps=(until_unknown,),
        expected=Expected(blame=(_ref(20),), words=r"report|kubelet|node"),
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
        steps=(runtime_dies,),
        expected=Expected(blame=(_ref(23),), words=r"runtime|PLEG", found=(_ref(23),)),
    ),
)
