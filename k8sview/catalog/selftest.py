"""Runs the tests inside catalogue files through the real detection and the real engine."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from k8sview.analysis.checks.engine import Engine, Evaluation, reads
from k8sview.analysis.components.component import Component
from k8sview.analysis.components.detect import detect
from k8sview.analysis.drift.completing import completed
from k8sview.analysis.drift.helm.releases import releases, stuck
from k8sview.analysis.drift.kinds.table import in_view
from k8sview.analysis.drift.suspect import judged
from k8sview.analysis.drift.suspected import OF_BODIES, suspected
from k8sview.analysis.health.verdict import health_of
from k8sview.catalog.compile import CompiledTest
from k8sview.catalog.loader import Catalog
from k8sview.catalog.sample import SampleError, sample_view
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.drift import DriftKind, Drifts
from k8sview.model.health import Health
from k8sview.model.tables import Table
from k8sview.model.view import View


class Witness(Mapping[str, Table]):
    """The tables of a view, remembering which were looked at."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> Table:
        self.seen.add(name)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


class TestResult(msgspec.Struct, frozen=True):
    """``problem`` None: the test held."""

    check_id: str
    name: str
    origin: str
    problem: str | None


def run_tests(catalog: Catalog) -> Iterator[TestResult]:
    """One result per test, in the catalogue's order."""
    for test in catalog.tests:
        try:
            problem = _problem(catalog, test)
        except SampleError as error:
            problem = str(error)
        yield TestResult(test.check_id, test.spec.name, test.origin, problem)


def evaluate_test(catalog: Catalog, test: CompiledTest) -> Evaluation:
    """What the engine says of a test's objects. Raises SampleError where they cannot be used."""
    check = catalog.check(test.check_id)
    if check is None:
        raise SampleError(f"no check {test.check_id}")
    component = catalog.component_of(check)
    named = (*check.requires, *check.wants, *component.resources, *component.use)
    view = sample_view(test.spec, named, check.metrics)
    before = copy.deepcopy(view.tables)
    components = _components(catalog, component, test, view)
    witness = Witness(view.tables)
    watched = msgspec.structs.replace(view, tables=witness)
    drifts = drifts_from(watched, reads(check), test.spec.objects)
    (evaluation,) = Engine([check]).run_all(watched, components, health_from(view), drifts)
    if view.tables != before:
        raise SampleError(f"{check.id} changed the view it was given")
    if undeclared := witness.seen - set(reads(check)):
        names = ", ".join(sorted(undeclared))
        raise SampleError(f"{check.id} reads {names}, which is neither in requires nor in wants")
    return evaluation


def drifts_from(
    view: View, readable: Collection[str], objects: Iterable[dict[str, Any]]
) -> Callable[[DriftKind], Drifts]:
    """What the real look for drift finds in a test's view, and in its objects as whole bodies. Kinds that look through
    every table there is see those that the check reads."""
    narrowed = msgspec.structs.replace(
        view, resources={name: one for name, one in view.resources.items() if name in readable}, derived={}
    )
    bodies = {
        (
            view.resource_of(one["apiVersion"], one["kind"]),
            one["metadata"].get("namespace", ""),
            one["metadata"]["name"],
        ): one
        for one in objects
    }

    def of_kind(kind: DriftKind) -> Drifts:
        if kind is DriftKind.HELM:
            return stuck(releases(narrowed), view.taken_at)
        if kind not in OF_BODIES:
            found = in_view(narrowed, frozenset({kind}))
            return Drifts(completed(narrowed, found.drifts), found.not_checkable)
        suspects, found = suspected(narrowed)
        found += in_view(narrowed, frozenset({kind}))
        for one in suspects:
            found += judged(narrowed, one.resource, bodies[(one.resource, one.namespace, one.name)])
        return Drifts(
            completed(narrowed, (each for each in found.drifts if each.kind is kind)),
            tuple(each for each in found.not_checkable if each.kind is kind),
        )

    return of_kind


def health_from(view: View) -> Callable[[str, Any], Health]:
    return lambda resource, obj: health_of(view, resource, obj)


def _components(catalog: Catalog, component: Component, test: CompiledTest, view: View) -> dict[str, ComponentStatus]:
    """Detected from the test's objects; a component they do not show counts as installed unless the test says else."""
    found = detect(catalog.components, view)
    status = found[component.id]
    state = Presence(test.spec.component) if test.spec.component else status.state
    if test.spec.component is None and not component.topic:
        state = Presence.INSTALLED
    found[component.id] = msgspec.structs.replace(status, state=state)
    return found


def _problem(catalog: Catalog, test: CompiledTest) -> str | None:
    evaluation = evaluate_test(catalog, test)
    spec = test.spec
    messages = [evaluation.message, *(one.outcome.message for one in evaluation.judged)]
    if evaluation.status is not spec.expect:
        return f"expected {spec.expect}, got {evaluation.status}: {evaluation.message or 'no message'}"
    if spec.message is not None and not any(fnmatchcase(message, spec.message) for message in messages):
        return f"no message like {spec.message!r} among {messages}"
    if spec.findings is not None and len(evaluation.judged) != spec.findings:
        return f"expected {spec.findings} findings, got {len(evaluation.judged)}"
    return None
