"""Definitions of custom resources: their names, their schema, their versions and who converts between these."""

from __future__ import annotations

import pytest

from tests.analysis.clusters import NOON
from tests.analysis.health.authorities import bundle
from tests.analysis.health.objects import Raw, condition, judge
from tests.analysis.health.platform_objects import TWO_VERSIONS, converted, definition, endpoints, leaving, service

ESTABLISHED = condition("Established", "True")
ACCEPTED = condition("NamesAccepted", "True")
REFUSED = condition("NamesAccepted", "False", reason="ListKindConflict", message='"WidgetList" is already in use')
NOT_SERVED = condition("Established", "False", reason="NotAccepted", message="not all names are accepted")
TRUSTED = converted(caBundle=bundle(NOON.year + 5))
EXPIRED = converted(caBundle=bundle(NOON.year - 1))
LIVE, DEAD = (service(), endpoints(True)), (service(), endpoints())
UNSERVED = [{"name": "v1", "served": True, "storage": True}, {"name": "v1beta1", "served": False, "storage": False}]


@pytest.mark.parametrize(
    ("raw", "others", "verdict", "reason"),
    [
        (definition(), (), "Healthy", ""),
        # Kubernetes' own groups carry this one: it is neither unknown nor bad.
        (
            definition(ACCEPTED, ESTABLISHED, condition("KubernetesAPIApprovalPolicyConformant", "True")),
            (),
            "Healthy",
            "",
        ),
        (definition(REFUSED, NOT_SERVED), (), "Down", "ListKindConflict"),
        (definition(REFUSED, ESTABLISHED), (), "Degraded", "ListKindConflict"),
        (
            definition(ACCEPTED, condition("Established", "False", "5s", reason="Installing")),
            (),
            "Progressing",
            "Installing",
        ),
        (definition(ACCEPTED, condition("Established", "False", reason="Installing")), (), "Down", "Installing"),
        (
            definition(ACCEPTED, ESTABLISHED, condition("NonStructuralSchema", "True", reason="Violations")),
            (),
            "Degraded",
            "NonStructuralSchema",
        ),
        (definition(stored=["v1beta1", "v1"], versions=UNSERVED), (), "Degraded", "StoredVersionNotServed"),
        (definition(versions=TWO_VERSIONS, conversion=TRUSTED), LIVE, "Healthy", ""),
        (definition(versions=TWO_VERSIONS, conversion=TRUSTED), DEAD, "Down", "ConversionDown"),
        (definition(versions=TWO_VERSIONS, conversion=TRUSTED), (), "Down", "ConversionDown"),
        (definition(versions=TWO_VERSIONS, conversion=TRUSTED, age="30s"), (), "Progressing", "ConversionDown"),
        (definition(versions=TWO_VERSIONS, conversion=EXPIRED), LIVE, "Down", "ConversionDown"),
        # With one version nothing is ever converted.
        (definition(conversion=TRUSTED), DEAD, "Healthy", ""),
        (
            definition(
                versions=TWO_VERSIONS,
                conversion={"strategy": "Webhook", "webhook": {"clientConfig": {"url": "https://convert.example.com"}}},
            ),
            (),
            "Unknown",
            "ConversionUnseen",
        ),
        (leaving(definition(), "customresourcecleanup.apiextensions.k8s.io"), (), "Degraded", "TerminatingStuck"),
    ],
)
def test_definitions(raw: Raw, others: tuple[Raw, ...], verdict: str, reason: str) -> None:
    health = judge(raw, *others)
    assert (health.verdict, health.reason) == (verdict, reason)


def test_a_converter_that_may_not_be_seen() -> None:
    health = judge(definition(versions=TWO_VERSIONS, conversion=TRUSTED), *LIVE, denied=("services",))
    assert (health.verdict, health.missing) == ("Unknown", ("services",))


def test_a_definition_without_conditions_is_not_served() -> None:
    raw = definition()
    raw["status"] = {}
    assert judge(raw).verdict == "Down"
    raw["metadata"]["creationTimestamp"] = definition(age="5s")["metadata"]["creationTimestamp"]
    assert judge(raw).verdict == "Progressing"
