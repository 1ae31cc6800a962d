"""``k8sview drift`` as people call it: on the recording that ships with the program, and on a scripted server."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from k8sview.reports.schema import schema
from tests.cli.conftest import Call, Result


def ask(call: Call, *words: str) -> Result:
    return call("drift", *words, "--from", "demo")


def document(result: Result) -> Any:
    jsonschema.Draft202012Validator(schema("drift")).validate(result.document)
    return result.document


def test_the_text_tells_a_card_for_each_leaf_and_what_was_not_looked_at(call: Call) -> None:
    result = ask(call)
    assert (result.code, result.err) == (1, "")
    text = " ".join(result.out.split())
    assert "recording of" in text
    assert "spec.syncPolicy.automated.enabled: ? → false" in text
    assert "still there: auto-sync is switched off" in text
    assert "Node apps-5 status.nodeInfo.kernelVersion: 6.8.0-88-generic → 6.8.0-101-generic" in text
    assert "dated by watch · observed" in text
    assert "in what changed: ? not known" in text
    assert "% of what was read is managed" in text
    assert "NOT CHECKABLE (the answer is not whole)" in text
    assert text.index("NOT CHECKABLE") < text.index("LEFT OUT")


def test_a_recording_cannot_tell_who_owns_a_field_and_says_so(call: Call) -> None:
    found = document(ask(call, "-o", "json"))
    reasons = {one["drift"]: one for one in found["notCheckable"] if "field sets" in one["reason"]}
    assert set(reasons) == {"out-of-band", "last-applied", "helm"}
    assert all(one["asked"] for one in reasons.values())
    assert found["fetched"] == 0
    assert {one["drift"] for one in found["notCheckable"] if not one["asked"]} == {
        "cluster",
        "baseline",
        "manifest",
        "missing",
        "node-manager",
    }


def test_the_document_is_valid_counted_and_always_the_same(call: Call) -> None:
    result = ask(call, "-o", "json")
    found = document(result)
    differing = [one for one in found["drifts"] if one["drift"] != "unmanaged"]
    assert found["summary"]["drifted"] == len(differing) > 0
    assert found["summary"]["unmanaged"] == len(found["drifts"]) - len(differing)
    prints = [one["fingerprint"] for one in found["drifts"]]
    assert len(set(prints)) == len(prints)
    assert all(one["message"] for one in found["drifts"])
    assert ask(call, "-o", "json").out == result.out


def test_kinds_classes_namespaces_and_time_narrow_it(call: Call) -> None:
    kinds = document(ask(call, "--kind", "suspended,gitops", "-o", "json"))
    assert {one["drift"] for one in kinds["drifts"]} == {"suspended", "gitops"}
    assert {one["drift"] for one in kinds["notCheckable"]} <= {"suspended", "gitops"}
    people = document(ask(call, "--class", "human", "-o", "json"))
    assert {one["actor"]["class"] for one in people["drifts"]} <= {"human"}
    inside = document(ask(call, "-n", "shop", "-o", "json"))
    assert {one["object"]["namespace"] for one in inside["drifts"]} == {"shop"}
    late = document(ask(call, "--since", "1h", "--kind", "mixed-revisions", "-o", "json"))
    assert {one["object"]["name"] for one in late["drifts"]} == {"checkout"}
    labelled = document(ask(call, "-l", "app=nobodys", "-o", "json"))
    assert labelled["drifts"] == []
    assert labelled["selector"] == "app=nobodys"


def test_nothing_found_is_no_good_news_where_something_was_not_looked_at(call: Call) -> None:
    blind = ask(call, "--kind", "out-of-band")
    assert blind.code == 3
    assert "? no drift in what could be looked at" in blind.out
    assert "✓" not in blind.out
    assert "NOT CHECKABLE (makes the exit code 3)" in blind.out


@pytest.mark.parametrize("kind", ["cluster", "baseline", "manifest", "missing"])
def test_a_kind_asked_for_by_name_that_nothing_was_given_for_is_no_good_news(call: Call, kind: str) -> None:
    result = ask(call, "--kind", kind, "-o", "json")
    assert result.code == 3
    assert {(one["drift"], one["asked"]) for one in document(result)["notCheckable"]} >= {(kind, True)}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n# a\n---\n", "kind: List\napiVersion: v1\nitems: []\n"])
def test_manifests_that_state_nothing_are_no_manifests(call: Call, tmp_path: Path, text: str) -> None:
    path = tmp_path / "nothing.yaml"
    path.write_text(text)
    result = ask(call, "-f", str(path))
    assert (result.code, result.out) == (2, "")
    assert "there is no manifest in " in result.err


def test_an_empty_standard_input_is_called_by_its_name(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("# nothing\n"))
    result = ask(call, "-f", "-")
    assert result.code == 2
    assert "there is no manifest in stdin" in result.err


def test_markdown_has_a_row_for_each_leaf(call: Call) -> None:
    result = ask(call, "-o", "markdown")
    found = document(ask(call, "-o", "json"))
    rows = [line for line in result.out.splitlines() if line.startswith("| ")]
    assert len(rows) == len([one for one in found["drifts"] if one["drift"] != "unmanaged"]) + 1
    assert all(row.count("|") == 9 for row in rows)
    assert "### Not looked at" in result.out


def test_manifests_and_a_recording_do_not_compare(call: Call, tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "shop"}}
    (inner / "x.json").write_text(json.dumps(body))
    result = ask(call, "-f", str(tmp_path), "--kind", "manifest,missing", "-o", "json")
    assert result.code == 3
    assert {one["drift"] for one in document(result)["notCheckable"]} == {"manifest", "missing"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "helmm"), "did you mean 'helm'"),
        (("--class", "humans"), "did you mean 'human'"),
        (("--helm", "none"), "unknown way to look at Helm"),
        (("--since", "soon"), "is no duration"),
        (("-n", "shpo"), "there is no namespace 'shpo'"),
        (("-l", "a in b"), "is no label selector"),
        (("-f", "nowhere.yaml"), "cannot read nowhere.yaml"),
    ],
)
def test_what_cannot_be_asked_is_said(call: Call, words: tuple[str, ...], said: str) -> None:
    result = ask(call, *words)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""


def test_what_is_known_to_differ_stays_in_the_list_and_is_not_counted(call: Call, tmp_path: Path) -> None:
    before = document(ask(call, "-o", "json"))
    kinds = [one["drift"] for one in before["drifts"]]
    rules = """
drift:
  ignore:
  - {id: fleet, reason: nodes are rolled this week, owner: platform, drift: node-in-place, expires: 2126-01-01}
  - {id: old, reason: was rolled last year, owner: platform, drift: suspended, expires: 2020-01-01}
  - {id: nobody, reason: a namespace that is gone, owner: shop, namespace: gone}
"""
    path = tmp_path / "config.yaml"
    path.write_text(rules)
    found = document(ask(call, "--config", str(path), "-o", "json"))
    assert {one["ignoredBy"] for one in found["drifts"] if one["drift"] == "node-in-place"} == {"fleet"}
    assert {one["ignoredBy"] for one in found["drifts"] if one["drift"] == "suspended"} == {None}
    assert found["summary"]["drifted"] == before["summary"]["drifted"] - kinds.count("node-in-place")
    assert found["summary"]["ignored"] == kinds.count("node-in-place") > 0
    assert {(one["rule"], one["problem"]) for one in found["rules"]} == {("old", "expired"), ("nobody", "unused")}
    text = ask(call, "--config", str(path)).out
    assert "IGNORE RULES" in text
    assert "ignored by fleet" in text
    part = document(ask(call, "--config", str(path), "-n", "shop", "-o", "json"))
    assert {one["problem"] for one in part["rules"]} == {"expired"}, "who looks at a part cannot call a rule unused"


def test_a_rule_that_cannot_be_read_ignores_nothing_and_says_where(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("drift:\n  ignore:\n  - {id: a, owner: b, path: spec}\n")
    result = ask(call, "--config", str(path))
    assert result.code == 2
    assert "config.yaml:3: missing 'reason'" in result.err
    assert ask(call, "--config", str(tmp_path / "nowhere.yaml")).code == 2
