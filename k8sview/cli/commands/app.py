"""``k8sview``, ``demo`` and ``open``: the terminal app, or, where stdout is no terminal, the house as text."""

from __future__ import annotations

import argparse

from k8sview.cli.commands.check import deliver
from k8sview.cli.console import Console
from k8sview.cli.exit_codes import ExitCode, Gate, exit_code, weightiest
from k8sview.cli.front import AppRequest, OpenApp
from k8sview.cli.opening import DEMO_NAME, judge, namespaces_of
from k8sview.cli.options import Output
from k8sview.sources.contract import ConfigurationError
from k8sview.sources.live.configuration import load_contexts, resolve

_TIMEOUT = 60.0


def current(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """The context of the kubeconfig. What is wrong with the kubeconfig is said before a screen covers it."""
    found = load_contexts(arguments.kubeconfig)
    if not found.entries:
        looked = ", ".join(found.looked_at)
        raise ConfigurationError(
            f"no kubeconfig context found (looked at {looked}); to look around without a cluster: k8sview demo"
        )
    resolve(arguments.kubeconfig, arguments.context)
    if not console.interactive:
        return _as_text(arguments, console, None)
    request = AppRequest(
        kubeconfig=arguments.kubeconfig,
        context=arguments.context,
        namespaces=namespaces_of(arguments),
        checks=tuple(arguments.checks or ()),
        request_timeout=arguments.request_timeout,
    )
    return ExitCode(open_app(request))


def demo(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """The recording that ships with us. Always exit 0: its trouble is made up."""
    if arguments.once or not console.interactive:
        arguments.namespace, arguments.all_namespaces, arguments.checks = None, False, None
        return _as_text(arguments, console, DEMO_NAME, Gate(exit_zero=True))
    return ExitCode(open_app(AppRequest(demo=True)))


def open_file(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """A recording of somebody's cluster."""
    if not console.interactive:
        return _as_text(arguments, console, arguments.FILE)
    path, namespaces = arguments.FILE, namespaces_of(arguments)
    request = AppRequest(recording=path, namespaces=namespaces, checks=tuple(arguments.checks or ()))
    return ExitCode(open_app(request))


def _as_text(
    arguments: argparse.Namespace,
    console: Console,
    recording: str | None,
    gate: Gate = Gate(),  # noqa: B008 - frozen
) -> ExitCode:
    """The same as ``k8sview check`` without options."""
    for name in ("layer", "component", "check"):
        setattr(arguments, name, None)
    arguments.recording, arguments.timeout = recording, _TIMEOUT
    report = judge(arguments, console)
    written = deliver(report, (Output("text"),), console, verbose=False)
    return weightiest(written, exit_code(report, gate))
