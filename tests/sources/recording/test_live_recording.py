"""A recording of a real cluster, made by our own live source and written to by somebody else."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest

from k8sview.model.events import Event, Upserted
from k8sview.model.resources import Resource
from k8sview.model.tables import State
from k8sview.sources.live import LiveSource
from k8sview.sources.recording.record import record
from tests.controlplane import ControlPlane
from tests.controlplane.writer import Object
from tests.sources.recording.playing import NODES, PODS, SECRETS, played

pytestmark = pytest.mark.controlplane

CONFIGMAPS = Resource("", "v1", "configmaps", "ConfigMap")
HIDDEN = "correct-horse-battery"


def _space(name: str) -> list[Object]:
    container = {"name": "a", "image": "example.com/a:1", "env": [{"name": "KEY", "value": HIDDEN}]}
    applied = {"kubectl.kubernetes.io/last-applied-configuration": f'{{"stringData":{{"a":"{HIDDEN}"}}}}'}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "db", "namespace": name, "annotations": applied},
            "stringData": {"password": HIDDEN},
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": name}, "data": {"k": HIDDEN}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "a", "namespace": name},
            "spec": {"containers": [container], "nodeName": "nowhere"},
        },
    ]


async def test_no_secret_of_a_real_cluster_is_in_the_file_and_changes_are(
    controlplane: ControlPlane, tmp_path: Path
) -> None:
    space, listed = "recorded-all", asyncio.Event()
    path = tmp_path / "r"
    async with controlplane.writer() as api:
        await api.apply(_space(space))

        async def later() -> None:
            await listed.wait()
            labels = {"metadata": {"labels": {"changed": "yes"}}}
            await api.patch({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": space}}, labels)

        async with asyncio.TaskGroup() as group:
            group.create_task(later())
            done = await record(
                lambda tap: LiveSource(str(controlplane.kubeconfig), tap=tap), path, seconds=2, listed=listed.set
            )
    assert not [each for each in done.unreadable if each[2].state is not State.NOT_SERVED]
    assert HIDDEN.encode() not in gzip.decompress(path.read_bytes())
    _, connected, events = await played(path, (PODS, space), (SECRETS, space), (CONFIGMAPS, space))
    assert connected.cluster.version == "v1.37.2"
    assert {"db", "c"} <= _names(events)
    changed = [each for event in events if isinstance(event, Upserted) for each in event.objects]
    assert any(each.metadata.labels.get("changed") == "yes" for each in changed)


async def test_a_user_of_one_namespace_records_that_one(controlplane: ControlPlane, tmp_path: Path) -> None:
    space, path = "recorded-one", tmp_path / "r"
    rbac = "rbac.authorization.k8s.io"
    meta = {"name": "reader", "namespace": space}
    rules = [{"apiGroups": [""], "resources": ["pods", "configmaps"], "verbs": ["get", "list", "watch"]}]
    binding: Object = {"apiVersion": f"{rbac}/v1", "kind": "RoleBinding", "metadata": meta}
    binding["roleRef"] = {"apiGroup": rbac, "kind": "Role", "name": "reader"}
    binding["subjects"] = [{"kind": "User", "name": "recorder"}]
    role = {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": meta, "rules": rules}
    async with controlplane.writer() as api:
        await api.apply([*_space(space), role, binding])
    kubeconfig = controlplane.user("recorder", namespace=space)
    wanted = ("pods", "configmaps", "nodes", "secrets")
    done = await record(
        lambda tap: LiveSource(str(kubeconfig), tap=tap),
        path,
        select=lambda connected: [each for each in connected.resources if each.name in wanted],
    )
    unread = {(name, scope) for name, scope, _ in done.unreadable}
    assert unread == {(name, None) for name in wanted} | {("secrets", space)}
    source, _, events = await played(path, (PODS, space), (NODES, None))
    assert await source.usable_namespaces() == (space,)
    assert _names(events) == {"a"}


def _names(events: list[Event]) -> set[str]:
    return {each.metadata.name for event in events if isinstance(event, Upserted) for each in event.objects}
