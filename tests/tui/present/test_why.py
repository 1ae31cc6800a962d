"""Why is it like this, as lines: the verdict, the chain, the next step; never surer than what was seen."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.health_report import Compare, Evidence, ObjectHealth, WhyReport
from k8sview.model.resources import Key, Ref, key_of
from k8sview.model.tables import State, TableState
from k8sview.model.view import View
from k8sview.session.health_reporting import HealthReading, build_why_report, cause_report
from k8sview.session.reporting import Timing
from k8sview.tui.present import places
from k8sview.tui.present.causes import cause_lines
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.lines import Line
from k8sview.tui.present.users import has_users, user_lines
from k8sview.tui.present.why import cause_links, not_judged, verdict_only, why_lines
from tests.tui.pictures import NOW, ClusterBuilder, judged_by, night

WEB: Key = ("shop", "web")


def reading(view: View) -> HealthReading:
    engine = HealthEngine()
    return HealthReading(view, engine, judged_by(engine, view), Timing(NOW, NOW, 0))


def why(view: View, resource: str = "deployments.apps", key: Key = WEB) -> WhyReport:
    return build_why_report(reading(view), resource, key)


def texts(lines: list[Line]) -> list[str]:
    return [line.text.rstrip() for line in lines]


def section(lines: list[Line], title: str) -> list[str]:
    found = texts(lines)
    start = next(at for at, text in enumerate(found) if text.startswith(title))
    end = next((at for at, text in enumerate(found[start:], start) if not text), len(found))
    return found[start + 1 : end]


def test_the_chain_leads_from_the_object_to_its_root_cause() -> None:
    lines = why_lines(why(night().view()), NOW, 100)
    assert lines[0].text == "✗ Down  Deployment shop/web  since 10:00:00 (120m)"
    steps = [line for line in lines if line.key.startswith("step:")]
    assert steps[0].text.strip() == "Deployment shop/web  ✗ Down"
    assert all("└ because " in step.text for step in steps[1:])
    assert steps[-1].text.endswith("ConfigMap shop/settings  ✗ cause  ← root cause")
    assert steps[-1].target == places.thing("configmaps", ("shop", "settings"), "explain")
    assert "kubectl" in section(lines, "NEXT")[0]
    assert any(one.startswith("status.containerStatuses") for one in map(str.strip, section(lines, "EVIDENCE OF THE")))


def test_the_cause_is_one_enter_away() -> None:
    lines = why_lines(why(night().view()), NOW, 100)
    link = next(line for line in lines if line.key == "cause")
    assert link.text == "→ it affects 6 objects"
    assert link.target is not None
    assert (link.target.screen, link.target.arguments[1]) == ("cause", "ConfigMap/settings")


def test_a_command_is_copied_whole_however_it_is_wrapped() -> None:
    lines = why_lines(why(night().view()), NOW, 20)
    wrapped = [line for line in lines if line.copy]
    assert len(wrapped) > 1
    assert {line.copy for line in wrapped} == {"kubectl get configmaps -n shop"}


def test_what_is_well_says_so_and_on_what_evidence() -> None:
    lines = texts(why_lines(why(night().view(), key=("shop", "fine")), NOW, 100))
    assert lines[0] == "✓ Healthy  Deployment shop/fine"
    assert "It is well." in lines
    assert "  status.availableReplicas = 1" in lines
    assert "WHY" not in lines


def test_what_could_not_be_read_is_named() -> None:
    view = night().state("events", TableState(State.DENIED, "forbidden")).view()
    report = why(view, "pods", ("shop", "web-7d4f-x1"))
    report = replace(report, object=replace(report.object, missing=("events: denied",)))
    assert "? not seen: events: denied: the answer may be incomplete" in texts(why_lines(report, NOW, 100))


def test_how_others_see_it_stands_below() -> None:
    report = why(night().view())
    other = Compare("InProgress", None, "they wait for a deadline")
    report = replace(report, object=replace(report.object, compare=other))
    assert section(why_lines(report, NOW, 100), "AS OTHERS") == [
        "kstatus: InProgress · Argo CD: says nothing",
        "  they wait for a deadline",
    ]


def test_a_fault_that_nothing_explains_is_not_passed_off_as_explained() -> None:
    own = ObjectHealth(Ref("v1", "Pod", "shop", "x"), HealthVerdict.DOWN, evidence=(Evidence("a", "1"),))
    report = replace(why(night().view()), object=own, chain=(), root_cause=None)
    lines = texts(why_lines(report, NOW, 100))
    assert "? no diagnosis explains it" in lines
    assert "  a = 1" in lines


def test_evidence_is_told_once() -> None:
    report = why(night().view())
    assert report.root_cause is not None
    report = replace(report, object=replace(report.object, evidence=report.root_cause.evidence))
    lines = texts(why_lines(report, NOW, 200))
    assert len([line for line in lines if 'configmap "settings" not found' in line and "status." in line]) == 1


def test_before_the_judgement_the_verdict_alone() -> None:
    health = Health(HealthVerdict.DOWN, "Crash", "it crashes", missing=("events",), evidence=("a = 1",))
    lines = texts(verdict_only(health, NOW, 80, pending=True))
    assert lines[:4] == ["✗ Down  Crash", "it crashes", "… the cause is not judged yet", "  a = 1"]
    assert "? not seen: events" in lines[-1]


def test_a_kind_without_health_may_be_the_cause() -> None:
    causes = reading(night().view()).health.causes
    lines = not_judged("ConfigMap", causes, NOW, 100)
    assert lines[0].text.startswith("- The kind ConfigMap has no health of its own")
    link = next(line for line in lines if line.target is not None)
    assert link.text == "✗ ROOT CAUSE  of 6 objects that are not well, for 120m"
    assert cause_links((), NOW, 100) == []


def test_the_page_of_a_cause() -> None:
    read = reading(night().view())
    (cause,) = read.health.causes
    verdicts = {one.object: one.health for one in read.health.judged}
    lines = cause_lines(cause_report(read.view, cause), verdicts, NOW, 100)
    assert lines[0].text == "✗ cause  ConfigMap shop/settings  since 10:00:00 (120m)"
    affected = [line for line in lines if line.key.startswith("object:")]
    assert len(affected) == cause.affects == 6
    assert "Deployment shop/web" in affected[0].text
    assert affected[0].target == places.thing("deployments.apps", WEB, "explain")
    assert section(lines, "NEXT") == ["  kubectl get configmaps -n shop"]
    assert any("was created" in line for line in section(lines, "CHANGED BEFORE"))


def test_a_long_list_of_affected_objects_is_cut_and_the_number_stays_whole() -> None:
    read = reading(night().view())
    cause = cause_report(read.view, read.health.causes[0])
    pods = tuple(Ref("v1", "Pod", "shop", f"web-{number}") for number in range(1000))
    lines = texts(cause_lines(replace(cause, objects=pods, affects=1000), {}, NOW, 100))
    assert "AFFECTS (1000)" in lines
    assert "and 700 more: k8sview health --verbose lists all" in lines
    assert len(lines) < 350


@pytest.mark.parametrize("readable", [True, False])
def test_what_uses_a_config_map(readable: bool) -> None:
    builder = night()
    if not readable:
        builder = ClusterBuilder().state("pods", TableState(State.DENIED, "forbidden"))
    around = Surroundings(builder.view(), lambda pod: Health(HealthVerdict.DOWN, "Waits"))
    lines = user_lines("configmaps", ("shop", "settings"), around, 100)
    assert has_users("configmaps")
    if readable:
        assert texts(lines)[1:] == [
            "USED BY (2)",
            "✗ Down        Pod web-7d4f-x1  Waits",
            "✗ Down        Pod worker-7d4f-x1  Waits",
        ]
    else:
        assert texts(lines)[1] == "USED BY (?)"
        assert "what uses it is not known" in lines[2].text


def test_every_object_of_the_night_can_be_explained() -> None:
    read = reading(night().view())
    for one in read.engine.everything():
        obj: Any = read.view.get(one.resource, one.object.name, one.object.namespace)
        lines = why_lines(build_why_report(read, one.resource, key_of(obj)), NOW, 78)
        assert lines[0].text.startswith(("✓", "✗", "!", "?", "»"))
