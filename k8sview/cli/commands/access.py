"""``k8sview access``: the smallest role for the selected checks, and what is hidden from those who have less."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import yaml

from k8sview.cli.columns import columns
from k8sview.cli.console import Console
from k8sview.cli.documents import document
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import catalog_of, live, selection_of
from k8sview.model.resources import Resource
from k8sview.reports.order import counted
from k8sview.session.access import VERBS, NeededResource, needed_access
from k8sview.session.selection import select
from k8sview.sources.contract import AccessAnswer, Source


class Missing(msgspec.Struct, frozen=True):
    """One right that the server does not grant (or, ``allowed`` None, would not speak about)."""

    verb: str
    resource: str
    namespace: str | None
    allowed: bool | None
    reason: str
    hides: tuple[str, ...]


def access(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Print the role, or with --verify what of it is missing here."""
    catalog, selection = catalog_of(arguments), selection_of(arguments)
    chosen = select(catalog, selection)
    namespaces = selection.namespaces
    needed = needed_access(catalog, chosen, namespaced=namespaces is not None, health=arguments.health)
    if arguments.verify:
        console.progress("asking the server")
        missing = asyncio.run(verify(live(arguments), needed, namespaces))
        _tell(missing, arguments.output, console)
        return ExitCode.INCOMPLETE if missing else ExitCode.OK
    if arguments.output == "yaml":
        console.write(role_yaml(needed, namespaces, arguments.name, health=arguments.health))
    elif arguments.output == "json":
        body = {
            "needed": msgspec.to_builtins(needed),
            "verbs": VERBS,
            "roles": roles(needed, namespaces, arguments.name),
        }
        console.write(document({"kind": "Access", **body}))
    else:
        console.write(
            columns(("RESOURCE", "VERBS", "WITHOUT IT"), [(one.name, ",".join(VERBS), _loss(one)) for one in needed])
        )
    return ExitCode.OK


def roles(needed: Iterable[NeededResource], namespaces: Sequence[str] | None, name: str) -> list[dict[str, Any]]:
    """One ClusterRole, or one Role for each namespace."""
    groups: dict[str, list[str]] = {}
    for one in needed:
        groups.setdefault(one.group, []).append(one.plural)
    rules = [
        {"apiGroups": [group], "resources": sorted(resources), "verbs": list(VERBS)}
        for group, resources in sorted(groups.items())
    ]
    kind = "ClusterRole" if namespaces is None else "Role"
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": kind,
            "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
            "rules": rules,
        }
        for namespace in namespaces or (None,)
    ]


def role_yaml(
    needed: Iterable[NeededResource], namespaces: Sequence[str] | None, name: str, *, health: bool = False
) -> str:
    """Ready for ``kubectl apply -f -``."""
    made = roles(needed, namespaces, name)
    kind = "clusterrole" if namespaces is None else "role"
    where = f" -n {namespaces[0]}" if namespaces else ""
    head = (
        "# Everything that k8sview reads for the selected checks, and nothing else; it never writes.\n"
        f"# To bind it: kubectl create {kind}binding {name} --{kind}={name} --user=WHO{where}\n"
    )
    if health:
        head += (
            "# With what health is read from; secrets and configmaps only ever as metadata. Kinds that your cluster\n"
            "# defines itself are judged too where a rule of yours lets k8sview list them.\n"
        )
    return head + str(yaml.safe_dump_all(made, sort_keys=False, default_flow_style=False))


async def verify(
    source: Source, needed: Iterable[NeededResource], namespaces: Sequence[str] | None
) -> tuple[Missing, ...]:
    """Ask for each right. What this cluster does not serve needs none. Closes the source; raises SourceError."""
    try:
        connected = await source.connect(lambda _event: None)
        served = {resource.name: resource for resource in connected.resources}
        blind_groups = set(connected.missing_groups)
        asked = [
            (one, verb, namespace)
            for one in needed
            if one.name in served or one.group in blind_groups
            for verb in VERBS
            for namespace in namespaces or (None,)
        ]
        answers = await asyncio.gather(
            *(source.may(verb, served.get(one.name) or _assumed(one), namespace) for one, verb, namespace in asked)
        )
    finally:
        await source.close()
    return tuple(
        _missing(one, answer) for (one, _, _), answer in zip(asked, answers, strict=True) if answer.allowed is not True
    )


def _assumed(one: NeededResource) -> Resource:
    """For a review only group and plural count."""
    return Resource(group=one.group, version="v1", plural=one.plural, kind=one.plural)


def _missing(one: NeededResource, answer: AccessAnswer) -> Missing:
    hides = (*one.blinds, *one.blurs, *(("health",) if one.health else ()))
    return Missing(answer.verb, one.name, answer.namespace, answer.allowed, answer.reason, hides)


def _tell(missing: Sequence[Missing], output: str, console: Console) -> None:
    if output == "json":
        console.write(document({"kind": "AccessReview", "missing": msgspec.to_builtins(missing)}))
        return
    if not missing:
        console.write("Nothing is missing: every right that the selected checks need is granted.\n")
        return
    verbs: dict[tuple[str, ...], list[str]] = {}
    for one in missing:
        row = (one.resource, one.namespace or "(all)", _answer(one), _hidden(one))
        verbs.setdefault(row, []).append(one.verb)
    rows = [(resource, ",".join(found), *rest) for (resource, *rest), found in verbs.items()]
    console.write(columns(("RESOURCE", "VERBS", "NAMESPACE", "ANSWER", "HIDES"), rows))
    console.say("next: the same without --verify prints the role; somebody who may has to apply and bind it")


def _hidden(one: Missing) -> str:
    checks = [name for name in one.hides if name != "health"]
    parts = [counted(len(checks), "check")] if checks or "health" not in one.hides else []
    return " and ".join((*parts, *(["causes of ill health"] if "health" in one.hides else [])))


def _answer(one: Missing) -> str:
    return "denied" if one.allowed is False else f"unknown: {one.reason or 'no answer'}"


def _loss(one: NeededResource) -> str:
    parts = []
    if one.blinds:
        parts.append(f"{counted(len(one.blinds), 'check')} unknown")
    if one.blurs:
        parts.append(f"{counted(len(one.blurs), 'check')} less sharp")
    if one.detection:
        parts.append("which components are there becomes uncertain")
    if one.health:
        parts.append("causes of ill health become uncertain")
    return ", ".join(parts) or "versions become unknown"
