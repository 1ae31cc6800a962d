"""``k8sview schema``: the JSON Schemas of the reports."""

from __future__ import annotations

import argparse

from k8sview.cli.console import Console
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.reports.schema import render


def schema(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    console.write(render(arguments.COMMAND or "check"))
    return ExitCode.OK
