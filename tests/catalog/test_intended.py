"""Rule files of intended differences: read strictly, obeyed to the day, told where they do nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from k8sview.analysis.drift.peers.intended import apply_intended, covers, problems
from k8sview.catalog.intended import load_intended, read_intended
from k8sview.catalog.problems import CatalogError
from k8sview.model.diff import Contrast, Part, Unlikeness

RULE = "- {id: small, reason: staging is small, owner: shop, expires: 2027-06-30, kind: Deploy*, path: spec.replicas}"
REPLICAS = Contrast(part=Part.OBJECTS, kind="Deployment", namespace="shop", name="api", path="spec.replicas")


def test_a_whole_file() -> None:
    text = f"renames:\n- {{kind: Namespace, a: stage, b: prod}}\nintended:\n{RULE}\n"
    rules = read_intended("x.yaml", text)
    (rule,) = rules.intended
    assert (rule.id, rule.owner, rule.path) == ("small", "shop", "spec.replicas")
    assert rules.namespaces == {"stage": "prod"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("intendd: []", 1, "unknown key 'intendd' (did you mean 'intended'?)"),
        ("intended:\n- {id: a, reason: b, owner: c, pth: x}", 2, "unknown key 'pth' (did you mean 'path'?)"),
        ("intended:\n- {id: a, reason: b, kind: c}", 2, "missing 'owner'"),
        ("intended:\n- {id: a, reason: '', owner: c, kind: d}", 2, "reason is empty"),
        ("intended:\n- {id: a, reason: b, owner: c}", 2, "covers every difference there is"),
        ("intended:\n- {id: a, reason: b, owner: c, path: '**'}", 2, "covers every path"),
        ("intended:\n- {id: a, reason: b, owner: c, kind: d, expires: soon}", 2, "'soon' is no day"),
        ("intended:\n- {id: a, reason: b, owner: c, part: objcts}", 2, "did you mean 'objects'?"),
        ("intended:\n- {id: a, reason: b, owner: c, unlike: only-in-c}", 2, "did you mean 'only-in-"),
        (f"intended:\n{RULE}\n{RULE}", 3, "'small' is stated twice"),
        ("renames:\n- {kind: Service, a: x}", 2, "missing 'b'"),
        ("renames:\n- {kind: Service, a: x, b: y}\n- {kind: Service, a: x, b: z}", 3, "'x' of A is renamed twice"),
        ("renames:\n- {kind: Service, a: x, b: z}\n- {kind: Service, a: y, b: z}", 3, "'z' of B is renamed twice"),
        ("renames:\n- {kind: Namespace, a: x, b: y, namespace: z}", 2, "lies in no namespace"),
        ("intended: [", 2, "not valid YAML"),
        ("", 1, "the file is empty"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read_intended("x.yaml", text)
    (first, *_) = caught.value.problems
    assert said in first.message
    assert (first.file, first.line) == ("x.yaml", line)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load_intended(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("words", "covered"),
    [
        ("kind: Deployment", True),
        ("kind: Service", False),
        ("namespace: sh*", True),
        ("name: api, path: spec.replicas", True),
        ("path: /spec/replicas", True),
        ("path: spec", True),
        ("path: spec.paused", False),
        ("part: objects", True),
        ("part: checks", False),
        ("unlike: only-in-a", False),
        ("unlike: differs", True),
    ],
)
def test_what_a_rule_covers(words: str, covered: bool) -> None:
    (rule,) = read_intended("x", f"intended:\n- {{id: a, reason: b, owner: c, {words}}}").intended
    assert covers(rule, REPLICAS) is covered


def test_a_rule_may_name_what_a_calls_it() -> None:
    renamed = Contrast(
        part=Part.OBJECTS, kind="Service", namespace="prod", name="web", namespace_in_a="stage", name_in_a="w"
    )
    for words in ("namespace: stage", "namespace: prod", "name: w", "name: web"):
        (rule,) = read_intended("x", f"intended:\n- {{id: a, reason: b, owner: c, {words}}}").intended
        assert covers(rule, renamed), words


def test_a_day_holds_until_its_end() -> None:
    rules = read_intended("x", f"intended:\n{RULE}")
    last, over = datetime(2027, 6, 30, 23, 59, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    assert apply_intended([REPLICAS], rules.intended, last)[0].intended_by == "small"
    assert apply_intended([REPLICAS], rules.intended, over)[0].intended_by is None
    assert [(one.rule, one.problem) for one in problems([REPLICAS], rules, (), over)] == [("small", "expired")]
    assert list(problems([REPLICAS], rules, (), last)) == []
    other = Contrast(part=Part.CHECKS, kind="Check", name="x", unlike=Unlikeness.DIFFERS)
    assert [one.problem for one in problems([other], rules, (), last)] == ["unused"]
