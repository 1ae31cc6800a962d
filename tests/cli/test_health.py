"""``k8sview health`` and ``k8sview why`` as people call them, on the recording that ships with the program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import jsonschema
import pytest

from k8sview.cli.opening import recording
from k8sview.reports.schema import schema
from k8sview.session.following import Followed
from k8sview.session.health import health_once
from tests.cli.conftest import Call, Result


def ask(call: Call, *words: str) -> Result:
    return call(*words, "--from", "demo")


def valid(document: Any, command: str) -> Any:
    jsonschema.Draft202012Validator(schema(command)).validate(document)
    return document


def test_the_text_begins_with_causes_and_ends_with_what_was_not_seen(call: Call) -> None:
    result = ask(call, "health")
    assert result.code == 1
    assert result.err == ""
    head, _, rest = result.out.partition("\n")
    assert "recording of" in head
    assert "causes of" in rest
    assert "Deployment search/indexer (container indexer)" in rest
    assert "next: kubectl logs -n search" in rest
    assert rest.index("indexer") < rest.index("NO FAULT, AND NOT PLAINLY WELL") < rest.index("NOT SEEN")
    assert "? denied" in rest


def test_the_night_of_the_demo_is_told_by_its_causes(call: Call) -> None:
    document = ask(call, "health", "-o", "json").document
    causes = {f"{one['object']['kind']} {one['object']['name']}": one for one in document["rootCauses"]}
    told = {
        "DaemonSet cilium": "container.exits",
        "StorageClass gp2": "claim.no-storage-class",
        "ResourceQuota team": "creation.quota-exceeded",
        "Deployment indexer": "container.exits",
        "Deployment forecast": "pod.unschedulable-resources",
        "Deployment checkout": "image.not-found",
        "StatefulSet store": "statefulset.forced-rollback",
        "Certificate payments-tls": "tls.not-issued",
        "CronJob invoice-reminder": "cronjob.missed",
    }
    assert {name: causes[name]["diagnosis"] for name in told} == told
    assert next(iter(causes)) == "DaemonSet cilium", "most falls by it"
    fallen = {f"{one['kind']} {one['name']}" for one in causes["DaemonSet cilium"]["objects"]}
    assert {
        "APIService v1beta1.metrics.k8s.io",
        "HorizontalPodAutoscaler web",
        "ScaledObject invoice-worker",
        "Deployment cart",
        "DaemonSet node-agent",
    } <= fallen
    assert "Deployment checkout" not in fallen


def test_what_changed_just_before_is_told_with_its_author(call: Call) -> None:
    indexer = ask(call, "why", "deploy/indexer", "-n", "search").out
    assert "ConfigMap search/indexer-settings was written by kubectl-edit" in " ".join(indexer.split())
    checkout = " ".join(ask(call, "why", "deploy/checkout", "-n", "shop").out.split())
    assert "got new pods (argocd-controller)" in checkout
    assert "shop/checkout:2.3.7 → registry.demo.example.com/shop/checkout:2.4.0" in checkout
    assert "Node apps-4 rebooted" in ask(call, "why", "hpa/web", "-n", "shop").out


def test_the_document_is_valid_and_says_the_same(call: Call) -> None:
    result = ask(call, "health", "-o", "json")
    document = valid(result.document, "health")
    assert result.code == 1
    causes = {cause["id"]: cause for cause in document["rootCauses"]}
    assert document["summary"]["rootCauses"] == len(causes)
    for one in document["objects"]:
        assert one["verdict"] != "Healthy"
        assert (one["rootCause"] in causes) == (one["verdict"] in ("Degraded", "Down"))
    for cause in causes.values():
        assert cause["affects"] == len(cause["objects"])
        assert all(one["path"] for one in cause["evidence"])
    assert ask(call, "health", "-o", "json").out == result.out


def test_all_lists_what_is_well_too(call: Call) -> None:
    document = ask(call, "health", "--all", "-o", "json").document
    verdicts = [one["verdict"] for one in document["objects"]]
    assert {name: verdicts.count(name) for name in set(verdicts)} == {
        name: number for name, number in document["summary"]["verdicts"].items() if number
    }


def test_a_namespace_or_labels_narrow_it(call: Call) -> None:
    document = ask(call, "health", "-n", "search", "-o", "json").document
    assert {one["object"]["namespace"] for one in document["objects"]} == {"search"}
    assert document["run"]["selection"]["namespaces"] == ["search"]
    document = ask(call, "health", "-l", "app in (indexer),!nothing", "-o", "json").document
    assert document["selector"] == "app in (indexer),!nothing"
    assert {one["object"]["namespace"] for one in document["objects"]} <= {"search"}


def test_what_is_only_as_last_seen_says_so_itself(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads stdout alone must not take an old answer for the health of now."""
    source, clock = recording("demo")
    report = asyncio.run(health_once(source, None, clock=clock))

    async def follow(*arguments: object, **named: object) -> AsyncGenerator[Followed, None]:
        yield Followed(report, "connection refused")

    monkeypatch.setattr("k8sview.cli.commands.health.follow_health", follow)
    monkeypatch.setattr("k8sview.cli.commands.health.opened", lambda arguments: (None, None))
    result = call("health", "--watch", "-o", "json")
    assert result.document["errors"] == ["connection lost, all is as last seen: connection refused"]
    assert "connection lost: connection refused" in result.err


def test_labels_that_nothing_has_are_no_good_news(call: Call) -> None:
    result = ask(call, "health", "-l", "app=nobodys")
    assert "nothing was judged" in result.out
    assert "✓" not in result.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("health", "-n", "serch"), "there is no namespace 'serch'"),
        (("health", "-l", "a in b"), "is no label selector"),
        (("health", "--watch"), "a recording does not change"),
        (("why", "deploy/indexr"), "did you mean 'indexer'"),
        (("why", "deploy/indexer", "-n", "shop"), "(there is one in search)"),
        (("why", "deplyment/indexer"), "did you mean 'deployment'"),
        (("why", "deploy/indexer/x"), "expected KIND/NAME"),
        (("why", "a", "b", "c"), "expected one object"),
        (("why", "cm/kube-root-ca.crt", "-n", "search"), "kube-root-ca.crt"),
    ],
)
def test_what_cannot_be_asked_is_said_with_the_nearest_spelling(call: Call, words: tuple[str, ...], said: str) -> None:
    result = ask(call, *words)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    "words", [("deploy/indexer",), ("deployment", "indexer"), ("indexer",), ("deploy.apps/indexer",)]
)
def test_why_names_the_cause_and_the_next_step(call: Call, words: tuple[str, ...]) -> None:
    result = ask(call, "why", *words, "-n", "search")
    assert result.code == 1
    assert "Deployment search/indexer" in result.out
    assert "← root cause" in result.out
    assert "[container.exits]" in result.out
    assert "next: kubectl logs" in result.out
    assert len(result.out.splitlines()) < 30, "it is to be read in ten seconds"


def test_why_as_a_document(call: Call) -> None:
    document = valid(ask(call, "why", "deploy/indexer", "-n", "search", "-o", "json").document, "why")
    assert document["chain"][0]["object"]["kind"] == "Deployment"
    assert document["rootCause"]["id"] == document["object"]["rootCause"]


def test_why_of_something_that_is_well(call: Call) -> None:
    document = valid(ask(call, "why", "node/apps-1", "-o", "json").document, "why")
    assert document["object"]["verdict"] == "Healthy"
    assert (document["chain"], document["rootCause"]) == ([], None)
    assert ask(call, "why", "node/apps-1").code == 0


def test_a_diagnosis_can_be_looked_up(call: Call) -> None:
    assert "diagnosis of health" in call("explain", "container.oom-killed").out
    assert call("explain", "container.oom-killed", "-o", "json").document["kind"] == "Diagnosis"
    assert "did you mean 'container.oom-killed'" in call("explain", "container.oom-kiled").err


def test_the_role_can_hold_what_health_reads(call: Call) -> None:
    assert "priorityclasses" not in call("access").out
    assert "priorityclasses" in call("access", "--health").out
    whole = call("access", "--health", "-n", "shop").out
    assert "secrets" in whole
    assert "storageclasses" not in whole
