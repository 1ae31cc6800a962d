"""Pods that do not run what one would think; and everything that only looks so."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.health.diagnoses.noticed import noticed
from k8sview.analysis.health.staleness import mixed_replicas
from k8sview.model.staleness import stale_config
from k8sview.model.status import Confidence
from tests.analysis.clusters import ago, read, view_of
from tests.analysis.health.objects import ALWAYS_READY, Raw, deployment, judge, node, pod

IMPORTS = {"envFrom": [{"configMapRef": {"name": "settings"}}]}


def settings(
    written: str = "1h", *, kind: str = "ConfigMap", name: str = "settings", born: str = "9d", **entry: Any
) -> Raw:
    wrote = {"manager": "kubectl", "time": ago(written), **entry}
    metadata = {"name": name, "namespace": "shop", "creationTimestamp": ago(born), "managedFields": [wrote]}
    return {"kind": kind, "metadata": metadata}


def runner(container: Raw, *, name: str = "web-0", volumes: tuple[Raw, ...] = (), **metadata: Any) -> Raw:
    """It has run for two days."""
    raw = pod(ALWAYS_READY, name=name, spec={"volumes": [*volumes]})
    raw["metadata"].update(metadata)
    raw["spec"]["containers"] = [{"name": "app", "image": "registry.example/x:1", **container}]
    return raw


def found(raw: Raw, *others: Raw, denied: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    view = view_of(raw, *others, denied=denied)
    return [(one.resource, one.name, one.how) for one in stale_config(view, [read(raw)[1]])]


MOUNTED = ({"name": "c", "configMap": {"name": "settings"}}, {"name": "s", "secret": {"secretName": "login"}})
STALE = [
    ("envFrom", runner(IMPORTS), settings(), ("configmaps", "settings", "envFrom")),
    (
        "env",
        runner({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "login", "key": "a"}}}]}),
        settings(kind="Secret", name="login"),
        ("secrets", "login", "env"),
    ),
    (
        "a sub-path is not refreshed",
        runner({"volumeMounts": [{"name": "c", "mountPath": "/c", "subPath": "a"}]}, volumes=MOUNTED),
        settings(),
        ("configmaps", "settings", "subPath"),
    ),
    ("made anew", runner(IMPORTS), settings("9d", born="1h"), ("configmaps", "settings", "envFrom")),
]


@pytest.mark.parametrize(("raw", "source", "stale"), [case[1:] for case in STALE], ids=[case[0] for case in STALE])
def test_a_process_older_than_its_settings(raw: Raw, source: Raw, stale: tuple[str, str, str]) -> None:
    assert found(raw, source) == [stale]


NOT_STALE = [
    ("older settings", runner(IMPORTS), settings("3d")),
    (
        "the kubelet refreshes a volume",
        runner({"volumeMounts": [{"name": "c", "mountPath": "/c"}]}, volumes=MOUNTED),
        settings(),
    ),
    ("a checksum rolls the pods", runner(IMPORTS, annotations={"checksum/config": "1"}), settings()),
    ("Reloader rolls the pods", runner({**IMPORTS, "env": [{"name": "STAKATER_SETTINGS"}]}), settings()),
    (
        "a name with a hash is never changed",
        runner({"envFrom": [{"configMapRef": {"name": "settings-6ft88t2cdk"}}]}),
        settings(name="settings-6ft88t2cdk"),
    ),
    ("a status is no content", runner(IMPORTS), settings(subresource="status")),
    ("only a label was written", runner(IMPORTS), settings(fieldsV1={"f:metadata": {"f:labels": {}}})),
    ("it does not exist", runner(IMPORTS), settings(name="other")),
]


@pytest.mark.parametrize(("raw", "source"), [case[1:] for case in NOT_STALE], ids=[case[0] for case in NOT_STALE])
def test_what_only_looks_stale(raw: Raw, source: Raw) -> None:
    assert found(raw, source) == []


def test_what_may_not_be_read_is_not_claimed() -> None:
    assert found(runner(IMPORTS), settings(), denied=("configmaps",)) == []


def with_digest(name: str, digest: str, where: str = "n1", **labels: str) -> Raw:
    status = {**ALWAYS_READY, "imageID": digest}
    raw = pod(status, name=name, node=where)
    raw["metadata"]["labels"] = {"app": "web", **labels}
    return raw


ONE, TWO = "registry.example/x@sha256:" + "1" * 64, "registry.example/x@sha256:" + "2" * 64


def mixed(*raws: Raw, nodes: tuple[Raw, ...] = ()) -> int:
    return len(mixed_replicas(view_of(*raws, *nodes), [read(raw)[1] for raw in raws]))


def test_replicas_that_run_different_things() -> None:
    assert mixed(with_digest("a", ONE), with_digest("b", TWO)) == 1
    old, new = {"pod-template-hash": "old"}, {"pod-template-hash": "new"}
    assert mixed(with_digest("a", ONE, **old), with_digest("b", ONE, **new)) == 1
    assert mixed(with_digest("a", ONE, **old), with_digest("b", TWO, **new)) == 2


def test_replicas_that_only_look_different() -> None:
    assert mixed(with_digest("a", ONE), with_digest("b", ONE)) == 0
    bare = "sha256:" + "3" * 64  # of the configuration, as one runtime writes it
    assert mixed(with_digest("a", ONE), with_digest("b", bare)) == 0
    arm, intel = node("n1"), node("n2")
    arm["status"]["nodeInfo"], intel["status"]["nodeInfo"] = {"architecture": "arm64"}, {"architecture": "amd64"}
    assert mixed(with_digest("a", ONE), with_digest("b", TWO, "n2"), nodes=(arm, intel)) == 0
    unready = with_digest("b", TWO)
    unready["status"]["conditions"] = []
    assert mixed(with_digest("a", ONE), unready) == 0


def test_they_are_told_to_who_asks_and_accuse_nobody() -> None:
    raw = deployment(2)
    pods = (runner(IMPORTS, name="a", labels={"app": "web", "pod-template-hash": "x"}), with_digest("b", TWO))
    assert judge(raw, *pods, settings()).verdict == "Healthy"
    told = {one.id: one for one in noticed(view_of(raw, *pods, settings()), read(raw)[1])}
    assert set(told) == {"config.stale", "replicas.mixed"}
    stale = told["config.stale"]
    assert stale.message.startswith("ConfigMap settings was written at 11:00 UTC by kubectl, after 1 pod had read it")
    assert stale.confidence is Confidence.INFERRED
    assert f"configmaps/settings metadata.managedFields[manager=kubectl].time = {ago('1h')}" in stale.evidence
    assert noticed(view_of(raw), read(raw)[1]) == ()


def test_how_sure_it_is_that_the_content_was_written() -> None:
    content: Raw = {"f:data": {"f:LEVEL": {}}}
    for fields, confidence in (
        (content, Confidence.CERTAIN),
        ({**content, "f:metadata": {"f:labels": {}}}, Confidence.INFERRED),  # one time for both
    ):
        raw = runner(IMPORTS)
        (told,) = noticed(view_of(raw, settings(fieldsV1=fields)), read(raw)[1])
        assert told.confidence is confidence
