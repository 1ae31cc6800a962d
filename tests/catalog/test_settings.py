"""The drift section of the configuration: read strictly, and told with its line where it is wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from k8sview.catalog.config_path import config_path
from k8sview.catalog.problems import CatalogError
from k8sview.catalog.settings import load_drift_settings, read_drift_settings
from k8sview.model.drift import ActorClass, DriftKind, DriftSettings

WHOLE = """
keys: {faults: f}
drift:
  managers:
    our-pipeline: gitops
    manager: controller
  ignore:
  - id: sidecar
    reason: the mesh team rolls its proxies by hand this quarter
    owner: mesh team
    expires: 2027-01-31
    drift: out-of-band
    kind: Deployment
    path: spec.template.spec.containers[name=istio-*]
  - {id: night, reason: night shift, owner: ops, namespace: night-*, expires: "2026-12-01T06:00:00Z"}
"""


def test_what_is_known_to_differ_and_whose_managers_those_are() -> None:
    found = read_drift_settings("config.yaml", WHOLE)
    assert found.managers == {"our-pipeline": ActorClass.GITOPS, "manager": ActorClass.CONTROLLER}
    sidecar, night = found.ignore
    assert (sidecar.drift, sidecar.kind, sidecar.owner) == (DriftKind.OUT_OF_BAND, "Deployment", "mesh team")
    assert sidecar.expires == datetime(2027, 2, 1, tzinfo=UTC), "a day is over with its end"
    assert night.expires == datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "theme: dark\n", "drift:\n"])
def test_who_says_nothing_ignores_nothing(text: str) -> None:
    assert read_drift_settings("config.yaml", text) == DriftSettings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "drift: {ignor: []}",
            "1: unknown key 'ignor' (did you mean 'ignore'?); expected ignore, managers",
        ),
        ("drift:\n  managers: {ci: gitop}", "config.yaml:2: unknown value 'gitop' (did you mean 'gitops'?)"),
        ("drift:\n  ignore:\n  - {id: a, owner: b, path: x}", "config.yaml:3: missing 'reason'"),
        ("drift:\n  ignore:\n  - {id: a, reason: ' ', owner: b, path: x}", "reason is empty"),
        ("drift:\n  ignore:\n  - {id: a, reason: r, owner: b}", "config.yaml:3: ignores everything"),
        ("drift:\n  ignore:\n  - {id: a, reason: r, owner: b, path: x, expires: soon}", "'soon' is no day"),
        ("drift:\n  ignore:\n  - {id: a, reason: r, owner: b, kind: X, drift: helmet}", "did you mean 'helm'?"),
        ("- 1", "expected sections by name"),
        ("drift: [", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_ignores_nothing(text: str, told: str) -> None:
    with pytest.raises(CatalogError) as problem:
        read_drift_settings("config.yaml", text)
    assert told in str(problem.value)


def test_two_rules_of_one_id_are_two_problems_less_one() -> None:
    rule = "{id: a, reason: r, owner: b, kind: X}"
    with pytest.raises(CatalogError, match=r"config\.yaml:4: 'a' is stated twice"):
        read_drift_settings("config.yaml", f"drift:\n  ignore:\n  - {rule}\n  - {rule}")


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    assert load_drift_settings(path) == DriftSettings()
    with pytest.raises(CatalogError, match="no such file"):
        load_drift_settings(path, required=True)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="it is no text"):
        load_drift_settings(path)


def test_where_it_is_looked_for() -> None:
    assert config_path({"K8SVIEW_CONFIG": "/etc/k8sview.yaml"}) == Path("/etc/k8sview.yaml")
    assert config_path({"XDG_CONFIG_HOME": "/x"}) == Path("/x/k8sview/config.yaml")
    assert config_path({}).parts[-3:] == (".config", "k8sview", "config.yaml")


def test_what_the_readme_shows_is_what_is_read() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```yaml\n(drift:.*?)^```$", text, re.DOTALL | re.MULTILINE)
    found = read_drift_settings("README.md", shown)
    assert [rule.id for rule in found.ignore] == ["proxies-by-hand"]
    assert found.managers == {"release-bot": ActorClass.GITOPS}
    assert all(str(one) in shown for one in ActorClass if one is not ActorClass.UNKNOWN), "every class is named"
