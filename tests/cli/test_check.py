"""``k8sview check`` against a scripted server: outcomes, exit codes in every format, files, selection, scope."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from k8sview.reports.formats import FORMATS
from k8sview.reports.schema import schema
from tests.cli.conftest import Call, Harbour, kept, lamp
from tests.cli.pack import KEEPERS, LAMPS


async def test_all_is_well(harbour: Harbour) -> None:
    result = await harbour.check()
    assert (result.code, result.err) == (0, "")
    assert "✓ READY" in result.out
    assert "\x1b" not in result.out


async def test_json_is_one_valid_document_and_nothing_else(harbour: Harbour) -> None:
    result = await harbour.check("--json")
    jsonschema.Draft202012Validator(schema()).validate(result.document)
    assert [check["id"] for check in result.document["checks"]] == [KEEPERS, LAMPS]
    assert result.document["run"]["selection"]["components"] == ["lighthouse"]
    assert result.document["run"]["api"]["requests"] > 0


@pytest.mark.parametrize("name", FORMATS)
async def test_the_exit_code_is_the_same_in_every_format(harbour: Harbour, name: str) -> None:
    harbour.server.serve("pods", [kept("a"), kept("b", keeper="")])
    assert (await harbour.check("-o", name)).code == 1


@pytest.mark.parametrize(
    ("broken", "options", "expected"),
    [
        ("configmaps", [], 0),
        ("configmaps", ["--fail-on", "low"], 1),
        ("pods", ["--fail-on", "critical"], 0),
        ("pods", ["--fail-on", "never"], 0),
        ("pods", ["--exit-zero"], 0),
    ],
)
async def test_fail_on(harbour: Harbour, broken: str, options: list[str], expected: int) -> None:
    harbour.server.serve("pods", [kept("a", keeper="" if broken == "pods" else "ida")])
    harbour.server.serve("configmaps", [lamp("top", bulb="" if broken == "configmaps" else "led")])
    assert (await harbour.check(*options)).code == expected


async def test_a_denied_kind_is_unknown_and_incomplete(harbour: Harbour) -> None:
    harbour.server.fail("/api/v1/configmaps", 403)
    harbour.server.fail("/api/v1/namespaces", 403)
    result = await harbour.check("--json")
    assert result.code == 3
    states = {check["id"]: (check["status"], check["reason"]) for check in result.document["checks"]}
    assert states == {KEEPERS: ("pass", None), LAMPS: ("unknown", "Forbidden")}
    denied = next(one for one in result.document["access"]["denied"] if one["resource"] == "configmaps")
    assert (denied["verb"], denied["affects"]) == ("list", [LAMPS])
    assert result.document["summary"]["verdict"] == "incomplete"
    text = await harbour.check()
    assert "1 of 2 applicable checks judged (50 %)" in text.out
    assert "? denied: list configmaps: hides 1 check" in text.out


@pytest.mark.parametrize(
    ("options", "expected"),
    [(["--allow-incomplete"], 0), (["--min-coverage", "50"], 0), (["--min-coverage", "51%"], 3), (["--exit-zero"], 0)],
)
async def test_incomplete_may_be_allowed(harbour: Harbour, options: list[str], expected: int) -> None:
    harbour.server.fail("/api/v1/configmaps", 403)
    assert (await harbour.check(*options)).code == expected


async def test_a_proven_failure_outranks_incomplete(harbour: Harbour) -> None:
    harbour.server.serve("pods", [kept("a", keeper="")])
    harbour.server.fail("/api/v1/configmaps", 403)
    assert (await harbour.check()).code == 1


async def test_several_outputs_at_once(harbour: Harbour, tmp_path: Path) -> None:
    document, suite = tmp_path / "r.json", tmp_path / "r.xml"
    result = await harbour.check("-o", f"json={document}", "-o", f"junit={suite}", "-o", "markdown")
    assert result.out.startswith("## k8sview")
    assert json.loads(document.read_text())["kind"] == "CheckReport"
    assert ET.parse(suite).getroot().attrib["tests"] == "2"
    assert stat.S_IMODE(document.stat().st_mode) & 0o444, "others may read a report"


async def test_files_alone_leave_text_for_people_unless_quiet(harbour: Harbour, tmp_path: Path) -> None:
    file = f"json={tmp_path / 'r.json'}"
    assert "READY" in (await harbour.check("-o", file)).out
    assert (await harbour.check("-o", file, "-q")).out == ""


async def test_a_file_that_cannot_be_written_is_4_and_the_others_are_written(harbour: Harbour, tmp_path: Path) -> None:
    harbour.server.serve("pods", [kept("a", keeper="")])
    good = tmp_path / "good.json"
    result = await harbour.check("-o", f"junit={tmp_path}/no/such/folder.xml", "-o", f"json={good}")
    assert result.code == 4
    assert "cannot write" in result.err
    assert good.exists()


async def test_an_old_report_stays_whole_when_the_new_one_replaces_it(harbour: Harbour, tmp_path: Path) -> None:
    file, link = tmp_path / "r.json", tmp_path / "latest.json"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    await harbour.check("-o", f"json={link}")
    assert link.is_symlink()
    assert json.loads(file.read_text())["kind"] == "CheckReport"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


async def test_a_device_is_written_as_it_is(harbour: Harbour) -> None:
    assert (await harbour.check("-o", "json=/dev/null")).code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


async def test_selection_by_glob(harbour: Harbour) -> None:
    result = await harbour.check("--check", "*.lighthouse.lamps-*", "--json")
    assert [check["id"] for check in result.document["checks"]] == [LAMPS]


async def test_one_namespace(harbour: Harbour) -> None:
    harbour.server.serve("pods", [kept("a"), {"metadata": {"name": "x", "namespace": "land"}}])
    assert (await harbour.check("--json")).code == 1
    result = await harbour.check("-n", "sea", "--json")
    assert (result.code, result.document["run"]["selection"]["namespaces"]) == (0, ["sea"])
    assert (await harbour.check("-n", "sea", "-A")).code == 1
    assert not [one for one in harbour.server.requests[-6:] if one.method not in ("GET", "POST")]


async def test_a_misspelt_namespace_is_not_an_empty_and_sound_one(harbour: Harbour) -> None:
    harbour.server.serve("namespaces", [{"metadata": {"name": "sea"}}, {"metadata": {"name": "land"}}])
    assert (await harbour.check("-n", "sea")).code == 0
    result = await harbour.check("-n", "sea", "-n", "lend")
    assert (result.code, result.err) == (2, "k8sview: there is no namespace 'lend' (did you mean 'land'?)\n")
    harbour.server.allowed = lambda attributes: attributes["resource"] != "namespaces"
    assert (await harbour.check("-n", "lend")).code == 0  # whoever may not see them is not asked to


def test_a_misspelt_namespace_of_a_recording(call: Call) -> None:
    result = call("check", "--from", "demo", "-n", "chekout")
    assert (result.code, result.err) == (2, "k8sview: there is no namespace 'chekout' in the recording\n")


async def test_a_malformed_object_is_an_error_and_never_a_pass(harbour: Harbour) -> None:
    harbour.server.serve("pods", [kept("a"), {"metadata": {"name": "odd", "namespace": "sea", "labels": 7}}])
    result = await harbour.check("--json")
    states = {check["id"]: check["status"] for check in result.document["checks"]}
    assert (result.code, states[KEEPERS]) == (3, "error")


async def test_names_with_escape_codes_arrive_harmless(harbour: Harbour) -> None:
    harbour.server.serve("pods", [kept("evil\x1b[31m\u202e", keeper="")])
    for name in FORMATS:
        result = await harbour.check("-o", name)
        assert "\x1b" not in result.out
        assert "\u202e" not in result.out


async def test_the_users_configuration_is_read_strictly(harbour: Harbour, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("drift: {managers: {release-bot: gitop}}")
    result = await harbour.check("--config", str(path))
    assert result.code == 2
    assert "did you mean 'gitops'" in result.err
    path.write_text("drift: {managers: {release-bot: gitops}}")
    assert (await harbour.check("--config", str(path))).code == 0
