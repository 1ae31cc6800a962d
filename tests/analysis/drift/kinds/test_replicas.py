"""Who decides on the number of replicas, and who set it all the same."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.kinds.replicas import not_checkable, replicas
from k8sview.model.drift import ActorClass, Drift
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.shapes import Raw, deployment, entry, event, replica_set, scaled

SET = replica_set(1, "9d")
MARK = {"app.kubernetes.io/managed-by": "Helm"}
RELEASE = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}
BY_KUBECTL = entry("kubectl", None, "scale")
BY_HPA = entry("kube-controller-manager", None, "scale")
HELM = entry("helm", "9d")


def web(number: int, *entries: Raw, managed: bool = True, **spec: Any) -> Raw:
    raw = deployment(HELM, *entries, age="9d", replicas=number, **spec)
    if managed:
        raw["metadata"].update(annotations=RELEASE, labels=MARK)
    return raw


def hpa(lowest: int = 2, highest: int = 10, wanted: int = 0, age: str = "9d", *conditions: Raw) -> Raw:
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "shop", "uid": "hpa", "creationTimestamp": ago(age)},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "web"},
            "minReplicas": lowest,
            "maxReplicas": highest,
        },
        "status": {"desiredReplicas": wanted, "conditions": list(conditions)},
    }


def scaled_object(**spec: Any) -> Raw:
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "web", "namespace": "shop", "uid": "so", "creationTimestamp": ago("9d")},
        "spec": {"scaleTargetRef": {"name": "web"}, **spec},
    }


def told(raw: Raw, old: int, new: int, age: str = "20m") -> Raw:
    return scaled(raw, "web-1", old, new, age)


def found(*raws: Raw, denied: tuple[str, ...] = ()) -> list[Drift]:
    return list(replicas(view_of(SET, *raws, denied=denied)))


def test_a_person_scaled_what_helm_delivers() -> None:
    raw = web(5, BY_KUBECTL)
    (one,) = found(raw, told(raw, 2, 5))
    assert (one.before, one.after, one.path) == ("2", "5", "spec.replicas")
    assert one.actor is not None
    assert (one.actor.actor_class, one.actor.subresource) == (ActorClass.HUMAN, "scale")
    assert (one.time.at, one.time.basis) == (parse_time(ago("20m")), "event")
    assert one.message == "5 replicas were set by kubectl scale; Helm delivers it"


def test_without_an_event_nothing_dates_it() -> None:
    (one,) = found(web(0, BY_KUBECTL))
    assert (one.time.at, one.time.basis, one.severity) == (None, "none", Severity.HIGH)


def test_a_number_that_nobody_owns_is_told_by_its_event() -> None:
    raw = web(0)
    (one,) = found(raw, told(raw, 2, 0))
    assert one.actor is None
    assert one.confidence is Confidence.INFERRED
    assert (one.before, one.after) == ("2", "0")


def test_a_person_against_the_autoscaler() -> None:
    raw = web(5, BY_KUBECTL)
    (one,) = found(raw, hpa(wanted=5), told(raw, 2, 5))
    assert one.message.endswith("although HorizontalPodAutoscaler web decides")
    assert one.severity is Severity.LOW
    (silent,) = found(raw, hpa(wanted=2))  # no event any more, but it wants another number
    assert silent.time.at is None


def test_a_number_beyond_the_autoscalers_bounds() -> None:
    off = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric"}
    (above,) = found(web(20, BY_KUBECTL), hpa(2, 10, 10, "9d", off))
    assert (above.before, above.after) == ("2 to 10", "20")
    assert above.why_not_reverted == "the autoscaler does not scale: FailedGetResourceMetric"
    (zero,) = found(web(0), hpa())
    assert zero.why_not_reverted == "0 replicas switch the autoscaler off"
    (keda,) = found(web(0), scaled_object(minReplicaCount=1))
    assert keda.before == "1 to 100"


def test_a_number_within_bounds_that_nobody_owns() -> None:
    raw = web(4)
    (one,) = found(raw, hpa(wanted=4), told(raw, 2, 4))
    assert (one.before, one.after, one.actor) == ("2", "4", None)
    assert one.confidence is Confidence.INFERRED
    assert "although HorizontalPodAutoscaler web decides" in one.message


INNOCENT = [
    ("nobody owns it and nothing tells when", [web(4), hpa(wanted=4)]),
    ("nobody owns it, and the autoscaler is younger", [web(4), hpa(wanted=4, age="10m"), told(web(4), 2, 4)]),
    ("nobody owns it, and KEDA scales it too", [web(4), hpa(), scaled_object(), told(web(4), 0, 4)]),
    ("KEDA switched it off a while ago", [web(0), scaled_object(), told(web(0), 2, 0)]),
    ("the autoscaler did it", [web(5, BY_HPA), hpa(wanted=5)]),
    ("a person before the autoscaler was made", [web(5, BY_KUBECTL), hpa(wanted=5, age="5m"), told(web(5), 2, 5)]),
    ("the autoscaler agrees", [web(5, BY_KUBECTL), hpa(wanted=5)]),
    ("the autoscaler is new", [web(20), hpa(age="30s")]),
    ("KEDA scales to zero", [web(0), scaled_object()]),
    ("KEDA idles", [web(0), scaled_object(minReplicaCount=2, idleReplicaCount=0)]),
    ("KEDA's own autoscaler", [web(0), scaled_object(), hpa(1, 100)]),
    ("nothing decides on the number", [web(5, BY_KUBECTL, managed=False)]),
    ("nobody scaled it", [web(3)]),
    ("a controller scaled it", [web(3, entry("keda-operator", None, "scale"))]),
    ("an upgrade wrote the number", [
        {**web(5), "metadata": {**web(5)["metadata"], "managedFields": [entry("helm", "20m")]}}, told(web(5), 2, 5)]),
    ("it is on its way out", [
        {**web(0, BY_KUBECTL), "metadata": {**web(0, BY_KUBECTL)["metadata"], "deletionTimestamp": ago("1m")}}]),
]  # fmt: skip


@pytest.mark.parametrize("raws", [case[1] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_numbers_as_they_may_be(raws: list[Raw]) -> None:
    assert found(*raws) == []


def test_the_autoscalers_own_event_tells_its_hand() -> None:
    raw, scaler = web(5), hpa(wanted=5)
    rescaled = event(scaler, "SuccessfulRescale", "New size: 5; reason: cpu above target", "20m")
    assert found(raw, scaler, told(raw, 2, 5), rescaled) == []


def test_an_autoscaler_that_cannot_be_seen_may_have_done_it() -> None:
    name = "horizontalpodautoscalers.autoscaling"
    raw = web(5, BY_KUBECTL)
    assert found(raw, told(raw, 2, 5), denied=(name,)) == []
    assert [one.reason for one in not_checkable(view_of(raw, denied=(name,)))] == [f"{name}: list denied"]
