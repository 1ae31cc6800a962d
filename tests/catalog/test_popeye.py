"""``docs/popeye.md`` keeps what it promises: every code has its row, and every row names what really answers it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from k8sview.analysis.health.diagnoses.table import KNOWN
from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.catalog.selftest import run_tests

PAGE = Path(__file__).resolve().parents[2] / "docs" / "popeye.md"
_RANGES = (
    *(range(100, 114), range(200, 210), range(300, 309), range(400, 408), range(500, 502), range(503, 509)),
    *(range(602, 606), range(700, 713), range(900, 902), range(1000, 1005), range(1100, 1111), range(1200, 1209)),
    *(range(1400, 1405), range(1500, 1504), range(1600, 1605), range(1700, 1705)),
)
CODES = frozenset((600, 666, 800, 1120, 1300, *(code for one in _RANGES for code in one)))
"""Popeye's table of codes, dead ones included."""

NO_CHECK = {
    401: "payloads are never read",
    404: "the status unknown of every check",
    666: "the status error of every check",
    703: "Kubernetes has no such condition any more",
    1206: "off by default",
    1207: "off by default",
}
"""Codes that no built-in check answers, and why. The page says so, too."""

ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ALERT = re.compile(r"^\| (\w+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def named(cell: str) -> tuple[set[str], set[str]]:
    """Checks and diagnoses that a cell names."""
    ids = set(re.findall(r"`([^`]+)`", cell))
    checks = {one for one in ids if one.count(".") == 2}
    return checks, ids - checks


def test_there_are_117_codes_and_each_has_one_row(page: str) -> None:
    assert len(CODES) == 117
    rows = [int(row[0]) for row in ROW.findall(page)]
    assert sorted(rows) == sorted(CODES)


def test_every_row_names_the_checks_that_say_so_themselves(page: str, catalog: Catalog) -> None:
    for text, _, here, _ in ROW.findall(page):
        code = int(text)
        checks, diagnoses = named(here)
        assert checks == {check.id for check in catalog.checks if code in check.popeye}, code
        assert diagnoses <= set(KNOWN), code
        assert checks or code in NO_CHECK, code


def test_no_check_answers_a_code_that_popeye_does_not_have(catalog: Catalog) -> None:
    for check in catalog.checks:
        assert set(check.popeye) <= CODES - set(NO_CHECK), check.id


def test_the_alerts_are_those_that_checks_answer(page: str, catalog: Catalog) -> None:
    told = {alert: named(cell)[0] for alert, cell in ALERT.findall(page) if alert != "Alert"}
    alerts = {alert for check in catalog.checks for alert in check.alerts}
    assert told == {alert: {check.id for check in catalog.checks if alert in check.alerts} for alert in alerts}


def test_every_id_on_the_page_exists(page: str, catalog: Catalog) -> None:
    ids = set(re.findall(r"`((?:foundation|basement|building)\.[a-z-]+\.[a-z-]+)`", page))
    assert ids - {check.id for check in catalog.checks} == set()


def test_the_file_to_copy_loads_and_holds(page: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "ours.yaml").write_text(example, encoding="utf-8")
    results = list(run_tests(load_catalog([tmp_path], builtin=False)))
    assert [one.problem for one in results] == [None] * 6
