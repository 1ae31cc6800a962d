"""Which part of the catalogue a run uses, and what it therefore reads. The one place that answers both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.components.detect import DETECTION_READS
from k8sview.catalog.loader import Catalog
from k8sview.catalog.problems import nearest
from k8sview.model.kinds import KINDS
from k8sview.model.status import Layer

SUPPORTING_READS = ("namespaces", "pods", "services")
"""Read in every run: the cluster's uid and the owners of namespaces, the pods behind verdicts, webhooks' backends."""

MOST_NAMED = 12
"""A list of known names that still fits into a line."""


class Selection(msgspec.Struct, frozen=True):
    """Empty means everything. ``checks`` are ids or globs. ``namespaces`` None: the whole cluster."""

    layers: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    namespaces: tuple[str, ...] | None = None


class SelectionError(ValueError):
    """The selection names what does not exist; the message has the nearest spelling."""


def select(catalog: Catalog, selection: Selection) -> tuple[Check, ...]:
    """The selected checks in catalogue order. Raises SelectionError."""
    _known("layer", selection.layers, [str(layer) for layer in Layer])
    _known("component", selection.components, [component.id for component in catalog.components])
    for pattern in selection.checks:
        if not any(fnmatchcase(check.id, pattern) for check in catalog.checks):
            ids = [check.id for check in catalog.checks]
            raise SelectionError(f"no check matches {pattern!r}{nearest(pattern, ids)}; see k8sview checks list")
    return tuple(check for check in catalog.checks if _selected(check, selection))


def _selected(check: Check, selection: Selection) -> bool:
    return (
        (not selection.layers or check.layer in selection.layers)
        and (not selection.components or check.component in selection.components)
        and (not selection.checks or any(fnmatchcase(check.id, pattern) for pattern in selection.checks))
    )


def _known(what: str, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known) or (f" (known: {', '.join(known)})" if len(known) <= MOST_NAMED else "")
            raise SelectionError(f"unknown {what} {name!r}{near}")


def needed_metrics(checks: Iterable[Check]) -> tuple[str, ...]:
    """Named queries that ``checks`` ask a Prometheus, sorted."""
    return tuple(sorted({name for check in checks for name in check.metrics}))


def needed_resources(catalog: Catalog, checks: Iterable[Check], *, namespaced: bool) -> tuple[str, ...]:
    """Resource names that a run of ``checks`` reads, sorted. ``namespaced``: only what a Role can grant."""
    chosen = tuple(checks)
    names = set(SUPPORTING_READS)
    if any(not check.topic for check in chosen):
        names |= set(DETECTION_READS)
    for check in chosen:
        names |= {*check.requires, *check.wants}
    used = {check.component for check in chosen}
    for component in catalog.components:
        if component.id in used and component.version_resource:
            names.add(component.version_resource)
    if namespaced:
        names = {name for name in names if name not in KINDS or KINDS[name].resource.namespaced}
    return tuple(sorted(names))
