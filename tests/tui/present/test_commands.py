"""The line after ``:``."""

from __future__ import annotations

import pytest

from k8sview.model.kinds import KINDS
from k8sview.model.naming import find_resource
from k8sview.model.resources import Resource
from k8sview.tui.present import places
from k8sview.tui.present.commands import (
    Command,
    Go,
    OpenFile,
    Problem,
    Run,
    UseContext,
    UseNamespaces,
    UseTheme,
    Vocabulary,
    complete,
    parse_command,
)
from tests.tui.pictures import CERTIFICATES

OTHERS = (
    CERTIFICATES,
    Resource("events.k8s.io", "v1", "events", "Event", short_names=("ev",)),
    Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics"),
    Resource("networking.internal.knative.dev", "v1alpha1", "certificates", "Certificate"),
)
RESOURCES = {**{name: row.resource for name, row in KINDS.items()}, **{one.name: one for one in OTHERS}}
KNOWN = Vocabulary(RESOURCES, ("prod", "stage"), ("shop", "payments"), ("cilium", "cert-manager"), ("dark", "light"))
PODS = places.table("pods")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("po", Go(PODS)),
        ("pods", Go(PODS)),
        ("Pod", Go(PODS)),
        ("deploy", Go(places.table("deployments.apps"))),
        ("deployments.apps", Go(places.table("deployments.apps"))),
        ("deploy.apps", Go(places.table("deployments.apps"))),
        ("ev", Go(places.table("events"))),
        ("cert", Go(places.table("certificates.cert-manager.io"))),
        ("certificate", Go(places.table("certificates.cert-manager.io"))),
        ("certificates.networking.internal.knative.dev", Go(places.table(OTHERS[3].name))),
        ("po shop", Go(PODS, ("shop",))),
        ("po shop,payments", Go(PODS, ("shop", "payments"))),
        ("po all", Go(PODS, ())),
        ("po /web 1", Go(PODS, None, "web 1")),
        ("po shop /web", Go(PODS, ("shop",), "web")),
        ("po app=web,tier!=db", Go(PODS, None, "-l app=web,tier!=db")),
        ("po -l app=web", Go(PODS, None, "-l app=web")),
        ("po -f wb", Go(PODS, None, "-f wb")),
        ("po shop app=web", Go(PODS, ("shop",), "-l app=web")),
        ("ns", Go(places.NAMESPACES)),
        ("ns shop payments", UseNamespaces(("shop", "payments"))),
        ("ns all", UseNamespaces(())),
        ("ctx", Go(places.CONTEXTS)),
        ("ctx stage", UseContext("stage")),
        ("check", Go(places.checks())),
        ("check basement", Go(places.checks("basement"))),
        ("check cilium", Go(places.checks("cilium"))),
        ("check foundation.cilium.ready", Go(places.check("foundation.cilium.ready"))),
        ("house", Go(places.HOUSE)),
        ("open /tmp/a.k8sview", OpenFile("/tmp/a.k8sview")),
        ("theme light", UseTheme("light")),
        ("q", Run("quit")),
        ("qa", Run("quit")),
        ("?", Run("help")),
    ],
)
def test_commands(line: str, command: Command) -> None:
    assert parse_command(line, KNOWN) == command


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "nothing to do"),
        ("podz", "did you mean :pods?"),
        ("no shop", "nodes have no namespace"),
        ("check celium", "did you mean cilium?"),
        ("open", "needs the path"),
        ("theme pink", "dark, light"),
        ("po shop what is this", "a filter starts with /"),
    ],
)
def test_problems_are_told(line: str, words: str) -> None:
    command = parse_command(line, KNOWN)
    assert isinstance(command, Problem)
    assert words in command.message


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("dep", "deployments"),
        ("pod", "pods"),
        ("ctx s", "ctx stage"),
        ("ns p", "ns payments"),
        ("ns shop,p", "ns shop,payments"),
        ("po pay", "po payments"),
        ("check b", "check basement"),
        ("check cer", "check cert-manager"),
        ("theme l", "theme light"),
    ],
)
def test_completion(line: str, first: str) -> None:
    assert complete(line, KNOWN)[0] == first


def test_nothing_is_completed_where_nothing_is_known() -> None:
    assert complete("no sho", KNOWN) == ()
    assert complete("zzz", Vocabulary()) == ()
    assert find_resource("pods", {}) is None
