"""Objects that are not there yet, and are young enough for that; and scalers that rest."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Era, Lookalike, Raw, Ref
from tests.scenarios.families.budgets import budget
from tests.scenarios.families.gateways import gateway, ingress, route, said, served
from tests.scenarios.families.lookalikes import changed, old, serves
from tests.scenarios.families.platform import widget
from tests.scenarios.families.scaling import scaler, until, using
from tests.scenarios.families.volumes import stays_creating
from tests.scenarios.kubelet import Container, Happened, Play
from tests.scenarios.shapes import (
    box,
    claim,
    deployment,
    deploys,
    job,
    made,
    named,
    node,
    pod,
    reserved,
    scripted,
    service,
    stateful_set,
)
from tests.scenarios.site import Site


async def blame_namesake(site: Site) -> None:
    """An event about a pod that is no more."""
    (found,) = await site.pods("namesake", 1)
    gone = {**found, "metadata": {**found["metadata"], "uid": "00000000-0000-4000-8000-000000000000"}}
    await site.say(gone, Happened("Failed", "Error: ImagePullBackOff"), Happened("BackOff", "Back-off restarting"))


def young(name: str, why: str, *objects: Raw, healthy: tuple[Ref, ...] = (), **rest: Any) -> Lookalike:
    """Something that was made a moment ago."""
    return old(name, why, *objects, healthy=healthy, era=Era.NOW, **rest)


CREATING = stays_creating()
STARTING = Play({"app": Container(ready=False, since=0.2)})


async def cordon(site: Site) -> None:
    """Just now, for an hour's work."""
    await site.api.patch(named("v1", "Node", None, "node-0032"), {"spec": {"unschedulable": True}})


async def scale_up(site: Site) -> None:
    """More replicas are wanted, and start."""
    await site.api.patch(named("apps/v1", "Deployment", "young-scaling", "web"), {"spec": {"replicas": 5}})
    await site.pods("young-scaling", 5)


async def leave(site: Site) -> None:
    """A namespace with something in it is deleted."""
    await site.api.delete(named("v1", "Namespace", None, "young-leaving"))


async def ask_to_stop(site: Site) -> None:
    """A pod is deleted, and has half a minute to end."""
    (found,) = await site.pods("young-stopping", 1)
    await site.shows(found, lambda one: one["status"].get("phase") == "Running", "runs")
    await site.api.delete(found)


async def roll(site: Site) -> None:
    """A new version is being rolled out."""
    await changed("young-rolling", template={"spec": {"containers": [box(image="registry.example/shop/app:1.6.0")]}})(
        site
    )


async def not_ready_yet(site: Site) -> None:
    """Its controller has only begun."""
    said = {"type": "Ready", "status": "False", "reason": "Creating", "message": "creating the widget"}
    moment = site.moments.before(0.1)
    await site.api.write_status(widget("young-custom"), {"conditions": [{**said, "lastTransitionTime": moment}]})


CASES: tuple[Case, ...] = (
    young(
        "young-deployment",
        "pods are being created",
        scripted("young-deployment", "web"),
        plays={"web": CREATING},
        healthy=(deploys("young-deployment", "web"), Ref("Pod", "young-deployment", "web-*")),
    ),
    young(
        "young-starting",
        "containers run and are not ready yet",
        scripted("young-starting", "web"),
        service("young-starting", "web", {"app": "web"}),
        plays={"web": STARTING},
    ),
    young(
        "young-ordered",
        "a StatefulSet starts with its first pod",
        stateful_set("young-ordered", "web", scripted=True),
        service("young-ordered", "web", {"app": "web"}, clusterIP="None"),
        plays={"web": STARTING},
    ),
    young(
        "young-pending",
        "a pod that fits no node, for seconds: a node may come",
        deployment("young-pending", "web", box(resources={"requests": {"cpu": "40"}})),
        healthy=(deploys("young-pending", "web"), Ref("Pod", "young-pending", "web-*")),
    ),
    young("young-job", "a Job that has just begun", job("young-job", "report"), plays={"report": STARTING}),
    young(
        "young-balancer",
        "a load balancer asked for seconds ago",
        deployment("young-balancer", "web"),
        service("young-balancer", "web", {"app": "web"}, type="LoadBalancer"),
    ),
    young("young-claim", "a claim made seconds ago, whose driver works", claim("young-claim", "data", "cloud")),
    young(
        "young-custom",
        "a custom resource whose controller has only begun",
        widget("young-custom"),
        steps=(not_ready_yet,),
    ),
    young(
        "young-leaving",
        "a namespace deleted seconds ago",
        deployment("young-leaving", "web"),
        steps=(serves("young-leaving"), leave),
        healthy=(Ref("Namespace", None, "young-leaving"),),
    ),
    young(
        "young-stopping",
        "a pod that was just asked to stop",
        pod("young-stopping", "worker"),
        plays={"worker": Play(undying=True)},
        steps=(ask_to_stop,),
    ),
    young(
        "young-node",
        "a node cordoned a moment ago",
        node(32, taint=reserved("young-node")),
        steps=(cordon,),
        healthy=(Ref("Node", None, "node-0032"),),
    ),
    young(
        "young-joining",
        "a node that is joining",
        node(
            33,
            taint=reserved("young-joining"),
            reports={
                "Ready": {
                    "status": "False",
                    "reason": "KubeletNotReady",
                    "message": "container runtime network not ready",
                }
            },
        ),
        healthy=(Ref("Node", None, "node-0033"),),
    ),
    young(
        "young-scaling",
        "scaled up a moment ago, the new pods start",
        scripted("young-scaling", "web"),
        plays={"web": (Play(), Play(), CREATING)},
        steps=(serves("young-scaling"), scale_up),
    ),
    young(
        "young-rolling",
        "a rollout within its deadline; its budget allows nothing for the moment",
        scripted(
            "young-rolling",
            "web",
            replicas=3,
            deploy={"strategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}},
        ),
        budget("young-rolling", maxUnavailable=1),
        plays={"web registry.example/shop/app:1.6.0": CREATING},
        steps=(serves("young-rolling", 3), roll),
        healthy=(deploys("young-rolling", "web"), Ref("PodDisruptionBudget", "young-rolling", "web")),
    ),
    young(
        "young-headless",
        "a headless Service that shows pods before they are ready",
        scripted("young-headless", "web"),
        service("young-headless", "web", {"app": "web"}, clusterIP="None", publishNotReadyAddresses=True),
        plays={"web": STARTING},
    ),
    young(
        "young-route",
        "a route that its gateway's controller has not seen yet",
        *served("young-route")[1:],
        gateway("young-route"),
        route("young-route"),
    ),
    old(
        "ingress-fine",
        "an Ingress whose class, backend and port are there",
        *served("ingress-fine")[1:],
        ingress("ingress-fine"),
    ),
    old(
        "ingress-no-address",
        "an Ingress without an address, as all of its class: not every controller publishes one",
        *served("ingress-no-address")[1:],
        made(
            "networking.k8s.io/v1", "IngressClass", None, "quiet", spec={"controller": "example.com/quiet-controller"}
        ),
        {key: value for key, value in ingress("ingress-no-address", ingress_class="quiet").items() if key != "status"},
    ),
    old(
        "route-fine",
        "a gateway and its route, accepted and resolved",
        *served("route-fine")[1:],
        gateway("route-fine"),
        route("route-fine", said("Accepted", "True", "Accepted"), said("ResolvedRefs", "True", "ResolvedRefs")),
    ),
    old(
        "scale-at-min",
        "an autoscaler that would do with fewer replicas than it may have",
        deployment("scale-at-min", "web"),
        scaler("scale-at-min", low=2, high=5, behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}),
        steps=(using("scale-at-min", "1m", "ScalingLimited", "True", "TooFewReplicas"),),
        era=Era.RECENT,
    ),
    old(
        "scale-steady",
        "an autoscaler between its bounds",
        deployment("scale-steady", "web"),
        scaler("scale-steady", low=1, high=5),
        steps=(using("scale-steady", "5m", "ScalingActive", "True"),),
        era=Era.RECENT,
    ),
    old(
        "scale-off",
        "autoscaling is off: its target was scaled to zero by hand",
        deployment("scale-off", "web", replicas=0),
        scaler("scale-off"),
        steps=(until("scale-off", "ScalingActive", "False"),),
        era=Era.RECENT,
    ),
    old(
        "namesake",
        "an event says that a pod fails: an earlier one of the same name",
        stateful_set("namesake", "web", replicas=1),
        service("namesake", "web", {"app": "web"}, clusterIP="None"),
        steps=(serves("namesake", 1, "StatefulSet"), blame_namesake),
        era=Era.RECENT,
        healthy=(Ref("StatefulSet", "namesake", "web"), Ref("Pod", "namesake", "web-0")),
    ),
)
