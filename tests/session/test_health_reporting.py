"""The health report and its text: what a judged view turns into, with hostile names, blind spots and narrow scopes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model.health_report import HealthReport
from k8sview.model.objects.meta import Malformed, ObjectMeta
from k8sview.model.selectors import parse_selector
from k8sview.model.view import View
from k8sview.reports import documents, health_text, why_text
from k8sview.reports.formats import Look
from k8sview.reports.schema import schema
from k8sview.session.health_reporting import HealthReading, Scope, build_health_report, build_why_report
from k8sview.session.reporting import Timing
from k8sview.session.slices import to_end
from tests.analysis.clusters import NOON, ago, view_of

EVIL = "\x1b]0;owned\x07\x1b[2J\u202efdp"


def pod(name: str, *, namespace: str = "shop", reason: str = "", words: str = "", **labels: str) -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": words}} if reason else {"running": {"startedAt": ago("2h")}}
    statuses = [{"name": "app", "ready": not reason, "restartCount": 0, "state": state, "image": "a:1"}]
    conditions = [{"type": "Ready", "status": str(not reason), "lastTransitionTime": ago("40m")}]
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"{namespace}/{name}",
            "labels": labels,
            "creationTimestamp": ago("3h"),
        },
        "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "a:1"}]},
        "status": {"phase": "Running", "conditions": conditions, "containerStatuses": statuses},
    }


NODE = {
    "kind": "Node",
    "metadata": {"name": "n1", "uid": "n1", "creationTimestamp": ago("9h")},
    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
}


def reading(view: View) -> HealthReading:
    engine = HealthEngine()
    return HealthReading(view, engine, to_end(engine.update(view)), Timing(NOON, NOON, 0))


def report(*raws: dict[str, Any], denied: tuple[str, ...] = (), scope: Scope | None = None) -> HealthReport:
    return build_health_report(reading(view_of(*raws, denied=denied)), scope or Scope())


def valid(one: HealthReport) -> Any:
    document = json.loads(documents.render(one))
    jsonschema.Draft202012Validator(schema("health")).validate(document)
    return document


def test_one_cause_with_its_evidence_in_two_parts() -> None:
    one = report(pod("web", reason="ImagePullBackOff", words="manifest unknown: not found"), pod("fine"), NODE)
    (cause,) = valid(one)["rootCauses"]
    assert cause["object"] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": "shop",
        "name": "web",
        "container": "app",
    }
    assert {"path": "status.containerStatuses[name=app].state.waiting.reason", "value": "ImagePullBackOff"} in cause[
        "evidence"
    ]
    assert one.summary.verdicts["Healthy"] == 2
    assert [each.object.name for each in one.objects] == ["web"]


def test_everything_is_asked_for_by_all() -> None:
    names = [each.object.name for each in report(pod("web"), NODE, scope=Scope(everything=True)).objects]
    assert sorted(names) == ["n1", "web"]


def test_a_scope_tells_only_causes_of_what_it_holds() -> None:
    raws = (
        pod("a", reason="ImagePullBackOff", app="a"),
        pod("b", namespace="other", reason="ErrImageNeverPull", app="b"),
        NODE,
    )
    assert [one.object.name for one in report(*raws, scope=Scope(("other",))).root_causes] == ["b"]
    picked = Scope(selector=parse_selector("app=a"), selector_text="app=a")
    one = report(*raws, scope=picked)
    assert ([each.object.name for each in one.root_causes], one.selector) == (["a"], "app=a")


def test_what_could_not_be_read_is_in_no_count_and_in_the_text() -> None:
    one = report(NODE, denied=("pods", "secrets"))
    assert [each.resource for each in one.unseen] == ["pods"]
    text = health_text.render(one)
    assert "? no fault in what could be seen" in text
    assert "? denied pods: list pods is forbidden" in text
    assert "? denied list secrets: causes may be less sure" in text
    assert "✓ no fault" not in text


def test_what_could_not_be_read_for_the_same_reason_is_told_once() -> None:
    text = health_text.render(report(NODE, denied=("pods", "services", "secrets", "events")))
    assert "? denied pods, services: list is forbidden" in text
    assert text.count("causes may be less sure") == 1


def test_nothing_wrong_and_all_seen_is_said_in_one_line() -> None:
    assert "✓ no fault  2 Healthy" in health_text.render(report(pod("web"), NODE))


def test_kinds_that_say_nothing_are_a_number_and_never_green() -> None:
    meta = {"name": "w", "namespace": "shop", "uid": "w"}
    silent = {"apiVersion": "example.org/v1", "kind": "Widget", "metadata": meta}
    text = health_text.render(report(silent, NODE))
    assert "1 Unknown" in text
    assert "? 1 object of kinds that say nothing of their health" in text


@pytest.mark.parametrize("verbose", [False, True])
def test_hostile_text_cannot_reach_a_terminal(verbose: bool) -> None:
    evil = pod(f"web{EVIL}", reason="CreateContainerConfigError", words=f'configmap "{EVIL}" not found')
    one = report(evil, NODE)
    look = Look(verbose=verbose)
    whole = health_text.render(one, look) + documents.render(one)
    view = view_of(evil, NODE)
    key = ("shop", f"web{EVIL}")
    answer = build_why_report(reading(view), "pods", key)
    whole += why_text.render(answer, look) + documents.render(answer)
    assert "\x1b" not in whole
    assert "\u202e" not in whole
    valid(one)


def test_the_same_view_gives_the_same_bytes() -> None:
    raws = [pod(f"web-{number}", reason="CrashLoopBackOff") for number in range(20)]
    assert documents.render(report(*raws, NODE)) == documents.render(report(*reversed(raws), NODE))


def test_a_malformed_object_is_an_error_and_not_lost() -> None:
    view = view_of(NODE)
    table = view.table("deployments.apps")
    broken = Malformed(ObjectMeta(name="web", namespace="shop"), "spec.replicas: expected int, got str")
    whole = msgspec.structs.replace(table, malformed={("shop", "web"): broken})
    view = msgspec.structs.replace(view, tables={**view.tables, "deployments.apps": whole})
    assert build_health_report(reading(view), Scope()).errors == (
        "deployments.apps shop/web: spec.replicas: expected int, got str",
    )
    assert "✓" not in health_text.render(build_health_report(reading(view), Scope()))


def test_why_says_once_what_the_object_itself_says() -> None:
    meta = {"name": "w", "namespace": "shop", "uid": "w"}
    failing = {"apiVersion": "example.org/v1", "kind": "Widget", "metadata": meta, "status": {"phase": "Failed"}}
    answer = build_why_report(reading(view_of(failing)), "widgets.example.org", ("shop", "w"))
    text = why_text.render(answer)
    assert text.count("is Failed") == 1
    assert "← root cause [object.not-well]" in text
