"""Which nodes a DaemonSet's pods may run on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import PodSpec, Toleration
from k8sview.model.placement import Requirement, admits, affinity_terms, pinned_to, untolerated

LINUX = {"kubernetes.io/os": "linux", "size": "8"}


def node(*taints: str, labels: dict[str, str] | None = None) -> Node:
    """Taints as kubectl writes them: ``key=value:Effect``."""
    parsed = []
    for taint in taints:
        rest, _, effect = taint.rpartition(":")
        key, _, value = rest.partition("=")
        parsed.append({"key": key, "value": value, "effect": effect})
    raw = {"metadata": {"name": "a", "labels": LINUX if labels is None else labels}, "spec": {"taints": parsed}}
    return msgspec.convert(raw, Node)


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return {"affinity": {"nodeAffinity": required}}


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("spec", "admitted"),
    [
        ({}, True),
        ({"nodeSelector": {"kubernetes.io/os": "linux"}}, True),
        ({"nodeSelector": {"kubernetes.io/os": "windows"}}, False),
        (affinity(expression("kubernetes.io/os", "In", "linux", "darwin")), True),
        (affinity(expression("kubernetes.io/os", "NotIn", "linux")), False),
        (affinity(expression("gpu", "NotIn", "true")), True),
        (affinity(expression("gpu", "Exists")), False),
        (affinity(expression("gpu", "DoesNotExist")), True),
        (affinity(expression("size", "Gt", "4")), True),
        (affinity(expression("size", "Lt", "4")), False),
        (affinity(expression("size", "Gt", "many")), False),
        (affinity(expression("size", "Odd", "4")), False),
        (affinity(expression("gpu", "Exists"), expression("size", "Exists")), True),
        (affinity({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}), True),
        (affinity({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["b"]}]}), False),
        (affinity({}), False),
        (affinity(), True),
        ({"affinity": {"nodeAffinity": None}}, True),
        ({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": "odd"}}}, True),
    ],
)
def test_selector_and_affinity(spec: dict[str, Any], admitted: bool) -> None:
    assert admits(msgspec.convert(spec, PodSpec), node()) is admitted


@pytest.mark.parametrize(
    ("taint", "tolerations", "admitted"),
    [
        ("dedicated=gpu:NoSchedule", [], False),
        ("dedicated=gpu:PreferNoSchedule", [], True),
        ("dedicated=gpu:NoSchedule", [{"operator": "Exists"}], True),
        ("dedicated=gpu:NoExecute", [{"operator": "Exists", "effect": "NoSchedule"}], False),
        ("dedicated=gpu:NoSchedule", [{"key": "dedicated", "operator": "Exists"}], True),
        ("dedicated=gpu:NoSchedule", [{"key": "dedicated", "value": "gpu"}], True),
        ("dedicated=gpu:NoSchedule", [{"key": "dedicated", "value": "cpu"}], False),
        ("dedicated=gpu:NoSchedule", [{"key": "other", "operator": "Exists"}], False),
        # The DaemonSet controller tolerates these for every pod of its own.
        ("node.kubernetes.io/not-ready:NoExecute", [], True),
        ("node.kubernetes.io/unschedulable:NoSchedule", [], True),
        ("node.kubernetes.io/disk-pressure:NoSchedule", [], True),
        ("node.kubernetes.io/not-ready:NoSchedule", [], False),
        ("node.kubernetes.io/network-unavailable:NoSchedule", [], False),
    ],
)
def test_taints(taint: str, tolerations: list[dict[str, str]], admitted: bool) -> None:
    assert admits(msgspec.convert({"tolerations": tolerations}, PodSpec), node(taint)) is admitted


def test_pods_of_the_host_network_tolerate_its_absence() -> None:
    taint = "node.kubernetes.io/network-unavailable:NoSchedule"
    assert admits(msgspec.convert({"hostNetwork": True}, PodSpec), node(taint))


def tolerations(*raws: dict[str, str]) -> tuple[Toleration, ...]:
    return tuple(msgspec.convert(raw, Toleration) for raw in raws)


@pytest.mark.parametrize(
    ("tolerated", "left"),
    [
        ((), ["dedicated", "gpu"]),
        (({"key": "dedicated", "value": "db"},), ["gpu"]),
        (({"key": "dedicated", "operator": "", "value": "db"},), ["gpu"]),  # no operator means Equal
        (({"key": "dedicated", "value": "web"},), ["dedicated", "gpu"]),
        (({"key": "dedicated", "operator": "Exists", "effect": "NoExecute"},), ["dedicated", "gpu"]),
        (({"operator": "Exists"},), []),
        (({"key": "gpu", "operator": "Gt", "value": "1"}, {"key": "dedicated", "operator": "Exists"}), ["gpu"]),
    ],
)
def test_taints_that_are_left(tolerated: tuple[dict[str, str], ...], left: list[str]) -> None:
    taints = node("dedicated=db:NoSchedule", "gpu:NoExecute", "soft:PreferNoSchedule").spec.taints
    assert [taint.key for taint in untolerated(taints, tolerations(*tolerated))] == left


def named(*names: str, **more: Any) -> dict[str, Any]:
    return {"matchFields": [{"key": "metadata.name", "operator": "In", "values": list(names)}], **more}


@pytest.mark.parametrize(
    ("terms", "names"),
    [
        ((named("a"),), {"a"}),
        ((named("a"), named("b", "c")), {"a", "b", "c"}),
        ((named("a"), expression("size", "Exists")), None),  # the other term allows any node
        ((), None),
    ],
)
def test_nodes_that_a_pod_is_pinned_to(terms: tuple[dict[str, Any], ...], names: set[str] | None) -> None:
    assert pinned_to(affinity_terms(affinity(*terms)["affinity"])) == names


@pytest.mark.parametrize(
    ("requirement", "text"),
    [
        (Requirement("disk", "In", ("ssd",)), "disk=ssd"),
        (Requirement("disk", "NotIn", ("hdd", "tape")), "disk notin (hdd,tape)"),
        (Requirement("disk", "Exists"), "disk"),
        (Requirement("disk", "DoesNotExist"), "!disk"),
        (Requirement("size", "Gt", ("4",)), "size>4"),
        (Requirement("size", "Odd", ("4",)), "size Odd (4)"),
    ],
)
def test_requirements_read_as_kubectl_writes_them(requirement: Requirement, text: str) -> None:
    assert str(requirement) == text
