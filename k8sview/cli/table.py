"""The table of commands: one row each. Parser, help, completion and dispatch are all made from it."""

from __future__ import annotations

from typing import NamedTuple

from k8sview.cli.options import (
    BASELINE,
    CONFIG,
    CONNECTION,
    DIFF,
    DRIFT,
    GATE,
    HEALTH,
    METRICS,
    PACKS,
    PATIENCE,
    RECORDED,
    SCOPE,
    SELECTION,
    VERBOSE,
    Option,
    choice,
    plain_output,
)

REPORTS = ("check", "health", "why", "drift", "diff")
SHELLS = ("bash", "zsh", "fish")


class Command(NamedTuple):
    """``name`` may have two words. ``run`` is ``module:function`` below ``k8sview.cli.commands``."""

    name: str
    help: str
    run: str
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...] = ()


# What ``k8sview`` alone does.
APP = Command("", "open the terminal app", "app:current", (*CONNECTION, *SCOPE, *PACKS))

_READING = (*CONNECTION, *SCOPE, *SELECTION, *PACKS, *RECORDED, *PATIENCE)

_OPERAND = (
    "a recording, demo, or a context of the kubeconfig; file:PATH and context:NAME where a word could be both, "
    "context: alone is the current one"
)

COMMANDS = (
    Command(
        "check",
        "judge the cluster once; for people and for CI",
        "check:check",
        (*GATE, *_READING, *METRICS, CONFIG, *VERBOSE),
        (
            "k8sview check --layer foundation",
            "k8sview check -o text -o junit=report.xml --fail-on critical",
            "k8sview check --from demo --json",
            "k8sview check --prometheus http://localhost:9090",
        ),
    ),
    Command(
        "health",
        "what is broken now: causes first, since when, what they affect, the next step",
        "health:health",
        (plain_output("text", "json"), *HEALTH, *CONNECTION, *SCOPE, *RECORDED, *PATIENCE, *VERBOSE),
        (
            "k8sview health",
            "k8sview health -n shop -l app=api",
            "k8sview health -o json | jq '.rootCauses[].message'",
            "k8sview health --watch",
        ),
    ),
    Command(
        "why",
        "why one object is as it is: the chain to its root cause, what changed before, the next step",
        "why:why",
        (
            Option(
                ("TARGET",),
                "KIND/NAME, KIND NAME, or the name of a workload, pod, service or node",
                settings={"nargs": "+", "metavar": "KIND/NAME"},
            ),
            plain_output("text", "json"),
            *CONNECTION,
            *SCOPE,
            *RECORDED,
            *PATIENCE,
            *VERBOSE,
        ),
        ("k8sview why deploy/api -n shop", "k8sview why pod api-7c9d-x2b -n shop", "k8sview why coredns"),
    ),
    Command(
        "drift",
        "who changed what, when, and why it was not reverted; changes nothing",
        "drift:drift",
        (plain_output("text", "json", "markdown"), *DRIFT, *CONNECTION, *SCOPE, *RECORDED, *PATIENCE, *VERBOSE),
        (
            "k8sview drift",
            "k8sview drift -n shop --class human --since 24h",
            "k8sview drift -f manifests/ -o markdown",
            "k8sview drift --helm=labels-only -o json | jq '.drifts[].message'",
        ),
    ),
    Command(
        "diff",
        "how B differs from A: components, versions, checks, objects; two clusters, or a cluster and a recording",
        "diff:diff",
        (
            Option(("A",), _OPERAND, settings={"metavar": "A"}, completes="file"),
            Option(("B",), "the same of the other side", settings={"metavar": "B"}, completes="file"),
            plain_output("text", "json", "markdown"),
            *DIFF,
            CONNECTION[1],
            CONNECTION[2],
            *SCOPE,
            *PACKS,
            *PATIENCE,
            *VERBOSE,
        ),
        (
            "k8sview diff staging prod --rules intended.yaml",
            "k8sview diff baseline.k8sview prod -n shop",
            "k8sview diff monday.k8sview friday.k8sview -o markdown",
            "k8sview diff context:prod file:prod --kind deployments,services",
        ),
    ),
    Command(
        "components",
        "what is installed on each floor, in which version",
        "components:components",
        (plain_output("text", "json"), *_READING),
    ),
    Command(
        "access",
        "the smallest role for the selected checks, ready for kubectl apply",
        "access:access",
        (
            plain_output("yaml", "text", "json"),
            Option(("--name",), "name of the role (default: k8sview)", "k8sview", {"metavar": "NAME"}),
            Option(("--health",), "also what k8sview health, why and the app read", False, {"action": "store_true"}),
            Option(
                ("--verify",),
                "ask the server which of these rights are missing, and what each hides; exit 3 if any is",
                False,
                {"action": "store_true"},
            ),
            *CONNECTION,
            *SCOPE,
            *SELECTION,
            *PACKS,
        ),
        (
            "k8sview access --health | kubectl apply -f -",
            "k8sview access -n shop",
            "k8sview access --health --verify",
        ),
    ),
    Command(
        "explain",
        "one check, or one diagnosis of health: what it means, what it reads, what to do",
        "explain:explain",
        (
            Option(("ID",), "id of a check or of a diagnosis", settings={"metavar": "ID"}),
            plain_output("text", "json"),
            *PACKS,
        ),
        ("k8sview explain basement.cert-manager.certificates-ready", "k8sview explain container.oom-killed"),
    ),
    Command(
        "checks list",
        "every check of the catalogue",
        "checks:list_checks",
        (plain_output("text", "json"), *SELECTION, *PACKS),
    ),
    Command(
        "checks test",
        "run the tests inside catalogue files (default: the built-in ones)",
        "checks:run_checks_tests",
        (
            Option(("DIR",), "folder or file of a catalogue", (), {"nargs": "*", "metavar": "DIR"}, "directory"),
            *VERBOSE,
        ),
    ),
    Command(
        "schema",
        "the JSON Schema of a report",
        "schema:schema",
        (
            Option(
                ("COMMAND",),
                "whose report: check (default), health, why, drift or diff",
                "check",
                {"nargs": "?", "type": choice("report", REPORTS), "metavar": "|".join(REPORTS)},
            ),
        ),
    ),
    Command(
        "contexts", "the contexts of the kubeconfig", "contexts:contexts", (plain_output("text", "json"), *CONNECTION)
    ),
    Command(
        "demo",
        "open the app on the recording that ships with k8sview",
        "app:demo",
        (Option(("--once",), "print the house as text and exit", False, {"action": "store_true"}),),
    ),
    Command(
        "open",
        "open the app on a recording",
        "app:open_file",
        (Option(("FILE",), "a recording", settings={"metavar": "FILE"}, completes="file"), *SCOPE, *PACKS),
    ),
    Command(
        "record",
        "write what the cluster is now (and does for a while) into a file; secrets and values stay out",
        "record:record",
        (
            Option(("FILE",), "the file to write", settings={"metavar": "FILE"}, completes="file"),
            Option(
                ("--for",),
                "also follow what happens for this long (Ctrl-C ends it early)",
                0.0,
                {"type": PATIENCE[0].settings["type"], "metavar": "DURATION", "dest": "seconds"},
            ),
            Option(("--title",), "a title for the recording", "", {"metavar": "TEXT"}),
            *BASELINE,
            *CONNECTION,
            *SCOPE,
        ),
        (
            "k8sview record incident.k8sview --for 2m",
            "k8sview record baseline.k8sview --baseline-key ~/.k8sview.key",
        ),
    ),
    Command(
        "completion",
        "a completion script for your shell",
        "completion:completion",
        (
            Option(
                ("SHELL",),
                "bash, zsh or fish",
                settings={"type": choice("shell", SHELLS), "metavar": "|".join(SHELLS)},
            ),
        ),
        ("source <(k8sview completion bash)", "k8sview completion fish > ~/.config/fish/completions/k8sview.fish"),
    ),
)

GROUPS = {"checks": "the catalogue of checks"}
