"""Whatever a custom resource holds, comparing it raises nothing, and a difference never comes without words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.analysis.health.compare import argocd_customs, argocd_gateways
from k8sview.analysis.health.compare.compare import compare
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Custom, ObjectMeta
from k8sview.model.view import View
from tests.analysis.clusters import NOON

NAMES = ["conditions", "parents", "listeners", "ancestors", "type", "status", "phase", "error", "loadBalancer", "name"]
WORDS = ["Ready", "Accepted", "Programmed", "ResolvedRefs", "True", "False", "Unknown", "Running", ""]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
RESOURCES = [*argocd_customs.SCRIPTS, *argocd_gateways.SCRIPTS, "ingresses.networking.k8s.io", "widgets.example.org"]


@given(
    resource=st.sampled_from(RESOURCES),
    spec=anything,
    status=anything,
    generation=st.none() | st.integers(0, 3),
    verdict=st.sampled_from(HealthVerdict),
)
def test_any_custom_resource_can_be_compared(
    resource: str, spec: Any, status: Any, generation: int | None, verdict: HealthVerdict
) -> None:
    body = {"spec": spec, "status": status}
    found = Custom(ObjectMeta(name="web", generation=generation), "example.org/v1", "Widget", body)
    comparison = compare(View(taken_at=NOON), resource, found, Health(verdict))
    assert comparison is None or " says " in comparison.rule


@pytest.mark.parametrize("part", ["spec", "status"])
def test_a_custom_resource_that_is_not_built_like_one(part: str) -> None:
    odd = Custom(ObjectMeta(name="web"), "cert-manager.io/v1", "Issuer", {part: "none"})
    comparison = compare(View(taken_at=NOON), "issuers.cert-manager.io", odd, Health(HealthVerdict.HEALTHY))
    assert comparison is not None
    assert (comparison.kstatus, comparison.argocd) == ("Unknown", "Unknown")
