"""Processes older than their configuration; and those that only look so."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.kinds.stale_config import not_checkable, stale_config
from k8sview.model.drift import ActorClass
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import parse_time
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.replicas_objects import pod_of
from tests.analysis.drift.shapes import Raw, deployment, entry, replica_set

OWNERS = (deployment(), replica_set(1, "9d"))
SET = OWNERS[1]
IMPORTS = {"envFrom": [{"configMapRef": {"name": "settings"}}]}
CONTENT: Raw = {"f:data": {"f:LEVEL": {}}}
MOUNT: Raw = {"volumes": [{"name": "c", "configMap": {"name": "settings"}}]}


def settings(written: str = "1h", fields: Raw | None = None, name: str = "settings", kind: str = "ConfigMap") -> Raw:
    wrote = {**entry("kubectl-edit", written), "fieldsV1": CONTENT if fields is None else fields}
    metadata = {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago("9d")}
    return {"kind": kind, "metadata": {**metadata, "managedFields": [wrote]}}


def test_pods_of_a_workload_are_told_once() -> None:
    pods = [pod_of(SET, name, container=IMPORTS) for name in ("a", "b")]
    (one,) = stale_config(view_of(*OWNERS, *pods, settings()))
    assert (one.object.kind, one.object.name, one.object.container) == ("Deployment", "web", "app")
    assert one.message == (
        "ConfigMap settings was written 60m ago, after container app of 2 pods had read it (envFrom)"
    )
    assert one.time.at == parse_time(ago("1h"))
    assert one.actor is not None
    assert one.actor.actor_class is ActorClass.HUMAN
    assert one.confidence is Confidence.OBSERVED
    assert one.next == "kubectl rollout restart deployment -n shop web"


def test_a_secret_by_one_key() -> None:
    reads = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "login", "key": "a"}}}]}
    (one,) = stale_config(view_of(pod_of(None, "a", container=reads), settings(name="login", kind="Secret")))
    assert one.path == "secrets/login"
    assert (one.before, one.after) == (None, None)


def test_a_refreshed_file_is_only_possible() -> None:
    mounts = {"volumeMounts": [{"name": "c", "mountPath": "/c"}]}
    (one,) = stale_config(view_of(pod_of(None, "a", container=mounts, spec=MOUNT), settings()))
    assert (one.confidence, one.severity) == (Confidence.INFERRED, Severity.INFO)
    assert "may not have read it" in one.message


def test_a_write_that_may_have_been_of_labels_only_is_less_sure() -> None:
    both = settings(fields={**CONTENT, "f:metadata": {"f:labels": {}}})
    (one,) = stale_config(view_of(pod_of(None, "a", container=IMPORTS), both))
    assert one.confidence is Confidence.INFERRED


def test_a_sidecar_reads_as_well() -> None:
    sidecar = {"name": "side", "image": "x:1", "restartPolicy": "Always", **IMPORTS}
    raw = pod_of(None, "a", spec={"initContainers": [sidecar]})
    state = {"running": {"startedAt": ago("2d")}}
    raw["status"]["initContainerStatuses"] = [{"name": "side", "state": state}]
    (one,) = stale_config(view_of(raw, settings()))
    assert one.object.container == "side"


FRESH = [
    ("older settings", pod_of(None, "a", container=IMPORTS), settings("3d")),
    ("a fresh pod", pod_of(None, "a", container=IMPORTS, age="10m"), settings()),
    ("only labels", pod_of(None, "a", container=IMPORTS), settings(fields={"f:metadata": {"f:labels": {}}})),
    ("a checksum", pod_of(None, "a", container=IMPORTS, annotations={"checksum/config": "1"}), settings()),
    (
        "a name with a hash",
        pod_of(None, "a", container={"envFrom": [{"configMapRef": {"name": "settings-6ft88t2cdk"}}]}),
        settings(name="settings-6ft88t2cdk"),
    ),
    (
        "the cluster's own certificates",
        pod_of(
            None,
            "a",
            container={"volumeMounts": [{"name": "t", "mountPath": "/t"}]},
            spec={"volumes": [{"name": "t", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}}]},
        ),
        settings(name="kube-root-ca.crt"),
    ),
    ("it is on its way out", pod_of(None, "a", container=IMPORTS, deletionTimestamp=ago("1m")), settings()),
]


@pytest.mark.parametrize(("raw", "source"), [case[1:] for case in FRESH], ids=[case[0] for case in FRESH])
def test_what_only_looks_stale(raw: Raw, source: Raw) -> None:
    assert list(stale_config(view_of(raw, source))) == []


def test_what_may_not_be_read_is_said() -> None:
    view = view_of(pod_of(None, "a", container=IMPORTS), settings(), denied=("configmaps", "secrets"))
    assert [one.reason for one in not_checkable(view)] == ["configmaps: list denied", "secrets: list denied"]
    assert list(stale_config(view)) == []
