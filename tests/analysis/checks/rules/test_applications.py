"""What YAML tests cannot show: parts of components are left out, and pods are traced to their root."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.checks.applications import root_of
from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.rules.applications import NoParameters, workloads_available
from k8sview.analysis.checks.rules.resilience import NoParameters as Nothing
from k8sview.analysis.checks.rules.resilience import nodes_of, spread_stated
from k8sview.catalog import spec
from k8sview.catalog.sample import sample_view
from k8sview.model.components import ComponentStatus, Part, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.status import Layer, Status
from k8sview.model.view import View

DOWN = Health(HealthVerdict.DOWN, "NoReplicas", "has no replica")


def view_of(*objects: dict[str, Any], **states: Any) -> View:
    return sample_view(spec.TestSpec(name="sample", expect=Status.PASS, objects=objects, **states), ())


def deployment(name: str, namespace: str = "shop") -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": []}}
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": 2, "template": template},
    }


def pod(name: str, owner: tuple[str, str, str] | None = None, node: str = "n1", **labels: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "namespace": "shop", "uid": name, "labels": labels}
    if owner is not None:
        version, kind, above = owner
        metadata["ownerReferences"] = [
            {"apiVersion": version, "kind": kind, "name": above, "uid": above, "controller": True}
        ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"nodeName": node},
        "status": {"phase": "Running"},
    }


def context_of(view: View, *parts: Part) -> Context:
    topic = ComponentStatus("workloads", "Applications", Layer.BUILDING, Presence.INSTALLED)
    platform = ComponentStatus("flux", "Flux", Layer.BUILDING, Presence.INSTALLED, parts=parts)
    return Context(view, topic, {"workloads": topic, "flux": platform}, lambda resource, obj: DOWN)


def test_parts_of_components_are_judged_by_their_components() -> None:
    view = view_of(deployment("web"), deployment("source-controller", "flux-system"))
    part = Part("source-controller", "deployments.apps", "flux-system", "source-controller")
    judged = list(workloads_available(context_of(view, part), NoParameters()))
    assert [str(one.subject) for one in judged] == ["Deployment shop/web"]
    assert [one.outcome.status for one in judged] == [Status.FAIL]


def test_system_namespaces_are_judged_for_availability_but_not_for_resilience() -> None:
    context = context_of(view_of(deployment("vendor-agent", "kube-system")))
    assert [str(one.subject) for one in workloads_available(context, NoParameters())] == [
        "Deployment kube-system/vendor-agent"
    ]
    assert list(spread_stated(context, Nothing())) == []


def replica_set(name: str, owner: tuple[str, str, str] | None) -> dict[str, Any]:
    made = pod(name, owner)
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": made["metadata"]}


def job(name: str, owner: tuple[str, str, str] | None) -> dict[str, Any]:
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": pod(name, owner)["metadata"]}


SET, RUN = ("apps/v1", "ReplicaSet", "web-1"), ("batch/v1", "Job", "report-1")


@pytest.mark.parametrize(
    ("owner", "others", "root"),
    [
        (None, (), "Pod shop/p"),
        (("v1", "Node", "n1"), (), "Pod shop/p"),
        (("apps/v1", "DaemonSet", "agent"), (), "None"),
        (("apps/v1", "StatefulSet", "db"), (), "None"),
        (("apps.kruise.io/v1", "StatefulSet", "db"), (), "StatefulSet shop/db"),
        (SET, (replica_set("web-1", ("apps/v1", "Deployment", "web")),), "None"),
        (SET, (replica_set("web-1", ("argoproj.io/v1alpha1", "Rollout", "web")),), "Rollout shop/web"),
        (SET, (replica_set("web-1", None),), "ReplicaSet shop/web-1"),
        (SET, (), "None"),  # its ReplicaSet is unseen: nearly always a Deployment's
        (RUN, (job("report-1", ("batch/v1", "CronJob", "report")),), "CronJob shop/report"),
        (RUN, (), "Job shop/report-1"),
        (("argoproj.io/v1alpha1", "Workflow", "build"), (), "Workflow shop/build"),
    ],
)
def test_the_root_of_a_pod(owner: tuple[str, str, str] | None, others: tuple[dict[str, Any], ...], root: str) -> None:
    view = view_of(pod("p", owner), *others)
    assert str(root_of(view, view.get("pods", "p", "shop"))) == root


def test_nodes_are_counted_by_the_whole_selector() -> None:
    view = view_of(pod("a", app="web", track="new"), pod("b", app="web", node="n2"), pod("c", app="web", track="new"))
    assert nodes_of(view, "shop", LabelSelector({"app": "web", "track": "new"})) == (2, {"n1"})
    assert nodes_of(view, "shop", LabelSelector({"app": "web"}))[1] == {"n1", "n2"}
    assert nodes_of(view, "shop", LabelSelector({"app": "other"})) == (0, set())
    assert nodes_of(view, "shop", LabelSelector()) == (0, set())
