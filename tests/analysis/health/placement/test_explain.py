"""What is said of a pod without a node: one sentence, the least change, and the same for all pods that ask alike."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from k8sview.analysis.health.diagnoses.unplaced import evidence, sentence
from k8sview.analysis.health.placement.explain import explanation
from k8sview.analysis.health.placement.refusals import refusals
from k8sview.model.view import View
from tests.analysis.clusters import view_of
from tests.analysis.health.placement import cluster
from tests.analysis.health.placement.shapes import pod_of, shown, whole

Raw = dict[str, Any]

TAINTED = "node worker-2 has taint dedicated=db:NoSchedule, which it does not tolerate"


@pytest.fixture(scope="module")
def view() -> View:
    return whole()


@pytest.mark.parametrize(
    ("name", "words", "change"),
    [
        (
            "cpu",
            (
                f"{TAINTED}, node worker-4 is full (3 pods of at most 3), "
                "node worker-1 has too little cpu (3 cpu asked, 1300m of 4 free), node worker-3 is cordoned"
            ),
            "add a toleration for dedicated=db:NoSchedule (worker-2 takes it then)",
        ),
        (
            "memory",
            "4 nodes have too little memory (100Gi memory asked, 8Gi is all there is on worker-1)",
            "add another node with at least 100Gi memory and 100m cpu allocatable",
        ),
        (
            "gpu",
            "4 nodes have no example.com/gpu",
            "add another node with at least 1 example.com/gpu allocatable",
        ),
        (
            "sidecar",
            (
                "node worker-1 has too little cpu (1400m cpu asked, 1300m of 4 free), "
                "3 nodes do not match its node selector or affinity (disk=hdd)"
            ),
            "lower the cpu request of container proxy from 700m to 600m (worker-1 has 1300m free)",
        ),
        (
            "selector",
            "4 nodes do not match its node selector or affinity (disk=nvme)",
            "label node worker-1 disk=nvme",
        ),
        (
            "typo",
            "4 nodes do not match its node selector or affinity (topology.kubernetes.io/zoone=eu-1a)",
            (
                "change node selector topology.kubernetes.io/zoone=eu-1a to topology.kubernetes.io/zone=eu-1a "
                "(worker-1 has it)"
            ),
        ),
        (
            "together",
            "its pod affinity rules out 4 nodes: no pod with app=cache runs there",
            "start a pod with app=cache where this one may run",
        ),
        (
            "rack",
            "4 nodes have no label rack, over which its topology spread goes",
            "label node worker-1 with its rack",
        ),
        (
            "zone",
            (
                "4 nodes cannot reach its storage: volume far of claim far needs a node with "
                "topology.kubernetes.io/zone=eu-1z"
            ),
            "add another node with topology.kubernetes.io/zone=eu-1z, with 100m cpu and 64Mi memory free",
        ),
        (
            "single-use",
            "claim single is ReadWriteOncePod and pod user uses it",
            "uncordon node worker-3 and delete pod placement/user, which holds claim single",
        ),
        (
            "no-volume",
            "4 nodes cannot reach its storage: claim handmade needs a node with a free volume, and there is none",
            "create a PersistentVolume that fits claim handmade",
        ),
    ],
)
def test_one_sentence_and_the_least_change(view: View, name: str, words: str, change: str) -> None:
    found = explanation(view, pod_of(view, name))
    assert sentence(name, found) == f"no node can take pod {name}: {words}"
    assert found.change is not None
    assert found.change.words == change


def test_a_pinned_pod_is_told_of_its_node_alone(view: View) -> None:
    found = explanation(view, pod_of(view, "pinned"))
    assert sentence("pinned", found) == (
        "node worker-3, the only one that pod pinned may run on, cannot take it: it is cordoned"
    )
    assert evidence(found) == ("smallest change = uncordon node worker-3", "nodes/worker-3 refuses = cordoned")


def test_the_node_that_is_gone_is_named() -> None:
    only = cluster.on_nodes(matchFields=[{"key": "metadata.name", "operator": "In", "values": ["worker-9"]}])
    lone = view_of(*(shown(one) for one in (*cluster.NODES, cluster.pod("agent", affinity=only))))
    found = explanation(lone, pod_of(lone, "agent"))
    assert sentence("agent", found).endswith("cannot take it: there is no such node")
    assert found.change is None


def test_evidence_names_a_node_of_each_kind_and_the_labels_that_there_are(view: View) -> None:
    assert evidence(explanation(view, pod_of(view, "selector"))) == (
        "smallest change = label node worker-1 disk=nvme",
        "nodes/worker-1 refuses = no label disk=nvme",
        "nodes/worker-3 refuses = cordoned; no label disk=nvme",
        "nodes/worker-2 refuses = taint dedicated=db:NoSchedule; no label disk=nvme",
        "other nodes = 1 that refuse for this and more reasons",
        "nodes/worker-1 metadata.labels[disk] = hdd",
        "nodes/worker-4 metadata.labels[disk] = ssd",
    )


def test_a_thousand_nodes_are_one_sentence() -> None:
    tainted = [
        cluster.node(f"node-{number}", "eu-1a", "4", "20", {"key": "pool", "value": pool, "effect": "NoSchedule"})
        for number, pool in enumerate("abcde" * 160)
    ]
    small = [cluster.node(f"node-{number}", "eu-1a", "2") for number in range(800, 1000)]
    large = view_of(*(shown(one) for one in (*tainted, *small, cluster.pod("web", "3500m"))))
    found = explanation(large, pod_of(large, "web"))
    assert sentence("web", found) == (
        "no node can take pod web: 160 nodes have taint pool=a:NoSchedule, which it does not tolerate, "
        "640 nodes have taints such as pool=b:NoSchedule, which it does not tolerate, "
        "200 nodes have too little cpu (3500m cpu asked, 2 is all there is on node-800)"
    )
    assert evidence(found)[2] == "nodes/node-1 refuses = taint pool=b:NoSchedule (159 more alike)"


def test_pods_of_one_template_share_an_explanation(view: View) -> None:
    twins = [copy.deepcopy(cluster.pod("cpu", "3", labels={"app": "cpu"})) for _ in range(2)]
    twins[1]["metadata"]["name"] = "cpu-2"
    twins[1]["metadata"]["labels"] |= {"apps.kubernetes.io/pod-index": "2"}
    both = view_of(*(shown(one) for one in (*cluster.NODES, *twins)))
    assert explanation(both, pod_of(both, "cpu")) is explanation(both, pod_of(both, "cpu-2"))


def test_a_node_that_would_take_it_refuses_nothing(view: View) -> None:
    easy = view_of(*(shown(one) for one in (cluster.NODES[0], cluster.pod("easy"))))
    found = explanation(easy, pod_of(easy, "easy"))
    assert found.willing == ("worker-1",)
    assert found.change is None
    assert [one.reasons for one in refusals(easy, pod_of(easy, "easy"))] == [()]


def test_hidden_pods_and_volumes_are_named() -> None:
    raws = [shown(one) for one in (*cluster.NODES, *cluster.STORAGE, *cluster.UNPLACED)]
    blind = view_of(*raws, denied=("persistentvolumes",))
    assert explanation(blind, pod_of(blind, "zone")).missing == ("persistentvolumes",)


def test_a_pinned_pod_needs_room_on_its_node() -> None:
    """A DaemonSet's pod has no other node: another pod has to go, but none that is pinned itself."""
    only = cluster.on_nodes(matchFields=[{"key": "metadata.name", "operator": "In", "values": ["worker-1"]}])
    daemon = shown(cluster.pod("other-agent", "2", "worker-1"))
    daemon["metadata"]["ownerReferences"] = [{"kind": "DaemonSet", "name": "other", "uid": "other", "controller": True}]
    full = view_of(
        shown(cluster.NODES[0]),
        daemon,
        shown(cluster.pod("big", "1500m", "worker-1")),
        shown(cluster.pod("small", "500m", "worker-1")),
        shown(cluster.pod("agent", "200m", affinity=only)),
    )
    found = explanation(full, pod_of(full, "agent"))
    assert found.change is not None
    assert found.change.words == "move pod placement/small (500m cpu) off node worker-1"
