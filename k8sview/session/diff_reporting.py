"""Puts one comparison of two sides together as a report. Pure: the same values, the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from k8sview import __version__
from k8sview.analysis.drift.peers.intended import apply_intended, problems
from k8sview.model.diff import Contrast, Contrasts, IntendedRules, Part, Unlikeness
from k8sview.model.diff_report import (
    DiffEntry,
    DiffReport,
    DiffSummary,
    NotComparable,
    NotCompared,
    RuleNote,
    SideReport,
    Sides,
)
from k8sview.model.drift import DriftKind
from k8sview.model.fingerprints import fingerprint
from k8sview.model.report import ApiCost, ClusterIdentity, Selection, Tool
from k8sview.model.resources import Ref
from k8sview.model.text import plain
from k8sview.model.times import format_time
from k8sview.model.view import View
from k8sview.session.reporting import API_VERSION, SCHEMA_VERSION, Timing, access_of, run_of

_PARTS = {part: number for number, part in enumerate(Part)}
_UNLIKE = {unlike: number for number, unlike in enumerate(Unlikeness)}


class SideRead(msgspec.Struct, frozen=True):
    """One side after it was read."""

    operand: str
    view: View
    cluster: ClusterIdentity
    namespaces: tuple[str, ...] | None


def build_diff_report(
    a: SideRead,
    b: SideRead,
    found: Contrasts,
    rules: IntendedRules,
    *,
    baseline: bool,
    parts: tuple[Part, ...],
    timing: Timing,
    now: datetime,
    selector: str | None,
    kinds: tuple[str, ...] | None,
) -> DiffReport:
    """The report: worst first, what is intended last. ``now``: whether a rule has expired is asked today."""
    contrasts = sorted(apply_intended(found.contrasts, rules.intended, now), key=_place)
    drift = DriftKind.BASELINE if baseline else DriftKind.CLUSTER
    run = run_of(Selection(namespaces=a.namespaces), a.view, timing)
    usages = [one.view.usage for one in (a, b)]
    recorded = all(one.view.cluster.source == "recording" for one in (a, b))
    run = msgspec.structs.replace(
        run,
        source="recording" if recorded else "live",
        api=ApiCost(sum(one.requests for one in usages), sum(one.received_bytes for one in usages)),
    )
    return DiffReport(
        api_version=API_VERSION,
        kind="DiffReport",
        schema_version=SCHEMA_VERSION,
        tool=Tool("k8sview", __version__),
        run=run,
        cluster=a.cluster,
        comparison=drift,
        sides=Sides(_side(a), _side(b)),
        parts=parts,
        summary=_summary(contrasts, found, parts),
        differences=tuple(_entry(b.view, one, drift) for one in contrasts),
        not_comparable=tuple(
            NotComparable(
                one.part, plain(one.what), one.side, plain(one.reason), one.objects, tuple(map(plain, one.examples))
            )
            for one in sorted(found.incomparable, key=lambda one: (_PARTS[one.part], one.what, one.side, one.reason))
        ),
        left_out=tuple(NotCompared(plain(one.resource), one.reason, one.a, one.b) for one in found.left_out),
        rules=tuple(
            RuleNote(plain(one.rule), one.problem, plain(one.message))
            for one in problems(contrasts, rules, found.moved, now)
        ),
        notes=tuple(_notes(a, b, baseline=baseline)),
        selector=selector,
        kinds=kinds,
    )


def _side(one: SideRead) -> SideReport:
    view = one.view
    return SideReport(
        operand=plain(one.operand),
        source=view.cluster.source,
        at=format_time(view.taken_at),
        title=plain(view.cluster.title),
        cluster=one.cluster,
        namespaces=one.namespaces,
        api=ApiCost(view.usage.requests, view.usage.received_bytes),
        access=access_of(view),
    )


def _summary(contrasts: list[Contrast], found: Contrasts, parts: tuple[Part, ...]) -> DiffSummary:
    counted = [one for one in contrasts if one.intended_by is None]
    objects = [one for one in counted if one.part is Part.OBJECTS]
    by_part = Counter(str(one.part) for one in counted)
    unlike = Counter(one.unlike for one in objects)
    return DiffSummary(
        differences=len(counted),
        objects=len({(one.api_version, one.kind, one.namespace, one.name) for one in objects}),
        intended=len(contrasts) - len(counted),
        only_in_a=unlike[Unlikeness.ONLY_A],
        only_in_b=unlike[Unlikeness.ONLY_B],
        recreated=unlike[Unlikeness.RECREATED],
        compared=found.compared,
        equal=found.equal,
        not_comparable=len(found.incomparable),
        parts={str(part): by_part[str(part)] for part in parts},
    )


def _entry(view: View, one: Contrast, drift: DriftKind) -> DiffEntry:
    ref = None
    in_a = None
    if one.part is Part.OBJECTS:
        ref = _ref(one, one.namespace, one.name)
        if one.name_in_a is not None:
            in_a = _ref(one, one.namespace_in_a, one.name_in_a)
    path = one.path if one.part is Part.OBJECTS else f"{one.name}:{one.path}"
    return DiffEntry(
        fingerprint=fingerprint(f"diff.{drift}.{one.part}.{one.unlike}", view, ref, path),
        part=one.part,
        drift=drift,
        unlike=one.unlike,
        object=ref,
        name=plain(one.name),
        path=plain(one.path),
        change=one.change,
        a=_plain(one.a),
        b=_plain(one.b),
        severity=one.severity,
        security=one.security,
        message=plain(one.message),
        managers=tuple(map(plain, one.managers)),
        object_in_a=in_a,
        intended_by=_plain(one.intended_by),
    )


def _ref(one: Contrast, namespace: str | None, name: str) -> Ref:
    return Ref(plain(one.api_version), plain(one.kind), _plain(namespace), plain(name))


def _notes(a: SideRead, b: SideRead, *, baseline: bool) -> Iterable[str]:
    missing = [name for name, one in (("A", a), ("B", b)) if one.view.cluster.uid is None]
    if missing and not baseline:
        yield (
            f"the uid of {' and of '.join(missing)} could not be read (get namespace kube-system): "
            "compared as two clusters, whether they are one or not"
        )
    if baseline and a.view.taken_at > b.view.taken_at:
        yield "A is the younger of the two: what reads as added was removed since"


def _place(one: Contrast) -> tuple[object, ...]:
    return (
        one.intended_by is not None,
        _PARTS[one.part],
        one.severity.rank,
        not one.security,
        _UNLIKE[one.unlike],
        one.namespace or "",
        one.kind,
        one.name,
        one.path,
    )


def _plain(text: str | None) -> str | None:
    return plain(text) if text is not None else None
