"""Which objects are fetched whole: of metadata alone, and never fewer than their bodies would tell of."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.ownership.judging import judge
from k8sview.analysis.drift.ownership.triage import stripped, suspects
from k8sview.model.drift import ActorClass
from k8sview.model.view import View
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.ownership.bodies import FLUX
from tests.analysis.drift.ownership.expected import EXPECTED, resource_of
from tests.analysis.drift.ownership.scenes import recorded
from tests.analysis.drift.shapes import entry

Raw = dict[str, Any]


def config(name: str, *entries: Raw, labels: Raw | None = None, owner: Raw | None = None) -> Raw:
    metadata = {
        "name": name,
        "namespace": "shop",
        "creationTimestamp": ago("10d"),
        "labels": FLUX if labels is None else labels,
        "managedFields": list(entries),
        "ownerReferences": [owner] if owner else [],
    }
    return {"kind": "ConfigMap", "metadata": metadata}


def chosen(*raws: Raw) -> list[str]:
    return [name for _, name in suspects(view_of(*raws), "configmaps")]


FLUX_APPLY = entry("kustomize-controller", "3d", operation="Apply")


def test_only_what_somebody_unplanned_wrote_is_a_suspect() -> None:
    edit = entry("kubectl-edit", "1h")
    controller = {"kind": "Widget", "name": "w", "uid": "w", "controller": True}
    assert chosen(
        config("b-edited", FLUX_APPLY, edit),
        config("a-scaled", FLUX_APPLY, entry("kubectl", None, "scale")),
        config("clean", FLUX_APPLY, entry("kube-controller-manager", "1h")),
        config("status-of-a-controller", FLUX_APPLY, entry("odd", "1h", "status")),
        config("its-own-controller", FLUX_APPLY, entry("odd", "1h", "status"), entry("odd", "1h")),
        config("c-status-by-hand", FLUX_APPLY, entry("kubectl-patch", "1h", "status")),
        config("controlled", FLUX_APPLY, edit, owner=controller),
        config("d-debugged", FLUX_APPLY, entry("kubectl", "1h", "ephemeralcontainers"), owner=controller),
        config("of-people", entry("kubectl-create", "10d"), edit, labels={}),
        config("e-of-a-pipeline", entry("ci-bot", "10d"), edit, labels={}),
        config("empty", labels={}),
    ) == ["a-scaled", "b-edited", "c-status-by-hand", "d-debugged", "e-of-a-pipeline"]


def test_the_users_own_classes_count() -> None:
    view = view_of(config("it", FLUX_APPLY, entry("release-bot", "1h")))
    assert list(suspects(view, "configmaps")) == [("shop", "it")]
    assert list(suspects(view, "configmaps", {"release-bot": ActorClass.GITOPS})) == []


def test_what_lost_its_tracking_is_told_apart() -> None:
    view = view_of(config("lost"), config("never", labels={}), config("kept", FLUX_APPLY))
    assert list(stripped(view, "configmaps")) == [("shop", "lost")]
    assert list(suspects(view, "configmaps")) == []


def view_with(body: Raw) -> View:
    """The body as a table has it: entries without their field sets."""
    metadata = dict(body["metadata"])
    kept = ("manager", "operation", "time", "subresource")
    entries = [{key: one[key] for key in kept if key in one} for one in metadata.get("managedFields", [])]
    return view_of({**body, "metadata": {**metadata, "managedFields": entries}})


@pytest.mark.parametrize("scene", EXPECTED)
def test_no_object_is_passed_over_whose_body_would_tell_of_drift(scene: str) -> None:
    body = recorded()[scene]
    found = list(suspects(_view(body), resource_of(body)))
    if judge(body, resource_of(body)):
        assert found == [(body["metadata"].get("namespace", ""), body["metadata"]["name"])]


def _view(body: Raw) -> View:
    """Known kinds as their tables read them, others as custom resources."""
    known = resource_of(body).count(".") < 2 or body["apiVersion"].endswith(("k8s.io/v1", "policy/v1", "apps/v1"))
    return view_with({key: value for key, value in body.items() if not (known and key == "apiVersion")})


def test_what_a_delivery_alone_wrote_is_never_fetched() -> None:
    bodies = recorded()
    for scene in ("scaled_by_autoscaler", "forced_back", "equal_write", "respelled", "pod_made", "of_people"):
        assert list(suspects(_view(bodies[scene]), resource_of(bodies[scene]))) == [], scene
