"""One parsed file becomes a Component and its Checks; every mistake in it becomes a Problem, as many as can be told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

# Loading these fills the tables of predicates and rules.
import k8sview.analysis.checks.predicates
import k8sview.analysis.checks.rules  # noqa: F401 - imported for its effect, see above
from k8sview.analysis.checks.check import Assertion, Check, Rule
from k8sview.analysis.checks.registry import PREDICATES, RULES, Parameters, PredicateEntry, RuleEntry
from k8sview.analysis.components.component import Component, ManagedBy, Matcher
from k8sview.catalog.conversion import convert
from k8sview.catalog.documents import Document, Place
from k8sview.catalog.problems import Problem, nearest
from k8sview.catalog.spec import CheckSpec, FileSpec, MatcherSpec, TestSpec
from k8sview.model.components import Presence
from k8sview.model.drift import DriftKind
from k8sview.model.fields import PathError, verify
from k8sview.model.kinds import KINDS, RESOURCE_NAMES
from k8sview.model.objects.meta import Custom
from k8sview.model.status import Severity, Status
from k8sview.sources.prometheus.queries import QUERIES

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ID = re.compile(rf"{_SLUG}\.{_SLUG}\.{_SLUG}")
_ALERT = re.compile(r"[A-Z][A-Za-z0-9]+")
_RESOURCE = re.compile(r"[a-z0-9]+(?:\.[a-z0-9-]+)*")


class CompiledTest(msgspec.Struct, frozen=True):
    check_id: str
    spec: TestSpec
    origin: str


class CompiledFile(msgspec.Struct, frozen=True):
    component: Component
    checks: tuple[Check, ...]
    tests: tuple[CompiledTest, ...]


def compile_file(document: Document) -> tuple[CompiledFile | None, list[Problem]]:
    """The file's values, or None; and its problems."""
    problems: list[Problem] = []
    value = document.value
    if not isinstance(value, dict):
        return None, [document.problem((), "expected a mapping with component or topic, title, layer, checks")]
    raw_checks = value.get("checks", [])
    head = convert(document, {**value, "checks": []}, (), FileSpec, problems)
    if not isinstance(raw_checks, list):
        return None, [*problems, document.problem(("checks",), "checks: expected a list")]
    specs = [convert(document, raw, ("checks", n), CheckSpec, problems) for n, raw in enumerate(raw_checks)]
    if head is None:
        return None, problems
    component = _component(document, head, problems)
    checks, tests = [], []
    for number, spec in enumerate(specs):
        if spec is not None:
            compiler = _CheckCompiler(document, ("checks", number), component, problems)
            checks.append(compiler.check(spec))
            origin = (document.line(("checks", number, "tests", t)) for t in range(len(spec.tests)))
            tests += [
                CompiledTest(spec.id, test, f"{document.file}:{line}")
                for test, line in zip(spec.tests, origin, strict=True)
            ]
    return CompiledFile(component, tuple(checks), tuple(tests)), problems


def _component(document: Document, head: FileSpec, problems: list[Problem]) -> Component:
    if (head.component is None) == (head.topic is None):
        problems.append(document.problem((), "a file has either component or topic"))
    if head.component is not None and head.detect is None:
        problems.append(document.problem(("component",), "a component needs detect"))
    name = head.component or head.topic or "?"
    if not re.fullmatch(_SLUG, name):
        problems.append(document.problem(("component",), f"{name!r} is no id: lower case, digits and hyphens"))
    detect = head.detect
    image = head.version.image
    return Component(
        id=name,
        title=head.title,
        layer=head.layer,
        seed=head.seed,
        topic=head.topic is not None,
        api_groups=detect.api_groups if detect else (),
        resources=detect.resources if detect else (),
        csi_drivers=detect.csi_drivers if detect else (),
        api_services=detect.api_services if detect else (),
        webhooks=detect.webhooks if detect else (),
        ingress_controllers=detect.ingress_controllers if detect else (),
        workloads=_matcher(detect.workloads) if detect and detect.workloads else None,
        managed_by=tuple(
            ManagedBy(provider=one.provider, api_group=one.api_group, csi_driver=one.csi_driver)
            for one in (detect.managed if detect else ())
        ),
        parts={part: _matcher(matcher) for part, matcher in head.workloads.items()},
        version_images=(image,) if isinstance(image, str) else image,
        version_label=head.version.label,
        version_resource=head.version.field.resource if head.version.field else None,
        version_path=head.version.field.path if head.version.field else None,
        use=head.use.resources,
        depends_on=head.depends_on,
        origin=f"{document.file}:1",
    )


def _matcher(spec: MatcherSpec) -> Matcher:
    return Matcher(
        images=spec.images,
        labels=spec.labels,
        names=spec.names,
        kinds=tuple(RESOURCE_NAMES[kind] for kind in spec.kinds),
        not_labels=spec.not_labels,
        optional=spec.optional,
    )


class _CheckCompiler:
    """Compiles one check, collecting its problems."""

    def __init__(self, document: Document, place: Place, component: Component, problems: list[Problem]) -> None:
        self._document = document
        self._place = place
        self._component = component
        self._problems = problems

    def check(self, spec: CheckSpec) -> Check:
        self._identity(spec)
        self._tests(spec)
        self._resources(spec)
        where = [self._predicate(raw, ("where", n), spec) for n, raw in enumerate(spec.where)]
        assertions = [self._assertion(raw, ("assert", n), spec) for n, raw in enumerate(spec.asserts)]
        rule, drift = self._rule(spec)
        if (rule is None) == (spec.each is None) and spec.rule is None:
            self._say((), "a check has either each with assert, or rule")
        if spec.rule is not None and (spec.each or spec.asserts or spec.where):
            self._say(("rule",), "rule stands alone: each, where and assert do not go with it")
        if spec.each is not None and not spec.asserts:
            self._say(("each",), "each without assert can never fail")
        if not spec.requires and spec.each is None and not spec.metrics and drift is None:
            self._say(("requires",), "requires names no resource: the check could not be told from a blind one")
        return Check(
            id=spec.id,
            title=spec.title,
            layer=self._component.layer,
            component=self._component.id,
            severity=spec.severity,
            requires=tuple(dict.fromkeys([*spec.requires, *([spec.each] if spec.each else [])])),
            wants=spec.wants,
            metrics=spec.metrics,
            drift=drift,
            when=frozenset(Presence(one) for one in spec.when),
            topic=self._component.topic,
            depends_on=spec.depends_on,
            alerts=spec.alerts,
            popeye=spec.popeye,
            each=spec.each,
            where=tuple(one[1] for one in where if one),
            assertions=tuple(one[1] for one in assertions if one),
            own_object_only=all(one[0] for one in (*where, *assertions) if one),
            rule=rule,
            rule_name=spec.rule,
            why=spec.why.strip(),
            next=spec.next.strip(),
            url=spec.url,
            origin=f"{self._document.file}:{self._document.line(self._place)}",
        )

    def _say(self, place: Place, message: str) -> None:
        self._problems.append(self._document.problem((*self._place, *place), message))

    def _identity(self, spec: CheckSpec) -> None:
        prefix = f"{self._component.layer}.{self._component.id}."
        if not _ID.fullmatch(spec.id):
            self._say(("id",), f"bad id {spec.id!r}: expected <layer>.<component or topic>.<slug> in lower case")
        elif not spec.id.startswith(prefix):
            self._say(("id",), f"bad id {spec.id!r}: expected it to start with {prefix!r}")
        for key in ("title", "why", "next", "url"):
            if not getattr(spec, key).strip():
                self._say((key,), f"{key} is empty")
        if spec.title.lower().startswith("ensure"):
            self._say(("title",), "a title states the good condition; it does not start with Ensure")
        for number, alert in enumerate(spec.alerts):
            if not _ALERT.fullmatch(alert):
                self._say(("alerts", number), f"{alert!r} is no alert's name: expected one as KubeNodeNotReady")
        for number, code in enumerate(spec.popeye):
            if not 100 <= code <= 9999:
                self._say(("popeye", number), f"{code} is no code of popeye: expected one as 106")

    def _tests(self, spec: CheckSpec) -> None:
        expected = {test.expect for test in spec.tests}
        if Status.PASS not in expected:
            self._say(("tests",), f"{spec.id}: missing test: no case expects pass")
        if not expected & {Status.FAIL, Status.WARN}:
            self._say(("tests",), f"{spec.id}: missing test: no case expects fail (or warn)")
        blind = [test for test in spec.tests if test.expect is Status.UNKNOWN]
        reads = spec.requires or spec.each or (spec.wants and not spec.metrics)
        if reads and not any(test.denied or test.failed for test in blind):
            self._say(("tests",), f"{spec.id}: missing test: no case denies a required resource and expects unknown")
        if spec.metrics and not any(test.prometheus == "failing" for test in blind):
            self._say(("tests",), f"{spec.id}: missing test: no case has prometheus: failing and expects unknown")
        for number, test in enumerate(spec.tests):
            self._metrics(spec.metrics, test.metrics, ("tests", number, "metrics"))

    def _resources(self, spec: CheckSpec) -> None:
        for key, names in (("requires", spec.requires), ("wants", spec.wants)):
            for number, name in enumerate(names):
                self._resource(name, (key, number))
        if spec.each is not None:
            self._resource(spec.each, ("each",))
        self._metrics(QUERIES, spec.metrics, ("metrics",))

    def _metrics(self, known: Collection[str], names: Iterable[str], place: Place) -> None:
        for name in names:
            if name not in known:
                words = f"unknown metric {name!r}{nearest(name, known)}; known here: {', '.join(known) or 'none'}"
                self._say(place, words)

    def _resource(self, name: str, place: Place) -> None:
        if not _RESOURCE.fullmatch(name):
            self._say(place, f"{name!r} is no resource: expected plural or plural.group in lower case")
        elif "." not in name and name not in KINDS:
            self._say(place, f"unknown core resource {name!r}{nearest(name, KINDS)}; others are plural.group")

    def _assertion(self, raw: dict[str, Any], place: Place, spec: CheckSpec) -> tuple[bool, Assertion] | None:
        extras = {key: raw[key] for key in ("severity", "message", "warn") if key in raw}
        built = self._predicate({key: value for key, value in raw.items() if key not in extras}, place, spec)
        extra = convert(self._document, extras, (*self._place, *place), _Extras, self._problems)
        if built is None or extra is None:
            return None
        return built[0], Assertion(built[1], extra.severity, extra.message, extra.warn)

    def _predicate(self, raw: dict[str, Any], place: Place, spec: CheckSpec) -> tuple[bool, Any] | None:
        if len(raw) != 1:
            self._say(place, f"expected exactly one predicate, found {', '.join(raw) or 'none'}")
            return None
        ((name, value),) = raw.items()
        entry = PREDICATES.get(name)
        if entry is None:
            self._say((*place, name), f"unknown predicate {name!r}{nearest(name, PREDICATES)}")
            return None
        parameters = self._parameters(entry, value if value is not None else {}, (*place, name), spec)
        return (entry.own_object_only, entry.build(parameters)) if parameters is not None else None

    def _parameters(
        self, entry: PredicateEntry | RuleEntry, value: Any, place: Place, spec: CheckSpec
    ) -> Parameters | None:
        before = len(self._problems)
        parameters = convert(self._document, value, (*self._place, *place), entry.parameters, self._problems)
        if not isinstance(parameters, Parameters):
            return None
        if problem := parameters.problem():
            self._say(place, problem)
        for name in parameters.reads():
            if name not in (*spec.requires, *spec.wants):
                self._say(place, f"reads {name}, which is neither in requires nor in wants")
        for name in parameters.metrics():
            if name not in spec.metrics:
                self._say(place, f"reads the metric {name}, which is not in metrics")
        for path in parameters.paths():
            try:
                kind = KINDS.get(spec.each or "")
                verify(kind.struct if kind else Custom, path)
            except PathError as error:
                self._say(place, str(error))
        return parameters if len(self._problems) == before else None

    def _rule(self, spec: CheckSpec) -> tuple[Rule | None, DriftKind | None]:
        """The rule, and the kind of drift that it asks for."""
        if spec.rule is None:
            return None, None
        entry = RULES.get(spec.rule)
        if entry is None:
            self._say(("rule",), f"unknown rule {spec.rule!r}{nearest(spec.rule, RULES)}")
            return None, None
        parameters = self._parameters(entry, spec.parameters, ("with",), spec)
        if parameters is None:
            return None, None
        run = entry.run
        return lambda context: run(context, parameters), parameters.drift()


class _Extras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    severity: Severity | None = None
    message: str | None = None
    warn: bool = False
