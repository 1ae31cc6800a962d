"""Whatever may not be read: no fault of the platform's own objects turns into health by it."""

from __future__ import annotations

import pytest

from tests.analysis.clusters import NOON, ago, read
from tests.analysis.health.authorities import bundle
from tests.analysis.health.diagnoses.test_namespaces import FINALIZERS, LEDGER, content, namespace
from tests.analysis.health.objects import Raw, condition, judge, node, pod, waiting
from tests.analysis.health.platform_objects import (
    ABLE,
    TWO_VERSIONS,
    api_service,
    autoscaler,
    available,
    budget,
    configuration,
    converted,
    definition,
    endpoints,
    inactive,
    service,
    serving,
    webhook,
)
from tests.analysis.health.test_certificates import READY, RENEWING, ahead, certificate
from tests.analysis.health.test_keda import said, scaled
from tests.analysis.health.test_nodes import cordoned

TRUSTED = {"caBundle": bundle(NOON.year + 5)}
BACKEND = (service(), endpoints(False), serving(0))
FAULTS: tuple[tuple[str, Raw, tuple[Raw, ...]], ...] = (
    ("webhook", configuration(webhook(client=TRUSTED)), BACKEND),
    ("API", api_service("metrics.k8s.io", available("False")), BACKEND),
    ("conversion", definition(versions=TWO_VERSIONS, conversion=converted(**TRUSTED)), BACKEND),
    ("autoscaler", autoscaler(ABLE, inactive("FailedGetResourceMetric")), ()),
    ("target", autoscaler(condition("AbleToScale", "False", reason="FailedGetScale")), ()),
    ("budget", budget(3, 3, 3), (pod(),)),
    ("overlap", budget(), (budget(name="too"), pod())),
    ("unhealthy", budget(2, 1, 1), (pod(), pod(waiting("CrashLoopBackOff"), name="web-1"))),
    ("node", node("n1", "Unknown"), (pod(),)),
    ("drain", cordoned(), (pod(), budget(1, 1, 1))),
    ("namespace", namespace(content("configmaps."), FINALIZERS), (LEDGER,)),
    ("certificate", certificate(READY, RENEWING, notAfter=ahead("9d"), renewalTime=ago("2d")), ()),
    ("scaler", scaled(said("Ready", "False", "TriggerError")), ()),
)
DENIED = (
    "pods",
    "nodes",
    "events",
    "services",
    "endpointslices.discovery.k8s.io",
    "deployments.apps",
    "replicasets.apps",
    "namespaces",
    "configmaps",
    "secrets",
    "leases.coordination.k8s.io",
    "apiservices.apiregistration.k8s.io",
    "poddisruptionbudgets.policy",
)


@pytest.mark.parametrize(("raw", "others"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_no_right_makes_anything_healthy(raw: Raw, others: tuple[Raw, ...]) -> None:
    assert judge(raw, *others).verdict.faulty
    others_alone = tuple(name for name in DENIED if name != read(raw)[0].name)
    for name in others_alone:
        assert judge(raw, *others, denied=(name,)).verdict != "Healthy", name
    assert judge(raw, *others, denied=others_alone).verdict != "Healthy"
