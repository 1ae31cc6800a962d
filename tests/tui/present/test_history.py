"""One object's history: newest first on one axis, with what it cannot tell at the top."""

from __future__ import annotations

from datetime import datetime, timedelta

from k8sview.model.health import Health, HealthVerdict
from k8sview.model.resources import Ref
from k8sview.model.timeline import Moment, MomentKind
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role
from k8sview.tui.present.history import History, history_lines
from k8sview.tui.present.lines import Line
from tests.tui.pictures import NOW

OWN = Ref("apps/v1", "Deployment", "shop", "api")
POD, NODE = Ref("v1", "Pod", "shop", "api-1"), Ref("v1", "Node", None, "n1")
WELL = Health(HealthVerdict.HEALTHY)


def moment(minutes: float, sentence: str, obj: Ref = OWN, kind: MomentKind = MomentKind.EVENT, **more: bool) -> Moment:
    return Moment(at=NOW - timedelta(minutes=minutes), kind=kind, object=obj, sentence=sentence, **more)


def page(*moments: Moment, health: Health = WELL, gaps: tuple[str, ...] = (), width: int = 100) -> list[Line]:
    return history_lines(History(moments, gaps), OWN, health, NOW, width)


def test_clock_age_kind_and_words_stand_in_columns() -> None:
    lines = page(
        moment(1, "exits with code 1", POD, MomentKind.CONTAINER, bad=True),
        moment(30, "got new pods", kind=MomentKind.REVISION),
    )
    assert lines[0].text == "2 moments  1 of them bad  newest first, UTC"
    assert lines[2].text == "11:59:00    60s  ✗ container  Pod api-1 exits with code 1"
    assert lines[3].text == "11:30:00    30m  │ revision   got new pods"
    assert lines[2].spans[-1].role is Role.FAIL


def test_another_object_is_named_and_linked_its_namespace_only_where_it_is_another() -> None:
    lines = page(moment(1, "joined", NODE, MomentKind.NODE), moment(2, "became False", POD))
    assert lines[2].text.endswith("Node n1 joined")
    assert lines[2].target == places.thing("nodes", ("", "n1"))
    assert lines[3].text.endswith("Pod api-1 became False")
    far = page(moment(1, "was written", Ref("v1", "Secret", "other", "x"), MomentKind.WRITE))
    assert far[2].text.endswith("Secret other/x was written")
    assert page(moment(1, "its own"))[2].target is None


def test_what_it_cannot_tell_comes_first_and_a_refusal_stands_out() -> None:
    lines = page(gaps=("events could not be read (denied)", "events older than an hour are usually gone"))
    assert lines[1].text == "? events could not be read (denied)"
    assert (lines[1].spans[0].role, lines[2].spans[0].role) == (Role.UNKNOWN, Role.MUTED)
    assert lines[-1].text == "Nothing is known to have happened to this object."


def test_where_the_present_state_began_is_marked_below_what_made_it() -> None:
    ill = Health(HealthVerdict.DOWN, since=NOW - timedelta(minutes=5))
    lines = [line.text for line in page(moment(4, "a"), moment(5, "b"), moment(6, "c"), health=ill)]
    at = next(number for number, text in enumerate(lines) if "✗ Down since here" in text)
    assert lines[at - 1].endswith("b")
    assert lines[at + 1].endswith("c")
    assert "since here" in page(moment(4, "a"), health=ill)[-1].text  # older than all that is known
    assert not any("since here" in line.text for line in page(moment(4, "a")))


def test_the_clock_column_says_the_day_where_it_was_another() -> None:
    yesterday = page(moment(60 * 20, "a"), moment(1, "b"))
    assert yesterday[2].text.startswith("02-28 16:00 ")
    assert yesterday[3].text.startswith("   11:59:00 ")
    assert page(moment(60 * 24 * 400, "a"))[2].text.startswith("2025-01-25 12:00 ")


def test_long_words_are_wrapped_under_their_column() -> None:
    lines = page(moment(1, "word " * 40, POD), width=80)
    column = lines[2].text.index("Pod")
    assert all(len(line.text) <= 80 for line in lines)
    assert lines[3].text[column - 1 : column + 4] == " word"
    assert lines[3].target == lines[2].target


def test_a_moment_keeps_its_key_while_it_ages() -> None:
    one = moment(1, "a")
    later: datetime = NOW + timedelta(minutes=1)
    before, after = page(one)[2], history_lines(History((one,)), OWN, WELL, later, 100)[2]
    assert before.key == after.key
    assert before.text != after.text
