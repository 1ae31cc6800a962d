"""The recording that ships tells its story."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime
from typing import Any

import pytest

from k8sview.model.events import Event
from k8sview.model.tables import State
from k8sview.model.times import parse_time
from k8sview.model.view import View
from k8sview.sources.recording.demo import DEMO
from k8sview.sources.recording.file import load
from k8sview.sources.recording.source import RecordingSource
from k8sview.store.store import Store

TOLD = [
    "nodes",
    "pods",
    "secrets",
    "daemonsets.apps",
    "deployments.apps",
    "apiservices.apiregistration.k8s.io",
    "certificates.cert-manager.io",
    "applications.argoproj.io",
    "backups.velero.io",
    "events",
]


@pytest.fixture(scope="module")
def view() -> View:
    return asyncio.run(_view())


async def _view() -> View:
    source = RecordingSource(DEMO)
    store = Store(lambda: source.clock, None)
    news = asyncio.Event()

    def take(event: Event) -> None:
        store.apply(event)
        news.set()

    connected = await source.connect(take)
    store.apply(connected)
    for resource in connected.resources:
        if resource.name in TOLD:
            source.subscribe(resource, None, watch=True)
    while any(store.state(name).state in (State.IDLE, State.LOADING) for name in TOLD):
        await news.wait()
        news.clear()
    await source.close()
    return store.view()


def _condition(obj: Any, kind: str) -> Any:
    return next(each for each in obj.status.conditions if each.type == kind)


def test_it_is_small() -> None:
    assert DEMO.stat().st_size < 1_000_000


def test_it_was_recorded_in_the_past_and_is_redacted() -> None:
    recording = load(DEMO)
    assert recording.header.redacted
    assert recording.header.recorded_at < datetime.now(UTC)
    assert recording.header.cluster.context == "demo-eu"
    content = gzip.decompress(DEMO.read_bytes())
    assert b"PRIVATE KEY" not in content
    assert b'"LOG_LEVEL","value":"<redacted>"' in content


def test_a_node_was_changed_in_place(view: View) -> None:
    changed = {change.path.rpartition(".")[2] for change in view.changes}
    assert {"osImage", "kernelVersion"} <= changed
    (host,) = {change.key[1] for change in view.changes}
    assert {node.status.node_info.os_image for node in view.table("nodes") if node.metadata.name == host} == {
        "Ubuntu 24.04.4 LTS"
    }
    assert {node.status.node_info.kubelet_version for node in view.table("nodes")} == {"v1.37.2"}
    assert all(change.at <= view.taken_at for change in view.changes)


def test_a_floor_is_broken_on_that_node_and_pods_fall(view: View) -> None:
    agents = view.get("daemonsets.apps", "cilium", "kube-system")
    assert agents.status.number_ready == agents.status.desired_number_scheduled - 1
    host = view.changes[0].key[1]
    fallen = [pod for pod in view.pods_on(host) if _condition(pod, "Ready").status == "False"]
    assert {"cilium", "metrics-server"} <= {pod.metadata.labels.get("k8s-app") for pod in fallen}
    api = view.get("apiservices.apiregistration.k8s.io", "v1beta1.metrics.k8s.io")
    assert (_condition(api, "Available").status, _condition(api, "Available").reason) == ("False", "MissingEndpoints")
    assert "metrics.k8s.io" in view.missing_groups


def test_a_rollout_is_stuck(view: View) -> None:
    checkout = view.get("deployments.apps", "checkout", "shop")
    assert _condition(checkout, "Progressing").reason == "ProgressDeadlineExceeded"
    assert checkout.status.available_replicas >= 2
    assert checkout.status.updated_replicas < checkout.spec.replicas


def test_a_certificate_fails_and_runs_out(view: View) -> None:
    status = view.get("certificates.cert-manager.io", "payments-tls", "payments").body["status"]
    assert next(each for each in status["conditions"] if each["type"] == "Ready")["status"] == "False"
    ends = parse_time(status["notAfter"])
    assert ends is not None
    assert 0 < (ends - view.taken_at).total_seconds() < 3 * 86400


def test_a_gitops_application_is_paused(view: View) -> None:
    application = view.get("applications.argoproj.io", "payments", "argocd")
    assert application.metadata.annotations["argocd.argoproj.io/skip-reconcile"] == "true"
    assert application.body["status"]["sync"]["status"] == "OutOfSync"


def test_some_kinds_are_denied(view: View) -> None:
    denied = {name for name in TOLD if view.table(name).state.state is State.DENIED}
    assert denied == {"secrets", "backups.velero.io"}
    assert view.table("backups.velero.io").count is None
