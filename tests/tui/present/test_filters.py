"""What ``/`` understands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import key_of
from k8sview.model.view import View
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.filters import parse_filter
from k8sview.tui.present.rows import Rows
from k8sview.tui.present.tables.pods import PODS
from tests.tui.pictures import NOW, pod


def verdict(one: Pod) -> Health:
    waiting = one.status.phase == "Pending"
    return Health(HealthVerdict.DOWN, "CrashLoopBackOff") if waiting else Health(HealthVerdict.HEALTHY)


def rows() -> Rows:
    pods = [
        pod("web-1", labels={"app": "web", "tier": "front"}, restarts=2),
        pod("web-2", labels={"app": "web"}, waiting="CrashLoopBackOff", restarts=9),
        pod("db-0", namespace="data", labels={"app": "db"}, creation_timestamp="2026-02-20T00:00:00Z"),
    ]
    found = Rows(PODS)
    found.update({key_of(one): one for one in pods}, Surroundings(View(NOW), verdict), NOW)
    for _ in found.sweep():
        pass
    return found


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", ["db-0", "web-1", "web-2"]),
        ("web", ["web-1", "web-2"]),
        ("WEB", ["web-1", "web-2"]),
        ("web-[0-9]$|db", ["db-0"]),
        ("shop web-1", ["web-1"]),
        ("!web", ["db-0"]),
        ("! web", ["db-0"]),
        ("-l app=web", ["web-1", "web-2"]),
        ("-l app=web,tier=front", ["web-1"]),
        ("-l app!=web", ["db-0"]),
        ("-l tier", ["web-1"]),
        ("app=db", ["db-0"]),
        ("-f wb2", ["web-2"]),
        ("status=fail", ["web-2"]),
        ("status=down", ["web-2"]),
        ("status=crashloopbackoff", ["web-2"]),
        ("status!=fail", ["db-0", "web-1"]),
        ("verdict=ok", ["db-0", "web-1"]),
        ("age<3h", ["web-1", "web-2"]),
        ("age>1d", ["db-0"]),
        ("restarts>=2 restarts<5", ["web-1"]),
        ("ready=0/1", ["web-2"]),
        ("ready<1", ["web-2"]),
        ("name~web restarts>5", ["web-2"]),
        ("node=n1 age>1d", ["db-0"]),
        ("restarts>many", []),
        ("age<soon", []),
        ("[", []),
        ("\\Sb-", ["db-0", "web-1", "web-2"]),
    ],
)
def test_filter(typed: str, names: list[str]) -> None:
    found = rows()
    found.narrow(parse_filter(typed, PODS))
    assert sorted(name for _, name in found.order) == names


def test_a_broken_expression_is_searched_as_text_and_says_so() -> None:
    assert "not a regular expression" in parse_filter("web[", PODS).problem
    assert not parse_filter("web", PODS).problem


def test_the_age_grows_while_the_filter_stands() -> None:
    found = rows()
    found.now = NOW + timedelta(hours=5)
    found.narrow(parse_filter("age>6h", PODS))
    assert len(found.order) == 3
