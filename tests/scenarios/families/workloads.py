"""Rollouts that stick, ordinals that block, daemons that a node refuses, pods that do not leave."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Ref
from tests.scenarios.families.containers import back_off, crashing
from tests.scenarios.families.images import GONE
from tests.scenarios.families.scheduling import room
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import (
    box,
    daemon_set,
    deploys,
    named,
    on_reserved,
    pod,
    scripted,
    space,
    stateful_set,
)
from tests.scenarios.site import Site

_PULLING = Container(
    waiting="ImagePullBackOff", message=f'Back-off pulling image "{GONE}": ErrImagePull: {GONE}: not found'
)
_NOT_FOUND = Happened("Failed", f'Failed to pull image "{GONE}": rpc error: code = NotFound: {GONE}: not found')
BROKEN_PULL = Play({"app": _PULLING}, (_NOT_FOUND,))


async def bad_rollout(site: Site) -> None:
    """A version that serves, then one whose image does not exist."""
    target = named("apps/v1", "Deployment", "rollout-stuck", "api")
    await site.shows(target, lambda one: one.get("status", {}).get("readyReplicas") == 3, "serves")
    pods = {"template": {"spec": {"containers": [box(image=GONE)]}}}
    await site.api.patch(target, {"spec": pods})
    await site.shows(target, lambda one: one["status"].get("updatedReplicas"), "has a pod of the new version")


async def rolled_back_in_vain(site: Site) -> None:
    """A bad version stops the roll at the last ordinal; then a good one is written, which that pod never gets."""
    target = named("apps/v1", "StatefulSet", "ordinal-trap", "db")
    await site.shows(target, lambda one: one.get("status", {}).get("readyReplicas") == 3, "serves")
    await site.api.patch(target, {"spec": {"template": {"spec": {"containers": [box(image=GONE)]}}}})

    async def stuck() -> bool:
        found = await site.api.list("v1", "Pod", "ordinal-trap")
        return any(one["spec"]["containers"][0]["image"] == GONE for one in found)

    await site.until("db-2 has the bad version", stuck)
    await site.shows(target, lambda one: one["status"].get("readyReplicas") == 2, "has lost a replica")
    fixed = box(image="registry.example/shop/app:1.4.3")
    await site.api.patch(target, {"spec": {"template": {"spec": {"containers": [fixed]}}}})


async def delete_held(site: Site) -> None:
    """Deleted, and its finalizer stays."""
    (found,) = await site.pods("leaving-held", 1)
    await site.shows(found, lambda one: one["status"].get("phase") == "Running", "runs")
    await site.api.delete(found)


async def delete_deaf(site: Site) -> None:
    """Deleted with a short grace, and the container does not end."""
    (found,) = await site.pods("leaving-deaf", 1)
    await site.shows(found, lambda one: one["status"].get("phase") == "Running", "runs")
    await site.api.delete(found, gracePeriodSeconds="5")


_EVICTED = (
    "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9201Mi. Container app was"
    " using 12Gi, request is 0, has larger consumption of ephemeral-storage. "
)

CASES: tuple[Case, ...] = (
    Failure(
        name="rollout-stuck",
        row=13,
        broken="the new version's image does not exist; the old version still serves",
        objects=(space("rollout-stuck"), scripted("rollout-stuck", "api", replicas=3)),
        plays={f"api {GONE}": BROKEN_PULL},
        steps=(bad_rollout,),
        expected=Expected(blame=(deploys("rollout-stuck", "api"),), words=r"not found|does not exist|1\.4\.2-rc9|pull"),
    ),
    Failure(
        name="ordinal-blocks",
        row=42,
        broken="ordinal 0 crashes, so 1 and 2 are never made",
        objects=(space("ordinal-blocks"), stateful_set("ordinal-blocks", "db", scripted=True)),
        plays={"db": Play({"app": crashing(Ended(1, lasted=1))}, (back_off("app", "db-0"),))},
        expected=Expected(blame=(Ref("StatefulSet", "ordinal-blocks", "db"),), words=r"db-0|ordinal 0|exit"),
    ),
    Failure(
        name="ordinal-trap",
        row=42,
        broken="a good version is written after a bad one, and the controller will not replace the broken pod",
        objects=(space("ordinal-trap"), stateful_set("ordinal-trap", "db", scripted=True)),
        plays={f"db {GONE}": BROKEN_PULL},
        steps=(rolled_back_in_vain,),
        expected=Expected(
            blame=(Ref("StatefulSet", "ordinal-trap", "db"), Ref("Pod", "ordinal-trap", "db-2")),
            words=r"db-2",
            found=(Ref("StatefulSet", "ordinal-trap", "db"), Ref("Pod", "ordinal-trap", "db-2")),
        ),
    ),
    Failure(
        name="daemon-crash",
        row=1,
        broken="a DaemonSet's program exits with 2",
        objects=(
            space("daemon-crash"),
            daemon_set("daemon-crash", "agent", scripted=True, nodeSelector={"karpenter.sh/nodepool": "a"}),
        ),
        plays={"agent": Play({"app": crashing(Ended(2))}, (back_off("app", "agent"),))},
        expected=Expected(blame=(Ref("DaemonSet", "daemon-crash", "agent"),), words=r"exit"),
    ),
    Failure(
        name="daemon-no-room",
        row=43,
        broken="one of two nodes has no room left for the agent",
        objects=(
            space("daemon-no-room"),
            room(17, "daemon-no-room"),
            room(18, "daemon-no-room", cpu="1"),
            daemon_set(
                "daemon-no-room",
                "agent",
                box(resources={"requests": {"cpu": "2"}}),
                **on_reserved("daemon-no-room"),
            ),
        ),
        expected=Expected(
            blame=(Ref("DaemonSet", "daemon-no-room", "agent"), Ref("Node", None, "node-0018")),
            words=r"node-0018|cpu",
            found=(Ref("DaemonSet", "daemon-no-room", "agent"),),
        ),
    ),
    Failure(
        name="evicted-scratch",
        row=23,
        broken="evicted: its scratch volume grew over its own limit",
        objects=(
            space("evicted-scratch"),
            pod("evicted-scratch", "batch", volumes=[{"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}}]),
        ),
        plays={
            "batch": Play(
                phase="Failed",
                reason="Evicted",
                message='Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ',
                bare=True,
            )
        },
        expected=Expected(blame=(Ref("Pod", "evicted-scratch", "batch"),), words=r"emptydir|cache|1Gi"),
    ),
    Failure(
        name="daemon-on-delete",
        row=1,
        broken="a DaemonSet that is replaced by hand, none of whose pods works",
        objects=(
            space("daemon-on-delete"),
            daemon_set(
                "daemon-on-delete",
                "agent",
                scripted=True,
                nodeSelector={"karpenter.sh/nodepool": "b"},
                sets={"updateStrategy": {"type": "OnDelete"}},
            ),
        ),
        plays={"agent": Play({"app": crashing(Ended(1))}, (back_off("app", "agent"),))},
        expected=Expected(blame=(Ref("DaemonSet", "daemon-on-delete", "agent"),), words=r"exit"),
    ),
    Failure(
        name="evicted",
        row=23,
        broken="evicted: it filled the node's disk",
        objects=(space("evicted"), pod("evicted", "batch")),
        plays={
            "batch": Play(
                phase="Failed", reason="Evicted", message=_EVICTED, bare=True, events=(Happened("Evicted", _EVICTED),)
            )
        },
        expected=Expected(
            blame=(Ref("Pod", "evicted", "batch"), Ref("Node", None, "*")),
            words=r"ephemeral-storage|disk|evict",
            found=(Ref("Pod", "evicted", "batch"),),
        ),
    ),
    Failure(
        name="leaving-held",
        row=33,
        broken="a finalizer keeps a deleted pod",
        objects=(
            space("leaving-held"),
            pod("leaving-held", "worker", metadata={"finalizers": ["example.com/drain-queue"]}),
        ),
        steps=(delete_held,),
        expected=Expected(blame=(Ref("Pod", "leaving-held", "worker"),), words=r"example\.com/drain-queue"),
    ),
    Failure(
        name="leaving-deaf",
        row=33,
        broken="a deleted pod's container does not end",
        objects=(space("leaving-deaf"), pod("leaving-deaf", "worker", terminationGracePeriodSeconds=5)),
        plays={"worker": Play(undying=True)},
        steps=(delete_deaf,),
        expected=Expected(
            blame=(Ref("Pod", "leaving-deaf", "worker"), Ref("Node", None, "*")), words=r"terminat|delet|grace|stop"
        ),
    ),
    Failure(
        name="pod-failed",
        row=1,
        broken="a pod of nobody's that is not restarted has failed",
        objects=(space("pod-failed"), pod("pod-failed", "migrate", restartPolicy="Never")),
        plays={"migrate": Play({"app": Container(ended=Ended(7, ago=15))}, phase="Failed")},
        expected=Expected(blame=(Ref("Pod", "pod-failed", "migrate"),), words=r"exit(s|ed)?\b.*\b7\b|code 7"),
    ),
)
