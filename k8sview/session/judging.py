"""Judges views again and again, a slice at a time: detection, engine and report, remembering what did not change.

Knows nothing of sources; yields often, so that whoever drives it can keep an interface alive.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.checks.engine import Engine
from k8sview.analysis.components.detect import DETECTION_READS, detect
from k8sview.analysis.health.engine import HealthEngine
from k8sview.catalog.loader import Catalog
from k8sview.model.components import ComponentStatus
from k8sview.model.drift import DriftKind, Drifts
from k8sview.model.health import ClusterHealth
from k8sview.model.report import Report
from k8sview.model.view import View
from k8sview.session.checked_drift import asked_kinds
from k8sview.session.reporting import Timing, build_report
from k8sview.session.selection import Selection
from k8sview.session.view_drift import ViewDrift


class Judgement(msgspec.Struct, frozen=True):
    """What one whole pass over a view gave."""

    view: View
    report: Report
    components: tuple[ComponentStatus, ...]
    health: ClusterHealth
    recheck_at: datetime | None


class Judge:
    """One cluster's judgement over time."""

    def __init__(
        self,
        catalog: Catalog,
        checks: tuple[Check, ...],
        selection: Selection,
        drifts: Callable[[DriftKind], Drifts] | None = None,
    ) -> None:
        """``drifts``: what whoever follows drift knows of a kind at any time; it looks for itself. None: what a view
        alone shows is looked for here, as part of each pass."""
        look = ViewDrift(asked_kinds(checks))
        self._look = look if drifts is None else None
        self._drifts = drifts or look.of_kind
        self._catalog = catalog
        self._checks = checks
        self._selection = selection
        self._engine = Engine(checks)
        self.health = HealthEngine()
        self._components: tuple[tuple[int, ...], dict[str, ComponentStatus]] | None = None

    def judge(self, view: View) -> Generator[None, None, Judgement]:
        """One pass, pausing after each object; returns the judgement."""
        health = yield from self.health.update(view)
        components = self._detect(view)
        yield
        if self._look is not None:
            yield from self._look.update(view)
        evaluations = yield from self._engine.run(
            view, components, lambda resource, obj: self.health.health(view, resource, obj), self._drifts
        )
        report = build_report(
            catalog=self._catalog,
            selection=self._selection,
            view=view,
            components=components,
            evaluations=evaluations,
            upstream=self.health.upstream,
            timing=Timing(view.taken_at, view.taken_at, 0),
        )
        looked = self._look.recheck_at if self._look is not None else None
        times = [
            one for one in (health.recheck_at, looked, *(each.recheck_at for each in evaluations)) if one is not None
        ]
        return Judgement(view, report, tuple(components.values()), health, min(times, default=None))

    def _detect(self, view: View) -> dict[str, ComponentStatus]:
        """Detection again only when a table that it reads, or what is served, changed."""
        versions = tuple(view.table(name).version for name in DETECTION_READS if name != "nodes")
        versions = (*versions, len(view.resources), len(view.table("nodes").objects), len(view.missing_groups))
        if self._components is None or self._components[0] != versions:
            self._components = (versions, detect(self._catalog.components, view))
        return self._components[1]
