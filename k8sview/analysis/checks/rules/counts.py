"""``object-count``: how many objects of a resource say something. For what is right only as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from k8sview.analysis.checks.outcome import PASS, Context, Judged, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import PathError, reader, steps

Scalar = str | int | float | bool


class ObjectCountParameters(Parameters, frozen=True, kw_only=True):
    """Between ``min`` and ``max`` objects of ``resource`` count: those with a value at ``path`` that is (``is``) or is
    not (``not``) the stated one; an absent value is not it either. Without ``path`` all count.

    ``of_any``: without a single object of the resource there is nothing to judge.
    """

    resource: str
    path: str | None = None
    equal: Scalar | None = msgspec.field(name="is", default=None)
    not_equal: Scalar | None = msgspec.field(name="not", default=None)
    least: int = msgspec.field(name="min", default=0)
    most: int | None = msgspec.field(name="max", default=None)
    of_any: bool = True

    def reads(self) -> tuple[str, ...]:
        return (self.resource,)

    def problem(self) -> str | None:
        if not self.least and self.most is None:
            return "states neither min nor max"
        if (self.path is None) != (self.equal is None and self.not_equal is None):
            return "path goes with is or not"
        try:
            steps(self.path or "metadata")
        except PathError as error:
            return str(error)
        return None


@rule("object-count", ObjectCountParameters)
def object_count(context: Context, parameters: ObjectCountParameters) -> Iterator[Judged]:
    table = context.table(parameters.resource)
    if parameters.of_any and not table.objects:
        yield Judged(None, not_applicable(f"no {parameters.resource} exists"))
        return
    read = reader(parameters.path) if parameters.path else None
    counted = []
    for key in sorted(table.objects):
        obj = table.objects[key]
        values = read(obj) if read else [parameters.equal]
        has = parameters.equal in values if parameters.equal is not None else parameters.not_equal not in values
        if read is None or has:
            counted.append(obj)
        yield Judged(ref_to(table, obj), PASS)
    too_many = parameters.most is not None and len(counted) > parameters.most
    if len(counted) >= parameters.least and not too_many:
        return
    bounds = [f"at least {parameters.least}"] if parameters.least else []
    bounds += [f"at most {parameters.most}"] if parameters.most is not None else []
    wanted = " and ".join(bounds)
    told = "" if read is None else f" with {parameters.path} "
    if read is not None:
        told += f"not {_shown(parameters.not_equal)}" if parameters.equal is None else _shown(parameters.equal)
    words = f"{len(counted)} {parameters.resource}{told}, expected {wanted}"
    subject = counted[-1] if too_many else next(iter(table), None)
    where = ref_to(table, subject) if subject is not None else None
    yield Judged(where, fails(words, path=parameters.path, observed=str(len(counted)), expected=wanted))


def _shown(value: Scalar | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
