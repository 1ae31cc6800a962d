"""``checks list``, ``checks test``, ``explain``, ``schema``: the catalogue told and tested."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from k8sview.catalog.loader import builtin_folder
from k8sview.reports.schema import render
from tests.cli.conftest import Call
from tests.cli.pack import KEEPERS, LAMPS, TEXT, write_pack


def test_list_as_text_and_json(call: Call, pack: str) -> None:
    text = call("checks", "list", "--checks", pack, "--component", "lighthouse")
    assert text.code == 0
    assert [line.split()[:3] for line in text.out.splitlines()] == [
        ["LAYER", "ID", "SEVERITY"],
        ["building", KEEPERS, "high"],
        ["building", LAMPS, "low"],
    ]
    document = call("checks", "list", "--checks", pack, "--component", "lighthouse", "-o", "json").document
    assert document["kind"] == "CheckList"
    assert [(one["id"], one["requires"], one["tests"]) for one in document["checks"]] == [
        (KEEPERS, ["pods"], 3),
        (LAMPS, ["configmaps"], 3),
    ]
    assert document["components"] == [{"id": "lighthouse", "title": "Lighthouse", "layer": "building", "topic": True}]


def test_a_pack_passes_its_own_tests(call: Call, pack: str) -> None:
    result = call("checks", "test", pack)
    assert (result.code, result.out) == (0, "6 tests passed, of 2 checks\n")
    verbose = call("checks", "test", pack, "--verbose").out.splitlines()
    assert len(verbose) == 7
    assert verbose[0].endswith(f"{KEEPERS}: kept: ok")


def test_one_file_of_a_pack(call: Call, pack: str) -> None:
    assert call("checks", "test", f"{pack}/lighthouse.yaml").code == 0


def test_a_failing_test_is_1_and_says_where(call: Call, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, TEXT.replace("name: dark, expect: fail", "name: dark, expect: warn"))
    result = call("checks", "test", pack)
    assert result.code == 1
    failed, summary = result.out.splitlines()
    assert f"{pack}/lighthouse.yaml:30: {LAMPS}: dark: FAILED: expected warn, got fail" in failed
    assert summary == "1 of 6 tests failed, of 2 checks"


def test_a_missing_test_is_2(call: Call, tmp_path: Path) -> None:
    pack = write_pack(tmp_path, TEXT.replace("  - {name: may not look, expect: unknown, denied: [pods]}\n", ""))
    result = call("checks", "test", pack)
    assert (result.code, result.out) == (2, "")
    assert "missing test" in result.err


def test_a_pack_that_leans_on_built_in_components(call: Call, tmp_path: Path) -> None:
    leaning = TEXT.replace("topic: lighthouse", "topic: lighthouse\ndepends_on: [coredns]")
    result = call("checks", "test", write_pack(tmp_path, leaning))
    assert (result.code, result.out) == (0, "6 tests passed, of 2 checks\n")


def test_part_of_the_built_in_catalogue_and_a_copy_of_it(call: Call, tmp_path: Path) -> None:
    own = builtin_folder() / "basement" / "cert-manager.yaml"
    result = call("checks", "test", str(own), "--verbose")
    assert result.code == 0
    assert all("basement.cert-manager." in line for line in result.out.splitlines()[:-1])
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(own, copy)
    assert call("checks", "test", str(copy)).out == result.out.splitlines()[-1] + "\n"


@pytest.mark.parametrize(
    "words",
    [
        "Every pod names its keeper",
        "A lighthouse without a keeper goes dark.",
        "kubectl label pod -n {namespace} {name} keeper=<name>",
        "pods",
        "each: pods",
        "- keeper",
        "unknown: may not look",
        "https://example.com/keepers",
        "lighthouse.yaml:6",
    ],
)
def test_explain_tells_everything(call: Call, pack: str, words: str) -> None:
    result = call("explain", KEEPERS, "--checks", pack)
    assert result.code == 0
    assert words in result.out


def test_explain_as_json(call: Call, pack: str) -> None:
    document = call("explain", LAMPS, "--checks", pack, "-o", "json").document
    assert document["judgement"] == {"each": "configmaps", "assert": [{"label": {"any_of": ["bulb"]}}]}
    assert document["tests"][0] == {"name": "lit", "expect": "pass"}


def test_explain_of_a_built_in_check(call: Call) -> None:
    result = call("explain", "basement.cert-manager.certificates-ready")
    assert result.code == 0
    assert "certificates.cert-manager.io" in result.out


def test_explain_of_a_check_of_drift_says_what_its_findings_are(call: Call) -> None:
    result = call("explain", "building.drift.replicas")
    assert "k8sview drift --kind replicas" in result.out
    assert "the severity of its own drift" in result.out
    assert "Objects that are no longer what was delivered" in result.out
    node = call("explain", "foundation.drift.node-pool")
    assert "Nodes that are no longer what they were meant to be" in node.out, "a topic has a title on each floor"
    assert call("explain", "building.drift.replicas", "-o", "json").document["drift"] == "replicas"


def test_explain_by_the_names_that_others_know(call: Call) -> None:
    by_code = call("explain", "POP-106")
    assert by_code.code == 0
    assert by_code.out == call("explain", "building.containers.requests-stated").out
    assert "POP-106 of popeye" in by_code.out
    document = call("explain", "KubeCPUOvercommit", "-o", "json").document
    assert (document["id"], document["alerts"]) == ("foundation.capacity.cpu-to-spare", ["KubeCPUOvercommit"])
    assert document["popeye"] == []


def test_explain_of_a_name_with_several_answers_lists_them(call: Call) -> None:
    result = call("explain", "KubePodCrashLooping")
    assert result.code == 2
    assert "answered by 2 checks: building.workloads.available, building.workloads.pods-run" in result.err


def test_schema(call: Call) -> None:
    assert call("schema").out == render()


def test_explain_of_a_folder_that_is_called_like_the_built_in_one(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    namesake = tmp_path / "checks" / "basement"
    namesake.mkdir(parents=True)
    (namesake / "cert-manager.yaml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    assert "each: pods" in call("explain", KEEPERS, "--checks", "checks").out
