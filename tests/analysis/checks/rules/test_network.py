"""Agents on nodes: several DaemonSets for one part, as some networks have one for each architecture."""

from __future__ import annotations

from typing import Any

from k8sview.model.components import Part
from tests.analysis.checks.rules.running import judged_by, not_passed

PARTS = (
    Part("agent", "daemonsets.apps", "net", "agent-amd64"),
    Part("agent", "daemonsets.apps", "net", "agent-arm64"),
)


def agent(architecture: str) -> dict[str, Any]:
    labels = {"app": f"agent-{architecture}"}
    template = {"metadata": {"labels": labels}, "spec": {"nodeSelector": {"kubernetes.io/arch": architecture}}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"kind": "DaemonSet", "metadata": {"name": f"agent-{architecture}", "namespace": "net"}, "spec": spec}


def node(name: str, architecture: str) -> dict[str, Any]:
    return {"kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/arch": architecture}}}


def pod(node_name: str, architecture: str) -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": f"agent-{node_name}", "namespace": "net", "labels": {"app": f"agent-{architecture}"}},
        "spec": {"nodeName": node_name},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def test_each_node_needs_the_agent_of_its_own_architecture() -> None:
    cluster = [agent("amd64"), agent("arm64"), node("a", "amd64"), node("b", "arm64"), node("c", "s390x")]
    judged = judged_by("agent-coverage", {"parts": ["agent"]}, *cluster, pod("a", "amd64"), parts=PARTS)
    assert list(not_passed(judged)) == ["b"]
    assert len(judged) == 2  # no agent is meant for the third node


def test_a_pod_of_the_same_name_in_another_namespace_is_no_agent() -> None:
    stranger = pod("a", "amd64")
    stranger["metadata"]["namespace"] = "shop"
    judged = judged_by(
        "agent-coverage", {"parts": ["agent"]}, agent("amd64"), node("a", "amd64"), stranger, parts=PARTS
    )
    assert list(not_passed(judged)) == ["a"]
