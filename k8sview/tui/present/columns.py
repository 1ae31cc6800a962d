"""The shape of a table: its columns and how one object becomes a row of values. No sorting, no filtering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from k8sview.model.health import Health
from k8sview.model.objects.meta import Malformed
from k8sview.model.times import parse_time
from k8sview.model.view import View
from k8sview.tui.present.cells import Role, Word


class Column(NamedTuple):
    """One column. ``flexible`` ones give way, down to ``least``, when the terminal is narrow; ``wide`` ones show only
    on request. What is too long is cut in the middle; a ``sentence`` at its end."""

    id: str
    title: str
    right: bool = False
    flexible: bool = False
    wide: bool = False
    widest: int = 48
    least: int = 10
    sentence: bool = False


class Surroundings(NamedTuple):
    """What a row may look at besides its own object: the view, and the verdict of the session."""

    view: View
    health: Callable[[Any], Health | None]


class TableSpec(NamedTuple):
    """Columns, and the values of one object in the same order."""

    columns: tuple[Column, ...]
    values: Callable[[Any, Surroundings], tuple[Any, ...]]
    default_sort: str | None = None  # a column id; None sorts by namespace and name

    def position(self, column_id: str) -> int | None:
        """Position of a column, or None."""
        return next((number for number, column in enumerate(self.columns) if column.id == column_id), None)


NAMESPACE = Column("namespace", "NAMESPACE", flexible=True, widest=24, least=12)
NAME = Column("name", "NAME", flexible=True, widest=60, least=20)
VERDICT = Column("verdict", "VERDICT", flexible=True, widest=34, least=13, sentence=True)
AGE = Column("age", "AGE", right=True)
LABELS = Column("labels", "LABELS", wide=True, widest=80)


def object_table(
    columns: tuple[Column, ...],
    values: Callable[[Any, Surroundings], tuple[Any, ...]],
    *,
    namespaced: bool,
    default_sort: str | None = None,
) -> TableSpec:
    """A table of Kubernetes objects: the kind's own columns between what every object has."""
    head = (NAMESPACE, NAME, VERDICT) if namespaced else (NAME, VERDICT)
    blank = (None,) * len(columns)

    def row(obj: Any, around: Surroundings) -> tuple[Any, ...]:
        metadata = obj.metadata
        own = blank if isinstance(obj, Malformed) else values(obj, around)
        first = (metadata.namespace or "", metadata.name) if namespaced else (metadata.name,)
        verdict = Word(f"✗ ERROR {obj.problem}", Role.FAIL) if isinstance(obj, Malformed) else around.health(obj)
        return (*first, verdict, *own, parse_time(metadata.creation_timestamp), metadata.labels)

    return TableSpec((*head, *columns, AGE, LABELS), row, default_sort)
