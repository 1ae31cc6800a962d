"""What a component's presence means for others: promises without anybody behind them, and two of what must be one."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.checks.outcome import PASS, Context, Judged, fails, not_applicable, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.components import Presence


class OfferedByInstalledParameters(Parameters, frozen=True, kw_only=True):
    """Objects of ``resource`` (classes and the like) offer something that only a running component can keep.

    For checks with ``when: [installed, leftover]``.
    """

    resource: str

    def reads(self) -> tuple[str, ...]:
        return (self.resource,)


@rule("offered-by-installed", OfferedByInstalledParameters)
def offered_by_installed(context: Context, parameters: OfferedByInstalledParameters) -> Iterator[Judged]:
    table, component = context.table(parameters.resource), context.component
    if not table.objects:
        yield Judged(None, not_applicable(f"no {parameters.resource} exists"))
    words = f"is offered, but {component.title} does not run"
    outcome = PASS if component.state is Presence.INSTALLED else fails(words)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), outcome)


class OneWorkloadParameters(Parameters, frozen=True, kw_only=True):
    """Not more than one workload is the component's ``part``."""

    part: str


@rule("one-workload", OneWorkloadParameters)
def one_workload(context: Context, parameters: OneWorkloadParameters) -> Iterator[Judged]:
    parts = [part for part in context.component.parts if part.name == parameters.part]
    for number, part in enumerate(parts):
        table = context.table(part.resource)
        workload = table.get(part.workload, part.namespace)
        if workload is None:
            continue
        words = f"runs beside {parts[0].namespace}/{parts[0].workload}"
        yield Judged(ref_to(table, workload), fails(words) if number else PASS)
