"""How resources are named, found on the server, and called by people."""

from __future__ import annotations

import pytest

from k8sview.model.kinds import KINDS, kind_of
from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.workloads import Deployment
from k8sview.model.resources import Ref, Resource, key_of
from tests.analysis.clusters import read

DEPLOYMENTS = KINDS["deployments.apps"].resource
PODS = KINDS["pods"].resource
NODES = KINDS["nodes"].resource


def test_names_are_those_of_kubectl() -> None:
    assert (PODS.name, PODS.api_version) == ("pods", "v1")
    assert (DEPLOYMENTS.name, DEPLOYMENTS.api_version) == ("deployments.apps", "apps/v1")


@pytest.mark.parametrize(
    ("resource", "namespace", "name", "path"),
    [
        (PODS, None, None, "/api/v1/pods"),
        (PODS, "shop", None, "/api/v1/namespaces/shop/pods"),
        (PODS, "shop", "web", "/api/v1/namespaces/shop/pods/web"),
        (NODES, None, "n1", "/api/v1/nodes/n1"),
        (NODES, "shop", "n1", "/api/v1/nodes/n1"),
        (DEPLOYMENTS, "shop", None, "/apis/apps/v1/namespaces/shop/deployments"),
    ],
)
def test_paths(resource: Resource, namespace: str | None, name: str | None, path: str) -> None:
    assert resource.path(namespace, name) == path


def test_every_word_that_means_a_resource() -> None:
    assert DEPLOYMENTS.called() == ("deployments.apps", "deployments", "deployment", "deploy")
    assert PODS.called() == ("pods", "pod", "po")


def test_references_read_like_sentences() -> None:
    assert str(Ref("v1", "Pod", "shop", "web", "app")) == "Pod shop/web[app]"
    assert str(Ref("v1", "Node", None, "n1")) == "Node n1"


def test_keys() -> None:
    _, pod = read({"kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}})
    _, node = read({"kind": "Node", "metadata": {"name": "n1"}})
    assert (key_of(pod), key_of(node)) == (("shop", "web"), ("", "n1"))


def test_kinds_are_known_by_name_and_version() -> None:
    assert kind_of(DEPLOYMENTS).struct is Deployment
    assert kind_of(NODES).struct is Node
    assert kind_of(Resource("apps", "v2", "deployments", "Deployment")).struct is Custom
    assert kind_of(Resource("example.org", "v1", "widgets", "Widget")).struct is Custom


def test_secrets_and_config_maps_are_never_read_whole() -> None:
    assert KINDS["secrets"].metadata_only
    assert KINDS["configmaps"].metadata_only


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_row_of_the_table_is_served_under_its_own_name(name: str) -> None:
    resource = KINDS[name].resource
    assert resource.name == name
    assert resource.plural.islower()
    assert resource.kind[0].isupper()
