"""Why Deployments and ReplicaSets lack replicas: their pods, a deadline, or a controller that does not act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from k8sview.analysis.health.diagnoses.blamed import worth_naming
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import Pod
from k8sview.model.status import Confidence
from tests.analysis.clusters import NOON, ago, read
from tests.analysis.health.diagnoses.asked import because, ended, looping, pod_of, waits, why
from tests.analysis.health.objects import ALWAYS_READY, ROLLED_OUT, Raw, condition, deployment, pod, rolling, workload

REVISION = "deployment.kubernetes.io/revision"
STALLED = rolling("1h", "ProgressDeadlineExceeded", "False")
LOST = condition("Available", "False", "10m", reason="MinimumReplicasUnavailable")
NO_IMAGE = waits("ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: x: not found')


def replica_set(name: str, revision: str, replicas: int = 3, available: int = 0) -> Raw:
    return workload(
        "ReplicaSet",
        {"replicas": replicas, "selector": {"matchLabels": {"app": "web", "pod-template-hash": name}}},
        {"replicas": replicas, "availableReplicas": available},
        name=name,
        uid=name,
        labels={"pod-template-hash": name},
        annotations={REVISION: revision},
        ownerReferences=[
            {"kind": "Deployment", "name": "web", "uid": "web", "controller": True, "apiVersion": "apps/v1"}
        ],
    )


def of(maker: str, raw: Raw) -> Raw:
    raw["metadata"]["labels"] = {"app": "web", "pod-template-hash": maker}
    raw["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "name": maker, "uid": maker, "controller": True}]
    return raw


def broken(name: str = "web-new-1", status: Raw = NO_IMAGE) -> Raw:
    return pod_of(status, name=name, phase="Pending", age="20m")


def test_a_new_revision_that_cannot_start_while_the_old_one_serves() -> None:
    raw = deployment(3, 1, 3, STALLED, total=4, metadata={"annotations": {REVISION: "7"}})
    old = [of("old", pod(ALWAYS_READY, name=f"web-old-{number}")) for number in range(3)]
    company = (replica_set("old", "6", 3, 3), replica_set("new", "7", 1), *old, of("new", broken()))
    found = why(raw, *company)
    assert (found.id, because(found)) == ("rollout.pods-failing", ("Pod shop/web-new-1",))
    assert found.message.startswith(
        "the new revision 7 cannot start; the old one still serves 3 of 3 replicas: pod web-"
    )
    lower = why(replica_set("new", "7", 1), raw, *company[:1], *old, company[-1])
    assert (lower.id, because(lower)) == ("rollout.pods-failing", ("Pod shop/web-new-1",))


def test_two_different_faults_both_show() -> None:
    raw = deployment(14, 14, 0, ROLLED_OUT, LOST)
    pulls = [broken(f"web-{number:02}") for number in range(12)]
    loop = pod_of(looping(ended(1)), name="web-99")
    found = why(raw, *pulls, loop)
    assert len(found.because) == 10
    assert because(found)[:2] == ("Pod shop/web-00", "Pod shop/web-99")
    assert "13 pods not well, 0 of 14 replicas available" in found.message


def test_naming_is_bounded_and_worst_first() -> None:
    def judged(name: str, verdict: HealthVerdict, reason: str) -> tuple[Pod, Health]:
        return read(pod(name=name))[1], Health(verdict, reason)

    down, degraded = HealthVerdict.DOWN, HealthVerdict.DEGRADED
    named = worth_naming([judged("c", degraded, "X"), judged("b", down, "Y"), judged("a", down, "Y")])
    assert [one.metadata.name for one, _ in named] == ["a", "c", "b"]


def test_a_deadline_that_passed_without_a_faulty_pod() -> None:
    raw = deployment(3, 1, 3, STALLED, total=4, metadata={"annotations": {REVISION: "7"}})
    found = why(raw)
    assert (found.id, found.because) == ("rollout.stuck", ())
    assert found.message.startswith("the rollout of revision 7 did not finish within 600s: 1 of 3 replicas updated")
    assert found.confidence is Confidence.CERTAIN


def test_without_pods_the_conditions_tell_and_are_less_sure() -> None:
    stalled = why(deployment(3, 1, 3, STALLED, total=4), broken(), denied=("pods",))
    assert (stalled.id, stalled.because) == ("rollout.stuck", ())
    assert (stalled.confidence, stalled.missing) == (Confidence.INFERRED, ("pods",))
    lost = why(deployment(2, 2, 0, ROLLED_OUT, LOST), broken(), denied=("pods",))
    assert (lost.id, lost.confidence, lost.missing) == ("replicas.unavailable", Confidence.INFERRED, ("pods",))


def lease(renewed: str) -> Raw:
    metadata = {"name": "kube-controller-manager", "namespace": "kube-system"}
    return {"kind": "Lease", "metadata": metadata, "spec": {"holderIdentity": "cp-1", "renewTime": ago(renewed)}}


def test_a_controller_that_is_not_at_work_is_the_cause() -> None:
    edited = {"generation": 2, "managedFields": [{"manager": "kubectl", "time": ago("1h")}]}
    raw = deployment(2, metadata=edited)
    found = why(raw, lease("30m"))
    assert (found.id, because(found)) == ("workload.not-observed", ("Lease kube-system/kube-controller-manager",))
    assert found.message == "no controller manager is at work: its lease was last renewed 30m ago"
    alive = why(raw, lease("2s"))
    assert (alive.id, alive.because) == ("workload.not-observed", ())
    assert because(why(deployment(2, 2, 0, ROLLED_OUT, LOST), lease("30m"))) == because(found)


def test_a_pod_that_will_not_go_is_why_its_successor_does_not_come() -> None:
    raw = deployment(1, 0, 0, STALLED, total=1, spec={"strategy": {"type": "Recreate"}})
    held = pod(ALWAYS_READY, metadata={"deletionTimestamp": ago("1h"), "labels": {"app": "web"}, "finalizers": ["x/y"]})
    found = why(raw, held)
    assert (found.id, because(found)) == ("rollout.pods-failing", ("Pod shop/web-0",))


@pytest.mark.parametrize(
    "raw",
    [
        deployment(2, 2, 0, rolling("30s"), age="30s"),
        deployment(4, 2, 3, rolling("1m"), total=5),
        deployment(2, metadata={"generation": 2}),
    ],
)
def test_what_is_under_way_is_said_to_be(raw: Raw) -> None:
    found = why(raw, of("new", pod_of(waits("ContainerCreating"), phase="Pending", age="20s")))
    assert (found.id, found.because) == ("rollout.in-progress", ())


def test_settings_that_are_older_than_they_look_are_evidence() -> None:
    imports = {"envFrom": [{"configMapRef": {"name": "settings"}}]}
    status = {"state": {"running": {"startedAt": ago("2h")}}, "ready": False}
    unready = pod_of(status, age="2h", turned="30m", container=imports)
    settings = {
        "kind": "ConfigMap",
        "metadata": {
            "name": "settings",
            "namespace": "shop",
            "creationTimestamp": ago("9d"),
            "managedFields": [{"manager": "kubectl", "time": ago("40m")}],
        },
    }
    found = why(deployment(1, 1, 0, ROLLED_OUT, LOST), unready, settings)
    assert found.id == "rollout.pods-failing"
    assert f"configmaps/settings metadata.managedFields[manager=kubectl].time = {ago('40m')}" in found.evidence


def test_pods_that_a_node_turns_away_again_and_again() -> None:
    raw = deployment(1, 0, 0, STALLED, total=0)
    away = of("new", pod(name="web-x", phase="Failed", age="30s", status={"reason": "NodeAffinity"}))
    old = of("new", pod(name="web-y", phase="Failed", age="2d", status={"reason": "Evicted"}))
    found = why(raw, replica_set("new", "1", 1), away, old)
    assert (found.id, because(found)) == ("rollout.pods-failing", ("Pod shop/web-x",))


def test_a_loss_is_as_old_as_it_is_not_as_its_last_crash() -> None:
    lost = condition("Available", "False", "50m", reason="MinimumReplicasUnavailable")
    loop = pod_of(looping(ended(1, at="10s")), name="web-1")
    assert why(deployment(1, 1, 0, ROLLED_OUT, lost), loop).since == NOON - timedelta(minutes=50)
