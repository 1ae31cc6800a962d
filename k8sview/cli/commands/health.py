"""``k8sview health``: what is broken, by which cause, since when, and the next step."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

import msgspec

from k8sview.cli.console import Console, UsageError
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import at_its_moment, namespaces_of, opened, run_reading, selector_of
from k8sview.model.health import HealthVerdict
from k8sview.model.health_report import HealthReport
from k8sview.reports.documents import render as render_json
from k8sview.reports.health_text import render as render_text
from k8sview.session.following import follow_health
from k8sview.session.health import health_once
from k8sview.session.health_reporting import Scope
from k8sview.session.once import Progress


def health(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Judge every object; exit 1 if one is faulty, 3 if something could not be judged."""
    scope = _scope(arguments)
    if arguments.watch:
        return asyncio.run(_watch(arguments, console, scope))
    source, clock = opened(arguments)

    def reading(progress: Progress) -> Coroutine[Any, Any, HealthReport]:
        return health_once(
            source, scope.namespaces, scope=scope, read_timeout=arguments.timeout, clock=clock, progress=progress
        )

    report = at_its_moment(run_reading(reading, console), arguments)
    _write(report, arguments, console)
    return _code(report)


def _scope(arguments: argparse.Namespace) -> Scope:
    return Scope(
        namespaces=namespaces_of(arguments),
        selector=selector_of(arguments),
        selector_text=arguments.selector,
        everything=arguments.all,
    )


async def _watch(arguments: argparse.Namespace, console: Console, scope: Scope) -> ExitCode:
    """One report after the other, each when something has changed, until Ctrl-C."""
    if arguments.recording:
        raise UsageError("a recording does not change: leave out --watch or --from")
    source, clock = opened(arguments)
    console.progress("reading the cluster")
    lost = ""
    async with aclosing(follow_health(source, scope.namespaces, scope, clock=clock)) as reports:
        async for one in reports:
            if one.lost != lost:
                console.say(f"connection lost: {one.lost}; what follows is as last seen" if one.lost else "connected")
                lost = one.lost
            _write(_as_last_seen(one.report, lost) if lost else one.report, arguments, console, again=True)
    return ExitCode.OK


def _as_last_seen(report: HealthReport, lost: str) -> HealthReport:
    """A report without connection says so itself: who reads only stdout must not take it for today's health."""
    return msgspec.structs.replace(report, errors=(*report.errors, f"connection lost, all is as last seen: {lost}"))


def _write(report: HealthReport, arguments: argparse.Namespace, console: Console, *, again: bool = False) -> None:
    if arguments.output == "json":
        console.write(render_json(report, compact=again))
    else:
        console.write(render_text(report, console.look(verbose=arguments.verbose)) + ("\n" if again else ""))


def _code(report: HealthReport) -> ExitCode:
    if any(number for name, number in report.summary.verdicts.items() if HealthVerdict(name).faulty):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if report.unseen or not any(report.summary.verdicts.values()) else ExitCode.OK
