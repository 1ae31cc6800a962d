"""Where in the app somebody is: a screen and what it shows. Places are values, so history and memory are lists."""

from __future__ import annotations

from typing import NamedTuple

from k8sview.model.resources import Key


class Place(NamedTuple):
    """A screen's name and its arguments."""

    screen: str
    arguments: tuple[str, ...] = ()

    @property
    def crumb(self) -> str:
        """How the place is called in the crumbs."""
        if self.screen == "object":
            resource, _, name, *_ = self.arguments
            return f"{resource.partition('.')[0]}/{name}"
        if self.screen == "table":
            return self.arguments[0].partition(".")[0]
        if self.screen == "cause":
            return f"cause {self.arguments[1]}"
        if self.screen == "card":
            return f"card {self.arguments[2]}"
        return " ".join(filter(None, (self.screen, *self.arguments)))


HOUSE = Place("house")
HEALTH = Place("health")
DRIFT = Place("drift")
FENCES = Place("fences")
CONTEXTS = Place("contexts")
NAMESPACES = Place("namespaces")
MESSAGES = Place("messages")
RESOURCES = Place("resources")


def checks(selection: str = "") -> Place:
    """The checks of everything, of a layer, or of a component."""
    return Place("checks", (selection,) if selection else ())


def check(check_id: str) -> Place:
    """One check and its findings."""
    return Place("check", (check_id,))


def cause(cause_id: str, title: str) -> Place:
    """One root cause; ``title`` is how the crumbs call it."""
    return Place("cause", (cause_id, title))


def card(key: Key, title: str) -> Place:
    """One drift in full; ``title`` is how the crumbs call it."""
    return Place("card", (*key, title))


def changes(within: str = "") -> Place:
    """What changed lately; ``within`` is a duration as people type it."""
    return Place("changes", (within,) if within else ())


def table(resource: str) -> Place:
    """All objects of a resource name."""
    return Place("table", (resource,))


def thing(resource: str, key: Key, tab: str = "summary") -> Place:
    """One object; ``tab`` is what of it is shown first."""
    return Place("object", (resource, *key, tab))


def object_key(place: Place) -> Key:
    """Namespace and name in the place of one object."""
    return place.arguments[1], place.arguments[2]
