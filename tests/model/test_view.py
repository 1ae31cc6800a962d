"""Views answer from indices, and know the difference between no and unknown."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.model.objects.meta import LabelSelector
from k8sview.model.view import View
from tests.analysis.clusters import NOON, ago, read, view_of


def pod(name: str, namespace: str = "shop", node: str = "n1", **labels: str) -> dict[str, Any]:
    owner = [{"kind": "ReplicaSet", "name": "web", "uid": "web-rs", "controller": True}]
    metadata = {"name": name, "namespace": namespace, "uid": name, "labels": labels, "ownerReferences": owner}
    return {"kind": "Pod", "metadata": metadata, "spec": {"nodeName": node}}


PODS = (
    pod("b", app="web", tier="front"),
    pod("a", app="web", tier="back"),
    pod("c", app="db", node="n2"),
    pod("d", "blog", app="web"),
)


def selector(**more: Any) -> LabelSelector:
    return msgspec.convert(more, LabelSelector)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (selector(matchLabels={"app": "web"}), ["a", "b"]),
        (selector(matchLabels={"app": "web", "tier": "back"}), ["a"]),
        (selector(matchLabels={"app": "none"}), []),
        (
            selector(
                matchLabels={"app": "web"}, matchExpressions=[{"key": "tier", "operator": "NotIn", "values": ["back"]}]
            ),
            ["b"],
        ),
        (selector(matchExpressions=[{"key": "app", "operator": "In", "values": ["web", "db"]}]), ["a", "b", "c"]),
        (selector(matchExpressions=[{"key": "tier", "operator": "DoesNotExist"}]), ["c"]),
        (selector(matchExpressions=[{"key": "tier", "operator": "NotIn", "values": ["back"]}]), ["b", "c"]),
        (selector(matchExpressions=[{"key": "tier", "operator": "Exists"}]), ["a", "b"]),
        (selector(matchExpressions=[{"key": "tier", "operator": "Resembles"}]), []),
        (selector(), []),
        ({"app": "db"}, ["c"]),
    ],
)
def test_pods_of_a_selector_in_one_namespace(chosen: Any, names: list[str]) -> None:
    assert [one.metadata.name for one in view_of(*PODS).pods_of("shop", chosen)] == names


def test_pods_of_a_node() -> None:
    view = view_of(*PODS)
    assert [one.metadata.name for one in view.pods_on("n1")] == ["d", "a", "b"]
    assert view.pods_on("n3") == ()


def test_children_by_the_uid_of_their_owner() -> None:
    replica_set = {"kind": "ReplicaSet", "metadata": {"name": "web", "namespace": "shop", "uid": "web-rs"}}
    _, owner = read(replica_set)
    found = [(resource, one.metadata.name) for resource, one in view_of(replica_set, *PODS).children(owner)]
    assert found == [("pods", "d"), ("pods", "a"), ("pods", "b"), ("pods", "c")]


def test_events_of_an_object_newest_first_however_they_are_dated() -> None:
    def event(name: str, **times: Any) -> dict[str, Any]:
        metadata = {"name": name, "namespace": "shop", "creationTimestamp": ago("2h")}
        return {"kind": "Event", "metadata": metadata, "involvedObject": {"uid": "a"}, **times}

    view = view_of(
        *PODS,
        event("created"),
        event("old", lastTimestamp=ago("1h")),
        event("series", eventTime=ago("3h"), series={"count": 9, "lastObservedTime": ago("1m")}, lastTimestamp=None),
        event("once", eventTime=ago("30m")),
    )
    _, pod_a = read(PODS[1])
    assert [one.metadata.name for one in view.events_of(pod_a)] == ["series", "once", "old", "created"]
    assert [one.times_seen for one in view.events_of(pod_a)] == [9, 1, 1, 1]


def test_who_uses_what() -> None:
    raw = pod("a")
    raw["spec"] |= {
        "serviceAccountName": "web",
        "imagePullSecrets": [{"name": "registry"}],
        "volumes": [
            {"name": "1", "configMap": {"name": "settings"}},
            {"name": "2", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "3", "projected": {"sources": [{"secret": {"name": "tls"}}]}},
        ],
        "containers": [
            {
                "name": "c",
                "envFrom": [{"secretRef": {"name": "env"}}],
                "env": [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "keys", "key": "x"}}}],
            }
        ],
    }
    view = view_of(raw)
    for resource, name in (
        ("serviceaccounts", "web"),
        ("secrets", "registry"),
        ("configmaps", "settings"),
        ("persistentvolumeclaims", "data"),
        ("secrets", "tls"),
        ("secrets", "env"),
        ("configmaps", "keys"),
    ):
        assert [one.metadata.name for one in view.users_of(resource, name, "shop")] == ["a"]
        assert view.users_of(resource, name, "blog") == ()


def test_what_was_not_discovered_is_unknown_rather_than_absent() -> None:
    nothing = View(taken_at=NOON)
    assert nothing.served("certificates.cert-manager.io") is None
    assert nothing.served_group("cert-manager.io") is None
    known = view_of()
    assert known.served("pods") is True
    assert known.served("certificates.cert-manager.io") is False
    assert known.served_group("apps") is True
    assert known.served_group("cert-manager.io") is False
