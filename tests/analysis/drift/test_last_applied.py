"""What kubectl apply last stated against what is."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.last_applied import last_applied
from k8sview.model.drift import DriftKind
from k8sview.model.status import Confidence
from tests.analysis.clusters import view_of
from tests.analysis.drift.comparing.bodies import CONTAINER, Raw, deployment, entry, obj, owned, with_entries

ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"
APPLIED = entry("kubectl-client-side-apply", owned(*CONTAINER, below={"f:name": {}}))
PERSON = entry("kubectl-edit", owned(*CONTAINER, "f:image"))


def applied(desired: Any, live: Raw, *entries: Raw) -> Raw:
    """A live object with what was applied in its annotation."""
    body = with_entries(live, *entries)
    body["metadata"] |= {"namespace": "shop", "annotations": {}}
    body["metadata"]["annotations"][ANNOTATION] = desired if isinstance(desired, str) else json.dumps(desired) + "\n"
    return body


def test_an_edited_image() -> None:
    (drift,) = last_applied(view_of(), applied(deployment(), deployment({"image": "x"}), APPLIED, PERSON)).drifts
    assert drift.kind is DriftKind.LAST_APPLIED
    assert drift.path == "spec.template.spec.containers[name=app].image"
    assert (drift.before, drift.after) == ("registry.example.org/web:1", "x")
    assert drift.confidence is Confidence.CERTAIN
    assert str(drift.object) == "Deployment shop/web"


def test_a_removed_probe() -> None:
    desired = deployment({"readinessProbe": {"httpGet": {"port": 80}}})
    (drift,) = last_applied(view_of(), applied(desired, deployment(), APPLIED)).drifts
    assert (drift.path, drift.change) == ("spec.template.spec.containers[name=app].readinessProbe", "removal")


def test_as_applied_nothing_drifts() -> None:
    body = applied(deployment(), deployment({"imagePullPolicy": "Always"}, replicas=1), APPLIED)
    assert last_applied(view_of(), body).drifts == ()


def test_what_admission_rewrote_is_no_drift() -> None:
    own = entry("kubectl-client-side-apply", owned(*CONTAINER, below={"f:name": {}, "f:image": {}}))
    assert last_applied(view_of(), applied(deployment(), deployment({"image": "mirror/x"}), own)).drifts == ()


@pytest.mark.parametrize(
    "others",
    [
        (APPLIED, entry("kustomize-controller", owned("f:spec"), "Apply", "2026-03-01T11:00:00Z")),
        (APPLIED, {**entry("argocd-controller", owned("f:spec"), "Apply"), "time": None}),
        (entry("kubectl-create", owned("f:spec", "f:paused")),),
    ],
    ids=["a later apply", "an apply without a time", "no apply at all"],
)
def test_a_stale_annotation_is_doubted(others: tuple[Raw, ...]) -> None:
    body = applied(deployment(replicas=2), deployment(replicas=5), *others)
    (drift,) = last_applied(view_of(), body).drifts
    assert drift.confidence is Confidence.INFERRED


def test_an_earlier_apply_is_no_doubt() -> None:
    earlier = entry("kustomize-controller", owned("f:metadata"), "Apply", "2026-03-01T09:00:00Z")
    (drift,) = last_applied(view_of(), applied(deployment(replicas=2), deployment(replicas=5), APPLIED, earlier)).drifts
    assert drift.confidence is Confidence.CERTAIN


def test_other_tools_keep_the_same_annotation() -> None:
    """Argo CD applies client-side as well, under its own name."""
    fields: Raw = {"f:metadata": {"f:annotations": {f"f:{ANNOTATION}": {}}}}
    argo = entry("argocd-controller", fields, "Update", "2026-03-01T10:00:00Z")
    (drift,) = last_applied(view_of(), applied(deployment(replicas=2), deployment(replicas=5), argo)).drifts
    assert drift.confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"kind":"Deployment"}',
        '{"metadata":{"name":"web"}}',
        '{"apiVersion":1,"kind":"x","metadata":{"name":"w"}}',
    ],
)
def test_a_malformed_annotation_is_stated(text: str) -> None:
    found = last_applied(view_of(), applied(text, deployment(), APPLIED))
    assert found.drifts == ()
    assert "is no JSON object" in found.not_checkable[0].reason


def test_the_annotation_of_a_copied_object_is_stated() -> None:
    copied = deployment(metadata={"name": "other"})
    found = last_applied(view_of(), applied(copied, deployment(), APPLIED))
    assert found.drifts == ()
    assert "of another object" in found.not_checkable[0].reason


def test_another_version_is_stated() -> None:
    found = last_applied(view_of(), applied(deployment() | {"apiVersion": "apps/v1beta1"}, deployment(), APPLIED))
    assert found.drifts == ()
    assert "apps/v1beta1" in found.not_checkable[0].reason


def test_nothing_to_say() -> None:
    assert (
        last_applied(view_of(), deployment()) == last_applied(view_of(), {}) == last_applied(view_of(), {"metadata": 1})
    )
    owned_by = [{"kind": "ReplicaSet", "name": "r", "controller": True}]
    body = applied(deployment(replicas=1), deployment(metadata={"ownerReferences": owned_by}, replicas=2))
    assert last_applied(view_of(), body).drifts == ()


def test_a_secret_stays_one() -> None:
    desired = obj("Secret", stringData={"p": "hush-one"})
    body = applied(desired, obj("Secret", data={"p": "aHVzaC10d28="}))
    found = last_applied(view_of(), body)
    assert [one.path for one in found.drifts] == ["data.p"]
    assert "hush" not in msgspec.json.encode(found).decode()
    assert "aHVzaC" not in msgspec.json.encode(found).decode()
