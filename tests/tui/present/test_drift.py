"""The drift screens' values: rows, words and pages that never claim more than was looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from k8sview.model.drift import (
    Actor,
    ActorClass,
    Drift,
    DriftKind,
    DriftSummary,
    DriftTime,
    NotCheckable,
)
from k8sview.model.kinds import KINDS
from k8sview.model.living_drift import LivingDrift, SeenChange
from k8sview.model.resources import Ref
from k8sview.model.status import Severity
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.changes import CHANGES, Told, changes_line, happening_lines, happenings, moments_text
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.drift import (
    DRIFT,
    blind_lines,
    card_lines,
    counts_line,
    entries,
    entry_lines,
    found,
    gone_lines,
    place_for,
)
from k8sview.tui.present.drift_following import worth_following
from k8sview.tui.present.drift_words import (
    change_text,
    happened,
    headline,
    severity_badge,
    short_change,
    short_path,
    when,
    who,
)
from k8sview.tui.present.fences import FENCES, fences_line, opening_lines, openings
from k8sview.tui.present.house_drift import drift_lines as house_lines
from k8sview.tui.present.lines import Line
from k8sview.tui.present.owned import drift_lines, owner_lines
from k8sview.tui.present.rows import Rows
from tests.tui.drifted import drifted_view, living_drift
from tests.tui.pictures import NOW, ClusterBuilder

NOTHING = LivingDrift(NOW)
BLIND = replace(NOTHING, not_checkable=(NotCheckable(DriftKind.OUT_OF_BAND, "services: list denied"),))
AROUND = Surroundings(ClusterBuilder().view(), lambda obj: None)
DEPLOYMENTS = KINDS["deployments.apps"].resource
IMAGE = "spec.template.spec.containers[name=app].image"


def text(lines: list[Line]) -> str:
    return "\n".join(one.text for one in lines)


@pytest.mark.parametrize(
    ("drift", "words", "role"),
    [
        (None, "… drift: not looked at yet", Role.MUTED),
        (NOTHING, "✓ no drift", Role.OK),
        (BLIND, "? no drift in what could be looked at", Role.UNKNOWN),
        (replace(NOTHING, unfollowed=("roles",)), "? no drift in what could be looked at", Role.UNKNOWN),
        (replace(NOTHING, waiting=3), "… no drift so far, 3 suspects still to read", Role.UNKNOWN),
        (living_drift(), "✗ 2 drifts of 2 objects", Role.FAIL),
        (replace(NOTHING, summary=DriftSummary(1, 1)), "! 1 drift of 1 object", Role.WARN),
    ],
)
def test_the_headline_is_green_only_where_everything_was_looked_at(
    drift: LivingDrift | None, words: str, role: Role
) -> None:
    assert headline(drift) == Span(words, role)


def test_rows_stand_worst_first_and_what_nothing_manages_only_on_request() -> None:
    drift = living_drift()
    rows = Rows(DRIFT)
    rows.update(entries(drift, faults_only=True, before={}), AROUND, NOW)
    assert [rows.cells(key, NOW)[0].text for key in rows.order] == ["✗ high sec", "! medium"]
    assert [rows.cells(key, NOW)[3].text for key in rows.order][1] == "app:1 → app:2-debug"
    assert len(entries(drift, faults_only=False, before={})) == 3


def test_a_row_that_is_as_it_was_is_the_same_value() -> None:
    before = entries(living_drift(), faults_only=True, before={})
    after = entries(living_drift(), faults_only=True, before=before)
    assert all(after[key] is before[key] for key in after)


def test_two_drifts_of_one_leaf_are_two_rows() -> None:
    (role, *_) = living_drift().drifts
    twice = replace(NOTHING, drifts=(role, replace(role, message="another")))
    assert len(entries(twice, faults_only=True, before={})) == 2


def test_the_counts_say_what_is_not_listed_among_the_drifts() -> None:
    line = counts_line(replace(living_drift(), waiting=7), 160).text
    for words in ("✗ 1 high", "! 1 medium", "1 hole, 1 more by default", "1 unmanaged", "90% managed", "… 7 to read"):
        assert words in line
    assert len(counts_line(living_drift(), 40).text) <= 40


def test_what_could_not_be_looked_at_takes_two_lines_at_most() -> None:
    many = tuple(NotCheckable(DriftKind.HELM, f"release number {number} could not be read") for number in range(20))
    lines = blind_lines(replace(NOTHING, not_checkable=many), 78)
    assert len(lines) == 2
    assert lines[1].text.endswith("… 20 reasons: F")
    assert all(len(one.text) <= 80 for one in lines)
    assert blind_lines(NOTHING, 78) == []


def test_the_card_tells_all_and_leads_to_the_object() -> None:
    drift = living_drift()
    key, one = next((key, one) for key, one in entries(drift, faults_only=True, before={}).items() if one.path == IMAGE)
    place = place_for(one, key)
    assert place.crumb == "card Deployment/web"
    assert found(drift, (place.arguments[0], place.arguments[1])) is one
    page = text(card_lines(one, NOW, 120))
    for words in (
        "before  registry/app:1",
        "after   registry/app:2-debug",
        "by kubectl edit (human)",
        "at 11:58:00 (2m ago), by our own watch",
        "Kustomization flux-system/shop is suspended",
        "look in the audit log",
        f"{IMAGE} = registry/app:2-debug",
    ):
        assert words in page.replace("120s", "2m")
    targets = [each.target for each in card_lines(one, NOW, 120) if each.target is not None]
    assert places.thing("deployments.apps", ("shop", "web"), "timeline") in targets
    (step,) = {each.copy for each in card_lines(one, NOW, 60) if each.copy}
    assert step == one.next


def test_a_card_whose_drift_is_gone_says_so() -> None:
    assert found(NOTHING, ("x", "y")) is None
    assert "this drift is gone" in gone_lines("Role/deployer", 60)[0].text


def test_control_characters_of_a_cluster_are_made_visible() -> None:
    evil = Drift(
        kind=DriftKind.OUT_OF_BAND,
        object=Ref("v1", "ConfigMap", "shop", "x"),
        path="data\x1b[2J",
        after="\x1b]0;title\x07",
        message="m\x1b[31m",
        why_not_reverted="\x1b",
        next="n\x1b",
        evidence=("e\x1b",),
        actor=Actor(ActorClass.UNKNOWN, "m\x1b"),
    )
    assert "\x1b" not in text([*card_lines(evil, NOW, 80), *entry_lines(evil, NOW, 80)])


@pytest.mark.parametrize(
    ("before", "after", "change", "words"),
    [
        ("1", "2", "override", "1 → 2"),
        (None, "2", "addition", "- → 2"),
        (None, "2", "override", "? → 2"),
        ("1", None, "removal", "1 → -"),
        (None, None, "override", ""),
    ],
)
def test_old_and_new(before: str | None, after: str | None, change: str, words: str) -> None:
    assert change_text(before, after, change) == words


def test_a_narrow_cell_leaves_out_what_both_sides_share() -> None:
    assert short_change("registry.example/team/app:1", "registry.example/team/app:2", None) == "app:1 → app:2"
    assert short_change("a.example/app:1", "b.example/app:1", None) == "a.example/app:1 → b.example/app:1"
    assert short_path(IMAGE) == "…containers[app].image"
    assert short_path("spec.replicas") == "spec.replicas"


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (DriftTime(), "when: nothing tells"),
        (DriftTime(at=NOW - timedelta(minutes=5), basis="watch"), "at 11:55:00 (5m ago), by our own watch"),
        (
            DriftTime(at=NOW, not_before=NOW - timedelta(days=2), basis="managedFields"),
            "between 02-27 12:00:00 and 12:00:00 (0s ago), by managedFields",
        ),
        (DriftTime(not_before=NOW - timedelta(hours=1)), "after 11:00:00"),
    ],
)
def test_when(time: DriftTime, words: str) -> None:
    assert when(time, NOW) == words


def test_who_is_the_program_and_never_a_user() -> None:
    assert who(Actor(ActorClass.HUMAN, "kubectl-edit", "Update")) == "kubectl edit"
    assert who(Actor(ActorClass.HUMAN, "kubectl", "Update", "scale")) == "kubectl scale"
    assert who(Actor(ActorClass.UI, "node-fetch", "Update")) == "node-fetch"
    assert who(None) == "?"


def test_the_fence_audit_has_holes_worst_first_and_what_was_not_looked_at() -> None:
    rows = Rows(FENCES)
    rows.update(openings(living_drift(), faults_only=True, before={}), AROUND, NOW)
    told = [[cell.text for cell in rows.cells(key, NOW)] for key in rows.order]
    assert [one[0] for one in told] == ["! medium", "? unseen"]
    assert told[0][4:6] == ["12 objects, 1 drift", "somebody"]
    assert "their values are never read" in told[1][2]
    rows.update(openings(living_drift(), faults_only=False, before={}), AROUND, NOW)
    assert [rows.cells(key, NOW)[5].text for key in rows.order] == ["somebody", "", "by default"]


def test_a_hole_is_told_in_full() -> None:
    (suspended, *_) = openings(living_drift(), faults_only=True, before={}).values()
    page = text(opening_lines(suspended, NOW, 100))
    for words in ("it is suspended", "spec.suspend = true", "(2d ago)", "behind it: 12 objects, 1 drift"):
        assert words in page


def test_no_hole_is_only_said_where_everything_was_looked_at() -> None:
    assert "✓ no hole" in fences_line(NOTHING, 80).text
    assert "? no hole in what could be looked at" in fences_line(BLIND, 80).text
    assert "not looked at yet" in fences_line(None, 80).text


def test_changes_are_newest_first_and_routine_only_on_request() -> None:
    told = (Told(NOW - timedelta(minutes=20), "nodes", ("", "n1"), "Node n1 joined"),)
    hour = timedelta(hours=1)
    rows = Rows(CHANGES)
    rows.update(happenings(living_drift(), told, NOW, hour, routine=False, before={}), AROUND, NOW)
    names = [rows.cells(key, NOW)[1].text for key in rows.order]
    assert names == ["Deployment shop/web", "Node n1"]
    rows.update(happenings(living_drift(), told, NOW, hour, routine=True, before={}), AROUND, NOW)
    newest = [cell.text for cell in rows.cells(rows.order[0], NOW)]
    assert (newest[1], newest[3]) == ("ConfigMap shop/leader", "content changed (never read)")


def test_only_the_span_that_was_asked_for() -> None:
    assert not happenings(living_drift(), (), NOW, timedelta(seconds=30), routine=True, before={})


def test_what_our_watch_saw_is_not_told_twice() -> None:
    told = (
        Told(NOW - timedelta(minutes=2), "deployments.apps", ("shop", "web"), "Deployment shop/web was rolled out"),
    )
    rows = happenings(living_drift(), told, NOW, timedelta(hours=1), routine=False, before={})
    assert [one.source for one in rows.values()] == ["watch"]


def test_the_log_says_since_when_somebody_watched() -> None:
    line = changes_line(living_drift(), timedelta(hours=1), NOW, 120).text
    assert "watched since 11:50:00 (10m)" in line
    assert "before that only what objects tell" in line
    assert "nothing was watched" in changes_line(None, timedelta(hours=1), NOW, 120).text


def seen(**more: object) -> SeenChange:
    (one,) = (each for each in living_drift().seen if not each.routine)
    return replace(one, **more)


def test_a_change_is_a_moment_of_its_objects_timeline() -> None:
    assert moments_text(seen()) == (
        f"{IMAGE}: registry/app:1 → registry/app:2-debug by kubectl edit (seen by our own watch)"
    )
    gone = seen(path="", change="removal", before=None, after=None, actor=None)
    assert moments_text(gone) == "was deleted, and nobody signed it (seen by our own watch)"
    assert happened(seen(path="spec", before=None, after=None)) == "changed in a field that is not kept"


def test_a_change_in_a_gap_says_that_nobody_watched() -> None:
    drift = replace(living_drift(), seen=(seen(exact=False),))
    (row,) = happenings(drift, (), NOW, timedelta(hours=1), routine=False, before={}).values()
    assert "while nobody watched" in text(happening_lines(row, NOW, 100))


def test_the_house_says_it_in_a_few_lines() -> None:
    lines = house_lines(living_drift(), NOW, 60)
    page = text(list(lines))
    for words in ("✗ 2 drifts of 2 objects", "1 hole, 1 more by default", "? 1 reason why that may not be all", "web"):
        assert words in page
    assert [one.target for one in house_lines(None, NOW, 60)][1] == places.DRIFT
    assert "not looked at yet" in text(list(house_lines(None, NOW, 60)))
    assert "0 drifts" not in text(list(house_lines(BLIND, NOW, 60)))


def test_an_object_shows_its_own_drift_and_who_writes_it() -> None:
    page = text(drift_lines(living_drift(), DEPLOYMENTS, ("shop", "web"), NOW, 120))
    assert "registry/app:1 → registry/app:2-debug" in page
    assert "Role" not in page
    web = drifted_view().view().get("deployments.apps", "web", "shop")
    told = text(owner_lines(web, DEPLOYMENTS, NOW, 120))
    assert "delivered by Flux, Kustomization flux-system/shop" in told
    assert told.index("kubectl-edit") < told.index("kustomize-controller")


def test_an_object_without_drift_says_how_sure_that_is() -> None:
    other = ("shop", "other")
    assert "None was found." in text(drift_lines(NOTHING, DEPLOYMENTS, other, NOW, 80))
    waits = replace(NOTHING, waiting=2)
    assert "2 suspects are still to be read" in text(drift_lines(waits, DEPLOYMENTS, other, NOW, 80))
    blind = replace(NOTHING, unfollowed=("deployments.apps",))
    assert "were not followed" in text(drift_lines(blind, DEPLOYMENTS, other, NOW, 80))
    assert "not looked at yet" in text(drift_lines(None, DEPLOYMENTS, other, NOW, 80))


def test_the_screen_follows_what_nothing_else_does_and_leaves_watches_free() -> None:
    view = ClusterBuilder().table("deployments.apps", []).view()
    names = worth_following(view)
    assert "deployments.apps" not in names
    assert "events" not in names
    assert names[0].endswith("rbac.authorization.k8s.io")
    few = replace(view, usage=replace(view.usage, watches_cap=60, watches=53))
    assert len(worth_following(few)) == 3
    assert worth_following(replace(view, usage=replace(view.usage, watches_cap=60, watches=60))) == ()


def test_severities_have_words_and_glyphs() -> None:
    badges = [severity_badge(one) for one in Severity]
    assert len({one.text for one in badges}) == len(badges)
    assert all(one.text[1] == " " for one in badges)
