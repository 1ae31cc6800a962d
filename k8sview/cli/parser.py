"""The table of commands as an argparse parser. One line of error, with the nearest spelling, and exit code 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from k8sview import __version__
from k8sview.cli.options import GENERAL, Option, unknown
from k8sview.cli.table import APP, COMMANDS, GROUPS

_EPILOG = """\
exit codes of check:
  0 nothing at or above --fail-on    1 findings    2 usage, configuration or catalogue
  3 incomplete: something, or all, was not judged  4 cluster unreachable, login refused, output not written
  5 internal error                                 130 interrupted
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)  # noqa: T201 - argparse's way out
        raise SystemExit(2)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # Only commands have choices here; argparse itself would list them without the nearest one.
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(None, unknown("command", str(value), list(action.choices)))


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    called = os.path.basename(sys.argv[0]) if sys.argv else ""
    top = _parser(
        {
            "prog": "kubectl k8sview" if called.startswith("kubectl-") else "k8sview",
            "description": "Readiness of a Kubernetes platform, floor by floor. Read-only.",
            "epilog": _EPILOG,
        }
    )
    top.add_argument("--version", action="version", version=f"k8sview {__version__}")
    _add(top, (*APP.options, *GENERAL))
    commands = _subcommands(top)
    groups: dict[str, argparse._SubParsersAction[_Parser]] = {}
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            made = commands.add_parser(
                group, help=GROUPS[group], description=_sentence(GROUPS[group]), allow_abbrev=False
            )
            groups[group] = _subcommands(made, required=True)
        inner = (groups[group] if group else commands).add_parser(
            name,
            help=command.help,
            description=_sentence(command.help),
            epilog="examples:\n" + "\n".join(f"  {one}" for one in command.examples) if command.examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _add(inner, (*command.options, *GENERAL))
        inner.set_defaults(command=command)
    return top


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Flags may stand before and after the command. Raises SystemExit as argparse does."""
    found = build_parser().parse_args(words, argparse.Namespace(command=APP))
    for option in (*found.command.options, *GENERAL):
        if not hasattr(found, option.dest):
            setattr(found, option.dest, option.default)
    return found


def _parser(settings: dict[str, Any]) -> _Parser:
    return _Parser(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **settings)


def _subcommands(parser: argparse.ArgumentParser, *, required: bool = False) -> argparse._SubParsersAction[_Parser]:
    return parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser, required=required)


def _add(parser: argparse.ArgumentParser, options: Sequence[Option]) -> None:
    for option in options:
        settings = dict(option.settings)
        words = option.help.replace("%", "%%")
        if option.positional:
            parser.add_argument(option.flags[0], help=words, **settings)
        else:
            # A flag that is not given must not undo the same flag given before the command.
            parser.add_argument(*option.flags, help=words, default=argparse.SUPPRESS, **settings)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
