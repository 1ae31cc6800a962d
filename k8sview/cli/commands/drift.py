"""``k8sview drift``: who changed what, when, and why it was not reverted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Coroutine, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from k8sview.analysis.drift.comparing.documents import Documents
from k8sview.analysis.drift.comparing.yaml_text import parsed
from k8sview.cli.console import Console, UsageError
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import at_its_moment, drift_settings, namespaces_of, opened, run_reading, selector_of
from k8sview.cli.options import unknown
from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.drift_report import DriftReport
from k8sview.reports.documents import render as render_json
from k8sview.reports.drift_markdown import render as render_markdown
from k8sview.reports.drift_text import render as render_text
from k8sview.session.drift import drift_once
from k8sview.session.drift_reporting import DriftScope
from k8sview.session.once import Progress
from k8sview.sources.live.whole import WholeSource

_Word = TypeVar("_Word", bound=StrEnum)
_MANIFESTS = (".yaml", ".yml", ".json")


def drift(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Look for drift; exit 1 if there is any, 3 if there is none and something could not be looked for."""
    scope, settings = _scope(arguments), drift_settings(arguments)
    stated = _stated(arguments.filename) if arguments.filename else None
    source, clock = opened(arguments, WholeSource)

    def reading(progress: Progress) -> Coroutine[Any, Any, DriftReport]:
        return drift_once(
            source,
            scope.namespaces,
            scope=scope,
            stated=stated,
            settings=settings,
            labels_only=arguments.helm == "labels-only",
            read_timeout=arguments.timeout,
            clock=clock,
            progress=progress,
        )

    report = at_its_moment(run_reading(reading, console), arguments)
    _write(report, arguments, console)
    return _code(report)


def _scope(arguments: argparse.Namespace) -> DriftScope:
    kinds = _words("kind of drift", arguments.kinds, DriftKind)
    return DriftScope(
        namespaces=namespaces_of(arguments),
        selector=selector_of(arguments),
        selector_text=arguments.selector,
        since=arguments.since,
        classes=_words("class of writers", arguments.classes, ActorClass),
        kinds=kinds or None,
    )


def _words(what: str, words: Iterable[str] | None, known: type[_Word]) -> frozenset[_Word]:
    for word in words or ():
        if word not in {str(one) for one in known}:
            raise UsageError(unknown(what, word, known))
    return frozenset(known(word) for word in words or ())


def _stated(names: Sequence[str]) -> Documents:
    """All manifests of files, of folders with all that is below them, and of stdin."""
    bodies: list[dict[str, object]] = []
    problems: list[str] = []
    for name, text in (pair for one in names for pair in _texts(one)):
        found = parsed(text)
        bodies += found.bodies
        problems += [f"{name}: {problem}" for problem in found.problems]
    if not bodies and not problems:  # as little as no -f at all, and nothing of it would be looked for
        where = ", ".join("stdin" if name == "-" else name for name in names)
        raise UsageError(f"there is no manifest in {where}")
    return Documents(tuple(bodies), tuple(problems))


def _texts(name: str) -> Iterable[tuple[str, str]]:
    if name == "-":
        return [("stdin", sys.stdin.read())]
    path = Path(name)
    inside = (one for one in sorted(path.rglob("*")) if one.suffix in _MANIFESTS and one.is_file())
    files = list(inside) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"there is no manifest in {name} (looked for {', '.join(_MANIFESTS)})")
    try:
        return [(str(one), one.read_text(encoding="utf-8")) for one in files]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"cannot read {name}: {reason}") from error


def _write(report: DriftReport, arguments: argparse.Namespace, console: Console) -> None:
    if arguments.output == "json":
        console.write(render_json(report))
    elif arguments.output == "markdown":
        console.write(render_markdown(report))
    else:
        console.write(render_text(report, console.look(verbose=arguments.verbose)))


def _code(report: DriftReport) -> ExitCode:
    if report.summary.drifted:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if any(one.asked for one in report.not_checkable) else ExitCode.OK
