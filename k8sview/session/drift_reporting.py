"""Puts one look for drift together as a report. Pure: the same values, the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from k8sview import __version__
from k8sview.analysis.drift.comparing.documents import Identity, Stated, identity_of
from k8sview.analysis.drift.ignore import apply_rules
from k8sview.analysis.drift.kinds.unmanaged import coverage
from k8sview.analysis.drift.summary import fingerprint_of, order, summary
from k8sview.model.drift import Actor, ActorClass, Drift, DriftKind, Drifts, IgnoreRule
from k8sview.model.drift_report import DriftEntry, DriftReport, RuleEntry, Unlooked, WrittenAt
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.report import Selection, Tool
from k8sview.model.text import plain
from k8sview.model.times import format_time
from k8sview.model.view import View
from k8sview.session.health_reporting import plain_ref
from k8sview.session.reporting import API_VERSION, SCHEMA_VERSION, Timing, access_of, cluster_of, run_of


class DriftScope(msgspec.Struct, frozen=True):
    """What of a cluster's drift a report tells. Empty: all of it."""

    namespaces: tuple[str, ...] | None = None
    selector: LabelSelector | None = None
    selector_text: str | None = None
    since: timedelta | None = None
    classes: frozenset[ActorClass] = frozenset()
    kinds: frozenset[DriftKind] | None = None
    handed: frozenset[Identity] = frozenset()
    """What belongs to no namespace and was handed in by itself: to be told whatever the namespaces."""

    def holds(self, view: View, drift: Drift) -> bool:
        """Whether a drift is asked for. One without a time may have happened since: it is."""
        if self.kinds is not None and drift.kind not in self.kinds:
            return False
        inside = self.namespaces is None or drift.object.namespace in self.namespaces
        if not inside and identity_of(drift.object) not in self.handed:
            return False
        if self.classes and (drift.actor is None or drift.actor.actor_class not in self.classes):
            return False
        if self.since is not None and drift.time.at is not None and drift.time.at < view.taken_at - self.since:
            return False
        return self.selector is None or self._labelled(view, drift, self.selector)

    def _labelled(self, view: View, drift: Drift, selector: LabelSelector) -> bool:
        ref = drift.object
        name = view.resource_of(ref.api_version, ref.kind)
        obj = view.get(name, ref.name, ref.namespace) if name is not None else None
        return obj is not None and selector.matches(obj.metadata.labels)


def handed_in(scope: DriftScope, documents: Iterable[Stated]) -> DriftScope:
    """With -n, too, a manifest without a namespace is compared, as kubectl does."""
    if scope.namespaces is None:
        return scope
    return msgspec.structs.replace(
        scope, handed=frozenset(one.identity for one in documents if one.ref.namespace is None)
    )


def build_drift_report(
    view: View,
    drifts: Drifts,
    not_given: Iterable[Unlooked],
    scope: DriftScope,
    *,
    rules: Sequence[IgnoreRule] = (),
    timing: Timing,
    fetched: int,
) -> DriftReport:
    """The report of one look. ``rules``: the user's; what one covers stays in the list, and is not counted."""
    ignored = apply_rules((one for one in drifts.drifts if scope.holds(view, one)), rules, view.taken_at)
    kept = order(ignored.drifts)
    # Who looks at a part only cannot tell that nothing needs a rule.
    problems = tuple(one for one in ignored.problems if one.problem != "unused" or scope == DriftScope())
    asked = (one for one in drifts.not_checkable if scope.kinds is None or one.kind in scope.kinds)
    reasons = [Unlooked(one.kind, plain(one.reason), one.blind) for one in asked]
    reasons += [one for one in not_given if scope.kinds is None or one.drift in scope.kinds]
    return DriftReport(
        api_version=API_VERSION,
        kind="DriftReport",
        schema_version=SCHEMA_VERSION,
        tool=Tool("k8sview", __version__),
        run=run_of(Selection(namespaces=scope.namespaces), view, timing),
        cluster=cluster_of(view),
        summary=summary(kept, coverage(view)),
        drifts=tuple(_entry(view, one) for one in kept),
        not_checkable=tuple(dict.fromkeys(reasons)),
        access=access_of(view),
        rules=tuple(RuleEntry(one.rule, one.problem, plain(one.message)) for one in problems),
        fetched=fetched,
        selector=scope.selector_text,
    )


def _entry(view: View, one: Drift) -> DriftEntry:
    return DriftEntry(
        fingerprint=fingerprint_of(view, one),
        drift=one.kind,
        change=one.change,
        object=plain_ref(one.object),
        path=plain(one.path),
        before=_plain(one.before),
        after=_plain(one.after),
        actor=_actor(one.actor) if one.actor is not None else None,
        time=WrittenAt(_time(one.time.at), _time(one.time.not_before), one.time.basis),
        confidence=one.confidence,
        why_not_reverted=plain(one.why_not_reverted),
        next_upgrade_repairs=one.next_upgrade_repairs,
        security=one.security,
        severity=one.severity,
        message=plain(one.message),
        next=plain(one.next, newlines=True),
        ignored_by=one.ignored_by,
        also=one.also,
        evidence=tuple(plain(line) for line in one.evidence),
    )


def _actor(who: Actor) -> Actor:
    return Actor(who.actor_class, plain(who.manager), plain(who.operation), plain(who.subresource))


def _plain(text: str | None) -> str | None:
    return plain(text) if text is not None else None


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment is not None else None
