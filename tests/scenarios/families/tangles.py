"""Chains and knots: a cause far from its effects, two causes side by side, one cause with many effects."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref, Step
from tests.scenarios.families.budgets import budget
from tests.scenarios.families.configuration import key
from tests.scenarios.families.containers import back_off, crashing
from tests.scenarios.families.creation import no_webhook, quota, quota_first, then
from tests.scenarios.families.gateways import gateway, ingress, route, said
from tests.scenarios.families.images import GONE
from tests.scenarios.families.nodes import dies, lost, serving, sick
from tests.scenarios.families.scaling import scaler, until
from tests.scenarios.families.scheduling import asking, room
from tests.scenarios.families.volumes import mounts, storage_class, volume
from tests.scenarios.families.workloads import BROKEN_PULL
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import (
    box,
    claim,
    deployment,
    deploys,
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
)
from tests.scenarios.site import Site


def tangle(
    name: str, broken: str, words: str, *objects: Raw, blame: tuple[Ref, ...], found: tuple[Ref, ...], **rest: Any
) -> Failure:
    """Any objects; ``found``: where the cause shows."""
    return Failure(
        name=name,
        row=rest.pop("row", 0),
        broken=broken,
        objects=(space(name, **rest.pop("labels", {})), *objects),
        expected=Expected(blame=blame, words=words, found=found),
        **rest,
    )


CRASH = Play({"app": crashing(Ended(1))}, (back_off("app"),))


def delete_when_ready(namespace: str, app: str) -> Step:
    """A step: delete the pods of ``app``, which run on a node that is heard of no more."""

    async def step(site: Site) -> None:
        for found in await site.pods(namespace, 1, app):
            await site.api.delete(found)

    return step


async def busy(site: Site) -> None:
    """The node's room is taken by one, then wanted by another."""
    await serving("crowded", 1, "hog")(site)
    await site.api.apply([deployment("crowded", "api", asking(cpu="4"), replicas=1, **on_reserved("crowded"))])


async def refuse_balancer(site: Site) -> None:
    """What a cloud controller says."""
    found = await site.api.get(named("v1", "Service", "balancer-refused", "web"))
    text = (
        "Error syncing load balancer: failed to ensure load balancer: error creating load balancer:"
        " TooManyLoadBalancers: Exceeded quota of account"
    )
    await site.say(found, Happened("SyncLoadBalancerFailed", text, source="service-controller", count=14))


def _unset(what: str) -> Play:
    return Play(
        {"app": Container(waiting="CreateContainerConfigError", message=what)},
        (Happened("Failed", f"Error: {what}", container="app"),),
    )


def _pvc(namespace: str) -> Ref:
    return Ref("PersistentVolumeClaim", namespace, "data")


_NODE_MESSAGE = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"

CASES: tuple[Case, ...] = (
    tangle(
        "chain-of-four",
        "an Ingress leads to a Service, whose Deployment lacks a Secret",
        r"db-login",
        scripted("chain-of-four", "web", box(**key("secret", "db-login", "password"))),
        service("chain-of-four", "web", {"app": "web"}),
        ingress("chain-of-four"),
        plays={"web": _unset('secret "db-login" not found')},
        blame=(Ref("Secret", "chain-of-four", "db-login"),),
        found=(Ref("Ingress", "chain-of-four", "web"), Ref("Service", "chain-of-four", "web")),
    ),
    tangle(
        "chain-route",
        "a route's backend has no ready pod, for its program crashes",
        r"exit",
        scripted("chain-route", "web"),
        service("chain-route", "web", {"app": "web"}),
        gateway("chain-route"),
        route("chain-route", said("Accepted", "True", "Accepted"), said("ResolvedRefs", "True", "ResolvedRefs")),
        plays={"web": CRASH},
        blame=(deploys("chain-route", "web"),),
        found=(deploys("chain-route", "web"), Ref("Service", "chain-route", "web")),
    ),
    tangle(
        "chain-scaler",
        "an autoscaler gets no figures because the program crashes",
        r"exit",
        scripted("chain-scaler", "web"),
        scaler("chain-scaler"),
        plays={"web": CRASH},
        steps=(until("chain-scaler", "ScalingActive", "False"),),
        blame=(deploys("chain-scaler", "web"),),
        found=(deploys("chain-scaler", "web"),),
    ),
    tangle(
        "two-causes",
        "a Deployment crashes; its neighbour, which works, has a Service with a typo",
        r"exit",
        scripted("two-causes", "api"),
        deployment("two-causes", "web"),
        service("two-causes", "web", {"app": "webb"}),
        plays={"api": CRASH},
        blame=(deploys("two-causes", "api"),),
        found=(deploys("two-causes", "api"),),
    ),
    Failure(
        name="two-causes-too",
        row=20,
        broken="the neighbour's typo, which is a cause of its own",
        expected=Expected(blame=(Ref("Service", "two-causes", "web"),), words=r"webb|selector"),
    ),
    tangle(
        "two-versions",
        "the old version crashes now and then, and the new one's image does not exist",
        r"not found|does not exist|pull",
        scripted("two-versions", "api", box(image=GONE), replicas=2),
        plays={f"api {GONE}": BROKEN_PULL},
        blame=(deploys("two-versions", "api"),),
        found=(deploys("two-versions", "api"),),
    ),
    tangle(
        "claim-not-to-blame",
        "a pod fits no node for its CPU; its claim only waits for a node to be chosen",
        r"cpu",
        storage_class("cloud-patient", "WaitForFirstConsumer"),
        claim("claim-not-to-blame", "data", "cloud-patient"),
        deployment("claim-not-to-blame", "api", asking(cpu="300"), replicas=1, **mounts()),
        blame=(deploys("claim-not-to-blame", "api"),),
        found=(deploys("claim-not-to-blame", "api"),),
    ),
    tangle(
        "claim-no-local",
        "there is no local disk to bind its claim to",
        r"local|persistent volume|bind|PersistentVolume|no volume",
        storage_class("local", "WaitForFirstConsumer", "kubernetes.io/no-provisioner"),
        claim("claim-no-local", "data", "local"),
        deployment("claim-no-local", "api", replicas=1, **mounts()),
        blame=(_pvc("claim-no-local"), Ref("StorageClass", None, "local"), deploys("claim-no-local", "api")),
        found=(deploys("claim-no-local", "api"), _pvc("claim-no-local")),
    ),
    tangle(
        "claim-shared",
        "one missing claim holds up two Deployments",
        r"shared-files",
        deployment("claim-shared", "api", **mounts("shared-files")),
        deployment("claim-shared", "worker", **mounts("shared-files")),
        blame=(Ref("PersistentVolumeClaim", "claim-shared", "shared-files"),),
        found=(deploys("claim-shared", "worker"),),
    ),
    tangle(
        "claim-too-big",
        "the only volume is smaller than what the claim wants",
        r"5Gi|size|capacity|small|big|class|bind|no volume",
        volume("small-1", "claim-too-big", "other"),
        claim("claim-too-big", "data", "", "5Gi"),
        deployment("claim-too-big", "api", replicas=1, **mounts()),
        blame=(_pvc("claim-too-big"), Ref("PersistentVolume", None, "small-1")),
        found=(deploys("claim-too-big", "api"), _pvc("claim-too-big")),
    ),
    tangle(
        "crowded",
        "its node's CPU is taken by another Deployment",
        r"cpu",
        room(40, "crowded"),
        deployment("crowded", "hog", asking(cpu="14"), replicas=1, **on_reserved("crowded")),
        steps=(busy,),
        blame=(deploys("crowded", "api"), Ref("Node", None, "node-0040")),
        found=(deploys("crowded", "api"),),
    ),
    tangle(
        "on-sick-node",
        "the only node that it may use is not ready",
        r"not ready|network|node-0041|not-ready",
        sick(41, "on-sick-node", Ready={"status": "False", "reason": "KubeletNotReady", "message": _NODE_MESSAGE}),
        deployment("on-sick-node", "api", **on_reserved("on-sick-node")),
        blame=(Ref("Node", None, "node-0041"),),
        found=(deploys("on-sick-node", "api"),),
    ),
    tangle(
        "on-full-disk",
        "the only node that it may use reports disk pressure, which keeps pods away",
        r"disk",
        sick(42, "on-full-disk", DiskPressure={"status": "True", "reason": "KubeletHasDiskPressure"}),
        deployment("on-full-disk", "api", **on_reserved("on-full-disk")),
        blame=(Ref("Node", None, "node-0042"),),
        found=(deploys("on-full-disk", "api"),),
    ),
    tangle(
        "on-dead-node",
        "pods that were deleted stay, for their node is heard of no more; a Service has lost them",
        r"report|kubelet|node",
        node(43, taint=reserved("on-dead-node"), labels={"reserved": "on-dead-node"}),
        scripted(
            "on-dead-node",
            "api",
            nodeSelector={"reserved": "on-dead-node"},
            tolerations=[{"operator": "Exists"}],
        ),
        service("on-dead-node", "api", {"app": "api"}),
        budget("on-dead-node", app="api", minAvailable=1),
        plays={"api": Play(undying=True)},
        steps=(serving("on-dead-node"), dies(43), lost("on-dead-node"), delete_when_ready("on-dead-node", "api")),
        blame=(Ref("Node", None, "node-0043"),),
        found=(deploys("on-dead-node", "api"), Ref("Pod", "on-dead-node", "api-*")),
    ),
    tangle(
        "set-on-dead-node",
        "a StatefulSet's pod is on a node that is heard of no more, so that it cannot be made anew",
        r"report|kubelet|node",
        node(44, taint=reserved("set-on-dead-node"), labels={"reserved": "set-on-dead-node"}),
        stateful_set(
            "set-on-dead-node",
            "api",
            replicas=1,
            scripted=True,
            nodeSelector={"reserved": "set-on-dead-node"},
            tolerations=[{"operator": "Exists"}],
        ),
        plays={"api": Play(undying=True)},
        steps=(
            serving("set-on-dead-node", 1, kind="StatefulSet"),
            dies(44),
            lost("set-on-dead-node", kind="StatefulSet"),
            delete_when_ready("set-on-dead-node", "api"),
        ),
        blame=(Ref("Node", None, "node-0044"),),
        found=(Ref("StatefulSet", "set-on-dead-node", "api"), Ref("Pod", "set-on-dead-node", "api-0")),
    ),
    tangle(
        "hook-no-service",
        "a webhook that must not fail names a Service that does not exist",
        r"policy|webhook|not found|does not exist",
        no_webhook("hook-no-service", "gone", "unserved"),
        steps=(then(stateful_set("hook-no-service", "api")),),
        labels={"policed": "unserved"},
        blame=(
            Ref("ValidatingWebhookConfiguration", None, "gone"),
            Ref("Service", "hook-no-service", "policy"),
        ),
        found=(Ref("StatefulSet", "hook-no-service", "api"),),
    ),
    tangle(
        "hook-crashes",
        "what serves a webhook that must not fail crashes",
        r"exit",
        scripted("hook-crashes", "policy"),
        made(
            "v1",
            "Service",
            "hook-crashes",
            "policy",
            spec={"selector": {"app": "policy"}, "ports": [{"port": 443, "targetPort": 8443}]},
        ),
        steps=(
            then(no_webhook("hook-crashes", "crashing", "crashing")),
            then(space("hook-crashed", policed="crashing")),
            then(deployment("hook-crashed", "api")),
        ),
        plays={"policy": CRASH},
        blame=(deploys("hook-crashes", "policy"),),
        found=(deploys("hook-crashed", "api"),),
    ),
    tangle(
        "two-refusals",
        "a full quota, and a LimitRange that would refuse as well: the quota is the elder",
        r"quota|maximum|limit",
        quota("two-refusals", pods="0"),
        steps=(quota_first(deployment("two-refusals", "api")),),
        blame=(Ref("ResourceQuota", "two-refusals", "team-quota"),),
        found=(deploys("two-refusals", "api"),),
    ),
    tangle(
        "quota-two-workloads",
        "one quota refuses two workloads",
        r"quota",
        quota("quota-two-workloads", pods="1"),
        steps=(quota_first(deployment("quota-two-workloads", "api"), stateful_set("quota-two-workloads", "db")),),
        blame=(Ref("ResourceQuota", "quota-two-workloads", "team-quota"),),
        found=(deploys("quota-two-workloads", "api"),),
    ),
    tangle(
        "budget-of-nobody",
        "a budget counts in shares, and its pods have no owner whose size it could ask",
        r"control|owner|scale",
        pod("budget-of-nobody", "web"),
        budget("budget-of-nobody", maxUnavailable="50%"),
        blame=(Ref("PodDisruptionBudget", "budget-of-nobody", "web"),),
        found=(Ref("PodDisruptionBudget", "budget-of-nobody", "web"),),
    ),
    tangle(
        "runtime-class-missing",
        "its RuntimeClass does not exist",
        r"sandboxed|RuntimeClass",
        deployment("runtime-class-missing", "api", runtimeClassName="sandboxed"),
        blame=(Ref("RuntimeClass", None, "sandboxed"), deploys("runtime-class-missing", "api")),
        found=(deploys("runtime-class-missing", "api"),),
    ),
    tangle(
        "range-minimum",
        "asks for less memory than the LimitRange wants",
        r"minimum|limit ?range|64Mi",
        made(
            "v1",
            "LimitRange",
            "range-minimum",
            "sizes",
            spec={"limits": [{"type": "Container", "min": {"memory": "64Mi"}}]},
        ),
        steps=(then(deployment("range-minimum", "api")),),
        blame=(Ref("LimitRange", "range-minimum", "sizes"), deploys("range-minimum", "api")),
        found=(deploys("range-minimum", "api"),),
    ),
    tangle(
        "balancer-refused",
        "the cloud refuses a load balancer: its quota is used up",
        r"TooManyLoadBalancers|quota|load ?balancer",
        deployment("balancer-refused", "web"),
        service("balancer-refused", "web", {"app": "web"}, type="LoadBalancer"),
        steps=(refuse_balancer,),
        blame=(Ref("Service", "balancer-refused", "web"),),
        found=(Ref("Service", "balancer-refused", "web"),),
    ),
)
