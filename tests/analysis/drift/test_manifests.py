"""Manifests in hand against the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.comparing.documents import Documents, documents
from k8sview.analysis.drift.comparing.yaml_text import parsed
from k8sview.analysis.drift.manifests import manifests, wanted
from k8sview.analysis.drift.ownership.outline import outline
from k8sview.model.drift import DriftKind, Drifts
from tests.analysis.clusters import view_of
from tests.analysis.drift.comparing.bodies import Raw, deployment, obj

VIEW = view_of()
ROLE = obj("ClusterRole", "rbac.authorization.k8s.io/v1")


def compared(found: Documents, *live: Raw | None) -> Drifts:
    bodies = {one.identity: body for one, body in zip(wanted(VIEW, found, "shop"), live, strict=False)}
    return manifests(VIEW, found, bodies, "shop")


def test_what_differs_and_what_is_missing() -> None:
    stated = documents([deployment(replicas=2), None, obj("ConfigMap", data={"a": "b"})])
    found = compared(stated, deployment(replicas=3), None)
    assert found.not_checkable == ()
    assert [(one.kind, str(one.object), one.path) for one in found.drifts] == [
        (DriftKind.MANIFEST, "Deployment shop/web", "spec.replicas"),
        (DriftKind.MISSING, "ConfigMap shop/web", ""),
    ]


def test_a_value_that_the_same_tool_applied_before_differs_all_the_same() -> None:
    live = deployment(replicas=3)
    live["metadata"]["managedFields"] = [
        {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}, "f:selector": {}}}}
    ]
    assert [one.path for one in compared(documents([deployment(replicas=2)]), live).drifts] == ["spec.replicas"]


def test_where_an_object_goes() -> None:
    body = obj("ConfigMap", metadata={"namespace": "other"})
    found = wanted(VIEW, documents([obj("ConfigMap"), body, obj("Namespace"), obj("Secret")]), "shop")
    assert [str(one.ref) for one in found] == [
        "ConfigMap shop/web",
        "ConfigMap other/web",
        "Namespace web",
        "Secret shop/web",
    ]
    assert all(one.resource is not None for one in found)


def test_of_an_object_stated_twice_the_last_counts() -> None:
    (one,) = wanted(VIEW, documents([deployment(replicas=1), deployment(replicas=2)]))
    assert one.body["spec"]["replicas"] == 2


def test_lists_are_taken_apart() -> None:
    item = {"metadata": {"name": "a"}}
    found = documents(
        [
            {"kind": "List", "apiVersion": "v1", "items": [obj("ConfigMap"), obj("Secret")]},
            {"kind": "ConfigMapList", "apiVersion": "v1", "items": [item]},
            [obj("Service")],
        ]
    )
    assert found.problems == ()
    assert [one["kind"] for one in found.bodies] == ["ConfigMap", "Secret", "ConfigMap", "Service"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("text", "a document is no object"),
        ({"metadata": {"name": "a"}}, "no kind or no apiVersion"),
        ({"kind": "Pod", "apiVersion": "v1", "metadata": {"generateName": "a-"}}, "its name is generated"),
        ({"kind": "Pod", "apiVersion": "v1", "metadata": {}}, "it has no name"),
        ({"kind": "Pod", "apiVersion": "v1"}, "it has no name"),
        ({"kind": "List", "apiVersion": "v1", "items": ["x"]}, "a document is no object"),
    ],
)
def test_what_is_no_object_is_stated(document: Any, problem: str) -> None:
    found = compared(documents([document]))
    assert found.drifts == ()
    assert problem in found.not_checkable[0].reason


def test_an_unknown_kind_and_an_unread_object_are_never_missing() -> None:
    found = compared(documents([obj("Widget", "example.org/v1")]), None)
    assert found.drifts == ()
    assert found.not_checkable[0].reason == "Widget shop/web: the cluster serves no Widget of example.org/v1"
    unread = manifests(VIEW, documents([deployment()]), {})
    assert unread.drifts == ()
    assert unread.not_checkable[0].reason == "Deployment default/web was not read"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1e3", 1000.0),
        ("0644", 420),
        ("0o17", 15),
        ("0x1f", 31),
        ("yes", True),
        ("~", None),
        ("1_000", 1000),
        ("08", "08"),
        ("1.5", 1.5),
        ("-7", -7),
    ],
)
def test_yaml_is_read_as_kubernetes_reads_it(text: str, value: Any) -> None:
    (body,) = parsed(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\nx: {text}\n").bodies
    assert body["x"] == value
    assert type(body["x"]) is type(value)


def test_what_lies_in_another_namespace_is_told_and_not_looked_for() -> None:
    given = documents([obj("ConfigMap"), obj("ConfigMap", metadata={"namespace": "other"}), ROLE])
    inside = wanted(VIEW, given, "shop", ("shop",))
    assert [str(one.ref) for one in inside] == ["ConfigMap shop/web", "ClusterRole web"]
    found = manifests(VIEW, given, {one.identity: None for one in inside}, "shop", chosen=("shop",))
    assert [str(one.object) for one in found.drifts] == ["ConfigMap shop/web", "ClusterRole web"]
    assert {(one.kind, one.blind) for one in found.not_checkable} == {
        (DriftKind.MANIFEST, True),
        (DriftKind.MISSING, True),
    }
    assert "ConfigMap other/web lies outside of the namespaces that were chosen (shop)" in str(found.not_checkable)


def outlined(*keys: str) -> Raw:
    fields: Raw = {"f:data": {f"f:{key}": {} for key in keys}}
    entry = {"manager": "kubectl", "operation": "Update", "apiVersion": "v1", "fieldsV1": fields}
    return outline("Secret", "v1", {"name": "web", "namespace": "shop", "managedFields": [entry]})


@pytest.mark.parametrize(
    ("live", "lost"),
    [
        (outlined("user", "password"), []),
        (outlined("user"), ["data.password"]),
        (outlined(), []),
        (None, []),
    ],
)
def test_the_keys_of_a_secret_are_known_and_its_values_count_as_not_compared(live: Raw | None, lost: list[str]) -> None:
    given = documents([obj("Secret", stringData={"password": "never-shown"}, data={"user": "bmV2ZXI="})])
    (one,) = wanted(VIEW, given, "shop")
    view = view_of(obj("Secret", metadata={"namespace": "shop"}))
    found = manifests(view, given, {}, "shop", outlines={one.identity: live} if live is not None else {})
    assert [drift.path for drift in found.drifts] == lost
    assert [gap.blind for gap in found.not_checkable] == [True]
    assert "never-shown" not in str(found)
    assert "bmV2ZXI=" not in str(found)


def test_a_secret_that_is_not_there_is_missing_whoever_tells_it() -> None:
    given = documents([obj("Secret", data={"user": "x"})])
    (one,) = wanted(VIEW, given, "shop")
    denied = view_of(denied=["secrets"])
    (gone,) = manifests(denied, given, {}, "shop", outlines={one.identity: None}).drifts
    assert gone.kind is DriftKind.MISSING
    unread = manifests(denied, given, {}, "shop")
    assert unread.drifts == ()
    assert {gap.kind for gap in unread.not_checkable} == {DriftKind.MANIFEST, DriftKind.MISSING}
