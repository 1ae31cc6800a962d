"""``condition``: what a controller says in ``status.conditions``, and for how long it has said so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from k8sview.analysis.checks.check import Predicate
from k8sview.analysis.checks.outcome import PASS, Context, Outcome, cannot_tell, fails, passes
from k8sview.analysis.checks.registry import Parameters, predicate
from k8sview.model.fields import reader
from k8sview.model.times import format_age, parse_duration, parse_time


class ConditionParameters(Parameters, frozen=True, kw_only=True):
    """``is`` the good status (or list of them). A condition that is otherwise fails once it has lasted ``grace``.

    ``missing``: what an absent condition means after the grace: nobody judged the object (unknown), or fail, or pass.
    ``reasons``: only these reasons are bad; ``except_reasons``: these are never bad.
    """

    type: str
    good: str | tuple[str, ...] = msgspec.field(name="is", default="True")
    grace: str = "0s"
    missing: Literal["unknown", "fail", "pass"] = "unknown"
    reasons: tuple[str, ...] = ()
    except_reasons: tuple[str, ...] = ()
    path: str = "status.conditions"

    def paths(self) -> tuple[str, ...]:
        return (self.path,)

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (10m, 1h)"


@predicate("condition", ConditionParameters)
def condition(parameters: ConditionParameters) -> Predicate:
    good = (parameters.good,) if isinstance(parameters.good, str) else parameters.good
    grace = parse_duration(parameters.grace) or timedelta()
    read = reader(f"{parameters.path}[type={parameters.type}]")
    where = f"{parameters.path}[type={parameters.type}]"

    def judge(obj: Any, context: Context) -> Outcome:
        found = read(obj)
        if not found:
            return _absent(obj, context.now, parameters, grace, where)
        seen = found[0]
        status, reason, message = (_text(seen, name) for name in ("status", "reason", "message"))
        generation = obj.metadata.generation
        observed = _value(seen, "observedGeneration", "observed_generation")
        if isinstance(observed, int) and generation is not None and observed < generation:
            return _outdated(obj, context.now, parameters, grace, where)
        if status in good or reason in parameters.except_reasons:
            return PASS
        if parameters.reasons and reason not in parameters.reasons:
            return PASS
        changed = parse_time(_value(seen, "lastTransitionTime", "last_transition_time"))
        if changed is not None and changed.year <= 1970:
            changed = None  # the untouched default of an API (Gateway API's "waiting for controller")
        # Some controllers write no transition time (KEDA): the object's age is then the longest it can have lasted.
        since = changed or parse_time(obj.metadata.creation_timestamp)
        if since is not None and context.now - since < grace:
            return passes(recheck_at=since + grace)
        lasted = f" for {format_age(context.now - changed)}" if changed else ""
        detail = ": ".join(part for part in (reason, message) if part)
        return fails(
            f"{parameters.type} is {status or 'empty'}{lasted}" + (f": {detail}" if detail else ""),
            path=f"{where}.status",
            observed=status,
            expected=" or ".join(good),
            evidence=(f"{where}: status={status!r} reason={reason!r}",),
            since=since if changed else None,
        )

    return judge


def _absent(obj: Any, now: datetime, parameters: ConditionParameters, grace: timedelta, where: str) -> Outcome:
    created = parse_time(obj.metadata.creation_timestamp)
    if parameters.missing == "pass":
        return PASS
    if created is not None and now - created < grace:
        return passes(recheck_at=created + grace)
    message = f"no condition {parameters.type}: nothing has judged this object yet"
    if parameters.missing == "fail":
        return fails(message, path=where, since=created)
    return cannot_tell(message, path=where, since=created)


def _outdated(obj: Any, now: datetime, parameters: ConditionParameters, grace: timedelta, where: str) -> Outcome:
    """The condition speaks of an older generation. How long for is not recorded, so never green after it."""
    return cannot_tell(
        f"{parameters.type} speaks of generation older than {obj.metadata.generation}: "
        "the controller has not caught up",
        path=f"{where}.observedGeneration",
        recheck_at=now + (grace or timedelta(minutes=1)),
    )


def _value(seen: Any, name: str, attribute: str) -> Any:
    return seen.get(name) if isinstance(seen, dict) else getattr(seen, attribute, None)


def _text(seen: Any, name: str) -> str:
    value = _value(seen, name, name)
    return value if isinstance(value, str) else ""
