"""Runs checks over a view, in slices, remembering what did not change. Decides unknown, skip and error by itself:
no check has to, and none can get it wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.checks.applicability import Applicability, applicability
from k8sview.analysis.checks.check import Check
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, nobody_looked, ref_to
from k8sview.model.components import ComponentStatus
from k8sview.model.drift import DriftKind, Drifts
from k8sview.model.health import Health
from k8sview.model.objects.meta import Custom, misshapen
from k8sview.model.resources import Key
from k8sview.model.status import Reason, Severity, Status
from k8sview.model.view import View

IMPLIED_READS = ("pods",)
"""What a health verdict looks at beyond the object itself."""

REWORD_AFTER = timedelta(minutes=1)


class Evaluation(msgspec.Struct, frozen=True):
    """All that one check gave. ``judged`` holds everything but plain passes."""

    check: Check
    status: Status
    reason: Reason | None = None
    message: str = ""
    judged: tuple[Judged, ...] = ()
    evaluated: int = 0
    recheck_at: datetime | None = None
    seconds: float = 0.0  # what it took, where the engine was given a timer


class _Memory(msgspec.Struct):
    """What one check gave for each object, by the object itself: an unchanged object is the same value."""

    seen: dict[Key, tuple[Any, Outcome]] = {}


class _Known(msgspec.Struct):
    """An evaluation and what it stands on: unchanged tables give an unchanged evaluation, until its time comes."""

    evaluation: Evaluation
    footing: tuple[object, ...]
    components: Mapping[str, ComponentStatus]
    judged_at: datetime

    def holds(self, footing: tuple[object, ...], components: Mapping[str, ComponentStatus], now: datetime) -> bool:
        if footing != self.footing or components is not self.components:
            return False
        if self.evaluation.recheck_at is not None and now >= self.evaluation.recheck_at:
            return False
        # Messages count time ("for 3h"): what is not a plain pass is worded anew now and then.
        return not self.evaluation.judged or now - self.judged_at < REWORD_AFTER


def reads(check: Check) -> tuple[str, ...]:
    """Every resource that a check may look at. Selftests hold rules to it."""
    return tuple(dict.fromkeys([*check.requires, *check.wants, *IMPLIED_READS]))


def _footing(check: Check, view: View) -> tuple[object, ...]:
    names = (*check.requires, *check.wants) if check.own_object_only and check.rule is None else reads(check)
    served = tuple(name in view.resources for name in check.requires)
    asked = (view.metrics is None, tuple(view.metric(name) for name in check.metrics))
    return (tuple(view.table(name).version for name in names), served, view.namespaces, asked)


def _drifted(check: Check, drifts: Callable[[DriftKind], Drifts]) -> object:
    """What a check of drift stands on: what was found, whatever that was read from."""
    if check.drift is None:
        return None
    try:
        return drifts(check.drift)
    except Exception:  # the check meets it again, and says so as any check that crashes
        return object()


class Engine:
    """Keeps memory between runs; a run's results depend on the view alone."""

    def __init__(self, checks: Iterable[Check], timer: Callable[[], float] = lambda: 0.0) -> None:
        """``timer`` counts seconds; without one nothing is timed, and the same view gives the same bytes."""
        self.checks = tuple(checks)
        self._timer = timer
        self._memory: dict[str, _Memory] = {}
        self._known: dict[str, _Known] = {}

    def run(
        self,
        view: View,
        components: Mapping[str, ComponentStatus],
        health: Callable[[str, Any], Health],
        drifts: Callable[[DriftKind], Drifts] = nobody_looked,
    ) -> Generator[None, None, tuple[Evaluation, ...]]:
        """Yields after each object looked at, so that the caller may pause; returns every check's evaluation."""
        evaluations = []
        for check in self.checks:
            component = components[check.component]
            began = self._timer()
            footing = (*_footing(check, view), _drifted(check, drifts))
            known = self._known.get(check.id)
            if known is not None and known.holds(footing, components, view.taken_at):
                evaluations.append(known.evaluation)
                continue
            context = Context(view=view, component=component, components=components, health=health, drifts=drifts)
            evaluation = yield from self._evaluate(check, context)
            evaluation = msgspec.structs.replace(evaluation, seconds=self._timer() - began)
            self._known[check.id] = _Known(evaluation, footing, components, view.taken_at)
            evaluations.append(evaluation)
        return tuple(evaluations)

    def run_all(
        self,
        view: View,
        components: Mapping[str, ComponentStatus],
        health: Callable[[str, Any], Health],
        drifts: Callable[[DriftKind], Drifts] = nobody_looked,
    ) -> tuple[Evaluation, ...]:
        """``run`` without pauses."""
        steps = self.run(view, components, health, drifts)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                result: tuple[Evaluation, ...] = stop.value
                return result

    def _evaluate(self, check: Check, context: Context) -> Generator[None, None, Evaluation]:
        applies = applicability(check, context)
        if applies.status is not None:
            return Evaluation(check, applies.status, applies.reason, applies.message)
        judged: list[Judged] = []
        skipped: list[Judged] = []
        evaluated = 0
        recheck: datetime | None = None
        try:
            for one in self._judge(check, context):
                if one.outcome.status is Status.SKIP:
                    skipped.append(one)
                    continue
                evaluated += 1
                at = one.outcome.recheck_at
                if at is not None and at > context.now and (recheck is None or at < recheck):
                    recheck = at
                if one.outcome.status is not Status.PASS:
                    judged.append(one)
                yield
        except Exception as error:  # one broken check must not hide the others; it is reported as our bug
            message = f"the check crashed: {type(error).__name__}: {error}"
            return Evaluation(check, Status.ERROR, Reason.CRASHED, message, tuple(judged), evaluated)
        judged += _malformed(check, context)
        for odd in _misshapen(check, context):
            if odd is not None:
                judged.append(odd)
            yield
        if skipped and not evaluated and not judged and applies.caveat is None:
            return Evaluation(check, Status.SKIP, Reason.NOT_APPLICABLE, skipped[0].outcome.message)
        return _conclude(check, applies, judged, evaluated, recheck)

    def _judge(self, check: Check, context: Context) -> Iterable[Judged]:
        if check.rule is not None:
            return check.rule(context)
        if check.each is not None:
            return self._judge_each(check, check.each, context)
        return ()

    def _judge_each(self, check: Check, resource: str, context: Context) -> Iterable[Judged]:
        table = context.table(resource)
        memory = self._memory.get(check.id, _Memory()).seen
        fresh: dict[Key, tuple[Any, Outcome]] = {}
        for key in sorted(table.objects):
            obj = table.objects[key]
            known = memory.get(key) if check.own_object_only else None
            if known is not None and known[0] is obj and _still_valid(known[1], context.now):
                outcome: Outcome | None = known[1]
            else:
                outcome = judge_object(check, obj, context)
            if outcome is None:
                continue
            fresh[key] = (obj, outcome)
            yield Judged(ref_to(table, obj), outcome)
        self._memory[check.id] = _Memory(fresh)


def _still_valid(outcome: Outcome, now: datetime) -> bool:
    # A message may count time ("for 3h"): only plain passes before their next date are kept.
    return outcome.status is Status.PASS and (outcome.recheck_at is None or now < outcome.recheck_at)


def judge_object(check: Check, obj: Any, context: Context) -> Outcome | None:
    """The worst outcome of a check's assertions on one object; None where ``where`` leaves the object out."""
    for condition in check.where:
        if condition(obj, context).status is not Status.PASS:
            return None
    result = PASS
    recheck: datetime | None = None
    for assertion in check.assertions:
        outcome = assertion.predicate(obj, context)
        if outcome.recheck_at is not None and (recheck is None or outcome.recheck_at < recheck):
            recheck = outcome.recheck_at
        if outcome.status is Status.FAIL and assertion.warn:
            outcome = msgspec.structs.replace(outcome, status=Status.WARN)
        if outcome.status is not Status.PASS and (assertion.severity or assertion.message):
            outcome = msgspec.structs.replace(
                outcome,
                severity=assertion.severity or outcome.severity,
                message=f"{assertion.message}: {outcome.message}" if assertion.message else outcome.message,
            )
        if outcome.status.badness > result.status.badness:
            result = outcome
    return msgspec.structs.replace(result, recheck_at=recheck) if recheck != result.recheck_at else result


def severity_of(check: Check, outcome: Outcome) -> Severity:
    """The outcome's own severity, else the check's; a warning is at most medium."""
    if outcome.severity is not None:
        return outcome.severity
    if outcome.status is Status.WARN and check.severity.at_least(Severity.MEDIUM):
        return Severity.MEDIUM
    return check.severity


def _malformed(check: Check, context: Context) -> list[Judged]:
    """Objects of the judged kind that could not be read: an error each, whatever the others say."""
    found = []
    for resource in dict.fromkeys([*([check.each] if check.each else []), *check.requires]):
        table = context.table(resource)
        for key in sorted(table.malformed):
            broken = table.malformed[key]
            outcome = Outcome(status=Status.ERROR, message=f"this object could not be read: {broken.problem}")
            found.append(Judged(ref_to(table, broken), outcome))
    return found


def _misshapen(check: Check, context: Context) -> Iterable[Judged | None]:
    """The same for custom resources, which may hold anything: one whose spec, status or conditions have a shape that
    no controller reads would look like one that says nothing bad. None for each that is sound."""
    for resource in check.requires:
        table = context.table(resource)
        for key in sorted(table.objects):
            obj = table.objects[key]
            if not isinstance(obj, Custom):
                break  # typed: what does not fit was not even decoded
            problem = misshapen(obj)
            if problem is None:
                yield None
            else:
                outcome = Outcome(status=Status.ERROR, message=f"this object could not be read: {problem}")
                yield Judged(ref_to(table, obj), outcome)


def _conclude(
    check: Check, applies: Applicability, judged: list[Judged], evaluated: int, recheck: datetime | None
) -> Evaluation:
    worst = max((one.outcome for one in judged), key=lambda one: one.status.badness, default=PASS)
    status, reason, message = worst.status, None, ""
    if judged:
        named = [one for one in judged if one.outcome.status is worst.status]
        first = named[0]
        message = f"{first.subject}: {worst.message}" if first.subject else worst.message
        if len(named) > 1:
            message += f" (and {len(named) - 1} more)"
    if status is Status.ERROR:
        reason = Reason.MALFORMED
    elif status is Status.UNKNOWN:
        reason = Reason.INCONCLUSIVE
    elif status in (Status.PASS, Status.WARN) and applies.caveat is not None:
        # What was seen is sound, but not everything was seen: that is not a pass.
        status, reason, message = Status.UNKNOWN, applies.reason, applies.caveat
    return Evaluation(check, status, reason, message, tuple(judged), evaluated, recheck)
