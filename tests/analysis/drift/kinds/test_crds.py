"""Definitions that no longer fit what is stored."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.kinds.crds import crds, not_checkable
from k8sview.model.status import Severity
from tests.analysis.clusters import view_of
from tests.analysis.drift.shapes import Raw

OLD: Raw = {"name": "v1beta1", "served": True}
UNSERVED: Raw = {"name": "v1beta1", "served": False}
NOW: Raw = {"name": "v1", "served": True, "storage": True}
SERVICE: Raw = {"kind": "Service", "metadata": {"name": "hook", "namespace": "shop"}}


def definition(stored: list[str], *versions: Raw, webhook: bool = False) -> Raw:
    conversion = {
        "strategy": "Webhook",
        "webhook": {"clientConfig": {"service": {"name": "hook", "namespace": "shop"}}},
    }
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {"versions": list(versions), "conversion": conversion if webhook else None},
        "status": {"storedVersions": stored},
    }


@pytest.mark.parametrize(("versions", "severity"), [((NOW,), Severity.HIGH), ((UNSERVED, NOW), Severity.MEDIUM)])
def test_a_stored_version_that_is_gone(versions: tuple[Raw, ...], severity: Severity) -> None:
    (one,) = crds(view_of(definition(["v1beta1", "v1"], *versions)))
    assert (one.path, one.before, one.after) == ("status.storedVersions[v1beta1]", "v1", "v1beta1")
    assert one.severity is severity


def test_a_conversion_that_nobody_serves() -> None:
    (one,) = crds(view_of(definition(["v1"], OLD, NOW, webhook=True)))
    assert one.before == "shop/hook"


@pytest.mark.parametrize(
    "raws",
    [
        [definition(["v1"], NOW)],
        [definition(["v1beta1", "v1"], OLD, NOW)],
        [definition(["v1"], OLD, NOW, webhook=True), SERVICE],
        [definition(["v1"], NOW, webhook=True)],
    ],
)
def test_definitions_that_fit(raws: list[Raw]) -> None:
    assert list(crds(view_of(*raws))) == []


def test_what_may_not_be_read_accuses_nobody() -> None:
    assert list(crds(view_of(definition(["v1"], OLD, NOW, webhook=True), denied=("services",)))) == []
    name = "customresourcedefinitions.apiextensions.k8s.io"
    assert [one.reason for one in not_checkable(view_of(denied=(name,)))] == [f"{name}: list denied"]
