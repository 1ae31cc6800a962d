"""Pods without a node: who is to blame, in what words, and what of it needs which right."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from k8sview.analysis.health.diagnoses.scheduler_words import taken_apart
from k8sview.analysis.health.diagnoses.table import diagnose
from k8sview.analysis.health.engine import HealthEngine
from k8sview.analysis.health.verdict import health_of
from k8sview.model import events
from k8sview.model.health import ClusterHealth
from k8sview.model.kinds import KINDS
from k8sview.model.resources import key_of
from k8sview.model.status import Confidence
from k8sview.store.store import Store
from tests.analysis.clusters import NOON, ago, read, view_of
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, event, judge
from tests.analysis.health.placement import cluster
from tests.analysis.health.placement.shapes import shown, turned_down

SPACE = cluster.SPACE


def pending(name: str, message: str = "0/4 nodes are available", since: str = "1h", **more: Any) -> Raw:
    raw = shown(cluster.pod(name, **more))
    raw["status"] = turned_down(message, since)
    return raw


def known(name: str) -> Raw:
    """A pod of the small cluster."""
    return shown(next(one for one in cluster.UNPLACED if one["metadata"]["name"] == name))


EVERYTHING = [shown(one) for one in (*cluster.NODES, *cluster.STORAGE, *cluster.PLACED)]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("memory", "pod.unschedulable-resources"),
        ("sidecar", "pod.unschedulable-resources"),
        ("taint", "pod.unschedulable-taint"),
        ("cordon", "pod.unschedulable-cordoned"),
        ("selector", "pod.unschedulable-affinity"),
        ("affinity", "pod.unschedulable-affinity"),
        ("pinned", "pod.unschedulable-cordoned"),
        ("port", "pod.unschedulable-ports"),
        ("slots", "pod.too-many-pods"),
        ("together", "pod.unschedulable-pod-affinity"),
        ("rack", "pod.unschedulable-spread"),
        ("zone", "volume.node-conflict"),
        ("labelled-zone", "volume.node-conflict"),
        ("single-use", "pod.claim-in-use"),
        ("limit", "pod.volume-limit"),
        ("no-volume", "pod.unschedulable-volume"),
    ],
)
def test_the_family(name: str, slug: str) -> None:
    found = why(known(name), *EVERYTHING)
    assert found.id == slug
    assert "; smallest change: " in found.message
    assert found.confidence is Confidence.CERTAIN
    assert found.recheck_at is not None


def lone_node(*conditions: Raw, name: str = "worker-1", **spec: Any) -> Raw:
    raw = shown(cluster.node(name, "eu-1a"))
    raw["status"]["conditions"] = [*conditions]
    raw["spec"] = spec
    return raw


NOT_READY = [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]
CONTROL_PLANE = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}


def test_a_node_that_is_not_ready_is_the_cause() -> None:
    down = lone_node(condition("Ready", "False", "2h"), taints=NOT_READY)
    found = why(pending("web"), down, shown(cluster.node("cp", "eu-1a", "4", "20", CONTROL_PLANE)))
    assert (found.id, because(found)) == ("pod.node-out-of-service", ("Node worker-1",))
    assert "node worker-1 is not ready (taint node.kubernetes.io/not-ready:NoSchedule)" in found.message
    assert "bring node worker-1 back" in found.message


def test_a_node_is_not_blamed_for_what_was_so_before_it_failed() -> None:
    down = lone_node(condition("Ready", "False", "10m"), taints=NOT_READY)
    small = shown(cluster.node("worker-2", "eu-1a", "50m"))
    assert because(why(pending("web", since="3h"), down, small)) == ()
    assert because(why(pending("web", since="9m"), down, small)) == ("Node worker-1",)


def test_all_that_could_take_it_is_cordoned() -> None:
    cordoned = lone_node(condition("Ready", "True"), unschedulable=True)
    found = why(pending("web"), cordoned)
    assert (found.id, because(found)) == ("pod.unschedulable-cordoned", ("Node worker-1",))
    full = shown(cluster.node("worker-2", "eu-1a", "50m"))
    assert because(why(pending("web"), cordoned, full)) == ()


def test_room_is_counted_without_pods_that_have_ended() -> None:
    ended = shown(cluster.pod("done", "4", "worker-1"))
    ended["status"] = {"phase": "Succeeded"}
    node = lone_node(condition("Ready", "True"))
    found = why(pending("web", "0/1 nodes are available: 1 Insufficient cpu.", cpu="4"), node, ended)
    assert found.message.endswith("worker-1 would take it, so the next try may place it")
    assert found.confidence is Confidence.OBSERVED
    assert found.id == "pod.unschedulable-resources"


def test_without_the_right_to_see_nodes_the_scheduler_is_quoted() -> None:
    words = (
        "0/5 nodes are available: 1 node(s) had untolerated taint(s), 4 Insufficient cpu. no new claims to deallocate, "
        "preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling."
    )
    found = why(pending("web", words), denied=("nodes",))
    assert (found.id, found.missing) == ("pod.unschedulable-resources", ("nodes",))
    assert found.message == (
        "no node can take pod web: 0/5 nodes are available: 1 node(s) had untolerated taint(s), 4 Insufficient cpu"
    )
    assert found.confidence is Confidence.OBSERVED


@pytest.mark.parametrize(
    ("message", "family", "counts"),
    [
        (
            "0/6 nodes are available: 1 node(s) had taint {a: b,c}, 2 Insufficient memory, 3 Too many pods.",
            "pod.unschedulable-resources",
            {"node(s) had taint {a: b,c}": 1, "Insufficient memory": 2, "Too many pods": 3},
        ),
        (
            "0/16 nodes are available: 1 Insufficient cpu, 15 node(s) didn't satisfy plugin(s) [NodeAffinity].",
            "pod.unschedulable-resources",
            {"Insufficient cpu": 1, "node(s) didn't satisfy plugin(s) [NodeAffinity]": 15},
        ),
        (
            "0/3 nodes are available: 3 node(s) didn't match PersistentVolume's node affinity.",
            "volume.node-conflict",
            {"node(s) didn't match PersistentVolume's node affinity": 3},
        ),
        ("0/2 nodes are available: 2 node(s) had it.", "pod.unschedulable", {"node(s) had it": 2}),
        (
            "0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 Preemption",
            "pod.too-many-pods",
            {"Too many pods": 1},
        ),
    ],
)
def test_the_schedulers_words(message: str, family: str, counts: dict[str, int]) -> None:
    told = taken_apart(message)
    assert (told.family, dict(told.counts)) == (family, counts)


def test_words_before_any_node_was_asked() -> None:
    unbound = "0/16 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    assert taken_apart(unbound) == ("pod has unbound immediate PersistentVolumeClaims", ())


def claimed(name: str, *, phase: str = "Pending", **metadata: Any) -> Raw:
    raw = shown(cluster.claim(name, storage_class="fast", bound=False))
    raw["metadata"] |= metadata
    raw["status"] = {"phase": phase}
    return raw


USER = pending("db", volumes=cluster.mounting("data"))


@pytest.mark.parametrize(
    ("others", "slug", "words"),
    [
        ((), "pod.claim-missing", "PersistentVolumeClaim data does not exist in namespace placement"),
        ((claimed("data"),), "pod.unbound-claim", "has no volume yet, and pod db cannot be placed before"),
        ((claimed("data", phase="Lost"),), "pod.claim-lost", "has lost its volume"),
        ((claimed("data", deletionTimestamp=ago("5m")),), "pod.claim-deleted", "is being deleted"),
    ],
)
def test_a_claim_comes_before_all_nodes(others: tuple[Raw, ...], slug: str, words: str) -> None:
    found = why(USER, *EVERYTHING, *others)
    assert (found.id, because(found)) == (slug, ("PersistentVolumeClaim placement/data",))
    assert words in found.message


def test_a_claim_whose_volume_was_deleted_under_it() -> None:
    bound = claimed("data", phase="Bound", annotations={"pv.kubernetes.io/bind-completed": "yes"})
    bound["spec"]["volumeName"] = "disk-1"
    assert why(USER, *EVERYTHING, bound).id == "pod.claim-lost"
    assert why(USER, bound, denied=("persistentvolumes",)).id != "pod.claim-lost"


def test_room_is_not_known_where_some_namespaces_are_hidden() -> None:
    raws = [shown(one) for one in cluster.NODES]
    store = Store(lambda: NOON)
    greedy = pending("web", "0/4 nodes are available: 4 Insufficient cpu.", cpu="64")
    modest = pending("modest", "0/4 nodes are available: 4 Insufficient cpu.", cpu="2")
    rows = {name: row.resource for name, row in KINDS.items()}
    store.apply(events.Connected(events.Cluster(), tuple(rows.values())))
    for name, scope, found in (("nodes", None, raws), ("pods", SPACE, [greedy, modest])):
        objects = tuple(read(raw)[1] for raw in found)
        store.apply(events.Upserted(name, scope, objects))
        store.apply(events.Synced(name, scope, frozenset(key_of(obj) for obj in objects)))
    view = store.view()
    for name, words in (("web", "64 cpu asked, 4 is all there is"), ("modest", "would take it")):
        pod = view.get("pods", name, SPACE)
        found_why = diagnose(view, "pods", pod, health_of(view, "pods", pod))
        assert words in found_why.message
        assert "pods" in found_why.missing
        assert found_why.confidence is not Confidence.CERTAIN


def test_a_claim_that_may_not_be_read_is_known_from_the_scheduler() -> None:
    named = pending("db", 'persistentvolumeclaim "data" not found', volumes=cluster.mounting("data"))
    found = why(named, denied=("persistentvolumeclaims",))
    assert (found.id, because(found)) == ("pod.claim-missing", ("PersistentVolumeClaim placement/data",))
    assert found.missing == ("persistentvolumeclaims",)


def test_a_node_was_chosen_and_the_volume_does_not_come() -> None:
    """Until the scheduler gives up, such a pod has no condition at all."""
    late = shown(cluster.storage_class("fast", "disk.csi.example.com"))
    chosen = {"volume.kubernetes.io/selected-node": "worker-1"}
    silent = shown(cluster.pod("db", volumes=cluster.mounting("data")))
    silent["status"] = {"phase": "Pending"}
    found = why(silent, late, claimed("data", annotations=chosen))
    assert (found.id, because(found)) == ("pod.unbound-claim", ("PersistentVolumeClaim placement/data",))
    assert "a node was chosen for pod db" in found.message


def test_nobody_schedules_it() -> None:
    raw = shown(cluster.pod("web", schedulerName="bin-packer"))
    raw["status"] = {"phase": "Pending"}
    found = why(raw, *EVERYTHING)
    assert (found.id, found.confidence) == ("pod.no-scheduler", Confidence.INFERRED)
    assert found.message.startswith("no scheduler named bin-packer picks pod web up since 10:00 UTC")


def test_the_scheduler_itself_is_down() -> None:
    raw = shown(cluster.pod("web"))
    raw["status"] = {"phase": "Pending"}
    scheduler = shown(cluster.pod("kube-scheduler-cp", on="cp", labels={"component": "kube-scheduler"}))
    scheduler["metadata"]["namespace"] = "kube-system"
    assert because(why(raw, scheduler)) == ("Pod kube-system/kube-scheduler-cp",)


def test_gates_are_named_and_are_no_fault() -> None:
    raw = shown(cluster.pod("web", schedulingGates=[{"name": "kueue.x-k8s.io/admission"}]))
    raw["status"] = turned_down("Scheduling is blocked due to non-empty scheduling gates", reason="SchedulingGated")
    assert judge(raw, *EVERYTHING).verdict == "Waiting"
    found = why(raw, *EVERYTHING)
    assert found.id == "pod.scheduling-gated"
    assert (
        "gate kueue.x-k8s.io/admission since 11:00 UTC: no scheduler looks at it until Kueue lifts it" in found.message
    )


def test_what_autoscalers_say_is_joined() -> None:
    words = "pod didn't trigger scale-up: 1 max node group size reached"
    told = event("web", "NotTriggerScaleUp", words, kind="Normal")
    found = why(pending("web", cpu="9"), *EVERYTHING, told)
    assert found.message.endswith(f"(the autoscaler adds no node: {words})")
    assert f"events[reason=NotTriggerScaleUp].message = {words}" in found.evidence
    coming = event("web", "TriggeredScaleUp", "pod triggered scale-up: [{ng 1->2 (max: 9)}]", kind="Normal")
    assert judge(pending("web", cpu="9"), *EVERYTHING, coming).verdict == "Progressing"


def test_young_and_promised_pods_are_no_fault() -> None:
    assert judge(pending("web", since="20s", cpu="9"), *EVERYTHING).verdict == "Progressing"
    promised = pending("web", since="3m", cpu="9")
    promised["status"]["nominatedNodeName"] = "worker-1"
    health = judge(promised, *EVERYTHING)
    assert (health.verdict, health.reason) == ("Progressing", "Preempting")
    assert health.grace is not None


def test_hidden_namespaces_make_it_inferred() -> None:
    nodes = [shown(one) for one in cluster.NODES]
    found = why(pending("web", cpu="9"), *nodes, denied=("persistentvolumes",))
    assert found.missing == ()  # it has no volumes
    zone = copy.deepcopy(known("zone"))
    blind = why(zone, *nodes, shown(cluster.claim("far")), denied=("persistentvolumes",))
    assert "persistentvolumes" in blind.missing


def roots(*raws: Raw) -> dict[str, tuple[str, int]]:
    """Root causes of a whole cluster: object → diagnosis, and how much else is not well by it."""
    judging = HealthEngine().update(view_of(*raws))
    while True:
        try:
            next(judging)
        except StopIteration as end:
            whole: ClusterHealth = end.value
            return {str(cause.object): (cause.diagnosis, cause.affects) for cause in whole.causes}


def test_pods_of_many_workloads_fold_under_the_node_that_is_down() -> None:
    down = lone_node(condition("Ready", "Unknown", "2h"), taints=NOT_READY)
    pods = [pending(f"web-{number}", labels={"app": str(number)}) for number in range(5)]
    found = roots(down, *pods)
    assert list(found) == ["Node worker-1"]
    assert found["Node worker-1"][1] == 5


def test_a_missing_class_is_the_root_of_claim_and_pod() -> None:
    found = roots(USER, claimed("data"), lone_node(condition("Ready", "True")))
    assert found == {"StorageClass fast": ("claim.no-storage-class", 2)}


def test_a_claim_at_rest_is_not_blamed_for_its_pods_trouble() -> None:
    late = shown(cluster.storage_class("fast", "disk.csi.example.com"))
    greedy = pending("db", cpu="64", volumes=cluster.mounting("data"))
    found = roots(greedy, claimed("data"), late, lone_node(condition("Ready", "True")))
    assert found == {"Pod placement/db": ("pod.unschedulable-resources", 0)}


def test_an_old_pod_of_the_same_deployment_is_in_the_way() -> None:
    def owned(raw: Raw, by: str) -> Raw:
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": by, "uid": by, "controller": True}
        raw["metadata"]["ownerReferences"] = [owner]
        return raw

    above = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "web", "controller": True}
    sets = [
        {"kind": "ReplicaSet", "metadata": {"name": name, "namespace": SPACE, "uid": name, "ownerReferences": [above]}}
        for name in ("old", "new")
    ]
    port = {"ports": [{"containerPort": 80, "hostPort": 80}]}
    there = owned(shown(cluster.pod("web-old", on="worker-1", box=port)), "old")
    node = lone_node(condition("Ready", "True"))
    rolling = why(owned(pending("web-new", box=port), "new"), there, node, *sets)
    assert rolling.message.endswith("its rollout has to end the old before it starts the new)")
    twin = why(owned(pending("web-twin", box=port), "old"), there, node, *sets)
    assert twin.message.endswith("each of them needs a node of its own)")
    assert "add another node" in twin.message


@pytest.mark.parametrize(("name", "volume"), [("zone", "far"), ("labelled-zone", "old-zone")])
def test_a_volume_that_no_node_reaches_is_to_blame_itself(name: str, volume: str) -> None:
    assert because(why(known(name), *EVERYTHING)) == (f"PersistentVolume {volume}",)


CLAIMS = {
    "by name": ({"resourceClaimName": "gpu"}, "ResourceClaim gpu"),
    "by template": ({"resourceClaimTemplateName": "one-gpu"}, "a ResourceClaim made from template one-gpu"),
}


@pytest.mark.parametrize(("asked", "words"), CLAIMS.values(), ids=CLAIMS)
def test_resource_claims_that_are_not_there_keep_the_scheduler_off(asked: Raw, words: str) -> None:
    raw = shown(cluster.pod("train", resourceClaims=[{"name": "gpu", **asked}]))
    raw["status"] = {"phase": "Pending"}
    found = why(raw, *EVERYTHING)
    assert (found.id, found.confidence) == ("pod.resource-claim-missing", Confidence.INFERRED)
    assert f"no node before {words} is there" in found.message
    said = 'PodResourceClaim gpu: failed to create ResourceClaim: resourceclaimtemplate "one-gpu" not found'
    told = why(raw, *EVERYTHING, event(raw["metadata"]["uid"], "FailedResourceClaimCreation", said))
    assert (said in told.message, told.confidence) == (True, Confidence.OBSERVED)


@pytest.mark.parametrize(("span", "verdict"), [("90s", "Progressing"), ("3m", "Down")])
def test_a_pod_may_wait_for_a_volume_as_long_as_its_claim_may(span: str, verdict: str) -> None:
    message = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    raw = pending("db", message, span, volumes=cluster.mounting("data"))
    assert judge(raw, claimed("data")).verdict == verdict
    assert judge(pending("web", "0/1 nodes are available: 1 Insufficient cpu.", span)).verdict == "Down"
