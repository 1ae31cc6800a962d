"""The line after ``:``: what it means, and how it may go on. Pure; running a command is the app's work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import NamedTuple

from k8sview.model.naming import find_resource, preference
from k8sview.model.resources import Resource
from k8sview.model.status import Layer
from k8sview.model.times import parse_duration
from k8sview.tui.present import places
from k8sview.tui.present.places import Place


class Vocabulary(NamedTuple):
    """The names a command line may use at this moment."""

    resources: Mapping[str, Resource] = {}
    contexts: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    named: Callable[[str], Iterable[str]] = lambda resource: ()
    """The names of a resource's objects that were read; of "" those of what is not well, as ``KIND/NAME``."""


class Why(NamedTuple):
    """Explain an object; ``kind`` is a resource's name, or "" where only a name was typed."""

    kind: str
    name: str


class Go(NamedTuple):
    """Open a place; ``namespaces`` and ``filter`` change too where they are not None."""

    place: Place
    namespaces: tuple[str, ...] | None = None
    filter: str | None = None


class UseNamespaces(NamedTuple):
    namespaces: tuple[str, ...]  # empty: all


class UseContext(NamedTuple):
    name: str


class OpenFile(NamedTuple):
    path: str


class UseTheme(NamedTuple):
    name: str


class Run(NamedTuple):
    """A plain action of the app by name: ``quit``, ``help``, ``refresh``."""

    action: str


class Problem(NamedTuple):
    message: str


Command = Go | Why | UseNamespaces | UseContext | OpenFile | UseTheme | Run | Problem

_ALL = ("all", "*", "-a", "-A")
_LABELS = re.compile(r"[\w./-]+(!=|=)[^\s=]*(,[\w./-]+(!=|=)[^\s=]*)*")


def parse_command(line: str, known: Vocabulary) -> Command:
    """Read a command line; what is not understood becomes a ``Problem`` that names the nearest word."""
    head, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    word = head.lower()
    if not word:
        return Problem("nothing to do")
    named = _NAMED.get(word)
    if named is not None:
        return named(rest, known)
    resource = find_resource(word, known.resources)
    if resource is not None:
        return _resource_command(resource, rest)
    near = get_close_matches(word, _vocabulary(known), n=1)
    hint = f"; did you mean :{near[0]}?" if near else ""
    return Problem(f"no command or resource is called {word!r}{hint}")


def _resource_command(resource: Resource, rest: str) -> Command:
    """``NS``, ``/filter``, ``a=b`` and ``-l a=b`` may follow a resource, in this order."""
    place = places.table(resource.name)
    namespaces: tuple[str, ...] | None = None
    first, _, after = rest.partition(" ")
    if first and not first.startswith(("/", "-l", "-f")) and not _LABELS.fullmatch(first):
        if not resource.namespaced:
            return Problem(f"{resource.name} have no namespace: {first!r} is not understood (a filter starts with /)")
        namespaces = () if first in _ALL else tuple(filter(None, first.split(",")))
        rest = after.strip()
    if not rest:
        return Go(place, namespaces, None)
    if rest.startswith("/"):
        return Go(place, namespaces, rest[1:])
    if rest.startswith(("-l", "-f")):
        return Go(place, namespaces, rest)
    if _LABELS.fullmatch(rest):
        return Go(place, namespaces, f"-l {rest}")
    return Problem(f"{rest!r} is not understood: a filter starts with /")


def _check(rest: str, known: Vocabulary) -> Command:
    if not rest or rest in set(Layer) or rest in known.components or "." in rest:
        return Go(places.check(rest) if "." in rest else places.checks(rest))
    near = get_close_matches(rest, (*Layer, *known.components), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return Problem(f"{rest!r} is no layer and no component{hint}")


def _why(rest: str, known: Vocabulary) -> Command:
    """``KIND/NAME``, ``KIND NAME`` or ``NAME``."""
    words = rest.split()
    if len(words) == 1:
        kind, mark, name = words[0].rpartition("/")
    elif len(words) == 2 and "/" not in rest:
        kind, mark, name = words[0], "/", words[1]
    else:
        return Problem(":why needs one object: KIND/NAME or NAME")
    if not name or (mark and not kind) or "/" in kind:
        return Problem(f"{rest!r} is no object: expected KIND/NAME or NAME")
    if not mark:
        return Why("", name)
    resource = find_resource(kind.lower(), known.resources)
    if resource is None:
        near = get_close_matches(kind.lower(), _vocabulary(known), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return Problem(f"no resource is called {kind!r}{hint}")
    return Why(resource.name, name)


def _drift(rest: str, _known: Vocabulary) -> Command:
    """``fences``, ``changes``, or a filter."""
    if not rest or rest.startswith("/"):
        return Go(places.DRIFT, None, rest[1:] or None)
    if rest in _FENCES:
        return Go(places.FENCES)
    if rest in ("changes", "since"):
        return Go(places.changes())
    return Problem(f":drift {rest} is not understood: :drift, :drift fences, :drift changes, :drift /filter")


_FENCES = ("fences", "fence", "holes")


def _since(rest: str, _known: Vocabulary) -> Command:
    span = parse_duration(rest) if rest else None
    if rest and (span is None or span <= timedelta()):
        return Problem(f"{rest!r} is no duration: 30m, 2h, 1d")
    return Go(places.changes(rest))


def _namespaces(rest: str, _known: Vocabulary) -> Command:
    if not rest:
        return Go(places.NAMESPACES)
    return UseNamespaces(() if rest in _ALL else tuple(filter(None, re.split(r"[,\s]+", rest))))


def _context(rest: str, _known: Vocabulary) -> Command:
    return UseContext(rest) if rest else Go(places.CONTEXTS)


def _open(rest: str, _known: Vocabulary) -> Command:
    return OpenFile(rest) if rest else Problem(":open needs the path of a recording")


def _theme(rest: str, known: Vocabulary) -> Command:
    if rest in known.themes:
        return UseTheme(rest)
    return Problem(f"themes: {', '.join(known.themes)}")


def _go(place: Place) -> Callable[[str, Vocabulary], Command]:
    return lambda rest, known: Go(place)


def _run(action: str) -> Callable[[str, Vocabulary], Command]:
    return lambda rest, known: Run(action)


_NAMED: dict[str, Callable[[str, Vocabulary], Command]] = {
    **dict.fromkeys(("house", "home"), _go(places.HOUSE)),
    "health": _go(places.HEALTH),
    "drift": _drift,
    **dict.fromkeys(("fences", "holes"), _go(places.FENCES)),
    **dict.fromkeys(("changes", "since"), _since),
    **dict.fromkeys(("why", "explain"), _why),
    **dict.fromkeys(("check", "checks"), _check),
    **dict.fromkeys(("ctx", "context", "contexts"), _context),
    **dict.fromkeys(("ns", "namespace", "namespaces"), _namespaces),
    **dict.fromkeys(("a", "apis", "alias", "aliases", "resources"), _go(places.RESOURCES)),
    **dict.fromkeys(("messages", "log"), _go(places.MESSAGES)),
    **dict.fromkeys(("q", "quit", "q!", "qa", "exit"), _run("quit")),
    **dict.fromkeys(("help", "h", "?"), _run("help")),
    "refresh": _run("refresh"),
    "open": _open,
    "theme": _theme,
}

COMMANDS: tuple[tuple[str, str], ...] = (
    (":house", "The three floors, root causes and recent changes"),
    (":health", "What is broken, grouped by cause, faults first"),
    (":drift [/filter]", "What differs from what it should be, who changed it and when"),
    (":drift fences", "Every hole through which drift goes unseen, and what could not be looked at"),
    (":changes, :since 30m", "What changed: old and new as our own watch saw it"),
    (":why KIND/NAME|NAME", "Why is it like this: the chain to the cause, and the next step"),
    (":check [layer|component]", "Every check with its status and message"),
    (":po, :deploy, :RESOURCE [NS] [/filter] [a=b]", "Any resource, by any of its names"),
    (":ctx [name]", "Contexts, or switch to one"),
    (":ns [name,name|all]", "Namespaces, or look at these only"),
    (":open FILE", "A recording in place of the cluster"),
    (":apis", "Every resource this cluster serves"),
    (":messages", "Past messages"),
    (":theme NAME", "Colours: dark, light, mono"),
    (":help", "The keys that are valid here"),
    (":q", "Quit"),
)
"""What help and the palette say of the command line."""

_OFFERED = (
    "house", "health", "drift", "fences", "changes", "since", "why", "check", "ctx", "ns", "apis", "messages", "open",
    "theme", "help", "quit",
)  # fmt: skip


def complete(line: str, known: Vocabulary, limit: int = 30) -> tuple[str, ...]:
    """Whole lines that begin with what was typed, best first."""
    head, space, rest = line.lstrip().partition(" ")
    if not space:
        words = _vocabulary(known) if head else list(_OFFERED)
        return tuple(_starting(head.lower(), words))[:limit]
    word = head.lower()
    last = rest.rpartition(",")
    options = _arguments(word, rest, known)
    return tuple(f"{head} {last[0]}{last[1]}{one}" for one in _starting(last[2], options))[:limit]


def _arguments(word: str, rest: str, known: Vocabulary) -> tuple[str, ...]:
    if word in ("ctx", "context", "contexts"):
        return known.contexts
    if word in ("check", "checks"):
        return (*Layer, *known.components)
    if word == "theme":
        return known.themes
    if word == "drift":
        return ("fences", "changes")
    if word in ("since", "changes"):
        return ("10m", "30m", "1h", "6h", "1d")
    if word in ("why", "explain"):
        return _objects(rest, known)
    if word in ("ns", "namespace", "namespaces"):
        return ("all", *known.namespaces)
    resource = find_resource(word, known.resources)
    return ("all", *known.namespaces) if resource is not None and resource.namespaced else ()


def _objects(rest: str, known: Vocabulary) -> tuple[str, ...]:
    """What may be explained: after ``KIND/`` the names of that kind, before it what is not well, and kinds."""
    kind, mark, typed = rest.partition("/")
    if not mark:
        unwell = tuple(known.named(""))
        bare = tuple(one.partition("/")[2] for one in unwell)
        return (*unwell, *bare, *(f"{word}/" for word in _vocabulary(known)[len(_OFFERED) :]))
    resource = find_resource(kind.lower(), known.resources)
    names = known.named(resource.name) if resource is not None else ()
    return tuple(f"{kind}/{name}" for name in sorted({one for one in names if one.startswith(typed)}))


def _vocabulary(known: Vocabulary) -> list[str]:
    ordered = sorted(known.resources.values(), key=preference)
    short = [name for resource in ordered for name in (resource.plural, *resource.short_names)]
    return list(dict.fromkeys([*_OFFERED, *short, *(resource.name for resource in ordered)]))


def _starting(prefix: str, options: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(options) if one.startswith(prefix) and one != prefix]
