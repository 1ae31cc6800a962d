"""From words to an exit code: parse, load the one command that was called, and turn every failure into one line."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from k8sview.cli.console import Console, OutputError, UsageError
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import AppRequest, OpenApp
from k8sview.cli.parser import parse

Run = Callable[[argparse.Namespace, Console, OpenApp], ExitCode]


def no_app(request: AppRequest) -> int:
    """Stands in where no terminal app can be opened."""
    raise UsageError("the terminal app cannot be opened here; try k8sview check")


def main(words: Sequence[str] | None = None, open_app: OpenApp = no_app) -> int:
    """Run one command line (default: this process's) and return its exit code."""
    try:
        arguments = parse(sys.argv[1:] if words is None else words)
    except SystemExit as left:  # --help, --version, or a line of what is wrong
        return left.code if isinstance(left.code, int) else ExitCode.OK
    console = Console(color=arguments.color, quiet=arguments.quiet)
    try:
        return int(_command(arguments)(arguments, console, open_app))
    except KeyboardInterrupt:
        console.complain("interrupted")
        return ExitCode.INTERRUPTED
    except Exception as error:  # the last resort: nobody may see a traceback unasked
        return _failed(error, arguments, console)
    finally:
        console.end_progress()


def _command(arguments: argparse.Namespace) -> Run:
    module, _, function = arguments.command.run.partition(":")
    run: Run = getattr(import_module(f"k8sview.cli.commands.{module}"), function)
    return run


def _failed(error: Exception, arguments: argparse.Namespace, console: Console) -> ExitCode:
    code = _code_of(error)
    if arguments.debug:
        console.complain("".join(traceback.format_exception(error)).rstrip())
    if code is ExitCode.INTERNAL:
        hint = "" if arguments.debug else "; this is a bug in k8sview, --debug shows where"
        what = " ".join(str(error).split())
        console.complain(f"k8sview: internal error: {type(error).__name__}{': ' if what else ''}{what}{hint}")
    elif hasattr(error, "problems"):
        console.complain(str(error))  # of a catalogue: each line begins with file:line, as editors like it
    else:
        console.complain(f"k8sview: {error}")
    return code


def _code_of(error: Exception) -> ExitCode:
    if isinstance(error, UsageError):
        return ExitCode.USAGE
    if isinstance(error, OutputError):
        return ExitCode.UNREACHABLE
    # Loaded only now: whoever raised one of these has loaded them, and --help has not.
    from k8sview.catalog.problems import CatalogError
    from k8sview.session.selection import SelectionError
    from k8sview.sources.contract import ConfigurationError, SourceError

    if isinstance(error, CatalogError | SelectionError | ConfigurationError):
        return ExitCode.USAGE
    return ExitCode.UNREACHABLE if isinstance(error, SourceError) else ExitCode.INTERNAL
