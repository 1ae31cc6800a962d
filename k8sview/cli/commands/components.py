"""``k8sview components``: what stands on each floor, in which version, and its four conditions."""

from __future__ import annotations

import argparse

import msgspec

from k8sview.cli.columns import columns
from k8sview.cli.console import Console
from k8sview.cli.documents import document
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import judge
from k8sview.model.components import Presence
from k8sview.model.report import ComponentReport

_CONDITIONS = ("Available", "Progressing", "Degraded", "Upgradeable")


def components(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """The report's components; exit 3 where one could not be looked at. Findings are not this command's concern."""
    report = judge(arguments, console)
    if arguments.output == "json":
        found = msgspec.to_builtins(report)
        console.write(document({key: found[key] for key in ("run", "cluster", "components", "access")}))
    else:
        head = ("LAYER", "COMPONENT", "VERSION", "STATE", *(name.upper() for name in _CONDITIONS))
        console.write(columns(head, (_row(one) for one in report.components)))
    unseen = any(one.state is Presence.UNKNOWN for one in report.components)
    return ExitCode.INCOMPLETE if unseen else ExitCode.OK


def _row(component: ComponentReport) -> tuple[str, ...]:
    states = {condition.type: condition.status for condition in component.conditions}
    version = component.version or ("?" if component.state is Presence.INSTALLED else "")
    return (
        component.layer.value,
        component.id,
        version,
        component.state.value,
        *(states.get(name, "-") for name in _CONDITIONS),
    )
