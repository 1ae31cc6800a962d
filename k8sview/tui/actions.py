"""The one table of keys. Bindings, help, hints, palette and the docs are read from it; no key changes the cluster.

A key is one row: its id (by which a user binds it to another key), the keys, the method it calls, and what help says.
``where`` names the kinds of screens on which it is valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from textual.binding import Binding, BindingType


class Action(NamedTuple):
    id: str
    keys: str  # as Textual names them, comma-separated
    call: str
    title: str
    help: str
    where: str = "everywhere"
    hint: bool = False  # shown in the line of key hints, in the order of this table


def _favourite(number: int) -> Action:
    return Action(
        f"namespace.{number}", f"{number}", f"app.favourite({number})", f"namespace {number}", "A favourite namespace"
    )


ACTIONS: tuple[Action, ...] = (
    Action("command", "colon", "command", "command", "Type a command or resource; Tab completes", hint=True),
    Action("filter", "slash", "filter", "filter", "Regex, !inverse, -l labels, -f fuzzy, age<2h", "list", hint=True),
    Action("search", "slash", "filter", "search", "Search this page", "page", hint=True),
    Action("open", "enter", "open", "open", "Open what the cursor is on", hint=True),
    Action("back", "escape,q", "back", "back", "Clear the filter, else go back", hint=True),
    Action("fences", "F", "app.fences", "fences", "Holes through which drift goes unseen", "drift", hint=True),
    Action("changes", "L", "app.changes", "changes", "Log of what was seen to change", "drift", hint=True),
    Action("describe", "d", "object('summary')", "describe", "Summary of the object", "object", hint=True),
    Action("yaml", "y", "object('yaml')", "YAML", "The object's YAML", "object", hint=True),
    Action("events", "E", "object('events')", "events", "Events about the object", "object", hint=True),
    Action("explain", "X", "object('explain')", "explain", "Why is it like this?", "object", hint=True),
    Action("timeline", "T", "object('timeline')", "timeline", "All that happened to it", "object", hint=True),
    Action("owners", "O", "object('owners')", "owners", "Owner chain, up and down", "object"),
    Action("owner", "J", "owner", "go to owner", "Open the owner of the object", "object"),
    Action("node", "o", "node", "node", "Open the node of the pod", "pods"),
    Action("faults", "ctrl+z", "faults", "faults only", "Only what is not well, or not known", "list", hint=True),
    Action("wide", "ctrl+w", "wide", "wide", "Every column, at full width", "list", hint=True),
    Action("panes", "tab", "panes", "other side", "Between floors and causes", "panes", hint=True),
    Action("mark", "space", "mark", "mark", "Mark several, then Enter", "mark", hint=True),
    Action("home", "h", "app.home", "house", "The three floors", hint=True),
    Action("health", "H", "app.health", "health", "What is broken, grouped by cause", hint=True),
    Action("drift", "D", "app.drift", "drift", "What differs, who changed it and when", hint=True),
    Action("help", "question_mark", "app.help", "help", "The keys that are valid here", hint=True),
    Action("palette", "ctrl+p", "app.palette", "palette", "Find any action, command or resource"),
    Action("copy", "c", "copy", "copy", "Copy the full name, or the line, to the clipboard"),
    Action("save", "ctrl+s", "save", "save", "Save what is shown to a file"),
    Action("refresh", "ctrl+r", "app.refresh_now", "refresh", "Reconnect and read again at once"),
    Action("header", "ctrl+e", "app.header", "header", "Show or hide the two top lines"),
    Action("next", "n", "again(True)", "next match", "Next line that matches the search", "page"),
    Action("previous", "N", "again(False)", "previous match", "Previous match of the search", "page"),
    Action("history.back", "left_square_bracket", "app.history(-1)", "history back", "Where you were before"),
    Action("history.forward", "right_square_bracket", "app.history(1)", "history forward", "And forward again"),
    Action("down", "j,down", "move(1)", "down", "One line down"),
    Action("up", "k,up", "move(-1)", "up", "One line up"),
    Action("first", "g,home", "ends(False)", "first", "First line"),
    Action("last", "G,end", "ends(True)", "last", "Last line"),
    Action("page.down", "ctrl+f,pagedown", "page(1)", "page down", "One screen down"),
    Action("page.up", "ctrl+b,pageup", "page(-1)", "page up", "One screen up"),
    Action("left", "left", "sideways(-1)", "left", "Scroll to the left"),
    Action("right", "right", "sideways(1)", "right", "Scroll to the right"),
    Action("sort.name", "N", "sort('name')", "sort by name", "By name; again to reverse", "list"),
    Action("sort.namespace", "P", "sort('namespace')", "sort by namespace", "By namespace", "list"),
    Action("sort.age", "A", "sort('age')", "sort by age", "By age", "list"),
    Action("sort.status", "S", "sort('verdict')", "sort by status", "Worst first", "list"),
    Action("sort.ready", "R", "sort('ready')", "sort by ready", "By readiness", "list"),
    Action("sort.restarts", "B", "sort('restarts')", "sort by restarts", "By restarts", "list"),
    Action("sort.cpu", "C", "sort('cpu')", "sort by CPU", "By CPU", "list"),
    Action("sort.memory", "M", "sort('memory')", "sort by memory", "By memory", "list"),
    Action("namespace.all", "0", "app.favourite(0)", "all namespaces", "Look at all namespaces"),
    *map(_favourite, range(1, 10)),
    Action("quit", "ctrl+c", "app.quit", "quit", "Leave"),
)

_KEY_NAMES = {
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def valid_on(where: Iterable[str]) -> tuple[Action, ...]:
    """The actions of a screen that answers to these names, in the order of the table."""
    names = {"everywhere", *where}
    return tuple(action for action in ACTIONS if action.where in names)


def bindings(*where: str) -> list[BindingType]:
    """Textual's bindings for a screen. With priority: keys act in the order they were typed, however fast."""
    return [
        Binding(action.keys, action.call, action.title, show=False, id=action.id, priority=True)
        for action in valid_on(where)
    ]


def key_text(action: Action, rebound: Mapping[str, str]) -> str:
    """The keys of an action as people write them: ``ctrl-f pgdn``, ``shift-N``."""
    keys = rebound.get(action.id, action.keys).split(",")
    return " ".join(_key_name(key.strip()) for key in keys)


def _key_name(key: str) -> str:
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    if len(key) == 1 and key.isupper():
        return f"shift-{key}"
    return key.replace("+", "-")


def unknown_ids(rebound: Iterable[str]) -> tuple[str, ...]:
    """Ids in a user's configuration that no action has."""
    known = {action.id for action in ACTIONS}
    return tuple(one for one in rebound if one not in known)
