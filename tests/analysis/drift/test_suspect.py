"""One suspect read whole: what is stated of it decides what its field sets mean."""

from __future__ import annotations

import json
from copy import deepcopy

from k8sview.analysis.drift.ownership.outline import outline
from k8sview.analysis.drift.suspect import judged, scaled_by_nobody
from k8sview.model.drift import ActorClass, DriftKind
from tests.analysis.clusters import view_of
from tests.analysis.drift import shapes
from tests.analysis.drift.comparing.bodies import CONTAINER, Raw, deployment, entry, merged, owned

NOTE = "kubectl.kubernetes.io/last-applied-configuration"
APPLIED = merged(
    owned("f:metadata", "f:annotations", f"f:{NOTE}"),
    owned(*CONTAINER, below={".": {}, "f:name": {}}),
    owned("f:spec", "f:selector"),
)
BY_HAND = owned(*CONTAINER, "f:image")
IMAGE = "spec.template.spec.containers[name=app].image"


def applied(live_image: str, stated_image: str, edited: str = "2026-03-01T11:00:00Z") -> Raw:
    """Applied client-side, then given another image by hand."""
    live = deployment({"image": live_image}, {"namespace": "shop", "creationTimestamp": "2026-02-01T00:00:00Z"})
    stated = deployment({"image": stated_image}, {"namespace": "shop"})
    live["metadata"]["annotations"] = {NOTE: json.dumps(stated)}
    live["metadata"]["managedFields"] = [
        entry("kubectl-client-side-apply", APPLIED, time="2026-03-01T11:30:00Z"),
        entry("kubectl-edit", BY_HAND, time=edited),
    ]
    return live


def test_what_was_taken_over_into_the_manifest_is_agreed_upon() -> None:
    """Nobody but the hand owns the image: applying what is there already writes nothing."""
    assert judged(view_of(), "deployments.apps", applied("x:2", "x:2")).drifts == ()


def test_what_was_not_is_told_with_what_is_stated() -> None:
    found = judged(view_of(), "deployments.apps", applied("x:2", "x:1")).drifts
    assert {one.kind for one in found} == {DriftKind.OUT_OF_BAND, DriftKind.LAST_APPLIED}
    for one in found:
        assert (one.path, one.before, one.after, one.change) == (IMAGE, "x:1", "x:2", "override")
        assert one.actor is not None
        assert one.actor.manager == "kubectl-edit"


def test_who_scaled_without_a_trace_is_looked_for() -> None:
    plain = shapes.deployment(age="9d", replicas=0)
    plain["spec"]["replicas"] = 0
    event = {
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "shop", "uid": "e"},
        "involvedObject": {"kind": "Deployment", "name": "web", "namespace": "shop", "uid": "web"},
        "reason": "ScalingReplicaSet",
        "message": "Scaled down replica set web-1 from 2 to 0",
        "lastTimestamp": "2026-03-01T11:50:00Z",
    }
    view = view_of(plain, event, shapes.replica_set(1, "9d", name="web-1", app="x:1"))
    assert list(scaled_by_nobody(view, "deployments.apps")) == [("shop", "web")]
    assert list(scaled_by_nobody(view_of(plain), "deployments.apps")) == []


def test_a_secret_is_judged_by_the_names_of_its_keys() -> None:
    marks = {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}
    flux = entry("kustomize-controller", owned("f:stringData", below={"f:user": {}, "f:password": {}}), "Apply")
    hand = entry("kubectl-edit", owned("f:data", "f:password"), time="2026-03-01T11:00:00Z")
    metadata: Raw = {"name": "login", "namespace": "shop", "annotations": {NOTE: '{"data": {"password": "aHVudGVy"}}'}}
    metadata |= {"managedFields": [flux, hand], "creationTimestamp": "2026-02-01T00:00:00Z", **marks}
    kept = deepcopy(metadata)
    body = outline("Secret", "v1", metadata)
    assert metadata == kept, "what was handed in is not written to"
    assert "aHVudGVy" not in str(body)
    assert set(body["data"]) == {"user", "password"}
    (found,) = judged(view_of(), "secrets", body).drifts
    assert (found.path, found.before, found.after, found.security) == ("data.password", None, None, True)
    assert found.actor is not None
    assert found.actor.actor_class is ActorClass.HUMAN


def test_what_somebody_applied_past_the_deliverer_states_nothing() -> None:
    """``kubectl apply`` over what Flux delivers: the note it leaves agrees with itself."""
    body = applied("x:2", "x:2")
    body["metadata"]["labels"] = {"kustomize.toolkit.fluxcd.io/name": "apps"}
    body["metadata"]["managedFields"] = [
        entry("kustomize-controller", owned("f:metadata", "f:labels", "f:kustomize.toolkit.fluxcd.io/name"), "Apply"),
        entry("kubectl-client-side-apply", merged(APPLIED, BY_HAND), time="2026-03-01T11:00:00Z"),
    ]
    found = judged(view_of(), "deployments.apps", body).drifts
    assert any(IMAGE.startswith(one.path) for one in found)
    assert {one.kind for one in found} == {DriftKind.OUT_OF_BAND}


def test_a_note_that_a_deliverer_wrote_past_since_is_no_drift() -> None:
    body = applied("x:7", "x:1")
    body["metadata"]["labels"] = {"kustomize.toolkit.fluxcd.io/name": "apps"}
    marks = owned("f:metadata", "f:labels", "f:kustomize.toolkit.fluxcd.io/name")
    body["metadata"]["managedFields"] = [
        entry("kustomize-controller", merged(marks, BY_HAND), "Apply", time="2026-03-01T11:45:00Z"),
        entry("kubectl-client-side-apply", APPLIED, time="2026-02-01T00:00:00Z"),
    ]
    assert IMAGE not in {one.path for one in judged(view_of(), "deployments.apps", body).drifts}


def test_keda_that_switches_off_right_after_a_delivery_is_no_hand() -> None:
    plain = shapes.deployment(shapes.entry("kustomize-controller", "602s"), age="9d", replicas=0)
    scaled = shapes.scaled(plain, "web-1", 2, 0, "10m")
    keda = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "web", "namespace": "shop", "uid": "keda"},
        "spec": {"scaleTargetRef": {"name": "web"}},
    }
    sets = shapes.replica_set(1, "9d", name="web-1", app="x:1")
    assert list(scaled_by_nobody(view_of(plain, scaled, sets, keda), "deployments.apps")) == []
    assert list(scaled_by_nobody(view_of(plain, scaled, sets), "deployments.apps")) == [("shop", "web")]
