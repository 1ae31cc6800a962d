"""Pods: phases, waiting reasons, readiness at this instant, restart policies."""

from __future__ import annotations

import pytest

from tests.analysis.clusters import ago
from tests.analysis.health.compare.judges import ours_and_theirs, words
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, crashed, pod, waiting

RUNNING_UNREADY = {"name": "app", "ready": False, "state": {"running": {"startedAt": ago("1m")}}}
ENDS = {"restartPolicy": "Never"}


def unschedulable(age: str, reason: str = "Unschedulable") -> Raw:
    found = pod(phase="Pending", age=age, node="", ready="False")
    found["status"] = {"phase": "Pending", "conditions": [condition("PodScheduled", "False", age, reason=reason)]}
    return found


@pytest.mark.parametrize(
    ("raw", "kstatus", "argocd"),
    [
        (pod(), "Current", "Healthy"),
        (pod(phase="Succeeded", ready="False"), "Current", "Healthy"),
        (pod(phase="Failed", ready="False"), "Current", "Degraded"),
        (pod(phase="Unknown"), "Unknown", "Unknown"),
        (pod(phase=""), "InProgress", "Unknown"),
        (pod(RUNNING_UNREADY), "InProgress", "Progressing"),
        (pod({**RUNNING_UNREADY, "lastState": crashed("5m")}), "InProgress", "Degraded"),
        (pod(waiting("CrashLoopBackOff")), "Failed", "Degraded"),
        (pod(waiting("CrashLoopBackOff"), spec=ENDS), "Failed", "Progressing"),
        (pod(spec=ENDS), "Current", "Progressing"),
        (pod(spec={"restartPolicy": "OnFailure"}), "Current", "Progressing"),
        (
            pod(spec=ENDS, metadata={"annotations": {"argocd.argoproj.io/ignore-restart-policy": "true"}}),
            "Current",
            "Healthy",
        ),
        (
            pod(
                spec=ENDS,
                metadata={
                    "annotations": {"argocd.argoproj.io/ignore-restart-policy": "true", "helm.sh/hook": "pre-install"}
                },
            ),
            "Current",
            "Progressing",
        ),
        (pod(waiting("ContainerCreating"), phase="Pending"), "InProgress", "Progressing"),
        (pod(waiting("ErrImagePull"), phase="Pending"), "InProgress", "Degraded"),
        (pod(waiting("ImagePullBackOff"), phase="Pending"), "InProgress", "Degraded"),
        (pod(waiting("CreateContainerConfigError"), phase="Pending"), "InProgress", "Degraded"),
        (pod(waiting("InvalidImageName"), phase="Pending"), "InProgress", "Progressing"),
        (pod(waiting("ErrImageNeverPull"), phase="Pending", spec=ENDS), "InProgress", "Progressing"),
        (unschedulable("10s"), "InProgress", "Progressing"),
        (unschedulable("1h"), "Failed", "Progressing"),
        (unschedulable("1h", "SchedulingGated"), "InProgress", "Progressing"),
    ],
)
def test_their_words(raw: Raw, kstatus: str, argocd: str) -> None:
    assert words(raw) == (kstatus, argocd)


def init_loop() -> Raw:
    looping = {"name": "migrate", "ready": False, "restartCount": 9, **waiting("CrashLoopBackOff", name="migrate")}
    looping["lastState"] = crashed("2m")
    return pod(
        waiting("PodInitializing"),
        phase="Pending",
        spec={"initContainers": [{"name": "migrate"}], "containers": [{"name": "app"}]},
        status={"initContainerStatuses": [looping]},
    )


LOOP_READY_NOW = pod({**ALWAYS_READY, "restartCount": 14, "lastState": crashed("3m")})


@pytest.mark.parametrize(
    ("raw", "theirs", "rule"),
    [
        (pod(waiting("ImagePullBackOff"), phase="Pending"), ("InProgress", "Degraded"), "no image"),
        (pod(waiting("InvalidImageName"), phase="Pending"), ("InProgress", "Progressing"), "Err…, …Error or …BackOff"),
        (init_loop(), ("InProgress", "Progressing"), "no init container counts"),
        (
            pod(phase="Failed", ready="False"),
            ("Current", "Degraded"),
            "kstatus says Current: phase Failed is an end state there, as good as Succeeded",
        ),
        (LOOP_READY_NOW, ("Current", "Healthy"), "Ready at this moment is Healthy there, however often it restarts"),
        (
            pod({**RUNNING_UNREADY, "state": {"running": {"startedAt": ago("1h")}}}),
            ("InProgress", "Progressing"),
            "without limit",
        ),
    ],
)
def test_pods_on_which_we_differ(raw: Raw, theirs: tuple[str, str], rule: str) -> None:
    ours, kstatus, argocd, said = ours_and_theirs(raw)
    assert ours in ("Degraded", "Down")
    assert (kstatus, argocd) == theirs
    assert rule in said


@pytest.mark.parametrize(
    ("raw", "ours"),
    [
        (pod(), "Healthy"),
        (pod(phase="Succeeded", ready="False"), "Healthy"),
        (pod(waiting("CrashLoopBackOff")), "Down"),
    ],
)
def test_pods_on_which_all_agree(raw: Raw, ours: str) -> None:
    assert (ours_and_theirs(raw)[0], ours_and_theirs(raw)[3]) == (ours, "")


def test_a_pod_that_ends_by_itself_is_only_progressing_for_argo() -> None:
    ours, kstatus, argocd, rule = ours_and_theirs(pod(spec=ENDS))
    assert (ours, kstatus, argocd) == ("Healthy", "Current", "Progressing")
    assert rule == "Argo CD says Progressing: a Running pod that ends by itself is Progressing there until it has ended"


def test_a_gated_pod_waits_for_us_and_progresses_for_them() -> None:
    assert ours_and_theirs(unschedulable("1h", "SchedulingGated"))[:3] == ("Waiting", "InProgress", "Progressing")
