"""What happened between the beginning and the incident: a rollout three days ago, and last night."""

from __future__ import annotations

import asyncio
from typing import Any

from demo import nodes, objects
from demo.hands import change, named
from demo.platform import all_ready, claim, due, endpoints, open_only
from demo.site import Site

Object = dict[str, Any]

WEB = "registry.demo.example.com/shop/web:5.12.0"
STORE_BAD = "registry.demo.example.com/search/store:2.19.1-rc"
_RUNS = (("reporting", "nightly-export"), ("renovate", "renovate"))


async def rollout(site: Site) -> None:
    """A new shop/web; one of its pods goes to each node that the story needs one on."""
    target = named("Deployment", "web", "shop")
    await change(site.api, target, await with_image(site, target, WEB))
    for node, rest in (("apps-4", ["apps-5"]), ("apps-5", ["apps-1", "apps-2", "apps-3"])):
        await site.api.until(lambda host=node: _bound(site, WEB, host), 40)  # type: ignore[misc]
        await open_only(site, rest)
        if node == "apps-4":
            await site.kubelets.look()
    site.kubelets.resting = False
    await site.api.until(lambda: all_ready(site), 60)
    await open_only(site, [name for _, name in nodes.names()])
    await endpoints(site)
    await site.forget_events()


async def before_rollout(site: Site) -> None:
    """The kubelets rest, so that one pod comes after the other; the first can only go to one node."""
    await open_only(site, ["apps-4"])
    site.kubelets.resting = True


async def night(site: Site) -> None:
    """The nightly runs; a claim for a storage class that is gone; a release of search/store that was taken back."""
    last = int(due(site.end, 24, 30).timestamp()) // 60
    await asyncio.gather(*(_run(site, namespace, name, last) for namespace, name in _RUNS))
    await site.put([claim("payments", "archive", "gp2"), *later(site, "night")])
    target = named("StatefulSet", "store", "search")
    before = (await site.api.get(target))["spec"]["template"]["spec"]["containers"][0]["image"]
    await change(site.api, target, await with_image(site, target, STORE_BAD), "kubectl-set")
    await site.api.until(lambda: _bound(site, STORE_BAD), 40)
    await site.kubelets.settled()
    await change(site.api, target, await with_image(site, target, before), "kubectl-rollout")
    await site.api.until(lambda: _ran(site), 40)
    await endpoints(site)
    await site.forget_events()


def later(site: Site, when: str) -> list[Object]:
    """What a chapter brings."""
    return [each for row in site.rows("later") if row["when"] == when for each in objects.workload(row)]


async def with_image(site: Site, target: Object, image: str) -> Object:
    """The patch that gives a workload's first container another image."""
    template = (await site.api.get(target))["spec"]["template"]
    template["spec"]["containers"][0]["image"] = image
    return {"spec": {"template": template}}


async def _bound(site: Site, image: str, host: str = "") -> bool:
    pods = await site.api.list("v1", "Pod")
    hosts = {each["spec"].get("nodeName") for each in pods if each["spec"]["containers"][0]["image"] == image}
    return host in hosts if host else any(hosts)


async def _run(site: Site, namespace: str, name: str, minute: int) -> None:
    """As the CronJob controller makes it."""
    found = await site.api.get(named("CronJob", name, namespace, "batch/v1"))
    owner = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": name,
        "uid": found["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    template = found["spec"]["jobTemplate"]
    job = named("Job", f"{name}-{minute}", namespace, "batch/v1")
    job["metadata"] |= {"ownerReferences": [owner], "labels": template["spec"]["template"]["metadata"]["labels"]}
    await site.put([{**job, "spec": template["spec"]}], "kube-controller-manager")


async def _ran(site: Site) -> bool:
    jobs = await site.api.list("batch/v1", "Job")
    return all(each.get("status", {}).get("succeeded") for each in jobs)
