"""What could not be read of what changed just before, and that it hides nothing else."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.before import BEFORE_READS, unread_before
from k8sview.analysis.drift.rules import CRDS
from k8sview.model.kinds import KINDS, ref_to
from k8sview.model.resources import Ref
from tests.analysis.clusters import view_of
from tests.analysis.drift.shapes import (
    Raw,
    deployment,
    entry,
    replica_set,
    workload,
)
from tests.analysis.drift.test_before import DB, NODE, WEB, named, node, sentences, using_maps


def unread(*raws: Raw, about: tuple[Ref, ...] = (WEB,), denied: tuple[str, ...] = ()) -> tuple[str, ...]:
    return unread_before(view_of(*raws, denied=denied), about)


def test_what_was_read_as_a_whole_has_no_gaps() -> None:
    assert unread(deployment()) == ()


@pytest.mark.parametrize(
    "resource",
    [
        "events",
        "replicasets.apps",
        "horizontalpodautoscalers.autoscaling",
        "networkpolicies.networking.k8s.io",
        "resourcequotas",
        "limitranges",
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "pods",
    ],
)
def test_a_denied_table_is_named(resource: str) -> None:
    assert unread(deployment(), denied=(resource,)) == (resource,)


def test_only_tables_that_would_have_told_are_named() -> None:
    everything = ("controllerrevisions.apps", "replicasets.apps", "configmaps", "secrets", "nodes")
    assert unread(deployment(), denied=everything) == ("replicasets.apps",)
    assert unread(using_maps(), denied=everything) == ("configmaps", "replicasets.apps", "secrets")
    db = workload("StatefulSet", "db")
    assert unread(db, about=(DB,), denied=everything) == ("controllerrevisions.apps",)
    assert unread(about=(NODE,), denied=everything) == ("nodes",)
    config = ref_to("ConfigMap", "shop", "web-config")
    assert unread(about=(config,), denied=(*everything, "events")) == ("configmaps",)


def test_whoever_asks_knows_beforehand_what_to_read() -> None:
    claim, hpa = named("PersistentVolumeClaim", "data"), named("HorizontalPodAutoscaler", "web")
    db = workload("StatefulSet", "db", template={"spec": {"serviceAccountName": "db"}})
    present = (using_maps(), db, workload("DaemonSet", "agent"), claim, hpa, node())
    about = (*(ref_to(one["kind"], "shop", one["metadata"]["name"]) for one in present), NODE)
    read = {"deployments.apps", "statefulsets.apps", "daemonsets.apps", "persistentvolumeclaims", "nodes"}
    found = unread(*present, about=about, denied=tuple(KINDS.keys() - read))
    assert set(found) == set(BEFORE_READS) - read - {CRDS}
    widget = {**named("Widget", "w"), "apiVersion": "example.org/v1"}
    assert unread(widget, about=(Ref("example.org/v1", "Widget", "shop", "w"),), denied=(CRDS,)) == (CRDS,)


def test_denied_evidence_does_not_hide_the_rest() -> None:
    used = named("ConfigMap", "web-config", entry("kubectl-edit", "6m"))
    sets = replica_set(1, "9d", app="a:1"), replica_set(2, "5m", app="a:2")
    assert sentences(using_maps(), *sets, used, denied=("replicasets.apps", "events")) == [
        "ConfigMap shop/web-config was written by kubectl-edit"
    ]
