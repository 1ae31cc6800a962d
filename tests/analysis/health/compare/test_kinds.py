"""Services, claims, nodes, namespaces, definitions, budgets, autoscalers and what the judges have no rule for."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import ago
from tests.analysis.health.compare.judges import beside, ours_and_theirs, words
from tests.analysis.health.objects import Raw, condition, node, pod


def plain(kind: str, spec: Raw | None = None, status: Raw | None = None, **more: Any) -> Raw:
    metadata = {"name": "web", "namespace": "shop", "uid": "x", "creationTimestamp": ago("2h"), **more.pop("meta", {})}
    return {"kind": kind, "metadata": metadata, "spec": spec or {}, "status": status or {}, **more}


def service(kind: str, address: str = "", **spec: Any) -> Raw:
    ingress = [{"ip": address}] if address else []
    return plain(
        "Service",
        {"type": kind, "selector": {"app": "web"}, "clusterIP": "10.0.0.1", **spec},
        {"loadBalancer": {"ingress": ingress}},
    )


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (service("ClusterIP"), "Current", "Healthy"),
        (service("LoadBalancer", "203.0.113.9"), "Current", "Healthy"),
        (service("LoadBalancer"), "Current", "Progressing"),
        (service("LoadBalancer", clusterIP=""), "InProgress", "Progressing"),
        (service("ExternalName", clusterIP=""), "Current", "Healthy"),
    ],
)
def test_services(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def test_a_load_balancer_without_an_address_is_judged_by_its_cluster_ip() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(service("LoadBalancer"), pod())
    assert (ours, kstatus, argocd) == ("Degraded", "Current", "Progressing")
    assert "a LoadBalancer Service is judged by its clusterIP there" in rule
    assert "however long it lasts" in rule


def test_neither_looks_at_endpoints() -> None:
    unready = pod({"name": "app", "ready": False, "state": {"running": {"startedAt": ago("1h")}}})
    ours, kstatus, argocd, rule = ours_and_theirs(service("ClusterIP"), unready)
    assert (ours, kstatus, argocd) == ("Down", "Current", "Healthy")
    assert rule.count("no endpoint is looked at") == 2


@pytest.mark.parametrize(
    ("phase", "kstatus", "argocd"),
    [
        ("Bound", "Current", "Healthy"),
        ("Pending", "InProgress", "Progressing"),
        ("Lost", "InProgress", "Degraded"),
        ("", "InProgress", "Unknown"),
    ],
)
def test_claims(phase: str, kstatus: str, argocd: str) -> None:
    assert words(plain("PersistentVolumeClaim", status={"phase": phase})) == (kstatus, argocd)


def test_a_lost_claim_is_in_progress_for_kstatus() -> None:
    assert ours_and_theirs(plain("PersistentVolumeClaim", status={"phase": "Lost"})) == (
        "Down",
        "InProgress",
        "Degraded",
        "kstatus says InProgress: every phase of a claim but Bound is InProgress there, Lost included",
    )


def test_a_claim_that_waits_for_its_first_consumer_spins_for_them() -> None:
    late = {"kind": "StorageClass", "metadata": {"name": "late"}, "volumeBindingMode": "WaitForFirstConsumer"}
    claim = plain("PersistentVolumeClaim", {"storageClassName": "late"}, {"phase": "Pending"})
    ours, kstatus, argocd, rule = ours_and_theirs(claim, late)
    assert (ours, kstatus, argocd) == ("Waiting", "InProgress", "Progressing")
    assert "even while it waits for its first pod" in rule


def test_a_claim_whose_resize_fails_is_bound_and_fine_for_them() -> None:
    status = {"phase": "Bound", "conditions": [condition("NodeResizeError", "True")]}
    assert ours_and_theirs(plain("PersistentVolumeClaim", status=status))[:3] == ("Degraded", "Current", "Healthy")


def test_nodes() -> None:
    assert ours_and_theirs(node()) == ("Healthy", "Current", None, "")
    ours, kstatus, argocd, rule = ours_and_theirs(node(ready="Unknown"))
    assert (ours, kstatus, argocd) == ("Down", "InProgress", None)
    assert "its condition Ready is Unknown, which is never Failed there" in rule
    pressed = ours_and_theirs(node("n1", "True", condition("DiskPressure", "True")))
    assert pressed[:3] == ("Degraded", "Current", None)


def test_namespaces() -> None:
    active = {"kind": "Namespace", "metadata": {"name": "shop"}, "status": {"phase": "Active"}}
    assert ours_and_theirs(active) == ("Healthy", "Current", None, "")
    leaving = {
        **active,
        "metadata": {"name": "shop", "deletionTimestamp": ago("1h")},
        "status": {"phase": "Terminating"},
    }
    ours, kstatus, argocd, rule = ours_and_theirs(leaving)
    assert (ours, kstatus, argocd) == ("Degraded", "Terminating", "Progressing")
    assert "however long it lasts" in rule


def autoscaler(*conditions: Raw) -> Raw:
    return plain("HorizontalPodAutoscaler", {"maxReplicas": 5}, {"conditions": [*conditions]})


ABLE = condition("AbleToScale", "True", reason="SucceededGetScale")


@pytest.mark.parametrize(
    ("raw", "argocd"),
    [
        (autoscaler(), "Progressing"),
        (autoscaler(ABLE, condition("ScalingActive", "True", reason="ValidMetricFound")), "Healthy"),
        (autoscaler(ABLE, condition("ScalingActive", "False", reason="FailedGetResourceMetric")), "Degraded"),
        (autoscaler(ABLE, condition("ScalingActive", "False", reason="FailedGetExternalMetric")), "Degraded"),
        (autoscaler(ABLE, condition("ScalingActive", "False", reason="ScalingDisabled")), "Healthy"),
        (autoscaler(ABLE, condition("ScalingActive", "False", reason="FailedGetContainerResourceMetric")), "Healthy"),
        (autoscaler(condition("AbleToScale", "False", reason="FailedGetScale")), "Degraded"),
        (autoscaler(condition("ScalingLimited", "True", reason="TooManyReplicas")), "Healthy"),
    ],
)
def test_autoscalers(raw: Raw, argocd: str) -> None:
    assert words(raw) == ("Current", argocd)


def test_an_autoscaler_is_always_current_for_kstatus() -> None:
    blind = autoscaler(ABLE, condition("ScalingActive", "False", reason="FailedGetResourceMetric"))
    ours, kstatus, argocd, rule = ours_and_theirs(blind)
    assert (ours, kstatus, argocd) == ("Degraded", "Current", "Degraded")
    assert rule == (
        "kstatus says Current: it has no rule for kind HorizontalPodAutoscaler, "
        "and without a condition Ready an object is Current there"
    )
    early = beside(blind, HealthVerdict.PROGRESSING)
    assert early is not None
    assert "ScalingActive with reason FailedGetResourceMetric is Degraded there at once" in early.rule


def budget(*conditions: Raw) -> Raw:
    return plain("PodDisruptionBudget", {"minAvailable": 2}, {"observedGeneration": 1, "conditions": [*conditions]})


def test_budgets() -> None:
    assert words(budget()) == ("Current", "Progressing")
    assert words(budget(condition("DisruptionAllowed", "True", reason="SufficientPods"))) == ("Current", "Healthy")
    assert words(budget(condition("DisruptionAllowed", "False", reason="SyncFailed"))) == ("Current", "Degraded")
    short = budget(condition("DisruptionAllowed", "False", reason="InsufficientPods"))
    found = beside(short, HealthVerdict.DEGRADED)
    assert found is not None
    assert (found.kstatus, found.argocd) == ("Current", "Healthy")
    assert "even where no drain can ever succeed" in found.rule


def definition(*conditions: Raw) -> Raw:
    return plain("CustomResourceDefinition", status={"conditions": [*conditions]})


ACCEPTED = condition("NamesAccepted", "True")
ESTABLISHED = condition("Established", "True")


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (definition(), "InProgress", "Progressing"),
        (definition(ACCEPTED, ESTABLISHED), "Current", "Healthy"),
        (
            definition(condition("NamesAccepted", "False"), condition("Established", "False", reason="NotAccepted")),
            "Failed",
            "Degraded",
        ),
        (definition(ACCEPTED, condition("Established", "False", reason="Installing")), "InProgress", "Progressing"),
        (definition(ACCEPTED, condition("Established", "False", reason="Other")), "Failed", "Degraded"),
        (definition(ACCEPTED), "InProgress", "Degraded"),
        (definition(ACCEPTED, ESTABLISHED, condition("NonStructuralSchema", "True")), "Current", "Degraded"),
        (definition(ACCEPTED, ESTABLISHED, condition("Terminating", "True")), "Current", "Progressing"),
    ],
)
def test_definitions(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def api_service(*conditions: Raw) -> Raw:
    return plain(
        "APIService",
        {"group": "metrics.k8s.io", "version": "v1beta1", "service": {"namespace": "kube-system", "name": "metrics"}},
        {"conditions": [*conditions]},
    )


def test_api_services() -> None:
    assert words(api_service()) == ("Current", "Progressing")
    assert words(api_service(condition("Available", "True"))) == ("Current", "Healthy")
    gone = api_service(condition("Available", "False", reason="MissingEndpoints"))
    ours, kstatus, argocd, rule = ours_and_theirs(gone)
    assert (ours, kstatus, argocd) == ("Down", "Current", "Progressing")
    assert "kstatus says Current: it has no rule for kind APIService" in rule
    assert "Argo CD says Progressing: an APIService that is not Available is Progressing there" in rule


@pytest.mark.parametrize(
    "kind",
    [
        "ConfigMap",
        "Secret",
        "ServiceAccount",
        "EndpointSlice",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "PersistentVolume",
        "StorageClass",
    ],
)
def test_kinds_that_nobody_there_judges(kind: str) -> None:
    raw = {"kind": kind, "metadata": {"name": "web", "namespace": "shop"}}
    assert words(raw) == ("Current", None)
    assert beside(raw, HealthVerdict.HEALTHY) is None
    silent = beside(raw, HealthVerdict.UNKNOWN)
    assert silent is not None
    assert "Argo" not in silent.rule
    broken = beside(raw, HealthVerdict.DOWN)
    assert broken is not None
    assert broken.rule.endswith(f"Argo CD says nothing: it has no health for kind {kind}")


def test_an_ingress_is_current_for_one_and_waits_for_ever_with_the_other() -> None:
    bare = plain("Ingress", {"rules": []}, {"loadBalancer": {}})
    assert words(bare) == ("Current", "Progressing")
    assert words(plain("Ingress", status={"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}})) == (
        "Current",
        "Healthy",
    )
    found = beside(bare, HealthVerdict.HEALTHY)
    assert found is not None
    assert found.rule == (
        "Argo CD says Progressing: an Ingress without an address is Progressing there, for ever where none is published"
    )
