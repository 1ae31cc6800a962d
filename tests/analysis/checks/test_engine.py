"""The engine decides unknown, skip and error by itself, remembers what did not change, and hides no check's result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from k8sview.analysis.checks.check import Assertion, Check
from k8sview.analysis.checks.engine import Engine, Evaluation, severity_of
from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    fails,
    not_applicable,
    passes,
    ref_to,
    warns,
)
from k8sview.catalog import spec
from k8sview.catalog.sample import sample_view
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.kinds import KINDS
from k8sview.model.status import Layer, Reason, Severity, Status
from k8sview.model.view import View

Predicate = Callable[[Any, Context], Outcome]

NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
MALFORMED = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "odd"}, "status": {"conditions": "none"}}


def view(*objects: dict[str, Any], **states: tuple[str, ...]) -> View:
    stated = spec.TestSpec(name="view", expect=Status.PASS, objects=objects)
    return sample_view(msgspec.structs.replace(stated, **states), ["widgets.example.com"])


def check(predicate: Predicate = lambda obj, context: PASS, **changes: Any) -> Check:
    made = Check(
        id="foundation.test.check",
        title="All is well",
        layer=Layer.FOUNDATION,
        component="test",
        severity=Severity.HIGH,
        requires=("nodes",),
        each="nodes",
        assertions=(Assertion(predicate),),
    )
    return msgspec.structs.replace(made, **changes)


def component(state: Presence = Presence.INSTALLED, **details: Any) -> ComponentStatus:
    return ComponentStatus("test", "Test", Layer.FOUNDATION, state, **details)


def healthy(resource: str, obj: Any) -> Health:
    return Health(HealthVerdict.HEALTHY)


def run(one: Check, seen: View, status: ComponentStatus | None = None, engine: Engine | None = None) -> Evaluation:
    (result,) = (engine or Engine([one])).run_all(seen, {"test": status or component()}, healthy)
    return result


def bad(obj: Any, context: Context) -> Outcome:
    return fails("is bad")


def test_pass_and_fail() -> None:
    assert run(check(), view(NODE)).status is Status.PASS
    result = run(check(bad), view(NODE))
    assert (result.status, result.message, result.evaluated) == (Status.FAIL, "Node a: is bad", 1)
    assert str(result.judged[0].subject) == "Node a"


def test_several_findings_are_counted_in_one_message() -> None:
    other = {**NODE, "metadata": {"name": "b"}}
    assert run(check(bad), view(NODE, other)).message == "Node a: is bad (and 1 more)"


@pytest.mark.parametrize(
    ("states", "status", "reason"),
    [
        ({"denied": ("nodes",)}, Status.UNKNOWN, Reason.FORBIDDEN),
        ({"failed": ("nodes",)}, Status.UNKNOWN, Reason.READ_FAILED),
        ({"stale": ("nodes",)}, Status.UNKNOWN, Reason.STALE),
        ({"not_served": ("nodes",)}, Status.SKIP, Reason.NOT_SERVED),
    ],
)
def test_what_could_not_be_read_never_passes(
    states: dict[str, tuple[str, ...]], status: Status, reason: Reason
) -> None:
    objects = [NODE] if "stale" in states else []
    result = run(check(), view(*objects, **states))
    assert (result.status, result.reason) == (status, reason)


def test_a_stale_table_still_fails_where_it_shows_a_fault() -> None:
    assert run(check(bad), view(NODE, stale=("nodes",))).status is Status.FAIL


def test_a_table_that_nobody_has_read_is_unknown() -> None:
    seen = msgspec.structs.replace(view(), tables={})
    assert run(check(), seen).reason is Reason.TIMEOUT


def test_a_group_whose_discovery_failed_is_unknown_not_absent() -> None:
    widgets = check(each="widgets.example.com", requires=("widgets.example.com",))
    seen = view(not_served=("widgets.example.com",))
    assert run(widgets, seen).status is Status.SKIP
    seen = msgspec.structs.replace(seen, missing_groups=("example.com",))
    assert run(widgets, seen).reason is Reason.READ_FAILED


def test_a_table_read_in_part_is_a_caveat() -> None:
    seen = view(POD)
    part = msgspec.structs.replace(seen.tables["pods"], partial="namespace secret: forbidden")
    seen = msgspec.structs.replace(seen, tables={**seen.tables, "pods": part})
    pods = check(each="pods", requires=("pods",))
    assert run(pods, seen).reason is Reason.PARTIAL
    assert run(msgspec.structs.replace(pods, assertions=(Assertion(bad),)), seen).status is Status.FAIL


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (Presence.ABSENT, Reason.NOT_INSTALLED),
        (Presence.LEFTOVER, Reason.LEFTOVER),
        (Presence.MANAGED, Reason.MANAGED),
    ],
)
def test_a_component_that_does_not_run_is_skipped_before_any_missing_right(state: Presence, reason: Reason) -> None:
    result = run(check(bad), view(denied=("nodes",)), component(state))
    assert (result.status, result.reason) == (Status.SKIP, reason)


def test_a_check_for_leftovers_applies_to_them_alone() -> None:
    leftovers = check(bad, when=frozenset({Presence.LEFTOVER}))
    assert run(leftovers, view(NODE), component(Presence.LEFTOVER)).status is Status.FAIL
    assert run(leftovers, view(NODE)).reason is Reason.NOT_APPLICABLE


def test_a_component_of_which_nothing_is_known() -> None:
    unknown = component(Presence.UNKNOWN, unreadable=("deployments.apps",))
    seen = view(denied=("deployments.apps",))
    by_rule = check(each=None, rule=lambda context: iter(()), requires=("deployments.apps",))
    assert run(by_rule, seen, unknown).reason is Reason.FORBIDDEN
    # Objects that can be read are judged by their own state, whoever runs their controller.
    assert run(check(bad), view(NODE, denied=("deployments.apps",)), unknown).status is Status.FAIL


def test_a_topic_always_applies() -> None:
    assert run(check(bad, topic=True), view(NODE), component(Presence.ABSENT)).status is Status.FAIL


def test_a_run_of_some_namespaces_leaves_cluster_wide_checks_out() -> None:
    seen = msgspec.structs.replace(view(NODE, POD), namespaces=("shop",))
    assert run(check(bad), seen).reason is Reason.NOT_APPLICABLE
    assert run(check(bad, each="pods", requires=("pods",)), seen).status is Status.FAIL
    elsewhere = component(Presence.UNKNOWN)
    by_rule = check(each=None, rule=lambda context: iter(()), requires=("pods",))
    assert run(by_rule, seen, elsewhere).reason is Reason.NOT_APPLICABLE


def test_a_crash_is_our_error_and_hides_no_other_check() -> None:
    def crash(obj: Any, context: Context) -> Outcome:
        raise KeyError("spec")

    first, second = Engine([check(crash), check(bad, id="foundation.test.other")]).run_all(
        view(NODE), {"test": component()}, healthy
    )
    assert (first.status, first.reason) == (Status.ERROR, Reason.CRASHED)
    assert "KeyError" in first.message
    assert second.status is Status.FAIL


def test_a_malformed_object_is_one_error() -> None:
    result = run(check(), view(NODE, MALFORMED))
    assert (result.status, result.reason, len(result.judged)) == (Status.ERROR, Reason.MALFORMED, 1)
    assert "Node odd: this object could not be read" in result.message
    assert run(check(bad), view(NODE, MALFORMED)).status is Status.FAIL


def test_where_nothing_applies_the_check_is_a_skip_and_no_pass() -> None:
    def nothing(context: Context) -> Iterator[Judged]:
        yield Judged(None, not_applicable("no widget exists"))

    result = run(check(each=None, rule=nothing), view(NODE))
    assert (result.status, result.reason, result.message) == (
        Status.SKIP,
        Reason.NOT_APPLICABLE,
        "no widget exists",
    )
    assert run(check(each=None, rule=nothing), view(NODE, stale=("nodes",))).status is Status.UNKNOWN
    assert run(check(each=None, rule=nothing), view(MALFORMED)).status is Status.ERROR


def test_objects_to_which_a_rule_does_not_apply_leave_no_finding() -> None:
    def mixed(context: Context) -> Iterator[Judged]:
        table = context.table("nodes")
        for node in table:
            yield Judged(ref_to(table, node), not_applicable("not this one") if node.metadata.name == "a" else PASS)

    result = run(check(each=None, rule=mixed), view(NODE, {**NODE, "metadata": {"name": "b"}}))
    assert (result.status, result.evaluated, result.judged) == (Status.PASS, 1, ())


def test_an_unchanged_object_is_not_judged_twice() -> None:
    asked: list[str] = []

    def watch(obj: Any, context: Context) -> Outcome:
        asked.append(obj.metadata.name)
        return PASS

    one, seen = check(watch), view(NODE)
    engine = Engine([one])
    run(one, seen, engine=engine)
    run(one, seen, engine=engine)
    assert asked == ["a"]
    run(one, view(NODE), engine=engine)  # equal, but another value: it was written anew
    assert asked == ["a", "a"]


def test_a_check_that_reads_neighbours_is_judged_each_time() -> None:
    asked: list[str] = []

    def watch(obj: Any, context: Context) -> Outcome:
        asked.append(obj.metadata.name)
        return PASS

    one, seen = check(watch, own_object_only=False), view(NODE)
    engine = Engine([one])
    run(one, seen, engine=engine)
    run(one, seen, engine=engine)
    assert asked == ["a", "a"]


def test_what_time_may_end_is_judged_again_when_it_is_due() -> None:
    asked: list[str] = []
    seen = view(NODE)
    due = seen.taken_at + timedelta(minutes=5)

    def watch(obj: Any, context: Context) -> Outcome:
        asked.append(obj.metadata.name)
        return passes(recheck_at=due) if context.now < due else fails("too late")

    one = check(watch)
    engine = Engine([one])
    assert run(one, seen, engine=engine).recheck_at == due
    run(one, msgspec.structs.replace(seen, taken_at=due - timedelta(minutes=1)), engine=engine)
    assert asked == ["a"]
    assert run(one, msgspec.structs.replace(seen, taken_at=due), engine=engine).status is Status.FAIL
    assert asked == ["a", "a"]


def test_the_worst_assertion_is_told_with_its_own_severity_and_words() -> None:
    one = check(
        assertions=(
            Assertion(lambda obj, context: fails("minor"), warn=True),
            Assertion(bad, severity=Severity.CRITICAL, message="really"),
        )
    )
    judged = run(one, view(NODE)).judged[0].outcome
    assert (judged.status, judged.message, severity_of(one, judged)) == (
        Status.FAIL,
        "really: is bad",
        Severity.CRITICAL,
    )


def test_a_warning_is_at_most_medium() -> None:
    assert severity_of(check(), warns("careful")) is Severity.MEDIUM
    assert severity_of(check(severity=Severity.INFO), warns("careful")) is Severity.INFO
    assert severity_of(check(), fails("broken")) is Severity.HIGH


def test_where_leaves_objects_out() -> None:
    one = check(bad, where=(lambda obj, context: PASS if obj.metadata.name == "b" else fails("no"),))
    assert run(one, view(NODE)).evaluated == 0
    assert run(one, view(NODE, {**NODE, "metadata": {"name": "b"}})).message == "Node b: is bad"


def test_a_run_can_be_paused_after_each_object() -> None:
    steps = Engine([check()]).run(view(NODE, {**NODE, "metadata": {"name": "b"}}), {"test": component()}, healthy)
    assert sum(1 for _ in steps) == 2


def test_every_known_kind_stands_in_a_sample_view() -> None:
    assert set(KINDS) <= set(view().tables)


def test_objects_of_a_component_that_may_not_be_there_are_judged_where_there_are_some() -> None:
    unknown = component(Presence.UNKNOWN, unreadable=("deployments.apps", "pods"))
    seen = view(NODE, denied=("deployments.apps",))
    assert run(check(), seen, unknown).status is Status.PASS
    assert run(check(bad), seen, unknown).status is Status.FAIL
    empty = run(check(), view(denied=("deployments.apps",)), unknown)
    assert (empty.status, empty.reason) == (Status.UNKNOWN, Reason.FORBIDDEN)
    # Only what could not be read is a reason.
    assert empty.message == (
        "whether Test is installed could not be seen (deployments.apps: denied: list deployments.apps is forbidden)"
    )


@pytest.mark.parametrize("status", ["text", ["x"], {"conditions": {}}, {"conditions": [{"type": 5}]}])
def test_a_custom_resource_of_another_shape_is_malformed_and_hides_no_failure(status: Any) -> None:
    def widget(name: str, status: Any) -> dict[str, Any]:
        meta = {"name": name, "namespace": "shop"}
        return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": meta, "status": status}

    one = check(each="widgets.example.com", requires=("widgets.example.com",))
    result = run(one, view(widget("fine", {}), widget("odd", status)))
    assert (result.status, result.reason) == (Status.ERROR, Reason.MALFORMED)
    assert [str(judged.subject) for judged in result.judged] == ["Widget shop/odd"]
    result = run(msgspec.structs.replace(one, assertions=(Assertion(bad),)), view(widget("odd", status)))
    assert Status.FAIL in {judged.outcome.status for judged in result.judged}


def test_a_check_is_timed_only_where_a_timer_is_given() -> None:
    ticks = iter(range(100))
    seen = view(NODE)
    (timed,) = Engine([check()], lambda: float(next(ticks))).run_all(seen, {"test": component()}, healthy)
    (untimed,) = Engine([check()]).run_all(seen, {"test": component()}, healthy)
    assert (timed.seconds, untimed.seconds) == (1.0, 0.0)
