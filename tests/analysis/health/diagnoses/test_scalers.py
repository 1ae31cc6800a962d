"""Why KEDA does not scale."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import ROLLED_OUT, Raw, deployment
from tests.analysis.health.platform_objects import ABLE, api_service, autoscaler, available, custom, inactive, named

KEDA = "keda.sh/v1alpha1"
REFUSED = {
    "type": "Ready",
    "status": "False",
    "reason": "TriggerError",
    "message": "error establishing connection: dial tcp 10.0.0.9:9090: connect: connection refused",
}
READY = {"type": "Ready", "status": "True"}
TARGET = deployment(2, 2, 2, ROLLED_OUT)
SECRET = {"kind": "Secret", "metadata": named("queue", "shop")}
SIGNS_IN = {"type": "rabbitmq", "authenticationRef": {"name": "queue"}}
AUTHENTICATION = custom(
    KEDA,
    "TriggerAuthentication",
    "queue",
    spec={"secretTargetRef": [{"parameter": "host", "name": "queue", "key": "h"}]},
)


def scaled(*conditions: Raw, triggers: tuple[Raw, ...] = ({"type": "prometheus"},), **status: Any) -> Raw:
    spec = {"scaleTargetRef": {"name": "web"}, "triggers": [*triggers], "fallback": {"replicas": 4}}
    return custom(KEDA, "ScaledObject", "web", spec=spec, status={"conditions": [*conditions], **status})


@pytest.mark.parametrize(
    ("raw", "others", "slug", "blamed"),
    [
        (scaled(REFUSED), (TARGET,), "keda.source-unreachable", ()),
        (scaled({**REFUSED, "reason": "ScaledObjectCheckFailed"}), (TARGET,), "keda.definition-refused", ()),
        (scaled({**REFUSED, "reason": "ScaledObjectCheckFailed"}), (), "keda.target-missing", ("Deployment shop/web",)),
        (
            scaled(READY, {"type": "Fallback", "status": "True", "reason": "FallbackExists"}),
            (TARGET,),
            "keda.fallback",
            (),
        ),
        (
            scaled(REFUSED, triggers=(SIGNS_IN,)),
            (TARGET, AUTHENTICATION),
            "keda.credentials-missing",
            ("Secret shop/queue",),
        ),
        (scaled(REFUSED, triggers=(SIGNS_IN,)), (TARGET, AUTHENTICATION, SECRET), "keda.source-unreachable", ()),
        (
            scaled(REFUSED, triggers=(SIGNS_IN,)),
            (TARGET, custom(KEDA, "TriggerAuthentication", "other")),
            "keda.credentials-missing",
            ("TriggerAuthentication shop/queue",),
        ),
        (
            scaled(READY, {"type": "HPAActive", "status": "False", "reason": "FailedGetExternalMetric"}),
            (TARGET, api_service("external.metrics.k8s.io", available("False"))),
            "hpa.metrics-api-down",
            ("APIService v1beta1.external.metrics.k8s.io",),
        ),
        (
            scaled(
                READY, {"type": "HPAActive", "status": "False", "reason": "AmbiguousSelector"}, hpaName="keda-hpa-web"
            ),
            (TARGET, autoscaler(ABLE, inactive("AmbiguousSelector"), name="keda-hpa-web")),
            "keda.autoscaler-ill",
            ("HorizontalPodAutoscaler shop/keda-hpa-web",),
        ),
    ],
)
def test_scaled_objects(raw: Raw, others: tuple[Raw, ...], slug: str, blamed: tuple[str, ...]) -> None:
    found = why(raw, *others)
    assert (found.id, because(found)) == (slug, blamed)


def test_what_the_source_said_is_quoted() -> None:
    message = why(scaled(REFUSED), TARGET).message
    assert message.startswith("KEDA's ScaledObject shop/web gets no figures from its source (prometheus)")
    assert message.endswith("connect: connection refused")


def test_secrets_that_may_not_be_seen_are_not_missing() -> None:
    found = why(scaled(REFUSED, triggers=(SIGNS_IN,)), TARGET, AUTHENTICATION, denied=("secrets",))
    assert found.id == "keda.source-unreachable"


def test_jobs_are_scaled_too() -> None:
    raw = scaled(REFUSED)
    found = why({**raw, "kind": "ScaledJob"})
    assert (found.id, found.next) == ("keda.source-unreachable", "kubectl describe -n shop scaledjob web")
