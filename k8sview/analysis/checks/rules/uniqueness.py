"""``unique-in-namespace``: what two objects claim for themselves, neither keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.custom import text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, fails, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import PathError, steps


class UniqueParameters(Parameters, frozen=True, kw_only=True):
    """No two objects of ``resource`` in one namespace state the same text at ``path`` (else at ``or_else``).

    ``unless``: values by path; an object that has one of these claims nothing.
    """

    resource: str
    path: str
    or_else: str | None = None
    unless: dict[str, tuple[str, ...]] = {}

    def reads(self) -> tuple[str, ...]:
        return (self.resource,)

    def problem(self) -> str | None:
        try:
            for path in (self.path, *((self.or_else,) if self.or_else else ()), *self.unless):
                steps(path)
        except PathError as error:
            return str(error)
        return None


@rule("unique-in-namespace", UniqueParameters)
def unique_in_namespace(context: Context, parameters: UniqueParameters) -> Iterator[Judged]:
    """Each object that claims what another claims too, with the other's name."""
    table = context.table(parameters.resource)
    holders: dict[tuple[str, str], list[str]] = {}
    for key in sorted(table.objects):
        obj = table.objects[key]
        claim = _claim(obj, parameters)
        if claim:
            holders.setdefault((key[0], claim), []).append(key[1])
        yield Judged(ref_to(table, obj), PASS)  # looked at; whether anybody else claims it shows at the end
    for (namespace, claim), names in holders.items():
        for name in names if len(names) > 1 else ():
            others = ", ".join([other for other in names if other != name][:3])
            outcome = fails(
                f"{parameters.path} is {claim}, which {table.resource.kind} {others} claims too",
                path=parameters.path,
                observed=claim,
                expected="a name of its own",
            )
            yield Judged(ref_to(table, table.objects[namespace, name]), outcome)


def _claim(obj: Any, parameters: UniqueParameters) -> str:
    if any(text(obj, path) in values for path, values in parameters.unless.items()):
        return ""
    return text(obj, parameters.path) or (text(obj, parameters.or_else) if parameters.or_else else "")
