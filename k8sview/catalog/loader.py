"""Finds and loads catalogues: the built-in one and folders a user names. Never the working directory, never code."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.components.component import Component
from k8sview.catalog.compile import CompiledFile, CompiledTest, compile_file
from k8sview.catalog.documents import DocumentError, parse_document
from k8sview.catalog.problems import CatalogError, Problem, nearest


class Catalog(msgspec.Struct, frozen=True):
    """Components and checks in the order of the house: layer, component, file order."""

    components: tuple[Component, ...]
    checks: tuple[Check, ...]
    tests: tuple[CompiledTest, ...] = ()

    def check(self, check_id: str) -> Check | None:
        return next((check for check in self.checks if check.id == check_id), None)

    def component_of(self, check: Check) -> Component:
        """The component, or the topic of its floor, that a check belongs to."""
        return next(one for one in self.components if (one.id, one.layer) == (check.component, check.layer))


def builtin_folder() -> Path:
    """Where the built-in catalogue lies: inside the installed package, or beside it in a source tree."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "checks", package.parent / "checks"):
        if folder.is_dir():
            return folder
    raise CatalogError([Problem(str(package / "checks"), 1, "the built-in catalogue is missing: reinstall k8sview")])


def load_catalog(folders: Iterable[Path] = (), *, builtin: bool = True) -> Catalog:
    """The built-in catalogue and those in ``folders``. Raises CatalogError with every problem found."""
    files: list[tuple[str, Path]] = []
    problems: list[Problem] = []
    if builtin:
        root = builtin_folder()
        files += [(f"checks/{path.relative_to(root)}", path) for path in _yaml_files(root)]
    for folder in folders:
        if not folder.exists():
            problems.append(Problem(str(folder), 1, "no such file or folder"))
            continue
        found = [folder] if folder.is_file() else _yaml_files(folder)
        if not found:
            problems.append(Problem(str(folder), 1, "holds no .yaml file"))
        files += [(str(path), path) for path in found]
    compiled: list[CompiledFile] = []
    for shown, path in files:
        result, found_problems = _load_file(shown, path)
        problems += found_problems
        if result is not None:
            compiled.append(result)
    problems += _across(compiled)
    if problems:
        raise CatalogError(problems)
    compiled.sort(key=lambda one: (one.component.layer.floor, one.component.id))
    return Catalog(
        components=tuple(one.component for one in compiled),
        checks=tuple(check for one in compiled for check in one.checks),
        tests=tuple(test for one in compiled for test in one.tests),
    )


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())


def _load_file(shown: str, path: Path) -> tuple[CompiledFile | None, list[Problem]]:
    try:
        document = parse_document(shown, path.read_text(encoding="utf-8"))
    except DocumentError as error:
        return None, [error.problem]
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(shown, 1, f"cannot be read: {error}")]
    return compile_file(document)


def _across(compiled: list[CompiledFile]) -> list[Problem]:
    """What only shows when all files are seen: ids used twice, dependencies on what does not exist."""
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for component in (one.component for one in compiled):
        # A topic may be met on several floors; a component stands on one.
        _claim(seen, _name(component), component.origin, problems)
    topics = {one.component.id: one.component for one in compiled if one.component.topic}
    for component in (one.component for one in compiled):
        if not component.topic and component.id in topics:
            there = topics[component.id].origin
            problems.append(_at(component.origin, f"component {component.id} is already a topic at {there}"))
    for check in (check for one in compiled for check in one.checks):
        _claim(seen, f"check {check.id}", check.origin, problems)
    checks = [check.id for one in compiled for check in one.checks]
    components = [one.component.id for one in compiled]
    for one in compiled:
        for name in one.component.depends_on:
            if name not in components:
                message = f"depends_on: unknown component {name!r}{nearest(name, components)}"
                problems.append(_at(one.component.origin, message))
        for check in one.checks:
            for name in check.depends_on:
                if name not in checks:
                    message = f"depends_on: unknown check {name!r}{nearest(name, checks)}"
                    problems.append(_at(check.origin, message))
    return problems


def _name(component: Component) -> str:
    return f"topic {component.layer}.{component.id}" if component.topic else f"component {component.id}"


def _claim(seen: dict[str, str], name: str, origin: str, problems: list[Problem]) -> None:
    if name in seen:
        problems.append(_at(origin, f"{name} is already defined at {seen[name]}"))
    seen.setdefault(name, origin)


def _at(origin: str, message: str) -> Problem:
    file, _, line = origin.rpartition(":")
    return Problem(file, int(line), message)
