"""What the fold makes of containers' faults: the workload is blamed for its template, what is missing for itself."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model.health import ClusterHealth
from tests.analysis.clusters import ago, view_of
from tests.analysis.health.diagnoses.asked import ended, looping, pod_of, waits
from tests.analysis.health.objects import Raw, deployment, node, rolling


def judged(*raws: Raw, denied: tuple[str, ...] = ()) -> ClusterHealth:
    update = HealthEngine().update(view_of(*raws, denied=denied))
    while True:
        try:
            next(update)
        except StopIteration as done:
            whole: ClusterHealth = done.value
            return whole


def owned(kind: str, name: str, api_version: str = "apps/v1") -> list[Raw]:
    return [{"kind": kind, "name": name, "uid": name, "apiVersion": api_version, "controller": True}]


def workload(status: Raw, name: str = "web", **spec: Any) -> tuple[Raw, Raw, Raw]:
    """A Deployment with one pod that has this container, and the ReplicaSet between them."""
    whole = deployment(1, 1, 0, rolling("2d", "NewReplicaSetAvailable"), metadata={"name": name, "uid": name})
    whole["spec"]["selector"]["matchLabels"] = {"app": name}
    maker = f"{name}-7d9c8f"
    replica_set = {
        "kind": "ReplicaSet",
        "metadata": {"name": maker, "namespace": "shop", "uid": maker, "ownerReferences": owned("Deployment", name)},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}}},
        "status": {"replicas": 1},
    }
    raw = pod_of(status, name=f"{maker}-x7k2p", spec=spec)
    raw["metadata"] |= {"ownerReferences": owned("ReplicaSet", maker), "labels": {"app": name}}
    return whole, replica_set, raw


def roots(whole: ClusterHealth) -> list[tuple[str, str]]:
    return [(cause.diagnosis, str(cause.object)) for cause in whole.causes]


def test_a_crash_is_its_deployments() -> None:
    assert roots(judged(*workload(looping(ended(1))), node())) == [("container.exits", "Deployment shop/web[app]")]


def test_even_where_replica_sets_may_not_be_read() -> None:
    found = judged(*workload(looping(ended(1))), node(), denied=("replicasets.apps",))
    assert roots(found) == [("container.exits", "Deployment shop/web[app]")]


def test_what_two_workloads_lack_is_one_cause() -> None:
    lacking = waits("CreateContainerConfigError", 'configmap "settings" not found')
    found = judged(*workload(lacking), *workload(lacking, "api"), node())
    assert roots(found) == [("config.missing-configmap", "ConfigMap shop/settings")]
    assert {ref.name for ref in found.causes[0].objects if ref.kind == "Deployment"} == {"web", "api"}


def test_a_pull_secret_that_is_missing_is_the_cause() -> None:
    denied = waits("ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: pull access denied')
    found = judged(*workload(denied, imagePullSecrets=[{"name": "registry-key"}]), node())
    assert roots(found) == [("image.denied", "Secret shop/registry-key")]


def test_an_init_container_that_waits_for_an_ill_service_is_not_to_blame() -> None:
    whole, replica_set, raw = workload(waits("PodInitializing"))
    raw["spec"]["initContainers"] = [{"name": "wait-for-db"}]
    raw["status"]["phase"] = "Pending"
    raw["status"]["initContainerStatuses"] = [
        {"name": "wait-for-db", "ready": False, "state": {"running": {"startedAt": "2026-03-01T11:00:00Z"}}}
    ]
    service = {
        "kind": "Service",
        "metadata": {"name": "db", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"selector": {"app": "db"}, "ports": [{"port": 5432}]},
    }
    assert [name for _, name in roots(judged(whole, replica_set, raw, service, node()))] == ["Service shop/db"]


def test_replicas_at_different_points_of_one_crash_loop_are_one_cause() -> None:
    whole, replica_set, waiting = workload(looping(ended(1)))
    running = {"ready": True, "state": {"running": {"startedAt": ago("2m")}}, "restartCount": 9, "lastState": ended(1)}
    _, _, ready = workload(running)
    ready["metadata"] |= {"name": "web-7d9c8f-q4z8n", "uid": "other"}
    assert len(roots(judged(whole, replica_set, waiting, ready, node()))) == 1
