"""``k8sview completion SHELL``: a script to source."""

from __future__ import annotations

import argparse

from k8sview.cli.completion import SCRIPTS
from k8sview.cli.console import Console
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp


def completion(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    console.write(SCRIPTS[arguments.SHELL]())
    return ExitCode.OK
