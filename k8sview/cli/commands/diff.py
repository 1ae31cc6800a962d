"""``k8sview diff A B``: how two clusters differ, or a cluster and what it was."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from k8sview.catalog.intended import load_intended
from k8sview.cli.console import Console
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import catalog_of, namespaces_of, selector_of
from k8sview.cli.operands import operands_of
from k8sview.model.diff import IntendedRules
from k8sview.model.diff_report import DiffReport
from k8sview.reports.diff_markdown import render as render_markdown
from k8sview.reports.diff_text import render as render_text
from k8sview.reports.documents import render as render_json
from k8sview.session.diff import diff_once
from k8sview.session.diff_side import DiffScope
from k8sview.sources.recording import keys


def diff(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Compare; exit 1 if anything differs that is not intended, 3 if nothing does and something could not be seen."""
    rules = load_intended(Path(arguments.rules)) if arguments.rules else IntendedRules()
    scope = DiffScope(
        namespaces=namespaces_of(arguments),
        selector=selector_of(arguments),
        selector_text=arguments.selector,
        kinds=tuple(dict.fromkeys(arguments.kinds)) if arguments.kinds else None,
        everything=arguments.all,
    )
    catalog = catalog_of(arguments)
    key = keys.read(Path(arguments.baseline_key).expanduser()) if arguments.baseline_key else b""
    a, b = operands_of(arguments, key)

    def progress(a_done: int, a_of: int, b_done: int, b_of: int) -> None:
        console.progress(f"reading A: {a_done} of {a_of} resources, B: {b_done} of {b_of}")

    console.progress("connecting")
    try:
        report = asyncio.run(
            diff_once(
                a, b, catalog, scope=scope, rules=rules, key=key, read_timeout=arguments.timeout, progress=progress
            )
        )
    finally:
        console.end_progress()
    _write(report, arguments, console)
    return _code(report, allow_incomplete=arguments.allow_incomplete)


def _write(report: DiffReport, arguments: argparse.Namespace, console: Console) -> None:
    if arguments.output == "json":
        console.write(render_json(report))
    elif arguments.output == "markdown":
        console.write(render_markdown(report))
    else:
        console.write(render_text(report, console.look(verbose=arguments.verbose)))


def _code(report: DiffReport, *, allow_incomplete: bool) -> ExitCode:
    if report.summary.differences:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if report.not_comparable and not allow_incomplete else ExitCode.OK
