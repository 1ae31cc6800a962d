"""A check and a rule as values: what the catalogue compiles to and the engine runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from k8sview.analysis.checks.outcome import Context, Judged, Outcome
from k8sview.model.components import Presence
from k8sview.model.drift import DriftKind
from k8sview.model.status import Layer, Severity

Predicate = Callable[[Any, Context], Outcome]
"""One object judged; PASS or another outcome."""

Rule = Callable[[Context], Iterator[Judged]]
"""A named rule with its parameters bound. Yields once for each object it looked at, passes included, so that the
engine can count and pause it."""


class Assertion(msgspec.Struct, frozen=True):
    predicate: Predicate
    severity: Severity | None = None
    message: str | None = None
    warn: bool = False  # a failure of this assertion is a warning


class Check(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    layer: Layer
    component: str
    severity: Severity
    requires: tuple[str, ...]
    wants: tuple[str, ...] = ()  # read if possible; their absence never makes the check unknown
    metrics: tuple[str, ...] = ()  # named queries to a Prometheus: skipped without one, unknown without an answer
    drift: DriftKind | None = None  # asked of whoever looks for drift, who also says what of `wants` was not read
    when: frozenset[Presence] = frozenset({Presence.INSTALLED})
    topic: bool = False  # belongs to no installable component: applies always
    depends_on: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()  # of the kubernetes-mixin that this check answers from one read
    popeye: tuple[int, ...] = ()  # codes of popeye that this check answers
    each: str | None = None
    where: tuple[Predicate, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    own_object_only: bool = True  # every predicate reads nothing but the object and the time
    rule: Rule | None = None
    rule_name: str | None = None
    why: str = ""
    next: str = ""
    url: str = ""
    origin: str = ""  # file:line of its definition
