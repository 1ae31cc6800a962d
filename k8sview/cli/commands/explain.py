"""``k8sview explain ID``: one check in full, its judgement as the catalogue states it; or one diagnosis of health."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from k8sview.analysis.checks.check import Check
from k8sview.analysis.health.diagnoses.contract import Known
from k8sview.analysis.health.diagnoses.table import KNOWN
from k8sview.catalog.documents import parse_document
from k8sview.catalog.loader import Catalog, builtin_folder
from k8sview.catalog.problems import nearest
from k8sview.cli.console import Console, UsageError
from k8sview.cli.documents import document
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import catalog_of
from k8sview.reports.layout import Role, paint, paragraph
from k8sview.sources.prometheus.queries import QUERIES

_JUDGEMENT = ("each", "where", "assert", "rule", "with")


def explain(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Everything the catalogue knows of a check."""
    catalog = catalog_of(arguments)
    if arguments.ID in KNOWN:
        _diagnosis(KNOWN[arguments.ID], arguments, console)
        return ExitCode.OK
    check = catalog.check(arguments.ID) or _by_other_name(catalog, arguments.ID)
    if check is None:
        close = nearest(arguments.ID, [*(one.id for one in catalog.checks), *KNOWN])
        raise UsageError(f"no check or diagnosis is called {arguments.ID!r}{close}; see k8sview checks list")
    judged = _judgement(check)
    tests = [(one.spec.name, one.spec.expect.value) for one in catalog.tests if one.check_id == check.id]
    if arguments.output == "json":
        console.write(_json(check, judged, tests))
    else:
        look = console.look()
        console.write(_text(catalog, check, judged, tests, look.width, colour=look.colour))
    return ExitCode.OK


def _diagnosis(known: Known, arguments: argparse.Namespace, console: Console) -> None:
    """What a diagnosis means in general; what it means here, ``k8sview why`` tells."""
    if arguments.output == "json":
        console.write(document({"kind": "Diagnosis", "id": known.id, "title": known.title, "advice": known.advice}))
        return
    look = console.look()
    lines = [paint(known.title, Role.TITLE, colour=look.colour), f"{known.id} · diagnosis of health", ""]
    lines += [
        *paragraph(known.advice, width=look.width, indent=0),
        "",
        "See it here: k8sview health, k8sview why KIND/NAME",
    ]
    console.write("".join(f"{line}\n" for line in lines))


def _by_other_name(catalog: Catalog, name: str) -> Check | None:
    """The one check that answers an alert of the mixin or a code of popeye. Raises UsageError where several do."""
    found = [one for one in catalog.checks if name in (*one.alerts, *(f"POP-{code}" for code in one.popeye))]
    if len(found) > 1:
        raise UsageError(f"{name} is answered by {len(found)} checks: {', '.join(one.id for one in found)}")
    return found[0] if found else None


def _judgement(check: Check) -> dict[str, Any]:
    """The part of its file that says when it fails."""
    file = check.origin.rpartition(":")[0]
    # Built-in files are named from the folder above the catalogue; a user's own folder may be called the same.
    for path in (builtin_folder().parent / file, Path(file)):
        if path.is_file():
            for own in parse_document(file, path.read_text(encoding="utf-8")).value["checks"]:
                if own["id"] == check.id:
                    return {key: own[key] for key in _JUDGEMENT if key in own}
    raise UsageError(f"{file} has changed meanwhile: {check.id} is no longer in it")


def _json(check: Check, judged: dict[str, Any], tests: list[tuple[str, str]]) -> str:
    body = {
        "kind": "Check",
        "id": check.id,
        "title": check.title,
        "layer": check.layer,
        "component": check.component,
        "severity": check.severity,
        "requires": check.requires,
        "wants": check.wants,
        "metrics": {name: QUERIES[name] for name in check.metrics},
        "drift": check.drift,
        "dependsOn": check.depends_on,
        "alerts": check.alerts,
        "popeye": [f"POP-{code}" for code in check.popeye],
        "judgement": judged,
        "why": check.why,
        "next": check.next,
        "url": check.url,
        "tests": [{"name": name, "expect": expect} for name, expect in tests],
        "origin": check.origin,
    }
    return document(body)


def _text(
    catalog: Catalog, check: Check, judged: dict[str, Any], tests: list[tuple[str, str]], width: int, *, colour: bool
) -> str:
    component = catalog.component_of(check)
    lines = [
        paint(check.title, Role.TITLE, colour=colour),
        f"{check.id} · {check.severity} · {check.layer} · {component.title} · {check.origin}",
    ]

    def section(title: str, *content: str) -> None:
        lines.extend(("", paint(title, Role.TITLE, colour=colour)))
        lines.extend(f"  {line}".rstrip() for line in content)

    section("WHY", *paragraph(check.why, width=width - 2, indent=0))
    section("NEXT", *check.next.splitlines())
    asked = (f"{name} (from a Prometheus): {QUERIES[name]}" for name in check.metrics)
    section("READS", *check.requires, *(f"{name} (if it may)" for name in check.wants), *asked)
    applies = "always" if check.topic else f"if {component.title} is {' or '.join(sorted(check.when))}"
    section(
        "APPLIES", applies, *(["only where a Prometheus is named, and to the whole cluster"] if check.metrics else [])
    )
    if check.drift is not None:
        words = "Each finding has the severity of its own drift, and what is low only warns."
        same = f"The same drifts, by the same fingerprints: k8sview drift --kind {check.drift}"
        section("FINDINGS", words, same)
    if check.depends_on:
        section("FOLLOWS FROM", *check.depends_on)
    if check.alerts or check.popeye:
        section("KNOWN AS", *check.alerts, *(f"POP-{code} of popeye" for code in check.popeye))
    section("JUDGES", *yaml.safe_dump(judged, sort_keys=False, allow_unicode=True, width=width - 4).splitlines())
    section("TESTS", *(f"{expect}: {name}" for name, expect in tests))
    section("SEE", check.url)
    return "".join(f"{line}\n" for line in lines)
