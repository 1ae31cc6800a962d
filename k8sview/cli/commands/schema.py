"""``k8sview schema``: the JSON Schema of the check report."""

from __future__ import annotations

import argparse

from k8sview.cli.console import Console
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.reports.schema import render


def schema(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    console.write(render())
    return ExitCode.OK
