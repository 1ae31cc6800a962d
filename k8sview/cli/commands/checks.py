"""``k8sview checks list`` and ``checks test``: the catalogue, and the tests inside its files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from k8sview.catalog.loader import Catalog, builtin_folder, load_catalog
from k8sview.catalog.problems import CatalogError
from k8sview.catalog.selftest import run_tests
from k8sview.cli.columns import columns
from k8sview.cli.console import Console
from k8sview.cli.documents import document
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import catalog_of, selection_of
from k8sview.reports.order import counted
from k8sview.session.selection import select


def list_checks(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """The selected checks, floor by floor."""
    catalog = catalog_of(arguments)
    chosen = select(catalog, selection_of(arguments))
    if arguments.output == "text":
        rows = [(check.layer.value, check.id, check.severity.value, check.title) for check in chosen]
        console.write(columns(("LAYER", "ID", "SEVERITY", "TITLE"), rows))
        return ExitCode.OK
    tests: dict[str, int] = {}
    for test in catalog.tests:
        tests[test.check_id] = tests.get(test.check_id, 0) + 1
    told = ("id", "title", "layer", "component", "severity", "requires", "wants", "metrics", "depends_on")
    keys = (*told, "why", "next", "url")
    found = [
        {**{_camel(key): getattr(check, key) for key in keys}, "tests": tests.get(check.id, 0), "origin": check.origin}
        for check in chosen
    ]
    used = {check.component for check in chosen}
    parts = [
        {"id": one.id, "title": one.title, "layer": one.layer, "topic": one.topic}
        for one in catalog.components
        if one.id in used
    ]
    console.write(document({"kind": "CheckList", "components": parts, "checks": found}))
    return ExitCode.OK


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.title() for word in rest)


def run_checks_tests(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Exit 1 if a test fails; a catalogue that cannot be loaded is exit 2."""
    catalog = _to_test([Path(name) for name in arguments.DIR])
    results = list(run_tests(catalog))
    failed = [one for one in results if one.problem is not None]
    for one in results if arguments.verbose else failed:
        words = "ok" if one.problem is None else f"FAILED: {one.problem}"
        console.write(f"{one.origin}: {one.check_id}: {one.name}: {' '.join(words.split())}\n")
    tested = len({one.check_id for one in results})
    outcome = (
        f"{len(failed)} of {counted(len(results), 'test')} failed"
        if failed
        else f"{counted(len(results), 'test')} passed"
    )
    console.write(f"{outcome}, of {counted(tested, 'check')}\n")
    return ExitCode.FINDINGS if failed else ExitCode.OK


def _to_test(folders: Sequence[Path]) -> Catalog:
    """The built-in catalogue, or what is in ``folders``: beside the built-in one, part of it, or a copy of it."""
    if not folders:
        return load_catalog()
    root = builtin_folder().resolve()
    inside = [folder.resolve() for folder in folders if folder.exists() and folder.resolve().is_relative_to(root)]
    if len(inside) == len(folders):
        return _only(
            load_catalog(), tuple(f"checks/{folder.relative_to(root)}".removesuffix("/.") for folder in inside)
        )
    try:
        return load_catalog(folders, builtin=False)
    except CatalogError as alone:
        # A pack may lean on built-in components; then its own mistakes are those that are left.
        try:
            whole = load_catalog(folders)
        except CatalogError as together:
            raise min(together, alone, key=lambda error: len(error.problems)) from None
        ours = {check.id for check in load_catalog().checks}
        return msgspec.structs.replace(whole, tests=tuple(test for test in whole.tests if test.check_id not in ours))


def _only(catalog: Catalog, places: tuple[str, ...]) -> Catalog:
    def chosen(origin: str) -> bool:
        file = origin.rpartition(":")[0]
        return any(file == place or file.startswith(f"{place}/") for place in places)

    return msgspec.structs.replace(catalog, tests=tuple(test for test in catalog.tests if chosen(test.origin)))
