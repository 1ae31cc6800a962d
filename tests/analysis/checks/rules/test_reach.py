"""A run of one namespace: what belongs to the whole cluster is left out, and never taken for absent."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.checks.outcome import Context, Judged
from k8sview.analysis.checks.registry import RULES
from k8sview.catalog.sample import sample_view
from k8sview.catalog.spec import TestSpec as Sample
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Status

CLUSTERWIDE = "ciliumclusterwidenetworkpolicies.cilium.io"
WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"template": {"metadata": {"labels": {"app": "web"}}}},
}
EDGE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "edge", "namespace": "shop"},
    "spec": {"type": "NodePort", "externalTrafficPolicy": "Local", "selector": {"app": "web"}},
}


def in_shop(
    rule: str, parameters: dict[str, Any], *objects: dict[str, Any], named: tuple[str, ...] = ()
) -> list[Judged]:
    """What a rule says in a run of the namespace shop, in which nothing of the whole cluster is read."""
    view = sample_view(Sample(name="reach", expect=Status.PASS, objects=objects), named)
    resources = {
        name: msgspec.structs.replace(one, namespaced=False) if name == CLUSTERWIDE else one
        for name, one in view.resources.items()
    }
    tables = {name: table for name, table in view.tables.items() if resources[name].namespaced}
    view = msgspec.structs.replace(view, namespaces=("shop",), resources=resources, tables=tables)
    status = ComponentStatus("test", "Test", Layer.BUILDING, Presence.INSTALLED)
    context = Context(view, status, {}, lambda resource, obj: Health(HealthVerdict.HEALTHY))
    entry = RULES[rule]
    return list(entry.run(context, msgspec.convert(parameters, entry.parameters)))


def statuses(judged: list[Judged]) -> set[Status]:
    return {one.outcome.status for one in judged}


def test_coverage_is_not_judged_where_cluster_wide_policies_may_count() -> None:
    assert statuses(in_shop("policies-cover", {}, WEB, named=(CLUSTERWIDE,))) == {Status.SKIP}


def test_coverage_is_judged_where_there_are_none_to_count() -> None:
    assert statuses(in_shop("policies-cover", {}, WEB)) == {Status.FAIL}


def test_a_local_node_port_is_not_judged_without_nodes() -> None:
    assert statuses(in_shop("traffic-policy", {}, EDGE)) == {Status.SKIP}
