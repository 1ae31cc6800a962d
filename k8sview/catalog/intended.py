"""The rule file of ``k8sview diff --rules``: intended differences and renames, read strictly. Data only, never code.

renames:
- {kind: Namespace, a: shop-staging, b: shop}
intended:
- id: staging-is-small
  reason: staging runs one replica of everything
  owner: team-shop
  expires: 2027-06-30        # that day is the last on which it holds, in UTC
  kind: Deployment
  namespace: shop*
  path: spec.replicas
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from k8sview.analysis.drift.ignore import path_matches
from k8sview.catalog.conversion import convert
from k8sview.catalog.documents import Document, DocumentError, parse_document
from k8sview.catalog.problems import CatalogError, Problem
from k8sview.catalog.rule_files import end_of, read_rules
from k8sview.model.diff import Intended, IntendedRules, Part, Rename, Unlikeness


class _IntendedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str
    reason: str
    owner: str
    expires: str | None = None
    path: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    part: Part | None = None
    unlike: Unlikeness | None = None


class _RenameSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    kind: str
    a: str
    b: str
    namespace: str = ""


class _FileSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    renames: tuple[_RenameSpec, ...] = ()
    intended: tuple[_IntendedSpec, ...] = ()


def load_intended(path: Path) -> IntendedRules:
    """The rules of a file. Raises CatalogError with every problem that can be told."""
    text = read_rules(path)
    if text is None:
        raise CatalogError([Problem(str(path), 1, "cannot be read: No such file or directory")])
    return read_intended(str(path), text)


def read_intended(file: str, text: str) -> IntendedRules:
    """The rules of a file's text. Raises CatalogError."""
    problems: list[Problem] = []
    try:
        document = parse_document(file, text)
    except DocumentError as error:
        raise CatalogError([error.problem]) from error
    spec = convert(document, document.value, (), _FileSpec, problems)
    if spec is None:
        raise CatalogError(problems)
    intended = tuple(_intended(document, number, one, problems) for number, one in enumerate(spec.intended))
    renames = tuple(_rename(document, number, one, problems) for number, one in enumerate(spec.renames))
    _told_once(document, spec, problems)
    if problems:
        raise CatalogError(problems)
    return IntendedRules(intended, renames, file)


def _intended(document: Document, number: int, spec: _IntendedSpec, problems: list[Problem]) -> Intended:
    place = ("intended", number)
    empty = [name for name in ("id", "reason", "owner") if not getattr(spec, name).strip()]
    problems += [document.problem((*place, name), f"{name} is empty: who meant this, and why?") for name in empty]
    if not any((spec.path, spec.kind, spec.namespace, spec.name, spec.part, spec.unlike)):
        words = "covers every difference there is: state path, kind, namespace, name, part or unlike"
        problems.append(document.problem(place, words))
    expires = end_of(spec.expires)
    if spec.expires is not None and expires is None:
        words = f"{spec.expires!r} is no day: expected 2027-06-30 or 2027-06-30T12:00:00Z"
        problems.append(document.problem((*place, "expires"), words))
    if spec.path and path_matches(spec.path, ""):
        problems.append(
            document.problem((*place, "path"), f"{spec.path!r} covers every path: leave it out to mean that")
        )
    return Intended(**{**msgspec.structs.asdict(spec), "expires": expires})


def _rename(document: Document, number: int, spec: _RenameSpec, problems: list[Problem]) -> Rename:
    empty = [name for name in ("kind", "a", "b") if not getattr(spec, name).strip()]
    problems += [document.problem(("renames", number, name), f"{name} is empty") for name in empty]
    if spec.kind == "Namespace" and spec.namespace:
        problems.append(document.problem(("renames", number, "namespace"), "a Namespace lies in no namespace"))
    return Rename(**msgspec.structs.asdict(spec))


def _told_once(document: Document, spec: _FileSpec, problems: list[Problem]) -> None:
    ids: set[str] = set()
    for number, one in enumerate(spec.intended):
        if one.id in ids:
            problems.append(document.problem(("intended", number, "id"), f"{one.id!r} is stated twice"))
        ids.add(one.id)
    for side in ("a", "b"):
        names: set[tuple[str, str, str]] = set()
        for number, rename in enumerate(spec.renames):
            name = (rename.kind, rename.namespace, getattr(rename, side))
            if name in names:
                words = f"{rename.kind} {name[2]!r} of {side.upper()} is renamed twice"
                problems.append(document.problem(("renames", number, side), words))
            names.add(name)
