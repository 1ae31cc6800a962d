"""Clusters, kinds, components and checks side by side; what one side could not tell is no difference."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.peers.facts import compare_clusters, compare_kinds, one_cluster
from k8sview.analysis.drift.peers.verdicts import compare_checks, compare_components
from k8sview.model.components import Presence
from k8sview.model.diff import Contrasts, Side
from k8sview.model.report import CheckResult, ClusterIdentity, ComponentReport
from k8sview.model.status import Layer, Severity, Status
from tests.analysis.clusters import view_of


def node(name: str, kubelet: str, image: str = "Talos") -> dict[str, Any]:
    info = {"kubeletVersion": kubelet, "osImage": image, "architecture": "amd64"}
    return {"kind": "Node", "metadata": {"name": name}, "status": {"nodeInfo": info}}


def identity(version: str = "v1.37.2", provider: str | None = None) -> ClusterIdentity:
    return ClusterIdentity("c", None, "https://x", version, provider, None)


def facts(found: Contrasts) -> dict[str, tuple[str | None, str | None]]:
    return {one.path: (one.a, one.b) for one in found.contrasts}


def test_versions_and_nodes_as_sets() -> None:
    a = view_of(node("a", "v1.36.1"), node("b", "v1.37.2"), node("c", "v1.37.2"))
    b = view_of(node("z", "v1.37.2"))
    found = compare_clusters(a, b, (identity("v1.37.2", "eks"), identity("v1.36.0")))
    assert facts(found) == {
        "version": ("v1.37.2", "v1.36.0"),
        "provider": ("eks", None),
        "nodes.kubeletVersion": ("v1.36.1, v1.37.2", "v1.37.2"),
    }
    assert found.incomparable == ()


def test_nodes_and_versions_that_nobody_could_read() -> None:
    a, b = view_of(denied=["nodes"]), view_of(node("a", "v1"))
    found = compare_clusters(a, b, (identity(""), identity()))
    assert found.contrasts == ()
    assert {(one.what, one.side) for one in found.incomparable} == {("version", Side.A), ("nodes", Side.A)}


def test_kinds_served_on_one_side_in_another_version_or_not_discovered() -> None:
    both = view_of()
    thing = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "t"}}
    a = view_of(thing)
    found = compare_kinds(a, both)
    assert [(one.name, str(one.unlike)) for one in found.contrasts] == [("things.example.org", "only-in-a")]
    blind = msgspec.structs.replace(both, missing_groups=("example.org",))
    hidden = compare_kinds(a, blind)
    assert hidden.contrasts == ()
    assert [(one.what, one.side) for one in hidden.incomparable] == [("things.example.org", Side.B)]
    other = msgspec.structs.replace(a.resources["things.example.org"], version="v2")
    newer = msgspec.structs.replace(a, resources={**a.resources, "things.example.org": other})
    assert facts(compare_kinds(a, newer)) == {"version": ("v1", "v2")}


def test_stored_versions_of_definitions() -> None:
    def crd(*stored: str) -> dict[str, Any]:
        return {
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "x"},
            "status": {"storedVersions": list(stored)},
        }

    assert facts(compare_kinds(view_of(crd("v1", "v2")), view_of(crd("v2")))) == {"storedVersions": ("v1, v2", "v2")}


def test_one_cluster_is_told_by_its_uid_or_by_any_object() -> None:
    def views(a: str | None, b: str | None, uid: str = "2") -> bool | None:
        sides = []
        for cluster, own in ((a, "1"), (b, uid)):
            view = view_of({"kind": "Service", "metadata": {"name": "s", "namespace": "n", "uid": own}})
            sides.append(msgspec.structs.replace(view, cluster=msgspec.structs.replace(view.cluster, uid=cluster)))
        return one_cluster(*sides)

    assert views("x", "x") is True
    assert views("x", "y", uid="1") is False
    assert views("x", None) is None
    assert views("x", None, uid="1") is True


def component(state: Presence, version: str | None = None) -> ComponentReport:
    return ComponentReport("cert-manager", "cert-manager", Layer.BASEMENT, state, version)


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        (component(Presence.INSTALLED, "1.2"), component(Presence.INSTALLED, "1.2"), None),
        (component(Presence.INSTALLED, "1.2"), component(Presence.INSTALLED, "1.3"), ("differs", "version")),
        (component(Presence.INSTALLED, "1.2"), component(Presence.ABSENT), ("only-in-a", "state")),
        (component(Presence.LEFTOVER), component(Presence.INSTALLED, "1"), ("differs", "state")),
        (component(Presence.ABSENT), component(Presence.ABSENT), None),
    ],
)
def test_components(a: ComponentReport, b: ComponentReport, told: tuple[str, str] | None) -> None:
    found = compare_components([a], [b])
    assert [(str(one.unlike), one.path) for one in found.contrasts] == ([told] if told else [])
    assert found.incomparable == ()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (component(Presence.UNKNOWN), component(Presence.INSTALLED, "1")),
        (component(Presence.INSTALLED, None), component(Presence.INSTALLED, "1")),
    ],
)
def test_components_that_one_side_cannot_tell_of(a: ComponentReport, b: ComponentReport) -> None:
    found = compare_components([a], [b])
    assert found.contrasts == ()
    assert [one.side for one in found.incomparable] == [Side.A]


def check(status: Status, severity: Severity = Severity.HIGH) -> CheckResult:
    return CheckResult("a.b.c", "Title", Layer.BASEMENT, "b", severity, status, message="why")


@pytest.mark.parametrize(
    ("a", "b", "severity"),
    [
        (Status.PASS, Status.FAIL, Severity.HIGH),
        (Status.FAIL, Status.PASS, Severity.HIGH),
        (Status.PASS, Status.WARN, Severity.LOW),
        (Status.PASS, Status.SKIP, Severity.INFO),
    ],
)
def test_checks_with_another_status(a: Status, b: Status, severity: Severity) -> None:
    (one,) = compare_checks([check(a)], [check(b)]).contrasts
    assert (one.a, one.b, one.severity) == (str(a), str(b), severity)


@pytest.mark.parametrize("blind", [Status.UNKNOWN, Status.ERROR])
def test_a_check_that_one_side_could_not_judge_is_neither_equal_nor_different(blind: Status) -> None:
    for a, b, side in ((blind, Status.PASS, Side.A), (Status.PASS, blind, Side.B), (blind, blind, Side.BOTH)):
        found = compare_checks([check(a)], [check(b)])
        assert found.contrasts == ()
        assert [one.side for one in found.incomparable] == [side]
    assert compare_checks([check(Status.FAIL)], [check(Status.FAIL)]) == Contrasts()
