"""Pods that no node takes. The scheduler is real, and so is every word it says."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.shapes import box, deployment, deploys, node, on_reserved, reserved, space


def unschedulable(
    name: str, broken: str, words: str, *boxes: Raw, row: int, more: tuple[Raw, ...] = (), **rest: Any
) -> Failure:
    """A Deployment whose pods, or the last of them, stay Pending."""
    blame = rest.pop("blame", ())
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name), *more, deployment(name, "api", *boxes, **rest)),
        expected=Expected(blame=(deploys(name, "api"), *blame), words=words, found=(deploys(name, "api"),)),
    )


def asking(**requests: str) -> Raw:
    return box(resources={"requests": requests})


def room(index: int, case: str, **size: str) -> Raw:
    """A node for one case alone."""
    return node(index, taint=reserved(case), labels={"reserved": case}, size=size)


_SELF = {"labelSelector": {"matchLabels": {"app": "api"}}, "topologyKey": "kubernetes.io/hostname"}
_GPU = {"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}
_IN_RACKS = {
    "maxSkew": 1,
    "topologyKey": "rack",
    "whenUnsatisfiable": "DoNotSchedule",
    "labelSelector": {"matchLabels": {"app": "api"}},
}

CASES: tuple[Case, ...] = (
    unschedulable("pending-cpu", "asks for more CPU than any node has", r"cpu", asking(cpu="200"), row=8),
    unschedulable("pending-memory", "asks for more memory than any node has", r"memory", asking(memory="900Gi"), row=8),
    unschedulable(
        "pending-gpu",
        "asks for a GPU, and no node has any",
        r"nvidia\.com/gpu",
        box(resources=_GPU),
        row=8,
    ),
    unschedulable(
        "pending-taint",
        "the only node it may use has a taint it does not tolerate",
        r"reserved|taint",
        row=9,
        more=(room(12, "pending-taint"),),
        blame=(Ref("Node", None, "node-0012"),),
        nodeSelector={"reserved": "pending-taint"},
    ),
    unschedulable(
        "pending-selector",
        "its node selector has a typo: disk-type instead of disktype",
        r"disk-type|node ?selector|label",
        row=10,
        nodeSelector={"disk-type": "ssd"},
    ),
    unschedulable(
        "pending-affinity",
        "its node affinity wants a zone that is gone",
        r"eu-1z|affinity|zone",
        row=10,
        affinity={
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {
                            "matchExpressions": [
                                {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-1z"]}
                            ]
                        }
                    ]
                }
            }
        },
    ),
    unschedulable(
        "pending-apart",
        "three replicas must be on nodes of their own, and there is one",
        r"anti-?affinity",
        row=10,
        replicas=3,
        more=(room(13, "pending-apart"),),
        affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [_SELF]}},
        **on_reserved("pending-apart"),
    ),
    unschedulable(
        "pending-together",
        "wants to be where a cache is, and there is no such pod",
        r"affinity",
        row=10,
        affinity={
            "podAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "kubernetes.io/hostname"}
                ]
            }
        },
    ),
    unschedulable(
        "pending-host-port",
        "two replicas want the same port of one node",
        r"port",
        box(ports=[{"containerPort": 8080, "hostPort": 8443}]),
        row=10,
        more=(room(14, "pending-host-port"),),
        **on_reserved("pending-host-port"),
    ),
    unschedulable(
        "pending-spread",
        "must be spread over racks, and no node says in which rack it is",
        r"spread|rack",
        row=10,
        topologySpreadConstraints=[_IN_RACKS],
    ),
    unschedulable(
        "pending-full-of-pods",
        "its node takes no more pods",
        r"pods",
        row=8,
        replicas=3,
        more=(room(15, "pending-full-of-pods", pods="2"),),
        **on_reserved("pending-full-of-pods"),
    ),
    unschedulable(
        "pending-cordoned",
        "its only node is cordoned",
        r"cordon|unschedulable",
        row=9,
        more=(
            room(16, "pending-cordoned") | {"spec": {"unschedulable": True, "taints": [reserved("pending-cordoned")]}},
        ),
        blame=(Ref("Node", None, "node-0016"),),
        **on_reserved("pending-cordoned"),
    ),
    unschedulable(
        "pending-no-scheduler",
        "names a scheduler that does not run",
        r"bin-packer|scheduler",
        row=9,
        schedulerName="bin-packer",
    ),
    unschedulable(
        "pending-gated",
        "a scheduling gate is never lifted",
        r"gate|example\.com/admission",
        row=49,
        schedulingGates=[{"name": "example.com/admission"}],
    ),
)
