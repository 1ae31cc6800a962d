"""Drift that is followed on a living API server: somebody edits by hand, and old → new is there within a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from k8sview.catalog.loader import Catalog
from k8sview.model.drift import ActorClass, Drift, DriftKind, DriftSettings
from k8sview.model.living_drift import LivingDrift, SeenChange
from k8sview.session.picture import Picture
from k8sview.session.session import Session
from k8sview.sources.live.whole import WholeSource
from tests.controlplane import ControlPlane
from tests.controlplane.writer import ApiWriter
from tests.session.test_session import Watcher

pytestmark = pytest.mark.controlplane

SPACE = "fixture-living-drift"
IMAGE = "spec.template.spec.containers[name=app].image"
PROMISE = 1.0
"""Seconds from an edit's answer to its old → new in a picture."""
_STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}
_ROOT = f"/apis/apps/v1/namespaces/{SPACE}/deployments"
Raw = dict[str, Any]


def workload(name: str) -> Raw:
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "app", "image": "registry.example/x:1"}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": name, "namespace": SPACE}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def image(text: str) -> Raw:
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": text}]}}}}


async def delivered(api: ApiWriter, *names: str) -> None:
    """As Flux applies."""
    await api.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}])
    for name in names:
        one = workload(name)
        await api.request("PATCH", f"{_ROOT}/{name}", one, _APPLY, fieldManager="kustomize-controller", force="true")


@asynccontextmanager
async def following(plane: ControlPlane) -> AsyncIterator[Watcher]:
    """A session that looked once."""
    session = Session(WholeSource(str(plane.kubeconfig)), Catalog((), ()), namespaces=(SPACE,), drift=DriftSettings())
    watcher = Watcher(session)
    await session.start()
    try:
        await watcher.until(lambda picture: picture.drift is not None and not picture.drift.pending, 60)
        yield watcher
    finally:
        await session.close()


def drift_of(picture: Picture, name: str, path: str) -> Drift | None:
    found = picture.drift.drifts if picture.drift is not None else ()
    return next((one for one in found if one.object.name == name and one.path == path), None)


def seen_of(drift: LivingDrift | None, name: str, path: str) -> SeenChange | None:
    found = drift.seen if drift is not None else ()
    return next((one for one in found if one.object.name == name and one.path == path), None)


async def within(watcher: Watcher, shows: Callable[[Picture], bool]) -> float:
    """Seconds until a picture shows it."""
    began = time.monotonic()
    await watcher.until(shows, 10)
    return time.monotonic() - began


async def test_an_edit_by_hand_is_there_within_a_second_with_old_and_new(controlplane: ControlPlane) -> None:
    names = ("edited", "scaled", "labelled", "quiet")
    took: dict[str, float] = {}
    async with controlplane.writer() as api:
        await delivered(api, *names)
        async with following(controlplane) as watcher:
            for turn in range(2, 5):
                await asyncio.sleep(1.1)  # managedFields have a resolution of a second
                new = f"registry.example/x:{turn}"
                await api.request("PATCH", f"{_ROOT}/edited", image(new), _STRATEGIC, fieldManager="kubectl-edit")

                def edited(picture: Picture, new: str = new) -> bool:
                    one = drift_of(picture, "edited", IMAGE)
                    return one is not None and one.after == new and one.time.basis == "watch"

                took[f"edit {turn}"] = await within(watcher, edited)
                card = drift_of(watcher.session.picture, "edited", IMAGE)
                assert card is not None
                assert card.actor is not None
                assert (card.actor.manager, card.actor.actor_class) == ("kubectl-edit", ActorClass.HUMAN)
                assert card.kind is DriftKind.OUT_OF_BAND
                assert card.before == f"registry.example/x:{turn - 1}"

            label = {"metadata": {"labels": {"by-hand": "true"}}}
            await api.request("PATCH", f"{_ROOT}/labelled", label, _STRATEGIC, fieldManager="node-fetch")
            took["label"] = await within(
                watcher, lambda picture: drift_of(picture, "labelled", "metadata.labels.by-hand") is not None
            )
            scale = {"spec": {"replicas": 4}}
            await api.request("PATCH", f"{_ROOT}/scaled/scale", scale, _MERGE, fieldManager="kubectl")
            took["scale"] = await within(
                watcher, lambda picture: seen_of(picture.drift, "scaled", "spec.replicas") is not None
            )
            scaled = seen_of(watcher.session.picture.drift, "scaled", "spec.replicas")
            assert scaled is not None
            assert (scaled.before, scaled.after) == ("1", "4")
            assert scaled.actor is not None
            assert scaled.actor.subresource == "scale"

            status = {"status": {"observedGeneration": 9}}
            await api.request("PATCH", f"{_ROOT}/quiet/status", status, _MERGE, fieldManager="kube-controller-manager")
            await asyncio.sleep(0.5)
            last = watcher.session.picture.drift
            assert last is not None
            assert not [one for one in last.seen if one.object.name == "quiet"], "a status is no change"
    assert max(took.values()) < PROMISE, took


def _has_drift(name: str, picture: Picture) -> bool:
    return drift_of(picture, name, IMAGE) is not None


async def test_what_is_put_back_is_no_drift_any_more_and_what_goes_is_forgotten(controlplane: ControlPlane) -> None:
    async with controlplane.writer() as api:
        await delivered(api, "restored", "removed")
        async with following(controlplane) as watcher:
            for name in ("restored", "removed"):
                body = image("registry.example/x:7")
                await api.request("PATCH", f"{_ROOT}/{name}", body, _STRATEGIC, fieldManager="kubectl-edit")
                await within(watcher, partial(_has_drift, name))
            await delivered(api, "restored")
            await within(watcher, lambda picture: drift_of(picture, "restored", IMAGE) is None)
            await api.delete(workload("removed"))
            await within(watcher, lambda picture: drift_of(picture, "removed", IMAGE) is None)
            gone = watcher.session.picture.drift
            assert gone is not None
            assert [one for one in gone.seen if one.object.name == "removed" and one.change == "removal"]
