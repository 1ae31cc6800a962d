"""What is called absent was looked for everywhere."""

from __future__ import annotations

import msgspec
import pytest

from k8sview.analysis.components.component import Component
from k8sview.analysis.components.detect import detect
from k8sview.catalog.loader import load_catalog
from k8sview.model.components import Presence
from tests.analysis.clusters import view_of


@pytest.fixture(scope="module")
def components() -> tuple[Component, ...]:
    return load_catalog().components


@pytest.mark.parametrize("name", ["cert-manager", "argo-cd", "keda"])
def test_a_group_that_does_not_answer_is_no_absent_component(components: tuple[Component, ...], name: str) -> None:
    (component,) = [one for one in components if one.id == name]
    view = view_of()
    assert detect(components, view)[name].state is Presence.ABSENT
    groups = (*component.api_groups, *(one.partition(".")[2] for one in component.resources))
    broken = msgspec.structs.replace(view, missing_groups=groups)
    assert detect(components, broken)[name].state is Presence.UNKNOWN
