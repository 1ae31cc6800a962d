"""Who decided on the number of replicas, and how long an autoscaler's wish may take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import NOON, ago
from tests.analysis.health.objects import ROLLED_OUT, Raw, condition, deployment, judge, pod, workload

LOST = condition("Available", "False", "4m", reason="MinimumReplicasUnavailable")


def autoscaler(desired: int, scaled: str, *conditions: Raw, target: str = "Deployment") -> Raw:
    status = {"desiredReplicas": desired, "lastScaleTime": ago(scaled), "conditions": [*conditions]}
    spec = {"scaleTargetRef": {"kind": target, "name": "web", "apiVersion": "apps/v1"}, "maxReplicas": 9}
    metadata = {"name": "web", "namespace": "shop"}
    return {"kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec, "status": status}


def scaled_by(manager: str, span: str | None = "3h") -> Raw:
    entry = {"manager": manager, "operation": "Update", "subresource": "scale"}
    return {"managedFields": [{**entry, **({"time": ago(span)} if span else {})}]}


def keda(**metadata: Any) -> Raw:
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "queue", "namespace": "shop", **metadata},
        "spec": {"scaleTargetRef": {"name": "web"}},
    }


OFF = condition("ScalingActive", "False", reason="ScalingDisabled")
ZERO = [
    ("nobody can tell", {}, (), "scaled to 0"),
    ("by a command", scaled_by("kubectl"), (), "scaled to 0 by kubectl 3h ago"),
    ("by a command without a date", scaled_by("kubectl", None), (), "scaled to 0 by kubectl"),
    ("an autoscaler that is off", {}, (autoscaler(0, "1h", OFF),), "scaled to 0, which switches autoscaler web off"),
    ("by KEDA", scaled_by("keda"), (keda(),), "scaled to 0 by KEDA (ScaledObject queue)"),
    (
        "KEDA is paused",
        {},
        (keda(annotations={"autoscaling.keda.sh/paused-replicas": "0"}),),
        "scaled to 0: ScaledObject queue is paused",
    ),
]


@pytest.mark.parametrize(("metadata", "others", "message"), [case[1:] for case in ZERO], ids=[case[0] for case in ZERO])
def test_who_scaled_to_zero(metadata: Raw, others: tuple[Raw, ...], message: str) -> None:
    health = judge(deployment(0, metadata=metadata), *others)
    assert (health.verdict, health.message) == (HealthVerdict.SUSPENDED, message)
    stateful = workload("StatefulSet", {"replicas": 0}, {}, **metadata)
    if not others:
        assert judge(stateful).message == message


def test_what_an_autoscaler_just_asked_for_takes_its_time() -> None:
    """Unlike what somebody lost: pods for which no node has come yet are no outage while the load grows."""
    lacks = condition("PodScheduled", "False", "4m", reason="Unschedulable", message="0/3 nodes are available")
    waits = pod(name="web-1", phase="Pending", node="", age="4m")
    waits["status"] = {"phase": "Pending", "conditions": [lacks]}
    grown = deployment(4, 4, 1, ROLLED_OUT, LOST)
    assert judge(grown, waits).verdict is HealthVerdict.DEGRADED
    health = judge(grown, waits, autoscaler(4, "4m"))
    assert health.verdict is HealthVerdict.PROGRESSING
    assert (health.since, health.grace) == (NOON - timedelta(minutes=4), timedelta(minutes=5))
    assert health.recheck_at == NOON + timedelta(minutes=1)
    assert judge(grown, waits, autoscaler(4, "6m")).verdict is HealthVerdict.DEGRADED
    assert judge(grown, waits, autoscaler(4, "4m", target="StatefulSet")).verdict is HealthVerdict.DEGRADED


def test_what_is_evidently_broken_is_said_however_young_the_wish() -> None:
    loops = pod({"name": "app", "ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}, name="web-1")
    assert judge(deployment(4, 4, 1, ROLLED_OUT, LOST), loops, autoscaler(4, "1m")).verdict is HealthVerdict.DEGRADED


def test_a_wish_for_fewer_excuses_nothing() -> None:
    lost = deployment(4, 4, 1, ROLLED_OUT, condition("Available", "False", "9m"))
    assert judge(lost, autoscaler(1, "1m")).verdict is HealthVerdict.DEGRADED
