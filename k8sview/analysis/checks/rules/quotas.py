"""ResourceQuotas: how much of each is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.quantities import parse_quantity
from k8sview.model.status import Severity

_QUOTAS = "resourcequotas"


class QuotasParameters(Parameters, frozen=True, kw_only=True):
    """``share``: of a quota that may be used before it is almost full."""

    share: float = 0.9

    def reads(self) -> tuple[str, ...]:
        return (_QUOTAS,)


@rule("quotas-left", QuotasParameters)
def quotas_left(context: Context, parameters: QuotasParameters) -> Iterator[Judged]:
    """No quota is used up (a warning), exceeded (a failure) or almost (information). One of zero forbids a thing on
    purpose; until it is exceeded it is left alone."""
    table = context.table(_QUOTAS)
    for key in sorted(table.objects):
        quota = table.objects[key]
        outcomes = [_judged(quota, name, hard, parameters.share) for name, hard in sorted(_hard(quota).items())]
        worst = max(outcomes, key=lambda one: (one.status.badness, -(one.severity or Severity.INFO).rank), default=PASS)
        yield Judged(ref_to(table, quota), worst)


def _hard(quota: Any) -> dict[str, Any]:
    found = read_one(quota, "status.hard")
    return found if isinstance(found, dict) else {}


def _judged(quota: Any, name: str, stated: Any, share: float) -> Outcome:
    used_up = read_one(quota, "status.used")
    told = used_up.get(name) if isinstance(used_up, dict) else None
    hard, used = parse_quantity(stated), parse_quantity(told)
    if hard is None or used is None or (hard == 0 and used == 0) or (hard and used / hard <= share):
        return PASS
    path = f"status.used[{name}]"
    details: dict[str, Any] = {"path": path, "observed": str(told), "expected": f"below {stated}"}
    words = f"{told} of {stated} {name} are used"
    if used > hard:
        return fails(f"{words}: more than allowed, so that nothing that is replaced comes back", **details)
    if used == hard:
        return warns(f"{words}: the next pod that asks for some is refused", severity=Severity.LOW, **details)
    return warns(words, severity=Severity.INFO, **details)
