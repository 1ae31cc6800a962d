"""The generated pages, and what makes a diagnosis worth a page."""

from __future__ import annotations

import re

import pytest

from docs.make import DIAGNOSES, diagnoses
from k8sview.analysis.health.diagnoses.contract import Known
from k8sview.analysis.health.diagnoses.table import FAMILIES, KNOWN


def test_the_page_of_diagnoses_is_up_to_date() -> None:
    assert DIAGNOSES.read_text(encoding="utf-8") == diagnoses(), "make docs writes it anew"


@pytest.mark.parametrize("known", KNOWN.values(), ids=lambda one: str(one.id))
def test_every_diagnosis_has_a_name_a_meaning_and_advice(known: Known) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*", known.id)
    assert len(known.title) > 10
    assert len(known.advice) > 8


def test_no_two_families_claim_one_name() -> None:
    names = [one.id for family in FAMILIES for one in family.known]
    assert sorted(names) == sorted(set(names))
