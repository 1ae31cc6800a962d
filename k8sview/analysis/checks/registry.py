"""How a predicate or a rule gets its name and its typed parameters. Two tables, filled by decorators at import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from k8sview.analysis.checks.check import Predicate
from k8sview.analysis.checks.outcome import Context, Judged
from k8sview.model.drift import DriftKind


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parameters: an unknown key is a load error."""

    def paths(self) -> tuple[str, ...]:
        """Field paths among the parameters, verified by the loader against the kind that is judged."""
        return ()

    def reads(self) -> tuple[str, ...]:
        """Resources beyond the judged object that are read."""
        return ()

    def metrics(self) -> tuple[str, ...]:
        """Named queries whose answers are read."""
        return ()

    def drift(self) -> DriftKind | None:
        """The kind of drift that is asked for."""
        return None

    def problem(self) -> str | None:
        """What is wrong with the parameters beyond their types; None if nothing."""
        return None


class PredicateEntry(NamedTuple):
    parameters: type[Parameters]
    build: Callable[[Any], Predicate]
    own_object_only: bool


class RuleEntry(NamedTuple):
    parameters: type[Parameters]
    run: Callable[[Context, Any], Iterator[Judged]]


PREDICATES: dict[str, PredicateEntry] = {}
RULES: dict[str, RuleEntry] = {}

P = TypeVar("P", bound=Parameters)


def predicate(
    name: str, parameters: type[P], *, own_object_only: bool = True
) -> Callable[[Callable[[P], Predicate]], Callable[[P], Predicate]]:
    """Register ``build(parameters) -> predicate`` under the name that YAML uses."""

    def register(build: Callable[[P], Predicate]) -> Callable[[P], Predicate]:
        if name in PREDICATES:
            raise ValueError(f"two predicates are called {name!r}")
        PREDICATES[name] = PredicateEntry(parameters, build, own_object_only)
        return build

    return register


def rule(
    name: str, parameters: type[P]
) -> Callable[[Callable[[Context, P], Iterator[Judged]]], Callable[[Context, P], Iterator[Judged]]]:
    """Register ``run(context, parameters)`` under the name that YAML uses."""

    def register(run: Callable[[Context, P], Iterator[Judged]]) -> Callable[[Context, P], Iterator[Judged]]:
        if name in RULES:
            raise ValueError(f"two rules are called {name!r}")
        RULES[name] = RuleEntry(parameters, run)
        return run

    return register
