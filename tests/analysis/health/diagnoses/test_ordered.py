"""StatefulSets: the ordinal that holds up the rest, and the pod that a fix never reaches."""

from __future__ import annotations

from typing import Any

from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, ended, looping, pod_of, waits, why
from tests.analysis.health.objects import ALWAYS_READY, Raw, judge, node, pod, workload

HASH = "controller-revision-hash"
NO_IMAGE = waits("ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: x: not found')


def stateful(available: int, there: int = 3, current: str = "r1", update: str = "r1", **spec: Any) -> Raw:
    status = {
        "replicas": there,
        "availableReplicas": available,
        "currentRevision": current,
        "updateRevision": update,
    }
    return workload("StatefulSet", {"replicas": 3, **spec}, status)


def member(ordinal: int, revision: str = "r1", status: Raw | None = None, age: str = "20m") -> Raw:
    name = f"web-{ordinal}"
    raw = pod_of(status, name=name, phase="Pending", age=age) if status else pod(ALWAYS_READY, name=name)
    raw["metadata"]["labels"] = {"app": "web", HASH: revision}
    owner = {"kind": "StatefulSet", "name": "web", "uid": "web", "controller": True, "apiVersion": "apps/v1"}
    raw["metadata"]["ownerReferences"] = [owner]
    return raw


def test_the_first_ordinal_holds_up_those_after_it() -> None:
    found = why(stateful(0, 1), member(0, status=looping(ended(1))))
    assert (found.id, because(found)) == ("statefulset.blocked-by-ordinal", ("Pod shop/web-0",))
    assert "pod web-0 (ordinal 0) is not ready, and until it is the controller makes no pod after it" in found.message


def test_an_ordinal_that_crashes_later_holds_up_an_update() -> None:
    raw = stateful(2, current="r1", update="r2")
    found = why(raw, member(0), member(1), member(2, "r2", NO_IMAGE))
    assert (found.id, because(found)) == ("statefulset.blocked-by-ordinal", ("Pod shop/web-2",))
    assert "the controller updates no other pod" in found.message


def test_in_parallel_and_with_all_there_no_ordinal_holds_up_another() -> None:
    parallel = stateful(2, 2, podManagementPolicy="Parallel")
    assert why(parallel, member(0), member(1, status=NO_IMAGE)).id == "rollout.pods-failing"
    assert why(stateful(2), member(0), member(1, status=NO_IMAGE), member(2)).id == "rollout.pods-failing"


def test_a_fix_that_never_reaches_the_broken_pod() -> None:
    """The pod's revision is neither the current nor the updated one, and zero counters are absent."""
    raw = stateful(2, current="r1", update="r3")
    trapped = member(2, "r2", NO_IMAGE)
    company = (member(0), member(1))
    found = why(raw, *company, trapped)
    assert (found.id, found.because) == ("statefulset.forced-rollback", ())
    assert "delete pod web-2" in found.message
    assert "status.updateRevision = r3" in " ".join(found.evidence)
    lower = why(trapped, raw, *company)
    assert (lower.id, because(lower)) == ("statefulset.forced-rollback", ("StatefulSet shop/web",))


def test_a_roll_back_to_the_first_revision_is_trapped_as_well() -> None:
    found = why(stateful(2, current="r1", update="r1"), member(0), member(1), member(2, "r2", NO_IMAGE))
    assert found.id == "statefulset.forced-rollback"


def test_who_is_not_trapped() -> None:
    current = member(2, "r3", NO_IMAGE)
    assert why(stateful(2, current="r1", update="r3"), current).id == "statefulset.blocked-by-ordinal"
    assert why(current, stateful(2, current="r1", update="r3")).id.startswith("image.")
    parallel = stateful(2, current="r1", update="r3", podManagementPolicy="Parallel")
    assert why(member(2, "r2", NO_IMAGE), parallel).id.startswith("image.")
    by_hand = stateful(2, current="r1", update="r3", updateStrategy={"type": "OnDelete"})
    assert why(member(2, "r2", NO_IMAGE), by_hand).id.startswith("image.")
    lost = member(2, "r2", {"state": {"running": {"startedAt": ago("2h")}}, "ready": False})
    found = why(stateful(2, current="r1", update="r3"), lost, node(ready="Unknown"))
    assert found.id != "statefulset.forced-rollback"


def test_deletion_that_sticks_blocks_the_successor() -> None:
    stuck = member(1)
    stuck["metadata"]["deletionTimestamp"] = ago("1h")
    found = why(stateful(2, 3), member(0), stuck, member(2), node(ready="Unknown"))
    assert because(found)[0] == "Pod shop/web-1"


def test_a_start_within_its_time_accuses_nobody() -> None:
    starting = member(1, status={"state": {"running": {"startedAt": ago("1m")}}, "ready": False}, age="2m")
    health = judge(stateful(1, 2), member(0), starting)
    assert health.verdict is HealthVerdict.PROGRESSING
    assert why(stateful(1, 2), member(0), starting).id == "rollout.in-progress"


def test_a_slow_starter_has_the_time_that_its_probe_allows() -> None:
    probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 30, "failureThreshold": 60}
    template = {"spec": {"containers": [{"name": "app", "startupProbe": probe}]}}
    slow = member(1, status={"state": {"running": {"startedAt": ago("15m")}}, "ready": False, "started": False})
    slow["spec"]["containers"][0]["startupProbe"] = probe
    assert judge(stateful(1, 2, template=template), member(0), slow).verdict is HealthVerdict.PROGRESSING


def test_a_controller_that_replaces_at_once_has_had_its_time() -> None:
    """Where the pods need no order, only time tells that the broken pod counts as the one that may be unavailable."""
    for written, known in (("1h", "statefulset.forced-rollback"), ("1m", "rollout.pods-failing")):
        raw = stateful(2, current="r1", update="r3", podManagementPolicy="Parallel")
        raw["metadata"]["managedFields"] = [{"manager": "kubectl", "time": ago(written)}]
        assert why(raw, member(0), member(1), member(2, "r2", NO_IMAGE)).id == known


def test_below_the_partition_an_older_revision_is_meant() -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    raw = stateful(2, current="r1", update="r2", updateStrategy=strategy)
    raw["status"]["updatedReplicas"] = 1
    found = why(raw, member(0), member(1, "r1", NO_IMAGE), member(2, "r2"))
    assert (found.id, because(found)) == ("rollout.pods-failing", ("Pod shop/web-1",))
