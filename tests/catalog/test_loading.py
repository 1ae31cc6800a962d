"""A catalogue loads strictly: every mistake is told with file and line, what was expected and the nearest spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8sview.catalog.loader import load_catalog
from k8sview.catalog.problems import CatalogError
from k8sview.catalog.selftest import run_tests

GOOD = """\
topic: widgets
title: Widgets
layer: building
seed: widgets
checks:
- id: building.widgets.ready
  title: Widgets are ready
  severity: high
  each: nodes
  assert:
  - condition: {type: Ready}
  why: They should be.
  next: kubectl get node {name}
  url: https://example.com
  tests:
  - {name: good, expect: pass, objects: [{apiVersion: v1, kind: Node, metadata: {name: a}, status: READY}]}
  - {name: bad, expect: fail, objects: [{apiVersion: v1, kind: Node, metadata: {name: a}, status: DOWN}]}
  - {name: denied, expect: unknown, denied: [nodes]}
"""
for word, status in (("READY", "True"), ("DOWN", "False")):
    GOOD = GOOD.replace(word, f'{{conditions: [{{type: Ready, status: "{status}"}}]}}')


def problems(folder: Path, *texts: str) -> list[str]:
    """What loading files with these texts says, without the folder's path."""
    for number, text in enumerate(texts):
        (folder / f"file{number or ''}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_catalog([folder], builtin=False)
    return [str(one).removeprefix(f"{folder}/") for one in caught.value.problems]


def test_a_good_file_loads_and_holds(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text(GOOD, encoding="utf-8")
    catalog = load_catalog([tmp_path], builtin=False)
    assert [check.id for check in catalog.checks] == ["building.widgets.ready"]
    assert catalog.checks[0].requires == ("nodes",)
    assert catalog.checks[0].origin.endswith("file.yaml:6")
    assert [one.problem for one in run_tests(catalog)] == [None, None, None]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("severity: high", "severty: high", "file.yaml:8: unknown key 'severty' (did you mean 'severity'?)"),
        ("seed: widgets", "seeds: widgets", "file.yaml:4: unknown key 'seeds' (did you mean 'seed'?)"),
        (
            "severity: high",
            "severity: hihg",
            "file.yaml:8: unknown value 'hihg' (did you mean 'high'?); expected critical, high, medium, low, info",
        ),
        (
            "expect: pass",
            "expect: green",
            "file.yaml:16: unknown value 'green'; expected pass, warn, fail, unknown, skip, error",
        ),
        ("title: Widgets are ready", "title: 7", "file.yaml:7: Expected 'str', got 'int'"),
        ("  why: They should be.\n", "", "file.yaml:6: missing 'why'"),
        ("why: They should be.", 'why: " "', "file.yaml:12: why is empty"),
        ("id: building.widgets.ready", "id: building.widgets", "file.yaml:6: bad id 'building.widgets': expected"),
        ("id: building.widgets.ready", "id: Building.Widgets.Ready", "file.yaml:6: bad id"),
        ("id: building.widgets.ready", "id: basement.widgets.ready", "expected it to start with 'building.widgets.'"),
        ("title: Widgets are ready", "title: Ensure widgets", "file.yaml:7: a title states the good condition"),
        ("- condition:", "- conditon:", "file.yaml:11: unknown predicate 'conditon' (did you mean 'condition'?)"),
        ("{type: Ready}", "{typ: Ready}", "file.yaml:11: unknown key 'typ' (did you mean 'type'?)"),
        ("{type: Ready}", "{}", "file.yaml:11: missing 'type'"),
        ("{type: Ready}", "{type: Ready, grace: soon}", "file.yaml:11: grace: 'soon' is no duration"),
        ("- condition: {type: Ready}", "- field: {path: status.phas, is: x}", "file.yaml:11: 'status.phas': 'phas' is"),
        ("- condition: {type: Ready}", "- field: {path: 'a[', is: x}", "is no field path"),
        ("- condition: {type: Ready}", "- field: {path: metadata.name}", "states no comparison"),
        ("- condition: {type: Ready}", "- field: {path: metadata.name, matches: '('}", "is no regular expression"),
        (
            "- condition: {type: Ready}",
            "- {exists: {path: metadata.name}, absent: {path: spec}}",
            "exactly one predicate",
        ),
        ("- condition: {type: Ready}", "- event: {reasons: [X]}", "reads events, which is neither in requires nor in"),
        ("  assert:\n  - condition: {type: Ready}\n", "", "file.yaml:9: each without assert can never fail"),
        ("each: nodes", "each: node", "file.yaml:9: unknown core resource 'node' (did you mean 'nodes'?)"),
        ("each: nodes", "each: Nodes", "file.yaml:9: 'Nodes' is no resource"),
        ("each: nodes", "rule: nodes-redy", "file.yaml:9: unknown rule 'nodes-redy' (did you mean 'nodes-ready'?)"),
        ("each: nodes", "each: nodes\n  rule: nodes-ready", "rule stands alone"),
        ("each: nodes", "each: nodes\n  depends_on: [building.widgets.redy]", "did you mean 'building.widgets.ready'?"),
        ("expect: pass", "expect: skip", "missing test: no case expects pass"),
        ("expect: fail", "expect: pass", "missing test: no case expects fail (or warn)"),
        (", denied: [nodes]", "", "missing test: no case denies a required resource and expects unknown"),
        ("expect: unknown", "expect: unknwon", "file.yaml:18: unknown value 'unknwon'"),
        ("each: nodes", "each: nodes\n  alerts: [node not ready]", "'node not ready' is no alert's name"),
        ("each: nodes", "each: nodes\n  popeye: [7]", "file.yaml:10: 7 is no code of popeye: expected one as 106"),
        ("each: nodes", "each: nodes\n  popeye: [POP-106]", "Expected 'int', got 'str'"),
        ("topic: widgets", "component: widgets", "file.yaml:1: a component needs detect"),
        ("topic: widgets\n", "", "file.yaml:1: a file has either component or topic"),
        ("topic: widgets", "topic: Wid gets", "'Wid gets' is no id"),
        ("seed: widgets", "seed: widgets\nseed: more", "file.yaml:5: 'seed' is stated twice"),
        ("seed: widgets", "seed: [widgets", "not valid YAML"),
        ("layer: building", "layer: roof", "file.yaml:3: unknown value 'roof'"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in one for one in found), found


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("- condition:", "- conditon:").replace("why: They should be.", 'why: ""')
    found = problems(tmp_path, text)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "file.yaml:1: the file is empty"),
        ("- a\n- b\n", "expected a mapping with component or topic"),
        ("a: b\n---\nc: d\n", "not valid YAML"),
        (GOOD.split("- id:", maxsplit=1)[0].replace("checks:", "checks: none"), "checks: expected a list"),
    ],
)
def test_a_file_that_is_no_catalogue_file(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in one for one in problems(tmp_path, text))


def test_an_id_is_defined_once(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD, GOOD)
    assert any("building.widgets.ready is already defined at" in one and "file.yaml:6" in one for one in found)
    assert any("topic building.widgets is already defined at" in one for one in found)


def test_a_topic_may_be_met_on_several_floors(tmp_path: Path) -> None:
    above = GOOD.replace("building", "basement").replace("title: Widgets\n", "title: Widgets below\n")
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(above, encoding="utf-8")
    catalog = load_catalog([tmp_path], builtin=False)
    assert [catalog.component_of(check).title for check in catalog.checks] == ["Widgets below", "Widgets"]
    assert [one.problem for one in run_tests(catalog) if one.problem] == []


def test_a_component_and_a_topic_have_two_names(tmp_path: Path) -> None:
    component = GOOD.replace("building", "basement").replace(
        "topic: widgets\n", "component: widgets\ndetect: {workloads: {names: [widgets]}}\n"
    )
    assert any("component widgets is already a topic at" in one for one in problems(tmp_path, GOOD, component))


DRIFT = GOOD.replace(
    "  each: nodes\n  assert:\n  - condition: {type: Ready}\n", "  wants: [nodes]\n  rule: drift\n  with: {}\n"
)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("{kind: manifest, of: [nodes]}", "no check can look for manifest: it needs manifests, or a second cluster"),
        ("{kind: version-skew, of: []}", "of names no resource"),
        ("{kind: version-skew, of: [pods]}", "reads pods, which is neither in requires nor in wants"),
        ("{kind: version-screw, of: [nodes]}", "version-screw"),
    ],
)
def test_a_check_of_drift_that_cannot_be(tmp_path: Path, parameters: str, expected: str) -> None:
    assert any(expected in one for one in problems(tmp_path, DRIFT.replace("with: {}", f"with: {parameters}")))


def test_a_check_of_drift_has_a_case_that_is_denied_though_it_requires_nothing(tmp_path: Path) -> None:
    text = DRIFT.replace("with: {}", "with: {kind: version-skew, of: [nodes]}").replace(", denied: [nodes]", "")
    assert any("no case denies a required resource" in one for one in problems(tmp_path, text))


def test_folders_that_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"holds no .yaml file"):
        load_catalog([tmp_path], builtin=False)
    with pytest.raises(CatalogError, match="no such file or folder"):
        load_catalog([tmp_path / "absent"], builtin=False)


def test_a_failing_test_says_what_it_got(tmp_path: Path) -> None:
    text = GOOD.replace("expect: pass", "expect: fail", 1).replace("name: bad, expect: fail", "name: bad, expect: pass")
    (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
    results = list(run_tests(load_catalog([tmp_path], builtin=False)))
    assert results[0].problem == "expected fail, got pass: no message"
    assert results[1].problem is not None
    assert "expected pass, got fail: Node a: Ready is False" in results[1].problem


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("name: good,", "name: good, now: yesterday,", "now: 'yesterday' is no time"),
        ("{apiVersion: v1, kind: Node, metadata: {name: a}", "{kind: Node, metadata: {name: a}", "needs apiVersion"),
        ("name: good,", "name: good, changes: [{resource: nodes}],", "a change needs 'name'"),
        ("name: bad,", "name: bad, message: '*something else*',", "no message like '*something else*'"),
        ("name: bad,", "name: bad, findings: 2,", "expected 2 findings, got 1"),
    ],
)
def test_a_test_that_cannot_be_used_says_why(tmp_path: Path, old: str, new: str, expected: str) -> None:
    (tmp_path / "file.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    results = list(run_tests(load_catalog([tmp_path], builtin=False)))
    assert any(one.problem and expected in one.problem for one in results), results


BOMB = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOMB, "holds more than 100000 values (aliases of aliases?)"),
        ("a: &a\n  b: *a\n", "nested deeper than 100 levels (an alias inside itself?)"),
        (f"a: {'[' * 5000}{']' * 5000}", "nested deeper than 100 levels"),
        (f"a: {'[' * 200_000}", "nested deeper than 100 levels"),
        ("\n".join(" " * n + "a:" for n in range(2000)), "nested deeper than 100 levels"),
    ],
    ids=["bomb", "cycle", "brackets", "open", "stairs"],
)
def test_a_file_that_would_fill_memory_or_stack_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.endswith(expected)
