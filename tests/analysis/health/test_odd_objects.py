"""Whatever the API can hold is judged: no combination of odd values raises, and no accusation comes without words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import ago
from tests.analysis.health.objects import Raw, judge, node

times = st.sampled_from([None, "", "soon", ago("1m"), ago("1h"), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
reasons = st.sampled_from(
    ["", "CrashLoopBackOff", "ErrImagePull", "ContainerCreating", "Evicted", "Unschedulable", "\x1b"]
)
words = st.sampled_from(["", "True", "False", "Unknown", "perhaps"])
numbers = st.sampled_from([-1, 0, 1, 2, 3, 10**12])

conditions = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(
                ["Ready", "PodScheduled", "Progressing", "Available", "ReplicaFailure", "Failed", ""]
            ),
            "status": words,
        },
        optional={"reason": reasons, "message": reasons, "lastTransitionTime": times, "lastUpdateTime": times},
    ),
    max_size=3,
)
ended = st.fixed_dictionaries({}, optional={"exitCode": numbers, "reason": reasons, "finishedAt": times})
states = st.fixed_dictionaries(
    {},
    optional={
        "waiting": st.fixed_dictionaries({}, optional={"reason": reasons, "message": reasons}),
        "running": st.fixed_dictionaries({}, optional={"startedAt": times}),
        "terminated": ended,
    },
)
statuses = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["app", "init", ""])},
        optional={"ready": st.booleans(), "restartCount": numbers, "state": states, "lastState": states},
    ),
    max_size=2,
)
containers = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["app", "init"])},
        optional={
            "restartPolicy": st.sampled_from(["Always", "Never"]),
            "startupProbe": st.fixed_dictionaries({}, optional={"periodSeconds": numbers, "failureThreshold": numbers}),
        },
    ),
    max_size=2,
)
metadata = st.fixed_dictionaries(
    {"name": st.just("web"), "namespace": st.just("shop"), "uid": st.just("web"), "labels": st.just({"app": "web"})},
    optional={"creationTimestamp": times, "deletionTimestamp": times, "generation": numbers},
)
pods = st.fixed_dictionaries(
    {"kind": st.just("Pod"), "metadata": metadata},
    optional={
        "spec": st.fixed_dictionaries(
            {},
            optional={"nodeName": st.sampled_from(["", "n1"]), "containers": containers, "initContainers": containers},
        ),
        "status": st.fixed_dictionaries(
            {},
            optional={
                "phase": st.sampled_from(["", "Pending", "Running", "Succeeded", "Failed", "Unknown", "Odd"]),
                "conditions": conditions,
                "containerStatuses": statuses,
                "initContainerStatuses": statuses,
            },
        ),
    },
)
counters = st.dictionaries(
    st.sampled_from(
        [
            "observedGeneration",
            "replicas",
            "updatedReplicas",
            "availableReplicas",
            "desiredNumberScheduled",
            "currentNumberScheduled",
            "updatedNumberScheduled",
            "numberAvailable",
        ]
    ),
    numbers,
)
specs = st.fixed_dictionaries(
    {"selector": st.just({"matchLabels": {"app": "web"}})},
    optional={"replicas": numbers, "paused": st.booleans(), "progressDeadlineSeconds": numbers},
)


def sound(raw: Raw, *others: Raw) -> None:
    health = judge(raw, *others)
    assert (health.message == "") is (health.verdict is HealthVerdict.HEALTHY)
    assert "\n" not in health.message
    if health.verdict.faulty:
        assert health.reason


@given(pods)
def test_pods(raw: Raw) -> None:
    sound(raw)
    sound(raw, node(ready="Unknown"))


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"])
@given(metadata, specs, counters, conditions, st.lists(pods, max_size=1))
def test_workloads(kind: str, about: Raw, spec: Raw, status: Raw, said: list[Raw], behind: list[Raw]) -> None:
    if kind == "DaemonSet":
        spec = {"selector": spec["selector"]}
    sound({"kind": kind, "metadata": about, "spec": spec, "status": {**status, "conditions": said}}, *behind)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["phase", "conditions", "type", "status", "paused", "observedGeneration"]), inner
        )
    ),
    max_leaves=10,
)


@given(anything, anything)
def test_custom_resources(spec: Any, status: Any) -> None:
    named = {"name": "w", "generation": 2}
    sound({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": named, "spec": spec, "status": status})
