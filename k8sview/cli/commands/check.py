"""``k8sview check``: one report, in as many formats as asked for, and the exit code that all of them share."""

from __future__ import annotations

import argparse

from k8sview.cli.console import Console, OutputError, UsageError, write_file
from k8sview.cli.exit_codes import ExitCode, Gate, exit_code, weightiest
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import judge
from k8sview.cli.options import NEVER, Output
from k8sview.model.report import Report
from k8sview.model.status import Severity
from k8sview.reports.formats import FORMATS


def check(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Judge, write, and say by the exit code how it went."""
    outputs = _outputs(arguments)
    report = judge(arguments, console)
    written = deliver(report, outputs, console, verbose=arguments.verbose)
    return weightiest(written, exit_code(report, _gate(arguments)))


def deliver(report: Report, outputs: tuple[Output, ...], console: Console, *, verbose: bool) -> ExitCode:
    """Write each output; one that fails does not keep the others from being written."""
    code = ExitCode.OK
    for output in outputs:
        render = FORMATS[output.format]
        try:
            if output.path is None:
                console.write(render(report, console.look(verbose=verbose)))
            else:
                write_file(output.path, render(report, console.look(verbose=verbose, of_file=True)))
        except OutputError as error:
            console.complain(f"k8sview: {error}")
            code = ExitCode.UNREACHABLE
    return code


def _outputs(arguments: argparse.Namespace) -> tuple[Output, ...]:
    """What -o and --json ask for. People who only write files still get to read the result, unless quiet."""
    asked = [*(arguments.output or ()), *([Output("json")] if arguments.json else ())]
    found = tuple(dict.fromkeys(asked))
    on_stdout = [one.format for one in found if one.path is None]
    if len(on_stdout) > 1:
        raise UsageError(f"only one format can go to stdout, not {' and '.join(on_stdout)}: use FORMAT=FILE for others")
    paths = [one.path for one in found if one.path is not None]
    if len(set(paths)) < len(paths):
        raise UsageError("two formats cannot go into one file")
    return found if on_stdout or (found and arguments.quiet) else (Output("text"), *found)


def _gate(arguments: argparse.Namespace) -> Gate:
    return Gate(
        fail_on=None if arguments.fail_on == NEVER else Severity(arguments.fail_on),
        allow_incomplete=arguments.allow_incomplete,
        min_coverage=arguments.min_coverage,
        exit_zero=arguments.exit_zero,
    )
