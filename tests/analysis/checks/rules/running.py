"""Runs one named rule on a small cluster, with parameters as YAML states them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

import k8sview.analysis.checks.rules  # noqa: F401 - fills the table of rules
from k8sview.analysis.checks.outcome import Context, Judged
from k8sview.analysis.checks.registry import RULES
from k8sview.model.components import ComponentStatus, Part, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Status
from k8sview.model.view import Change, View
from tests.analysis.clusters import view_of


def judged_by(
    name: str,
    parameters: dict[str, Any],
    *raws: dict[str, Any],
    parts: Iterable[Part] = (),
    changes: tuple[Change, ...] = (),
    version: str = "v1.37.2",
) -> list[Judged]:
    """All that the rule says, passes included."""
    entry = RULES[name]
    view: View = view_of(*raws)
    cluster = msgspec.structs.replace(view.cluster, version=version)
    view = msgspec.structs.replace(view, changes=changes, cluster=cluster)
    status = ComponentStatus("test", "Test", Layer.FOUNDATION, Presence.INSTALLED, parts=tuple(parts))
    context = Context(view, status, {"test": status}, lambda resource, obj: Health(HealthVerdict.HEALTHY))
    bound = msgspec.convert(parameters, entry.parameters)
    assert bound.problem() is None
    return list(entry.run(context, bound))


def not_passed(judged: Iterable[Judged]) -> dict[str, Judged]:
    """What is no pass, by the object's name."""
    return {one.subject.name if one.subject else "": one for one in judged if one.outcome.status is not Status.PASS}
