"""Several hands on one object, one after the other, and names of every sort."""

from __future__ import annotations

import asyncio
from typing import Any

from k8sview.model.drift import ActorClass
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated
from tests.drifts.deliver import flux
from tests.drifts.families.flux import ADDITION, OVERRIDE, SCRIPT, UI, band, over
from tests.drifts.place import Place
from tests.drifts.shapes import (
    IMAGE,
    NEW,
    SETTINGS,
    WEB,
    app,
    config,
    deployment,
    service,
)
from tests.drifts.writes import agent, merged, patched, put

Raw = dict[str, Any]


async def _two_edits(at: Place) -> None:
    """One name, two leaves, two seconds apart: of the first only bounds are known."""
    await at.patch("kubectl-edit", SETTINGS, {"data": {"level": "debug"}}, note="first")
    await asyncio.sleep(2.2)
    await at.patch("kubectl-edit", SETTINGS, {"data": {"size": "2"}}, note="second")


async def _then_flux(at: Place) -> None:
    """Flux brings another key after a person added one: the hand's stays."""
    await at.patch("kubectl-edit", SETTINGS, {"data": {"mine": "yes"}})
    await asyncio.sleep(1.1)
    await flux(config(level="info", fresh="1"), note="again", listed=False)(at)


CASES: tuple[Case, ...] = (
    over(
        "two-edits",
        "two edits by one name: the older is only bounded",
        config(level="info", size="1"),
        _two_edits,
        band(
            "ConfigMap/settings",
            "data.level",
            "kubectl-edit",
            change=OVERRIDE,
            written="first",
            dated=Dated.BOUNDED,
        ),
        band("ConfigMap/settings", "data.size", "kubectl-edit", change=OVERRIDE, written="second", dated=Dated.BOUNDED),
    ),
    over(
        "two-hands",
        "two people on two keys of one ConfigMap",
        config(level="info", size="1"),
        (
            merged("kubectl-edit", SETTINGS, {"data": {"level": "debug"}}, note="edit"),
            merged("k9s", SETTINGS, {"data": {"size": "2"}}, note="k9s"),
        ),
        band("ConfigMap/settings", "data.level", "kubectl-edit", change=OVERRIDE, written="edit"),
        band("ConfigMap/settings", "data.size", "k9s", UI, change=OVERRIDE, written="k9s"),
    ),
    over(
        "hand-over-hand",
        "one person's value is overwritten by another's: the last is told",
        config(),
        (
            merged("kubectl-edit", SETTINGS, {"data": {"level": "debug"}}, note="before"),
            merged("node-fetch", SETTINGS, {"data": {"level": "trace"}}),
        ),
        band("ConfigMap/settings", "data.level", "node-fetch", UI, change=OVERRIDE, after="trace"),
    ),
    over(
        "flux-since",
        "Flux has applied something else since",
        config(),
        _then_flux,
        band("ConfigMap/settings", "data.mine", "kubectl-edit", change=ADDITION),
    ),
    over(
        "replaced",
        "kubectl replace of a whole ConfigMap",
        config(level="info", size="1"),
        put("kubectl-replace", SETTINGS, lambda body: body.update(data={"level": "warn", "size": "1"})),
        band("ConfigMap/settings", "data.level", "kubectl-replace", change=OVERRIDE, after="warn"),
    ),
    over(
        "java-client",
        "a Java program, by its user agent",
        service(),
        agent("okhttp/4.12.0", service(), {"metadata": {"annotations": {"owner": "java"}}}),
        band("Service/web", "metadata.annotations.owner", "okhttp", SCRIPT, change=ADDITION),
    ),
    over(
        "go-client",
        "a Go program without a name of its own",
        service(),
        agent("Go-http-client/2.0", service(), {"spec": {"externalIPs": ["10.1.2.3"]}}),
        band("Service/web", "spec.externalIPs", "Go-http-client", SCRIPT, change=ADDITION, security=True),
    ),
    over(
        "oc-set",
        "OpenShift's client",
        deployment(),
        patched("oc-set", WEB, app(image=NEW)),
        band("Deployment/web", IMAGE, "oc-set", after=NEW),
    ),
    over(
        "unknown-tool",
        "a tool that nobody knows patches a Deployment of Flux'",
        deployment(),
        patched("acme-fixer", WEB, app(image=NEW)),
        band("Deployment/web", IMAGE, "acme-fixer", ActorClass.UNKNOWN, sure=(Confidence.INFERRED,)),
    ),
)
