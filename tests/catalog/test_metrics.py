"""The key ``metrics`` of a check: only known queries, each with a test that says what a failing Prometheus means."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8sview.catalog.loader import load_catalog
from k8sview.catalog.problems import CatalogError
from k8sview.catalog.selftest import run_tests

FILE = """\
topic: figures
title: Figures
layer: basement
seed: metrics
checks:
- id: basement.figures.targets
  title: Targets answer
  severity: low
  metrics: [targets-down]
  rule: metric-within
  with: {metric: targets-down, max: 0, says: down}
  why: Because.
  next: Look.
  url: https://example.com
  tests:
  - {name: well, expect: pass, metrics: {targets-down: [{value: 0}]}}
  - {name: down, expect: fail, metrics: {targets-down: [{value: 1}]}}
  - {name: blind, expect: unknown, prometheus: failing}
"""


def mistakes(folder: Path, old: str, new: str) -> list[str]:
    assert FILE.count(old) == 1
    (folder / "figures.yaml").write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogError) as found:
        load_catalog([folder], builtin=False)
    return [str(one) for one in found.value.problems]


def test_it_loads_without_requires_and_its_tests_hold(tmp_path: Path) -> None:
    (tmp_path / "figures.yaml").write_text(FILE, encoding="utf-8")
    catalog = load_catalog([tmp_path], builtin=False)
    assert [one.problem for one in run_tests(catalog)] == [None, None, None]
    assert catalog.checks[0].metrics == ("targets-down",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("metrics: [targets-down]", "metrics: [target-down]", "'target-down' (did you mean 'targets-down'?)"),
        ("  metrics: [targets-down]\n", "", "reads the metric targets-down, which is not in metrics"),
        ("prometheus: failing", "denied: [pods]", "no case has prometheus: failing and expects unknown"),
        ("prometheus: failing", "prometheus: broken", "unknown value 'broken'"),
        ("max: 0, ", "", "a figure needs min or max"),
        ("{targets-down: [{value: 0}]}", "{targets: [{value: 0}]}", "unknown metric 'targets'"),
        ("{targets-down: [{value: 0}]}", "{targets-down: [{labels: {a: b}}]}", "missing"),
    ],
)  # fmt: skip
def test_mistakes_are_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert any(words in one for one in mistakes(tmp_path, old, new))
