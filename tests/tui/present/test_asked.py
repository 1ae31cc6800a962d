"""Which object ``:why`` means; and that a table nobody could read is never taken for an empty one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model.tables import State, TableState
from k8sview.tui.present import places
from k8sview.tui.present.asked import asked
from k8sview.tui.present.commands import Problem, Vocabulary, Why, complete, parse_command
from tests.tui.pictures import ClusterBuilder, judged_by, night, pod

VIEW = night().view()
KNOWN = Vocabulary(
    resources=VIEW.resources,
    named=lambda resource: [name for _, name in VIEW.table(resource).objects] if resource else ["deployments/web"],
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("why deploy/web", Why("deployments.apps", "web")),
        ("why deployment web", Why("deployments.apps", "web")),
        ("why web", Why("", "web")),
        ("WHY cert/tls", Why("certificates.cert-manager.io", "tls")),
    ],
)
def test_objects_as_people_type_them(line: str, command: Why) -> None:
    assert parse_command(line, KNOWN) == command


@pytest.mark.parametrize("line", ["why", "why a b c", "why deploy/", "why /web", "why a/b/c", "why deploz/web"])
def test_what_is_no_object_is_a_problem(line: str) -> None:
    assert isinstance(parse_command(line, KNOWN), Problem)


def test_a_kind_nearly_right_is_named() -> None:
    assert parse_command("why deploymen/web", KNOWN) == Problem(
        "no resource is called 'deploymen'; did you mean deployments?"
    )


def test_completion_offers_what_is_not_well_then_kinds_then_names() -> None:
    assert complete("why w", KNOWN)[0] == "why web"
    assert "why deployments/web" in complete("why dep", KNOWN)
    assert "why deploy/" in complete("why depl", KNOWN)
    assert complete("why deploy/w", KNOWN) == ("why deploy/web", "why deploy/worker")
    assert complete("why nonsense/w", KNOWN) == ()


def test_a_bare_name_is_a_workload_before_its_pods() -> None:
    assert asked(VIEW, "", "web").place == places.thing("deployments.apps", ("shop", "web"), "explain")
    assert asked(VIEW, "", "web-7d4f-x1").place == places.thing("pods", ("shop", "web-7d4f-x1"), "explain")
    assert asked(VIEW, "", "n1").place == places.thing("nodes", ("", "n1"), "explain")


def test_what_does_not_exist_may_be_a_cause() -> None:
    causes = judged_by(HealthEngine(), VIEW).causes
    expected = places.thing("configmaps", ("shop", "settings"), "explain")
    assert asked(VIEW, "configmaps", "settings", causes).place == expected
    assert asked(VIEW, "", "settings", causes).place == expected
    assert asked(VIEW, "secrets", "settings", causes).place is None


def test_a_name_in_several_namespaces_is_left_to_people_to_choose() -> None:
    view = ClusterBuilder().table("pods", [pod("a", namespace="x"), pod("a", namespace="y"), pod("ab")]).view()
    found = asked(view, "pods", "a")
    assert found.place == places.table("pods")
    assert found.message == "a is in 2 namespaces: x, y; choose one and press X"
    home = replace(view, cluster=replace(view.cluster, namespace="y"))
    assert asked(home, "pods", "a").place == places.thing("pods", ("y", "a"), "explain")


def test_no_such_object_only_where_everything_was_read() -> None:
    found = asked(VIEW, "deployments.apps", "wep")
    assert found.message == "no deployments.apps is called 'wep'; did you mean web?"
    blind = night().state("deployments.apps", TableState(State.DENIED, "forbidden")).table("pods", []).view()
    assert "cannot tell whether nothing exists: " in asked(blind, "", "nothing").message
    assert "deployments.apps: denied" in asked(blind, "", "nothing").message


def test_a_kind_nobody_has_read_yet_is_opened_to_be_read() -> None:
    found = asked(VIEW, "certificates.cert-manager.io", "tls")
    assert found.place == places.thing("certificates.cert-manager.io", ("default", "tls"), "explain")
    narrow = replace(VIEW, namespaces=("shop",))
    assert asked(narrow, "certificates.cert-manager.io", "tls").place == places.thing(
        "certificates.cert-manager.io", ("shop", "tls"), "explain"
    )
