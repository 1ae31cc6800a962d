"""What a family of diagnoses hands to the table: its rules, in order, and the ids that they may give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from k8sview.model.health import Diagnosis, Health
from k8sview.model.view import View

Rule = Callable[[View, Any, Health], Diagnosis | None]
"""``(view, object, its verdict)``: the diagnosis, or None where the rule does not apply."""


ANY = "*"
"""Stands for every resource in a family's rules; these are asked before those of the resource itself."""


class Known(NamedTuple):
    """One diagnosis as people look it up: id, what it means in one sentence, and what to do about it in general."""

    id: str
    title: str
    advice: str


class Family(NamedTuple):
    """``rules``: resource name → rules, the most exact first. The first that answers is believed."""

    known: tuple[Known, ...]
    rules: dict[str, tuple[Rule, ...]]
