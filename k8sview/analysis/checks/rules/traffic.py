"""Rules about traffic from outside: retired controllers, Gateway API's nested conditions, default classes, backends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.checks.custom import Said, born, conditions, items, text, unseen
from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    passes,
    ref_to,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.resources import Key
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

_CRDS = "customresourcedefinitions.apiextensions.k8s.io"
_CLASSES = "ingressclasses.networking.k8s.io"
_INGRESSES = "ingresses.networking.k8s.io"
_GATEWAYS = "gateways.gateway.networking.k8s.io"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


class RetiredParameters(Parameters, frozen=True, kw_only=True):
    """``since``: when the last fixes came. ``vendors``: beginnings of images whose vendors patch their own copy."""

    since: str
    vendors: tuple[str, ...] = ()


@rule("retired", RetiredParameters)
def retired(context: Context, parameters: RetiredParameters) -> Iterator[Judged]:
    """No workload of a product that is no longer maintained runs. A vendor's own copy is a smaller worry."""
    component = context.component
    for part in component.parts:
        table = context.table(part.resource)
        workload = table.get(part.workload, part.namespace)
        if workload is None:
            continue
        images = [container.image for container in workload.spec.template.spec.containers]
        vendor = any(f"/{name}" in f"/{image}" for name in parameters.vendors for image in images)
        version = f" {part.version}" if part.version else ""
        outcome = fails(
            f"{component.title}{version} runs here; it has had no fixes since {parameters.since}"
            + (", but for those of this copy's vendor" if vendor else ""),
            path="spec.template.spec.containers",
            observed=", ".join(images),
            expected="a maintained controller",
            severity=Severity.MEDIUM if vendor else None,
        )
        yield Judged(ref_to(table, workload), outcome)


# Gateway API: what is good when True, and what is bad when True. Others (attached counts, vendors' own) are not judged.
_GOOD = ("Accepted", "Programmed", "ResolvedRefs")
_BAD = ("Conflicted", "PartiallyInvalid")


class NestedParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a state may last before it counts."""

    grace: str = "5m"

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (5m, 1h)"

    @property
    def span(self) -> timedelta:
        return parse_duration(self.grace) or timedelta(minutes=5)


class ListenersParameters(NestedParameters, frozen=True, kw_only=True):
    """``grace``: see above."""

    def reads(self) -> tuple[str, ...]:
        return (_GATEWAYS,)


@rule("gateway-listeners", ListenersParameters)
def gateway_listeners(context: Context, parameters: ListenersParameters) -> Iterator[Judged]:
    """Every listener of every Gateway is accepted, programmed and finds its certificates."""
    table = context.table(_GATEWAYS)
    for key in sorted(table.objects):
        gateway = table.objects[key]
        outcome = PASS
        for number, listener in enumerate(items(gateway, "status.listeners")):
            where = f"status.listeners[{number}].conditions"
            name = f"listener {listener.get('name') or number}"
            outcome = _worse(outcome, _nested(gateway, where, name, context, parameters.span))
        yield Judged(ref_to(table, gateway), outcome)


class RoutesParameters(NestedParameters, frozen=True, kw_only=True):
    """``resources``: the route kinds; those that are not served are left out."""

    resources: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return self.resources


@rule("routes-attached", RoutesParameters)
def routes_attached(context: Context, parameters: RoutesParameters) -> Iterator[Judged]:
    """Every route is claimed by a controller, accepted by its parents, and finds what it refers to."""
    for resource in parameters.resources:
        table = context.table(resource)
        for key in sorted(table.objects):
            yield Judged(ref_to(table, table.objects[key]), _route(table.objects[key], context, parameters.span))
    yield from unseen(context, parameters.resources)


def _route(route: Any, context: Context, grace: timedelta) -> Outcome:
    parents = items(route, "status.parents")
    wanted = items(route, "spec.parentRefs")
    if not parents and wanted:
        created = born(route)
        if created is not None and context.now - created < grace:
            return passes(recheck_at=created + grace)
        named = ", ".join(str(one.get("name") or "?") for one in wanted[:3])
        return fails(
            f"no controller has claimed it for {named}",
            path="status.parents",
            observed="none",
            expected="an entry for each parent",
            since=created,
        )
    outcome = PASS
    for number, parent in enumerate(parents):
        reference = parent.get("parentRef")
        name = reference.get("name") if isinstance(reference, dict) else None
        where = f"status.parents[{number}].conditions"
        outcome = _worse(outcome, _nested(route, where, f"parent {name or number}", context, grace))
    return outcome


def _worse(one: Outcome, other: Outcome) -> Outcome:
    return other if other.status.badness > one.status.badness else one


def _nested(obj: Any, where: str, name: str, context: Context, grace: timedelta) -> Outcome:
    """The conditions of one listener or parent, each by its own polarity and for the generation it speaks of."""
    found = conditions(obj, where)
    outcome = PASS
    for kind in (*_GOOD, *_BAD):
        said = found.get(kind)
        if said is not None and (said.status != "True") == (kind in _GOOD):
            bad = _bad(said, obj, where, context.now, grace)
            outcome = _worse(outcome, msgspec.structs.replace(bad, message=f"{name}: {bad.message}"))
    return outcome


def _bad(said: Said, obj: Any, where: str, now: datetime, grace: timedelta) -> Outcome:
    generation = obj.metadata.generation
    if said.generation is not None and generation is not None and said.generation < generation:
        words = f"{said.type} speaks of generation {said.generation}, the object is at {generation}"
        return cannot_tell(words, path=where)
    # Untouched defaults carry the year 1970.
    since = said.since if said.since is not None and said.since.year > 1970 else born(obj)
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    lasted = f" for {format_age(now - since)}" if since else ""
    return fails(
        f"{said.type} is {said.status or 'empty'}{lasted}: {said or 'no reason given'}",
        path=f"{where}[type={said.type}].status",
        observed=said.status,
        expected="True" if said.type in _GOOD else "False",
        since=since,
    )


class BundleParameters(Parameters, frozen=True, kw_only=True):
    """The definitions of ``group`` carry the same values of ``annotations``."""

    group: str
    annotations: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return (_CRDS,)


@rule("one-bundle", BundleParameters)
def one_bundle(context: Context, parameters: BundleParameters) -> Iterator[Judged]:
    """All definitions of one API come from the same release of it."""
    table = context.table(_CRDS)
    ours = [table.objects[key] for key in sorted(table.objects) if table.objects[key].spec.group == parameters.group]
    told = {one.metadata.name: _bundle(one, parameters.annotations) for one in ours}
    counts: dict[str, int] = {}
    for bundle in told.values():
        counts[bundle] = counts.get(bundle, 0) + 1
    if not counts:
        yield Judged(None, not_applicable(f"no definitions of {parameters.group}"))
    usual = max(counts, key=lambda one: (counts[one], one), default="")
    for one in ours:
        bundle = told[one.metadata.name]
        outcome = PASS
        if bundle != usual:
            outcome = fails(
                f"is of {bundle}, while {counts[usual]} others are of {usual}",
                path="metadata.annotations",
                observed=bundle,
                expected=usual,
            )
        yield Judged(ref_to(table, one), outcome)


def _bundle(definition: Any, annotations: tuple[str, ...]) -> str:
    return " ".join(definition.metadata.annotations.get(one, "no stated release") for one in annotations)


class IngressesParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_INGRESSES, _CLASSES)


@rule("ingress-classes", IngressesParameters)
def ingress_classes(context: Context, parameters: IngressesParameters) -> Iterator[Judged]:
    """At most one default IngressClass; every Ingress has a class that exists."""
    classes = context.table(_CLASSES)
    defaults = sorted(one.metadata.name for one in classes if one.metadata.annotations.get(_DEFAULT) == "true")
    for name in defaults:
        others = [one for one in defaults if one != name]
        outcome = PASS
        if others:
            words = f"is a default class, and so is {', '.join(others)}: an Ingress without a class is refused"
            outcome = fails(words, path="metadata.annotations", observed=", ".join(defaults), expected="one default")
        yield Judged(ref_to(classes, classes.get(name)), outcome)
    ingresses = context.table(_INGRESSES)
    for key in sorted(ingresses.objects):
        ingress = ingresses.objects[key]
        stated = text(ingress, "spec.ingressClassName")
        old = ingress.metadata.annotations.get("kubernetes.io/ingress.class", "")
        outcome = PASS
        if stated and classes.get(stated) is None:
            outcome = fails(f"IngressClass {stated} does not exist", path="spec.ingressClassName", observed=stated)
        elif not stated and not old:
            # The default is written into an Ingress when it is created, never afterwards.
            outcome = fails("has no class: no controller serves it", path="spec.ingressClassName", expected="a class")
        yield Judged(ref_to(ingresses, ingress), outcome)


class BackendsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_INGRESSES, "services")


@rule("ingress-backends", BackendsParameters)
def ingress_backends(context: Context, parameters: BackendsParameters) -> Iterator[Judged]:
    """Every Service and port that an Ingress leads to exists."""
    table = context.table(_INGRESSES)
    for key in sorted(table.objects):
        problems = [
            problem for backend in _backends(table.objects[key]) if (problem := _dangling(backend, key, context))
        ]
        outcome = PASS
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            outcome = fails(f"{problems[0]}{more}", path="spec.rules", evidence=tuple(problems[:5]))
        yield Judged(ref_to(table, table.objects[key]), outcome)


def _backends(ingress: Any) -> Iterator[dict[str, Any]]:
    default = read_one(ingress, "spec.defaultBackend.service")
    paths = [one for path in items(ingress, "spec.rules") for one in _paths(path)]
    for found in (default, *paths):
        if isinstance(found, dict):
            yield found


def _paths(one: dict[str, Any]) -> list[Any]:
    return [read_one(path, "backend.service") for path in items(one, "http.paths")]


def _dangling(backend: dict[str, Any], key: Key, context: Context) -> str:
    name = backend.get("name")
    service = context.table("services").get(str(name), key[0])
    if service is None:
        return f"Service {key[0]}/{name} does not exist"
    port = backend.get("port")
    number, named = (port.get("number"), port.get("name")) if isinstance(port, dict) else (None, None)
    if service.spec.type == "ExternalName" or (number is None and named is None):
        return ""
    if any((number is not None and one.port == number) or (named and one.name == named) for one in service.spec.ports):
        return ""
    return f"Service {key[0]}/{name} has no port {named or number}"
