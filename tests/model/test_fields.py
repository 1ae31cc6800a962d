"""Field paths: what they read, and which of them can be verified against what is kept of a kind."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.model.fields import PathError, read_one, reader, verify
from k8sview.model.objects.meta import Custom, ObjectMeta
from k8sview.model.objects.workloads import Deployment


@pytest.mark.parametrize(
    "path",
    [
        "status.conditions",
        "status.conditions[type=Ready].status",
        "spec.list[0].name",
        "metadata.labels[app]",
        "status",
    ],
)
def test_paths_of_a_custom_resource_are_free_below_its_metadata(path: str) -> None:
    verify(Custom, path)


@pytest.mark.parametrize("path", ["metadata.nmae", "metadata.name.first"])
def test_metadata_of_a_custom_resource_is_typed(path: str) -> None:
    with pytest.raises(PathError):
        verify(Custom, path)


def test_a_field_that_is_not_kept_names_its_nearest() -> None:
    with pytest.raises(PathError, match="did you mean 'replicas'"):
        verify(Deployment, "spec.replica")


WIDGET = Custom(
    ObjectMeta(name="w", labels={"app.kubernetes.io/name": "widget"}),
    "example.org/v1",
    "Widget",
    {
        "spec": {"names": ["first", "last"], "ports": [{"name": "web", "port": 80}, {"name": "ssh", "port": 22}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "nothing": None, "yes": True},
    },
)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("metadata.name", ["w"]),
        ("metadata.labels[app.kubernetes.io/name]", ["widget"]),
        ("apiVersion", ["example.org/v1"]),
        ("kind", ["Widget"]),
        ("spec.names", [["first", "last"]]),
        ("spec.names[0]", ["first"]),
        ("spec.names[-1]", ["last"]),
        ("spec.names[2]", []),
        ("spec.names[-3]", []),
        ("spec.names[*]", ["first", "last"]),
        ("spec.ports[*].port", [80, 22]),
        ("spec.ports[name=ssh].port", [22]),
        ("spec.ports[port=80].name", ["web"]),
        ("spec.ports[name=none].port", []),
        ("spec.ports[name]", []),
        ("spec[names][0]", ["first"]),
        ("status.conditions[type=Ready].status", ["True"]),
        ("status.nothing", []),
        ("status.absent.deeper", []),
        ("spec.names.deeper", []),
        ("status.yes", [True]),
    ],
)
def test_all_values_at_a_path(path: str, values: list[Any]) -> None:
    assert reader(path)(WIDGET) == values
    assert read_one(WIDGET, path) == (values[0] if values else None)


def test_typed_objects_are_read_by_the_names_of_the_api() -> None:
    raw = {"metadata": {"name": "web"}, "spec": {"replicas": 3}, "status": {"availableReplicas": 2}}
    web = msgspec.convert(raw, Deployment)
    assert read_one(web, "status.availableReplicas") == 2
    assert read_one(web, "status.available_replicas") is None
    assert read_one(web, "spec.template.spec.containers[0].image") is None


@pytest.mark.parametrize("path", ["", "spec[", "spec[]", "spec]", "spec..replicas", "."])
def test_paths_that_are_none(path: str) -> None:
    with pytest.raises(PathError):
        reader(path)


@pytest.mark.parametrize(
    "path",
    [
        "status.conditions[type=Available].status",
        "spec.template.spec.containers[*].image",
        "spec.template.spec.containers[0].resources.requests[cpu]",
        "metadata.annotations[a.b/c]",
        "spec.strategy.rollingUpdate.maxUnavailable",
        "spec.template.spec.affinity.nodeAffinity.anything",
    ],
)
def test_paths_that_a_deployment_has(path: str) -> None:
    verify(Deployment, path)


@pytest.mark.parametrize(
    "path",
    ["spec.template.spec.containers[*].imagePullPolicy", "spec[0]", "spec.replicas.count", "status.conditons"],
)
def test_paths_that_a_deployment_has_not(path: str) -> None:
    with pytest.raises(PathError):
        verify(Deployment, path)
