"""Which objects of two sides are compared: those that somebody wrote down, unless others are asked for.

What programs make out of something else differs between any two clusters; it is counted and left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from k8sview.analysis.drift.kinds.generated import generated
from k8sview.analysis.drift.kinds.reading import declared
from k8sview.model.diff import LeftOut
from k8sview.model.objects.meta import LabelSelector, ObjectMeta
from k8sview.model.resources import Resource
from k8sview.model.view import View

_RBAC = "rbac.authorization.k8s.io"
_OF_THE_CLUSTER = "made by the cluster out of something else"
_BY_ITSELF = "made by the cluster or an installer by itself"
_CONTROLLED = "made by the controller of another object"
_TWICE = frozenset({"events.events.k8s.io", "componentstatuses"})
_FIGURES = "metrics.k8s.io"
_ANY = ObjectMeta()
"""Of a kind whose objects are all made by programs, any object is."""


class Wanted(msgspec.Struct, frozen=True):
    """Which objects. ``kinds`` are resource names, None all; ``everything``: also those that nobody wrote down. A kind
    of which nobody writes any down is compared where it is named."""

    kinds: frozenset[str] | None = None
    selector: LabelSelector | None = None
    everything: bool = False
    namespaced: bool = False


def comparable_resources(view: View, wanted: Wanted) -> frozenset[str]:
    """The resources of one side whose objects are compared."""
    whoever = wanted.everything or wanted.kinds is not None
    names = view.resources.keys() if whoever else declared(view)
    return frozenset(
        name
        for name in names
        if "list" in view.resources[name].verbs
        and name not in _TWICE
        and view.resources[name].group != _FIGURES
        and (whoever or not generated(name, _ANY))
        and (wanted.kinds is None or name in wanted.kinds)
        and (view.resources[name].namespaced or not wanted.namespaced)
    )


def derived(a: View, b: View, names: frozenset[str], wanted: Wanted) -> Iterator[LeftOut]:
    """Resources of which nobody writes objects down, counted. ``names``: those that are compared."""
    for name in sorted({*a.tables, *b.tables} - names):
        if name in _TWICE or (wanted.kinds is not None and name not in wanted.kinds):
            continue
        counts = [len(one.table(name).objects) for one in (a, b)]
        resource = a.resources.get(name) or b.resources.get(name)
        if any(counts) and resource is not None and (resource.namespaced or not wanted.namespaced):
            yield LeftOut(name, _OF_THE_CLUSTER, *counts)


class Choice:
    """Of one resource: which objects nobody wrote down, and why not."""

    def __init__(self, resource: Resource, wanted: Wanted, a: View, b: View) -> None:
        self._resource = resource
        nobodys = generated(resource.name, _ANY) or not any(resource.name in declared(view) for view in (a, b))
        self._everything = wanted.everything or (wanted.kinds is not None and nobodys)
        self._one_version = a.cluster.version == b.cluster.version

    def unwritten(self, a: Any, b: Any) -> str:
        """Why nobody wrote an object down, by its metadata on both sides; "" where somebody may have.

        What is made alike everywhere, and decides who may do what, is compared where both sides have it.
        """
        if self._everything:
            return ""
        sides = [one for one in (a, b) if one is not None]
        if all(one.controller is not None for one in sides):
            return _CONTROLLED
        if not any(generated(self._resource.name, one) for one in sides):
            return ""
        alike = self._resource.name in ("namespaces", "serviceaccounts") or (
            self._resource.group == _RBAC and self._one_version
        )
        return "" if alike and len(sides) == 2 else _BY_ITSELF
