"""``k8sview contexts``: what the kubeconfig offers. Contacts nothing."""

from __future__ import annotations

import argparse

import msgspec

from k8sview.cli.columns import columns
from k8sview.cli.console import Console
from k8sview.cli.documents import document
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.sources.contract import ConfigurationError
from k8sview.sources.live.configuration import load_contexts


def contexts(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """One line per context; ``*`` marks the current one."""
    found = load_contexts(arguments.kubeconfig)
    if arguments.output == "json":
        console.write(document({"contexts": msgspec.to_builtins(found.entries), "current": found.current}))
        return ExitCode.OK
    if not found.entries:
        raise ConfigurationError(f"no kubeconfig context found (looked at {', '.join(found.looked_at)})")
    head = ("", "NAME", "CLUSTER", "USER", "NAMESPACE", "SERVER")
    rows = [
        ("*" if one.current else "", one.name, one.cluster, one.user, one.namespace or "", one.server)
        for one in found.entries
    ]
    console.write(columns(head, rows))
    return ExitCode.OK
