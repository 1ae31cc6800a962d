"""The catalogue that is shipped: it loads, its tests hold, and its next steps can be filled in and followed."""

from __future__ import annotations

import re

import pytest

from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.catalog.selftest import run_tests
from k8sview.model.status import Layer


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_every_test_in_the_files_holds(catalog: Catalog) -> None:
    assert [f"{one.origin} {one.name}: {one.problem}" for one in run_tests(catalog) if one.problem] == []


def test_every_floor_has_checks(catalog: Catalog) -> None:
    assert {check.layer for check in catalog.checks} == set(Layer)


def test_next_steps_name_only_what_a_finding_can_fill_in_and_need_no_login(catalog: Catalog) -> None:
    for check in catalog.checks:
        words = set(re.findall(r"\{([a-z]+)\}", check.next))
        assert words <= {"namespace", "name", "kind"}, check.id
        assert not re.search(r"\b(ssh|exec|debug node)\b", check.next), check.id


def test_every_installable_component_can_be_told_and_lists_its_parts(catalog: Catalog) -> None:
    for component in catalog.components:
        told = (component.workloads, component.api_groups, component.resources, component.csi_drivers, component.parts)
        assert component.topic or any(told), component.id
