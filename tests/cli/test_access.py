"""``k8sview access``: the smallest role as YAML, text and JSON, and what is missing on a server."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.cli.conftest import Call, Harbour
from tests.cli.pack import KEEPERS, LAMPS

LIGHTHOUSE = ("--component", "lighthouse")


def test_a_cluster_role_for_the_selected_checks(call: Call, pack: str) -> None:
    result = call("access", "--checks", pack, *LIGHTHOUSE)
    assert result.code == 0
    (role,) = yaml.safe_load_all(result.out)
    assert (role["kind"], role["metadata"]) == ("ClusterRole", {"name": "k8sview"})
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["configmaps", "namespaces", "pods", "services"],
            "verbs": ["get", "list", "watch"],
        }
    ]


def test_a_role_for_each_namespace(call: Call, pack: str) -> None:
    result = call("access", "--checks", pack, *LIGHTHOUSE, "-n", "sea,land", "--name", "reader")
    roles = list(yaml.safe_load_all(result.out))
    assert [role["metadata"] for role in roles] == [
        {"name": "reader", "namespace": "sea"},
        {"name": "reader", "namespace": "land"},
    ]
    assert {role["kind"] for role in roles} == {"Role"}
    assert roles[0]["rules"][0]["resources"] == ["configmaps", "pods", "services"]


def test_nothing_in_it_writes(call: Call) -> None:
    (role,) = yaml.safe_load_all(call("access").out)
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert not [rule for rule in role["rules"] if "*" in (*rule["apiGroups"], *rule["resources"])]


def test_what_each_right_would_hide(call: Call, pack: str) -> None:
    text = call("access", "--checks", pack, *LIGHTHOUSE, "-o", "text").out
    line = next(line for line in text.splitlines() if line.startswith("configmaps"))
    assert line.split(maxsplit=2) == ["configmaps", "get,list,watch", "1 check unknown"]
    document = call("access", "--checks", pack, *LIGHTHOUSE, "-o", "json").document
    assert {one["name"]: one["blinds"] for one in document["needed"]}["pods"] == [KEEPERS]
    assert document["roles"][0]["kind"] == "ClusterRole"


async def test_verify_names_what_is_missing_and_what_it_hides(harbour: Harbour, pack: str) -> None:
    words = ("--checks", pack, *LIGHTHOUSE, "--verify")
    granted = await harbour.run("access", *words)
    assert (granted.code, granted.out.split(":")[0]) == (0, "Nothing is missing")
    harbour.server.allowed = lambda attributes: attributes["resource"] != "configmaps"
    text = await harbour.run("access", *words)
    assert text.code == 3
    assert [line.split() for line in text.out.splitlines()[1:]] == [
        ["configmaps", "get,list,watch", "(all)", "denied", "1", "check"]
    ]
    document = (await harbour.run("access", *words, "-n", "sea", "-o", "json")).document
    assert {(one["resource"], one["namespace"]) for one in document["missing"]} == {("configmaps", "sea")}
    assert document["missing"][0]["hides"] == [LAMPS]


async def test_a_review_that_fails_is_unknown_and_not_granted(harbour: Harbour, pack: str) -> None:
    harbour.server.fail("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 500)
    result = await harbour.run("access", "--checks", pack, *LIGHTHOUSE, "--verify")
    assert result.code == 3
    assert "unknown: " in result.out


async def test_what_is_not_served_needs_no_right(harbour: Harbour, pack: str) -> None:
    harbour.server.forget("configmaps")
    asked: list[Any] = []

    def allowed(attributes: dict[str, Any]) -> bool:
        asked.append(attributes["resource"])
        return True

    harbour.server.allowed = allowed
    assert (await harbour.run("access", "--checks", pack, *LIGHTHOUSE, "--verify")).code == 0
    assert "configmaps" not in asked


@pytest.mark.parametrize("words", [("--component", "nope"), ("--layer", "roof")])
def test_unknown_names_are_2(call: Call, words: tuple[str, ...]) -> None:
    assert call("access", *words).code == 2
