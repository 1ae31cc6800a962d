"""What changed before, from what a real API server and real controllers leave: each write seen, dated, attributed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from k8sview.analysis.drift.before import changed_before, unread_before
from k8sview.analysis.drift.timeline import timeline
from k8sview.model import events
from k8sview.model.health import ChangeBefore
from k8sview.model.kinds import KINDS, ref_to
from k8sview.model.resources import Ref, key_of
from k8sview.model.timeline import MomentKind
from k8sview.model.view import View
from k8sview.store.store import Store
from tests.analysis.clusters import read
from tests.controlplane import ControlPlane
from tests.controlplane.load import node
from tests.controlplane.writer import ApiWriter

pytestmark = pytest.mark.controlplane

SPACE = "fixture-changes"
WEB = ref_to("Deployment", SPACE, "web")
DB = ref_to("StatefulSet", SPACE, "db")
IMAGE = "spec.template.spec.containers[name=app].image"
READ = (
    "pods",
    "nodes",
    "events",
    "configmaps",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "controllerrevisions.apps",
    "resourcequotas",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
)
Raw = dict[str, Any]


def workload(kind: str, name: str, **spec: Any) -> Raw:
    container = {"name": "app", "image": "registry.example/x:1", "envFrom": [{"configMapRef": {"name": "settings"}}]}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    chosen = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": SPACE}, "spec": chosen}


SETTINGS = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": SPACE},
    "data": {"level": "info"},
}
HOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "fixture-changes"},
    "webhooks": [
        {
            "name": "gate.example.org",
            "clientConfig": {"url": "https://gate.example.org/"},
            "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["DELETE"], "resources": ["*"]}],
            "objectSelector": {"matchLabels": {"nobody": "has-this"}},
            "failurePolicy": "Ignore",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }
    ],
}


async def write(api: ApiWriter, target: Raw, body: Raw, manager: str, subresource: str = "") -> datetime:
    """A patch as another program sends it; the time at which it was sent."""
    name = f"{target['kind'].lower()}s"
    group, _, version = target["apiVersion"].rpartition("/")
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    space = target["metadata"].get("namespace")
    path = f"{root}/{f'namespaces/{space}/' if space else ''}{name}/{target['metadata']['name']}"
    headers = {"Content-Type": "application/strategic-merge-patch+json", "User-Agent": f"{manager}/v1"}
    at = datetime.now(UTC)
    where = f"{path}/{subresource}" if subresource else path
    await api.request("PATCH", where, body, headers, fieldManager=manager)
    return at


async def seen(api: ApiWriter) -> View:
    store = Store(lambda: datetime.now(UTC))
    store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
    for name in READ:
        resource = KINDS[name].resource
        listed = await api.list(resource.api_version, resource.kind, SPACE if resource.namespaced else None)
        objects = tuple(read({key: value for key, value in raw.items() if key != "apiVersion"})[1] for raw in listed)
        store.apply(events.Upserted(name, None, objects))
        store.apply(events.Synced(name, None, frozenset(key_of(obj) for obj in objects)))
    return store.view()


async def told(
    api: ApiWriter, about: Ref, wanted: Callable[[ChangeBefore], bool], after: datetime | None = None
) -> ChangeBefore:
    """The change that is wanted, once it is told; all that was told is in the error where it never is.

    ``after``: what is older does not crowd it out.
    """
    last: list[ChangeBefore] = []

    async def question() -> ChangeBefore | None:
        view = await seen(api)
        within = view.taken_at - after + timedelta(seconds=2) if after else timedelta(minutes=30)
        last[:] = changed_before(view, [about], view.taken_at, within)
        return next((one for one in last if wanted(one)), None)

    try:
        found = await api.until(question, 20)
    except TimeoutError:
        pytest.fail(f"never told; last was {last}")
    assert isinstance(found, ChangeBefore)
    return found


def soon_after(change: ChangeBefore, at: datetime) -> bool:
    """Within what a second's resolution and a busy controller allow."""
    return timedelta(seconds=-1.1) <= change.at - at <= timedelta(seconds=4)


def template(**container: Any) -> Raw:
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", **container}]}}}}


async def settled(api: ApiWriter, target: Raw) -> None:
    async def complete() -> bool:
        found = await api.get(target)
        status, wanted = found.get("status", {}), found["spec"]["replicas"]
        counts = [status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")]
        return counts == [wanted] * 3 and status.get("observedGeneration") == found["metadata"]["generation"]

    await api.until(complete, 40)


async def test_each_write_is_seen_with_its_time_its_writer_and_old_and_new(controlplane: ControlPlane) -> None:
    web, db = workload("Deployment", "web"), workload("StatefulSet", "db", serviceName="db")
    async with controlplane.writer() as api:
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}
        await api.apply([space, node(9100), SETTINGS, HOOK])
        await api.apply([web, db])
        created = await told(api, WEB, lambda one: one.object == WEB and one.basis == "creation")
        assert created.actor == "controlplane-tests"
        await settled(api, web)
        await settled(api, db)
        await asyncio.sleep(6)  # what follows must not be taken for a part of the creation

        at = await write(api, web, template(image="registry.example/x:2"), "kubectl-set")
        image = await told(api, WEB, lambda one: one.path == IMAGE, at)
        assert (image.before, image.after) == ("registry.example/x:1", "registry.example/x:2")
        assert (image.actor, image.basis) == ("kubectl-set", "revision")
        assert soon_after(image, at)
        await settled(api, web)

        await restarted_by_hand(api, web)
        await rolled_back(api, web)
        await scaled(api, web)
        await written(api)
        await ordered(api, db)
        await cordoned(api)
        view = await seen(api)
        told_on_one_axis(view)
        gaps = unread_before(view, [WEB])
        assert "events" not in gaps
        assert "horizontalpodautoscalers.autoscaling" in gaps  # never read here


async def restarted_by_hand(api: ApiWriter, web: Raw) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mark = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": now}}}
    at = await write(api, web, {"spec": {"template": mark}}, "kubectl-rollout")
    restart = await told(api, WEB, lambda one: "restarted by hand" in one.sentence, at)
    assert (restart.actor, restart.before, restart.after) == ("kubectl-rollout", None, now)
    assert soon_after(restart, at)
    await settled(api, web)


async def rolled_back(api: ApiWriter, web: Raw) -> None:
    """To the first revision, as ``kubectl rollout undo --to-revision=1`` does: that also takes the restart away."""
    body = template(image="registry.example/x:1")
    body["spec"]["template"]["metadata"] = {"annotations": {"kubectl.kubernetes.io/restartedAt": None}}
    at = await write(api, web, body, "kubectl")
    # Events are written a moment later; until then the write of the Deployment dates it.
    back = await told(api, WEB, lambda one: one.after == "registry.example/x:1" and one.basis == "event", at)
    assert (back.path, back.before) == (IMAGE, "registry.example/x:2")
    assert "went back to earlier pods" in back.sentence
    assert back.actor == "kubectl"
    assert soon_after(back, at)
    await settled(api, web)
    await asyncio.sleep(2)


async def scaled(api: ApiWriter, web: Raw) -> None:
    at = await write(api, web, {"spec": {"replicas": 3}}, "kubectl", "scale")
    up = await told(api, WEB, lambda one: one.path == "spec.replicas", at)
    assert (up.before, up.after, up.actor, up.basis) == ("1", "3", "kubectl", "event")
    assert soon_after(up, at)
    await settled(api, web)


async def written(api: ApiWriter) -> None:
    at = await write(api, SETTINGS, {"data": {"level": "debug"}}, "kubectl-edit")
    config = await told(api, WEB, lambda one: one.object.kind == "ConfigMap" and one.actor == "kubectl-edit", at)
    assert (config.object.name, config.basis) == ("settings", "managedFields")
    assert soon_after(config, at)
    assert "debug" not in str(config)
    hook = {"webhooks": [{"name": "gate.example.org", "timeoutSeconds": 3}]}
    at = await write(api, HOOK, hook, "kubectl-patch")
    edited = await told(api, WEB, lambda one: one.actor == "kubectl-patch", at)
    assert edited.object.kind == "ValidatingWebhookConfiguration"
    assert soon_after(edited, at)
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few", "namespace": SPACE},
        "spec": {"hard": {"pods": "50"}},
    }
    await api.apply([quota])
    limited = await told(api, WEB, lambda one: one.object.kind == "ResourceQuota", at)
    assert (limited.actor, limited.basis) == ("controlplane-tests", "creation")


async def ordered(api: ApiWriter, db: Raw) -> None:
    """A StatefulSet's revisions are numbered anew when one comes back."""
    at = await write(api, db, template(image="registry.example/x:2"), "kubectl-set")
    image = await told(api, DB, lambda one: one.path == IMAGE, at)
    assert (image.before, image.after, image.actor) == ("registry.example/x:1", "registry.example/x:2", "kubectl-set")
    await settled(api, db)
    await asyncio.sleep(2)
    at = await write(api, db, template(image="registry.example/x:1"), "kubectl")
    back = await told(api, DB, lambda one: one.path == IMAGE and one.after == "registry.example/x:1", at)
    assert (back.before, back.actor) == ("registry.example/x:2", "kubectl")
    assert soon_after(back, at)
    await write(api, db, {"spec": {"replicas": 3}}, "kubectl", "scale")
    await settled(api, db)
    at = await write(api, db, {"spec": {"replicas": 1}}, "kubectl", "scale")
    down = await told(api, DB, lambda one: one.path == "spec.replicas", at)
    assert (down.before, down.after, down.actor) == ("3", "1", "kubectl")
    assert soon_after(down, at)


async def cordoned(api: ApiWriter) -> None:
    name = node(9100)["metadata"]["name"]
    at = await write(api, node(9100), {"spec": {"unschedulable": True}}, "kubectl")
    cordon = await told(api, ref_to("Node", None, name), lambda one: "cordoned" in one.sentence, at)
    assert (cordon.actor, cordon.path, cordon.after) == ("kubectl", "spec.unschedulable", "true")
    assert soon_after(cordon, at)


def told_on_one_axis(view: View) -> None:
    """The timeline of what the test did to the Deployment, and that of one of its pods."""
    found = timeline(view, "deployments.apps", view.get("deployments.apps", "web", SPACE))
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    own = [(one.kind, one.sentence) for one in found if one.object == WEB]
    kinds = {kind for kind, _ in own}
    assert kinds >= {
        MomentKind.CREATION,
        MomentKind.REVISION,
        MomentKind.SCALING,
        MomentKind.CONDITION,
        MomentKind.EVENT,
    }
    assert (MomentKind.SCALING, "was scaled from 1 to 3 by kubectl") in own
    assert any(kind is MomentKind.REVISION and sentence.startswith("was restarted by hand") for kind, sentence in own)
    assert not any("from 1 to 3" in sentence for kind, sentence in own if kind is MomentKind.EVENT)
    pod = next(one for one in view.each("pods") if one.metadata.labels["app"] == "web")
    lived = timeline(view, "pods", pod)
    assert any(one.sentence.startswith("Scheduled: ") for one in lived)
    assert any(one.kind is MomentKind.CONTAINER and one.sentence == "container app started" for one in lived)
    assert any(one.object.kind == "ConfigMap" and one.sentence == "was written by kubectl-edit" for one in lived)
