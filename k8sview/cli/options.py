"""Every flag as a row, in groups that commands share; spelled as kubectl spells them. Standard library only: --help."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from k8sview.model.status import Layer, Severity
from k8sview.model.times import parse_duration
from k8sview.reports.formats import FORMATS

NEVER = "never"


class Option(NamedTuple):
    """One flag or argument: its spellings, and what argparse is told about it."""

    flags: tuple[str, ...]
    help: str
    default: Any = None
    settings: dict[str, Any] = {}
    completes: str = ""  # "file" or "directory": what a shell should offer as its value

    @property
    def positional(self) -> bool:
        return not self.flags[0].startswith("-")

    @property
    def takes_value(self) -> bool:
        return "action" not in self.settings or self.settings["action"] in ("append", "extend")

    @property
    def dest(self) -> str:
        named: str | None = self.settings.get("dest")
        longest = next((flag for flag in self.flags if flag.startswith("--")), self.flags[0])
        return named or longest.lstrip("-").replace("-", "_")


class Output(NamedTuple):
    """One ``-o``: a format, and where it goes (None: stdout)."""

    format: str
    path: str | None = None


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """One sentence on a word that is not known, with the nearest spelling and what there is."""
    names = [str(name) for name in known]
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown {what} {word!r}: {hint}(known: {', '.join(names)})"


def _words(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise argparse.ArgumentTypeError("expected at least one name")
    return found


def _seconds(text: str) -> float:
    span = parse_duration(text)
    if span is None or span.total_seconds() <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: expected 5s, 500ms, 2m or 1h30m")
    return span.total_seconds()


def _span(text: str) -> timedelta:
    return timedelta(seconds=_seconds(text))


def _percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage: expected a number from 0 to 100")
    return value


def _output(text: str) -> Output:
    name, mark, path = text.partition("=")
    if name not in FORMATS:
        raise argparse.ArgumentTypeError(unknown("format", name, FORMATS))
    if mark and not path:
        raise argparse.ArgumentTypeError(f"{text!r}: expected {name}=FILE")
    return Output(name, path if mark and path != "-" else None)


def choice(what: str, known: Iterable[str]) -> Callable[[str], str]:
    names = tuple(map(str, known))

    def choose(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(unknown(what, text, names))
        return text

    return choose


def plain_output(*formats: str) -> Option:
    """``-o`` of a command that writes one document to stdout; the first format is the default."""
    settings = {"type": choice("format", formats), "metavar": "|".join(formats)}
    return Option(("-o", "--output"), f"format (default: {formats[0]})", formats[0], settings)


_MANY = {"action": "extend", "type": _words}
_FLAG = {"action": "store_true"}

GENERAL = (
    Option(
        ("--color", "--colour"),
        "colour on stdout: auto (a terminal, and NO_COLOR is not set), always or never",
        "auto",
        {"type": choice("colour mode", ("auto", "always", "never")), "metavar": "auto|always|never", "dest": "color"},
    ),
    Option(("-q", "--quiet"), "no narration on stderr", False, _FLAG),
    Option(("--debug",), "show the traceback of an internal error", False, _FLAG),
)

CONNECTION = (
    Option(("--context",), "context of the kubeconfig (default: the current one)", settings={"metavar": "NAME"}),
    Option(
        ("--kubeconfig",),
        "kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)",
        settings={"metavar": "FILE"},
        completes="file",
    ),
    Option(
        ("--request-timeout",),
        "how long one request may take (default: 10s)",
        10.0,
        {"type": _seconds, "metavar": "DURATION"},
    ),
)

SCOPE = (
    Option(
        ("-n", "--namespace"),
        "look at this namespace only; may be given more than once, or as a,b",
        settings={**_MANY, "metavar": "NAMESPACE", "dest": "namespace"},
    ),
    Option(("-A", "--all-namespaces"), "look at the whole cluster (the default)", False, _FLAG),
)

SELECTION = (
    Option(
        ("--layer",),
        f"only this floor: {', '.join(Layer)}; may be given more than once",
        settings={**_MANY, "metavar": "LAYER"},
    ),
    Option(("--component",), "only this component or topic", settings={**_MANY, "metavar": "ID"}),
    Option(("--check",), "only this check; a glob works: 'basement.*'", settings={**_MANY, "metavar": "ID"}),
)

PACKS = (
    Option(
        ("--checks",),
        "also use the catalogue in this folder (data only, never code); may be given more than once",
        settings={"action": "append", "metavar": "DIR"},
        completes="directory",
    ),
)

RECORDED = (
    Option(
        ("--from",),
        "judge a recording in place of a cluster; 'demo' is the one that ships with k8sview",
        settings={"metavar": "FILE", "dest": "recording"},
        completes="file",
    ),
)

PATIENCE = (
    Option(
        ("--timeout",),
        "how long reading the cluster may take; what has not arrived by then is unknown (default: 60s)",
        60.0,
        {"type": _seconds, "metavar": "DURATION"},
    ),
)

METRICS = (
    Option(
        ("--prometheus",),
        "also ask this Prometheus (default: $K8SVIEW_PROMETHEUS); without one, checks of its figures are skipped",
        settings={"metavar": "URL"},
    ),
)

HEALTH = (
    Option(
        ("-l", "--selector"),
        "only objects with these labels: a=b,c!=d,e in (f,g),!h",
        settings={"metavar": "SELECTOR"},
    ),
    Option(("--all",), "also list what is well", False, _FLAG),
    Option(
        ("-w", "--watch"),
        "stay, and write again whenever something has changed (json: one line each); Ctrl-C ends it",
        False,
        _FLAG,
    ),
)

CONFIG = Option(
    ("--config",),
    "configuration file with your ignore rules and manager classes (default: $K8SVIEW_CONFIG, ~/.config/k8sview)",
    settings={"metavar": "FILE"},
    completes="file",
)

DRIFT = (
    CONFIG,
    HEALTH[0],
    Option(
        ("--since",),
        "only what was changed in this span (3h, 7d), and what nothing dates",
        settings={"type": _span, "metavar": "DURATION", "dest": "since"},
    ),
    Option(
        ("--class",),
        "only changes by this class of writer: human, ui, script, controller, ...; or a,b",
        settings={**_MANY, "metavar": "CLASS", "dest": "classes"},
    ),
    Option(
        ("--kind",),
        "look only for this kind of drift: out-of-band, helm, replicas, ...; or a,b",
        settings={**_MANY, "metavar": "KIND", "dest": "kinds"},
    ),
    Option(
        ("-f", "--filename"),
        "compare the cluster with these manifests, too; may be given more than once; - reads stdin",
        settings={"action": "append", "metavar": "DIR|FILE|-", "dest": "filename"},
        completes="file",
    ),
    Option(
        ("--helm",),
        "releases: compare reads one stored release at a time, labels-only reads none (default: compare)",
        "compare",
        {"type": choice("way to look at Helm", ("compare", "labels-only")), "metavar": "compare|labels-only"},
    ),
)

BASELINE = (
    Option(
        ("--baseline-key",),
        "hash covered values, and those of ConfigMaps, under the key in this file, so that k8sview diff can compare "
        "them; made where it does not exist: keep it apart from recordings",
        settings={"metavar": "FILE"},
        completes="file",
    ),
)

DIFF = (
    HEALTH[0],
    Option(
        ("--kind",),
        "compare only objects of this kind, by any name of kubectl's: deploy, ingresses.networking.k8s.io; or a,b",
        settings={**_MANY, "metavar": "KIND", "dest": "kinds"},
    ),
    Option(("--all",), "also compare objects that nobody wrote down: pods, ReplicaSets, events, ...", False, _FLAG),
    Option(
        ("--rules",),
        "a YAML file of intended differences and renames; see the README",
        settings={"metavar": "FILE"},
        completes="file",
    ),
    Option(
        ("--baseline-key",),
        "the key that the recordings were made under: compares what they cover",
        settings={"metavar": "FILE"},
        completes="file",
    ),
    Option(("--allow-incomplete",), "do not exit 3 for what could not be compared", False, _FLAG),
)

VERBOSE = (Option(("-v", "--verbose"), "tell more: reasons, evidence, passes and skips", False, _FLAG),)

GATE = (
    Option(
        ("-o", "--output"),
        f"format: {', '.join(FORMATS)} (default: text); FORMAT=FILE writes a file; may be given more than once",
        settings={"action": "append", "type": _output, "metavar": "FORMAT[=FILE]"},
    ),
    Option(("--json",), "the same as -o json", False, _FLAG),
    Option(
        ("--fail-on",),
        f"exit 1 for findings of this severity or worse: {', '.join(Severity)} or {NEVER} (default: high)",
        "high",
        {"type": choice("severity", (*Severity, NEVER)), "metavar": "SEVERITY"},
    ),
    Option(("--allow-incomplete",), "do not exit 3 for what could not be judged", False, _FLAG),
    Option(
        ("--min-coverage",),
        "exit 3 only if fewer than this percentage of the applicable checks could be judged",
        settings={"type": _percent, "metavar": "PERCENT"},
    ),
    Option(("--exit-zero",), "exit 0 whatever was found", False, _FLAG),
)
