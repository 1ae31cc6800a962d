"""Pytest's door to the control plane. tests/conftest.py offers these fixtures to every room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.controlplane.binaries import NotBuiltError
from tests.controlplane.plane import ControlPlane

REQUIRED: Final = "K8SVIEW_REQUIRE_CONTROLPLANE"


def planned(**options: Any) -> ControlPlane:
    """A control plane that is not started yet; where it is not built, the test is skipped (or fails, if required)."""
    try:
        return ControlPlane(**options)
    except NotBuiltError as error:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def controlplane() -> Iterator[ControlPlane]:
    """One control plane for the whole run; tests keep to namespaces of their own."""
    with planned() as plane:
        yield plane


@pytest.fixture
def fresh_controlplane() -> Iterator[ControlPlane]:
    """A control plane for one test alone, with an audit log: to break it, or to count what was asked."""
    with planned(audit=True) as plane:
        yield plane
