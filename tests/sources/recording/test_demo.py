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
    "leases.coordination.k8s.io",
    "statefulsets.apps",
    "horizontalpodautoscalers.autoscaling",
]
BEFORE, AFTER = "Ubuntu 24.04.3 LTS", "Ubuntu 24.04.4 LTS"


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
    assert DEMO.stat().st_size < 400_000


def test_it_was_recorded_in_the_past_and_is_redacted() -> None:
    recording = load(DEMO)
    assert recording.header.redacted
    assert recording.header.recorded_at < datetime.now(UTC)
    assert recording.header.cluster.context == "demo-eu"
    content = gzip.decompress(DEMO.read_bytes())
    assert b"PRIVATE KEY" not in content
    assert b'"LOG_LEVEL","value":"<redacted>"' in content


def test_nothing_tells_where_it_was_made() -> None:
    assert load(DEMO).header.cluster.server == "https://api.demo-eu.example.com:6443"
    content = gzip.decompress(DEMO.read_bytes())
    assert b"127.0.0.1" not in content
    assert b"controlplane-tests" not in content
    for author in (b"argocd-controller", b"helm", b"kubelet", b"kubectl-edit", b"kustomize-controller"):
        assert b'"manager":"%s"' % author in content


def _age(view: View, obj: Any) -> float:
    """Hours since it was made."""
    born = parse_time(obj.metadata.creation_timestamp)
    assert born is not None
    return (view.taken_at - born).total_seconds() / 3600


def test_it_has_a_past(view: View) -> None:
    assert all(_age(view, node) > 9 * 24 for node in view.table("nodes"))
    assert _age(view, view.get("deployments.apps", "web", "shop")) > 90 * 24
    ages = [_age(view, pod) for pod in view.table("pods")]
    assert sum(age > 3 * 24 for age in ages) > len(ages) * 0.9
    for lease in view.in_namespace("leases.coordination.k8s.io", "kube-node-lease"):
        renewed = parse_time(lease.spec.renew_time)
        assert renewed is not None
        assert (view.taken_at - renewed).total_seconds() < 40


def test_a_node_was_changed_in_place_while_it_was_recorded(view: View) -> None:
    changed = {change.path.rpartition(".")[2] for change in view.changes}
    assert {"osImage", "kernelVersion"} <= changed
    assert {change.key[1] for change in view.changes} == {"apps-5"}
    systems = {node.metadata.name: node.status.node_info.os_image for node in view.table("nodes")}
    assert {name for name, system in systems.items() if system == AFTER} == {"apps-4", "apps-5"}
    assert {node.status.node_info.kubelet_version for node in view.table("nodes")} == {"v1.37.2"}
    assert all(change.at <= view.taken_at for change in view.changes)


def test_a_floor_is_broken_on_both_nodes_and_pods_fall(view: View) -> None:
    agents = view.get("daemonsets.apps", "cilium", "kube-system")
    assert agents.status.number_ready == agents.status.desired_number_scheduled - 2
    fallen = [pod for pod in view.pods_on("apps-4") if _condition(pod, "Ready").status == "False"]
    assert {"cilium", "metrics-server"} <= {pod.metadata.labels.get("k8s-app") for pod in fallen}
    assert any(
        _condition(pod, "Ready").status == "False" and pod.metadata.namespace == "payments"
        for pod in view.pods_on("apps-5")
    )
    api = view.get("apiservices.apiregistration.k8s.io", "v1beta1.metrics.k8s.io")
    assert (_condition(api, "Available").status, _condition(api, "Available").reason) == ("False", "MissingEndpoints")
    assert "metrics.k8s.io" in view.missing_groups


def test_what_fell_tells_since_when(view: View) -> None:
    api = view.get("apiservices.apiregistration.k8s.io", "v1beta1.metrics.k8s.io")
    scaler = view.get("horizontalpodautoscalers.autoscaling", "web", "shop")
    for condition in (_condition(api, "Available"), _condition(scaler, "ScalingActive")):
        since = parse_time(condition.last_transition_time)
        assert condition.status == "False"
        assert since is not None
        assert 30 < (view.taken_at - since).total_seconds() / 60 < 40


def test_a_rollout_is_stuck(view: View) -> None:
    checkout = view.get("deployments.apps", "checkout", "shop")
    assert _condition(checkout, "Progressing").reason == "ProgressDeadlineExceeded"
    assert checkout.status.available_replicas == 3
    assert checkout.status.updated_replicas < checkout.spec.replicas


def test_a_release_that_was_taken_back_left_a_broken_pod(view: View) -> None:
    store = view.get("statefulsets.apps", "store", "search")
    assert (store.status.replicas, store.status.ready_replicas) == (3, 2)
    assert store.spec.template.spec.containers[0].image.endswith(":2.19.0")


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
