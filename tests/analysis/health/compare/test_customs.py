"""Custom resources: the conventions that kstatus knows, and the scripts that Argo CD ships for common kinds."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.health.compare.argocd import argocd
from k8sview.analysis.health.compare.compare import compare
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Custom, ObjectMeta
from k8sview.model.view import View
from tests.analysis.clusters import NOON, ago, read
from tests.analysis.health.compare.judges import beside, ours_and_theirs, words
from tests.analysis.health.objects import Raw, condition

# The plural is not always the kind with an s: what the test store would guess is wrong for these.
PLURALS = {"Gateway": "gateways", "GatewayClass": "gatewayclasses", "BackendTLSPolicy": "backendtlspolicies"}


def custom(*conditions: Raw, kind: str = "Widget", group: str = "example.org", **more: Any) -> Raw:
    return {
        "apiVersion": f"{group}/v1",
        "kind": kind,
        "metadata": {"name": "web", "namespace": "shop", "creationTimestamp": ago("9d"), **more.pop("meta", {})},
        "spec": more.pop("spec", {}),
        "status": {"conditions": [*conditions], **more.pop("status", {})},
    }


def said_of(raw: Raw) -> str | None:
    """Argo CD's word for an object, under the resource name that a real API server gives its kind."""
    group = raw["apiVersion"].partition("/")[0]
    plural = PLURALS.get(raw["kind"], raw["kind"].lower() + "s")
    if raw["kind"].endswith("y") and raw["kind"] not in PLURALS:
        plural = raw["kind"].lower()[:-1] + "ies"
    body = {name: value for name, value in raw.items() if name in ("spec", "status")}
    metadata = ObjectMeta(name="web", namespace="shop", generation=raw["metadata"].get("generation"))
    return argocd(f"{plural}.{group}", Custom(metadata, raw["apiVersion"], raw["kind"], body)).word


@pytest.mark.parametrize(
    ("raw", "kstatus"),
    [
        (custom(), "Current"),
        (custom(condition("Ready", "True")), "Current"),
        (custom(condition("Ready", "False")), "InProgress"),
        (custom(condition("Ready", "Unknown")), "InProgress"),
        (custom(condition("Ready", "Maybe")), "Current"),
        (custom(condition("Available", "False")), "Current"),
        (custom(condition("Reconciling", "True"), condition("Ready", "True")), "InProgress"),
        (custom(condition("Stalled", "True"), condition("Ready", "False")), "Failed"),
        (custom(condition("Reconciling", "True"), condition("Stalled", "True")), "InProgress"),
        (custom(condition("Stalled", "True"), condition("Reconciling", "True")), "Failed"),
        (custom(condition("Stalled", "False"), condition("Ready", "True")), "Current"),
        (custom(condition("Ready", "True"), meta={"generation": 2}, status={"observedGeneration": 1}), "InProgress"),
        (custom(condition("Ready", "True"), meta={"generation": 2}, status={"observedGeneration": 0}), "InProgress"),
        (custom(condition("Ready", "True"), meta={"generation": 2}), "Current"),
        (custom(meta={"deletionTimestamp": ago("1h")}), "Terminating"),
        ({**custom(), "status": {"conditions": "none"}}, "Unknown"),
    ],
)
def test_what_kstatus_says_of_any_custom_resource(raw: Raw, kstatus: str) -> None:
    assert words(raw)[0] == kstatus


def test_a_resource_that_says_nothing_is_current_there_and_unknown_here() -> None:
    ours, kstatus, argocd_word, rule = ours_and_theirs(custom())
    assert (ours, kstatus, argocd_word) == ("Unknown", "Current", None)
    assert rule == (
        "kstatus says Current: it has no rule for kind Widget, and without a condition Ready an object is Current there"
    )


def test_ready_false_for_an_hour_never_fails_there() -> None:
    ours, kstatus, argocd_word, rule = ours_and_theirs(custom(condition("Ready", "False")))
    assert (ours, kstatus, argocd_word) == ("Degraded", "InProgress", None)
    assert "Argo" not in rule, "whether Argo CD has a script for this kind is not known here"


def test_a_stalled_resource_is_agreed_upon() -> None:
    assert ours_and_theirs(custom(condition("Stalled", "True")))[3] == ""


CERT = {"kind": "Certificate", "group": "cert-manager.io"}
KUSTOMIZATION = {"kind": "Kustomization", "group": "kustomize.toolkit.fluxcd.io"}
HELM_RELEASE = {"kind": "HelmRelease", "group": "helm.toolkit.fluxcd.io"}
REPOSITORY = {"kind": "GitRepository", "group": "source.toolkit.fluxcd.io"}
CHARTS = {"kind": "HelmRepository", "group": "source.toolkit.fluxcd.io"}
SCALED = {"kind": "ScaledObject", "group": "keda.sh"}
SEALED = {"kind": "SealedSecret", "group": "bitnami.com"}
SNAPSHOT = {"kind": "VolumeSnapshot", "group": "snapshot.storage.k8s.io"}
WORKFLOW = {"kind": "Workflow", "group": "argoproj.io"}
READY, UNREADY, UNSURE = (condition("Ready", status) for status in ("True", "False", "Unknown"))


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (custom(READY, **CERT), "Healthy"),
        (custom(UNREADY, **CERT), "Degraded"),
        (custom(UNREADY, condition("Issuing", "True"), **CERT), "Progressing"),
        (custom(**CERT), "Progressing"),
        (custom(UNREADY, kind="ClusterIssuer", group="cert-manager.io"), "Degraded"),
        (custom(READY, kind="ExternalSecret", group="external-secrets.io"), "Healthy"),
        (custom(UNSURE, kind="NodePool", group="karpenter.sh"), "Progressing"),
        (custom(condition("Synced", "False"), **SEALED), "Degraded"),
        (custom(READY, **KUSTOMIZATION), "Healthy"),
        (custom(UNREADY, **KUSTOMIZATION), "Degraded"),
        (custom(UNSURE, **KUSTOMIZATION), "Degraded"),
        (custom(UNSURE, condition("Reconciling", "True"), **KUSTOMIZATION), "Progressing"),
        (custom(UNREADY, spec={"suspend": True}, **KUSTOMIZATION), "Suspended"),
        (custom(**KUSTOMIZATION), "Progressing"),
        (custom(READY, condition("Released", "True"), **HELM_RELEASE), "Healthy"),
        (custom(READY, **HELM_RELEASE), "Degraded"),
        (custom(READY, condition("Released", "True"), condition("TestSuccess", "True"), **HELM_RELEASE), "Degraded"),
        (custom(READY, condition("ArtifactInStorage", "True"), **REPOSITORY), "Healthy"),
        (custom(READY, **REPOSITORY), "Degraded"),
        (custom(spec={"type": "oci"}, **CHARTS), "Healthy"),
        (custom(spec={"type": "oci", "suspend": True}, **CHARTS), "Suspended"),
        (custom(READY, **CHARTS), "Degraded"),
        (custom(READY, **SCALED), "Healthy"),
        (custom(READY, condition("Paused", "True"), **SCALED), "Suspended"),
        (custom(READY, condition("Fallback", "True"), **SCALED), "Degraded"),
        (custom(UNSURE, **SCALED), "Progressing"),
        (custom(UNSURE, kind="ScaledJob", group="keda.sh"), "Degraded"),
        (custom(READY, condition("Paused", "True"), kind="ScaledJob", group="keda.sh"), "Suspended"),
        (custom(status={"readyToUse": True}, **SNAPSHOT), "Healthy"),
        (custom(status={"readyToUse": False, "error": {"message": "no driver"}}, **SNAPSHOT), "Degraded"),
        (custom(status={"readyToUse": False}, **SNAPSHOT), "Progressing"),
        (custom(status={"phase": "Running"}, **WORKFLOW), "Progressing"),
        (custom(status={"phase": "Succeeded"}, **WORKFLOW), "Healthy"),
        (custom(status={"phase": "Error"}, **WORKFLOW), "Degraded"),
        (custom(status={"phase": "Odd"}, **WORKFLOW), "Unknown"),
        ({**custom(**CERT), "status": {"conditions": "none"}}, "Unknown"),
        (custom(READY, kind="Application", group="argoproj.io"), None),
    ],
)
def test_what_the_scripts_of_argo_say(raw: Raw, word: str | None) -> None:
    assert said_of(raw) == word


def test_ready_false_is_degraded_at_once_for_argo() -> None:
    found = beside(custom(UNREADY, **CERT), HealthVerdict.PROGRESSING)
    assert found is not None
    assert (found.kstatus, found.argocd) == ("InProgress", "Degraded")
    assert found.rule == "Argo CD says Degraded: its condition Ready is False, which is Degraded there at once"


def gateway(kind: str = "Gateway", status: Raw | None = None, **meta: Any) -> Raw:
    found = custom(kind=kind, group="gateway.networking.k8s.io", meta=meta)
    return {**found, "status": status or {}}


def conditions(**found: str) -> Raw:
    return {"conditions": [condition(name, status) for name, status in found.items()]}


def parents(*answers: Raw) -> Raw:
    return {"parents": [{"parentRef": {"name": "edge"}, **answer} for answer in answers]}


OLD = {"conditions": [condition("Accepted", "False", observedGeneration=1)]}
NEW = {"conditions": [condition("Accepted", "True", observedGeneration=2)]}


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (gateway(), "Progressing"),
        (gateway(status=conditions(Accepted="True", Programmed="True")), "Healthy"),
        (gateway(status=conditions(Accepted="True", Programmed="False")), "Progressing"),
        (gateway(status=conditions(Accepted="False", Programmed="False")), "Degraded"),
        (gateway(status={"listeners": [conditions(ResolvedRefs="False", Accepted="True")]}), "Degraded"),
        (gateway(status={"listeners": [conditions(Programmed="Unknown")]}), "Progressing"),
        (gateway(status={"listeners": [conditions(Accepted="True", Conflicted="True")]}), "Healthy"),
        (gateway(status=OLD, generation=2), "Degraded"),
        (gateway("GatewayClass"), "Progressing"),
        (gateway("GatewayClass", conditions(Accepted="True")), "Healthy"),
        (gateway("GatewayClass", conditions(Accepted="False")), "Degraded"),
        (gateway("GatewayClass", conditions(Accepted="Unknown")), "Progressing"),
        (gateway("GatewayClass", OLD, generation=2), "Progressing"),
        (gateway("HTTPRoute"), "Progressing"),
        (gateway("HTTPRoute", parents()), "Progressing"),
        (gateway("HTTPRoute", parents(NEW), generation=2), "Healthy"),
        (gateway("HTTPRoute", parents(OLD), generation=2), "Progressing"),
        (gateway("HTTPRoute", parents(OLD, NEW), generation=2), "Healthy"),
        (gateway("GRPCRoute", parents(OLD, NEW), generation=2), "Degraded"),
        (gateway("HTTPRoute", parents(conditions(Accepted="True", ResolvedRefs="False"))), "Degraded"),
        (gateway("HTTPRoute", parents(conditions(Accepted="True", ResolvedRefs="True"))), "Healthy"),
        (gateway("BackendTLSPolicy"), "Progressing"),
        (gateway("BackendTLSPolicy", {"ancestors": [NEW]}, generation=2), "Healthy"),
        (gateway("BackendTLSPolicy", {"ancestors": [OLD]}, generation=2), "Progressing"),
        (gateway("BackendTLSPolicy", {"ancestors": [conditions(Accepted="True", ResolvedRefs="Unknown")]}), "Degraded"),
        (gateway("TCPRoute", parents(NEW)), None),
    ],
)
def test_the_gateway_api_for_argo(raw: Raw, word: str | None) -> None:
    assert said_of(raw) == word


def test_kstatus_is_blind_for_the_gateway_api() -> None:
    refused = gateway("HTTPRoute", parents(conditions(Accepted="False")))
    found = beside(refused, HealthVerdict.DEGRADED)
    assert found is not None
    assert (found.kstatus, found.argocd) == ("Current", "Degraded")
    assert found.rule.startswith("kstatus says Current: it has no rule for kind HTTPRoute")


def test_comparing_reads_the_object_and_the_time_alone() -> None:
    resource, obj = read(refused := gateway("HTTPRoute", parents(conditions(Accepted="False"))))
    health = Health(HealthVerdict.DEGRADED)
    assert compare(View(taken_at=NOON), resource.name, obj, health) == beside(refused, HealthVerdict.DEGRADED)
