"""``k8sview why KIND/NAME``: the chain from one object to its root cause, what changed before, and the next step."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any

from k8sview.catalog.problems import nearest
from k8sview.cli.console import Console, OutputError, UsageError
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import at_its_moment, namespaces_of, opened, run_reading
from k8sview.model.health import HealthVerdict
from k8sview.model.naming import LOOKED_IN, find_resource
from k8sview.model.resources import Key, Resource
from k8sview.model.view import View
from k8sview.reports.documents import render as render_json
from k8sview.reports.why_text import render as render_text
from k8sview.session.health import read_health
from k8sview.session.health_reporting import HealthReading, build_why_report
from k8sview.session.once import Progress


def why(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Answer; exit 0 for an object that is well, 1 for a faulty one, 3 where it could not be judged."""
    words = _words(arguments.TARGET)
    namespaces = namespaces_of(arguments)
    source, clock = opened(arguments)

    def read(progress: Progress) -> Coroutine[Any, Any, HealthReading]:
        return read_health(source, read_timeout=arguments.timeout, clock=clock, progress=progress)

    reading = run_reading(read, console)
    resource, key = _find(reading, words, namespaces)
    report = at_its_moment(build_why_report(reading, resource, key), arguments)
    if arguments.output == "json":
        console.write(render_json(report))
    else:
        console.write(render_text(report, console.look(verbose=arguments.verbose)))
    if report.object.verdict.faulty:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if report.object.verdict is HealthVerdict.UNKNOWN else ExitCode.OK


def _words(target: list[str]) -> tuple[str, str]:
    """``KIND/NAME``, ``KIND NAME``, or a bare name (kind ""). Raises UsageError."""
    if len(target) == 2:
        return target[0], target[1]
    if len(target) > 2:
        raise UsageError("expected one object: KIND/NAME, KIND NAME or NAME")
    kind, mark, name = target[0].partition("/")
    if mark and not (kind and name and "/" not in name):
        raise UsageError(f"{target[0]!r} is no object: expected KIND/NAME")
    return (kind, name) if mark else ("", kind)


def _find(reading: HealthReading, words: tuple[str, str], namespaces: tuple[str, ...] | None) -> tuple[str, Key]:
    """The one object that is meant. Raises UsageError where there is none, or more than one; OutputError where the
    table that would hold it could not be read."""
    view, (kind, name) = reading.view, words
    tables = [_resource(view, kind).name] if kind else [one for one in LOOKED_IN if one in view.tables]
    # Without -n a name is looked for in the context's own namespace first, as kubectl does.
    own = (view.cluster.namespace or "default",)
    found = list(_matches(view, tables, name, namespaces))
    if namespaces is None and len(found) > 1:
        found = list(_matches(view, tables, name, own)) or found
    if not found:
        raise _nothing(reading, tables, name, namespaces)
    if len(found) > 1 and not kind:
        found = [one for one in found if one[0] == found[0][0]]
    if len(found) > 1:
        places = ", ".join(sorted({key[0] for _, key in found}))
        raise UsageError(f"{kind or 'an object called'} {name} is in several namespaces, add -n: {places}")
    if reading.engine.judged(*found[0]) is None:
        raise UsageError(f"{found[0][0]} have no health of their own: ask for what uses {name}")
    return found[0]


def _matches(
    view: View, tables: Iterable[str], name: str, namespaces: tuple[str, ...] | None
) -> Iterator[tuple[str, Key]]:
    for resource in tables:
        for key in view.table(resource).objects:
            if key[1] == name and (namespaces is None or not key[0] or key[0] in namespaces):
                yield resource, key


def _resource(view: View, word: str) -> Resource:
    found = find_resource(word.lower(), view.resources)
    if found is None:
        words = [name for one in view.resources.values() for name in one.called()]
        raise UsageError(f"the cluster serves no kind {word!r}{nearest(word.lower(), words)}")
    return found


def _nothing(
    reading: HealthReading, tables: list[str], name: str, namespaces: tuple[str, ...] | None
) -> UsageError | OutputError:
    blind = [one for one in tables if not reading.view.readable(one)]
    if blind:
        states = "; ".join(f"{one}: {reading.view.state(one)}" for one in blind)
        return OutputError(f"cannot tell whether {name} exists: {states}")
    keys = [key for one in tables for key in reading.view.table(one).objects]
    elsewhere = sorted({key[0] for key in keys if key[1] == name and key[0]})
    names = [key[1] for key in keys if namespaces is None or not key[0] or key[0] in namespaces]
    where = f" in namespace {', '.join(namespaces)}" if namespaces else ""
    what = tables[0] if len(tables) == 1 else "workload, pod, service or node"
    hint = f" (there is one in {', '.join(elsewhere[:3])})" if elsewhere else nearest(name, names)
    return UsageError(f"no {what} is called {name!r}{where}{hint}")
