"""The ``drift`` section of the user's configuration: what is known to differ, and whose field managers those are.

Strict: what cannot be understood is an error with its line, for an ignore rule that is misread hides what it must not.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from k8sview.catalog.conversion import convert
from k8sview.catalog.documents import Document, DocumentError, parse_document
from k8sview.catalog.problems import CatalogError, Problem
from k8sview.catalog.rule_files import end_of, read_rules
from k8sview.model.drift import ActorClass, DriftKind, DriftSettings, IgnoreRule

_NOTHING = DriftSettings()
_CRITERIA = ("path", "kind", "namespace", "name", "manager", "drift")


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    reason: str
    owner: str
    expires: str | None = None
    path: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    manager: str = ""
    drift: DriftKind | None = None


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ignore: tuple[_Rule, ...] = ()
    managers: dict[str, ActorClass] = {}


def load_drift_settings(path: Path, *, required: bool = False) -> DriftSettings:
    """What the file says of drift; nothing where there is no file, unless it is ``required``. Raises CatalogError."""
    text = read_rules(path)
    if text is None and required:
        raise CatalogError([Problem(str(path), 1, "no such file")])
    if text is None:
        return _NOTHING
    return read_drift_settings(str(path), text)


def read_drift_settings(file: str, text: str) -> DriftSettings:
    """From the file's text; its other sections belong to others. Raises CatalogError with every problem."""
    if not text.strip() or all(line.strip().startswith("#") or not line.strip() for line in text.splitlines()):
        return _NOTHING
    try:
        document = parse_document(file, text)
    except DocumentError as error:
        raise CatalogError([error.problem]) from error
    if not isinstance(document.value, dict):
        raise CatalogError([document.problem((), "expected sections by name, like 'drift:'")])
    raw = document.value.get("drift")
    if raw is None:
        return _NOTHING
    problems: list[Problem] = []
    section = convert(document, raw, ("drift",), _Section, problems)
    rules = list(_rules(document, section.ignore, problems)) if section is not None else []
    if section is None or problems:
        raise CatalogError(problems)
    return DriftSettings(tuple(rules), dict(section.managers))


def _rules(document: Document, stated: Iterable[_Rule], problems: list[Problem]) -> Iterable[IgnoreRule]:
    known: set[str] = set()
    for number, rule in enumerate(stated):
        place = ("drift", "ignore", number)
        empty = [name for name in ("id", "reason", "owner") if not getattr(rule, name).strip()]
        problems += [
            document.problem((*place, name), f"{name} is empty: each rule answers for itself") for name in empty
        ]
        if rule.id in known:
            problems.append(document.problem((*place, "id"), f"{rule.id!r} is stated twice"))
        known.add(rule.id)
        if not any(getattr(rule, name) for name in _CRITERIA):
            words = f"ignores everything: state at least one of {', '.join(_CRITERIA)}"
            problems.append(document.problem(place, words))
        expires = end_of(rule.expires)
        if rule.expires is not None and expires is None:
            words = f"{rule.expires!r} is no day (2027-01-31) and no moment (2027-01-31T18:00:00Z)"
            problems.append(document.problem((*place, "expires"), words))
        yield IgnoreRule(**{**msgspec.structs.asdict(rule), "expires": expires})
