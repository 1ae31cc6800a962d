"""Links findings to the most upstream one that explains them, so that one cause reads as one entry.

Links, strongest first: a check that states what it depends on; the objects by which an object fails, as health knows
them (nodes, volumes, backends, pods …); an object of a component whose workloads are not ready; a component that stands
on another one.

A drift explains nothing and follows from nothing: an override on a workload that a broken node holds back is still
somebody's override. Only where another check tells the same of the same object does it fold under that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.model.report import Finding
from k8sview.model.resources import Ref
from k8sview.model.status import Status

WORKLOADS_RULE = "workloads-ready"


class Causes:
    """Folds one run's findings. Only failures cause; only failures and warnings are caused."""

    def __init__(
        self,
        depends_on: Mapping[str, tuple[str, ...]],
        upstream: Callable[[Ref], tuple[Ref, ...]] = lambda ref: (),
    ) -> None:
        self._depends_on = depends_on
        self._upstream_of = upstream
        self._by_check: dict[str, list[Finding]] = {}
        self._workloads: dict[str, list[Finding]] = {}
        self._by_object: dict[tuple[str, str, str], list[Finding]] = {}

    def fold(self, checks: Sequence[Check], findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings in their order with ``caused_by`` and ``affects`` filled in."""
        for check, finding in zip(checks, findings, strict=True):
            if finding.status is Status.FAIL:
                self._by_check.setdefault(check.id, []).append(finding)
                if check.rule_name == WORKLOADS_RULE:
                    self._workloads.setdefault(check.component, []).append(finding)
                if finding.object is not None and check.drift is None:
                    place = (finding.object.kind, finding.object.namespace or "", finding.object.name)
                    self._by_object.setdefault(place, []).append(finding)
        cause: dict[str, str] = {}
        for check, finding in zip(checks, findings, strict=True):
            if finding.status not in (Status.FAIL, Status.WARN):
                continue
            for upstream in self._upstream(check, finding):
                if upstream.fingerprint != finding.fingerprint and not _leads_to(
                    cause, upstream.fingerprint, finding.fingerprint
                ):
                    cause[finding.fingerprint] = upstream.fingerprint
                    break
        affects: dict[str, int] = {}
        for direct in cause.values():
            above: str | None = direct
            while above is not None:
                affects[above] = affects.get(above, 0) + 1
                above = cause.get(above)
        return tuple(
            msgspec.structs.replace(
                finding,
                caused_by=cause.get(finding.fingerprint),
                affects=affects.get(finding.fingerprint, 0),
            )
            for finding in findings
        )

    def _upstream(self, check: Check, finding: Finding) -> Iterable[Finding]:
        if check.drift is not None:
            for name in check.depends_on:
                yield from _worst(one for one in self._by_check.get(name, ()) if one.object == finding.object)
            return
        for name in check.depends_on:
            yield from _worst(self._by_check.get(name, ()))
        yield from self._by_health(finding)
        yield from self._same_workload(check, finding)
        if check.rule_name != WORKLOADS_RULE:
            yield from _worst(self._workloads.get(check.component, ()))
        for component in self._depends_on.get(check.component, ()):
            yield from _worst(self._workloads.get(component, ()))

    def _by_health(self, finding: Finding) -> Iterable[Finding]:
        """Findings on the objects by which this one's object fails."""
        for ref in self._upstream_of(finding.object) if finding.object is not None else ():
            yield from _worst(self._by_object.get((ref.kind, ref.namespace or "", ref.name), ()))

    def _same_workload(self, check: Check, finding: Finding) -> Iterable[Finding]:
        """A general finding on a workload folds under its component's own finding on the same workload."""
        ref = finding.object
        if ref is None or check.rule_name == WORKLOADS_RULE:
            return
        place = (ref.kind, ref.namespace or "", ref.name)
        owned = {found.fingerprint for found_all in self._workloads.values() for found in found_all}
        yield from (found for found in self._by_object.get(place, ()) if found.fingerprint in owned)


def _worst(findings: Iterable[Finding]) -> Iterable[Finding]:
    return sorted(findings, key=lambda finding: (finding.severity.rank, finding.fingerprint))[:1]


def _leads_to(cause: Mapping[str, str], start: str, target: str) -> bool:
    current: str | None = start
    while current is not None:
        if current == target:
            return True
        current = cause.get(current)
    return False
