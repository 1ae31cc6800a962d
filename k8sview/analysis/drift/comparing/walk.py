"""Walks a desired and a live value side by side and notes each leaf that differs. Obeys the tables, decides no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.difference import ABSENT, ADDITION, OVERRIDE, REMOVAL, Comparing
from k8sview.analysis.drift.comparing.equality import alike, same
from k8sview.analysis.drift.comparing.lists import Listed, Shape, by_keys, item_of, listed, told_apart
from k8sview.analysis.drift.comparing.places import Item, Place, generic_of
from k8sview.analysis.drift.comparing.rules import Act, Rule, acts_at
from k8sview.analysis.drift.comparing.security import default_at, secured

_MOST_PAIRS = 40_000
"""Beyond so many pairs, items of an unordered list are matched by being equal alone."""

_ACCOUNT = ("serviceAccount", "serviceAccountName")
"""The older name, and the one that the server copies it from and to."""

_BY_KEY = frozenset(
    """labels annotations data binaryData nodeSelector matchLabels requests limits parameters""".split()  # noqa: SIM905
)
"""Maps that are told key by key, also where they are gone or new as a whole."""


class Found(msgspec.Struct, frozen=True):
    """A leaf that differs, before anybody asks who wrote it."""

    place: Place
    change: str
    desired: Any
    live: Any
    security: bool
    unsupported: bool = False


class Walk:
    """One comparison. ``keys``: of lists, by the names that lead to them; ``atomic``: locations that one entry owns
    whole; ``on_host``: whether the live pods use the node's network, where each port is the node's. ``agreed``: where
    live leaves are as stated."""

    def __init__(
        self,
        full: str,
        context: Comparing,
        keys: Mapping[tuple[str, ...], tuple[str, ...]],
        atomic: frozenset[tuple[str | int, ...]],
        *,
        on_host: bool = False,
    ) -> None:
        self._full = full
        self._context = context
        self._keys = keys
        self._atomic = atomic
        self._on_host = on_host
        self._additions = context.additions or "N8" in context.off
        self._openapi = {generic_of(path): names for path, names in context.list_keys.items()}
        self._unsupported = frozenset(generic_of(path) for path in context.unsupported)
        self.found: list[Found] = []
        self.agreed: list[tuple[str | int, ...]] = []

    def pair(self, place: Place, desired: Any, live: Any) -> None:
        """Compares what stands at one place on both sides; ``ABSENT`` where a side has nothing."""
        acts = acts_at(self._full, place.generic, self._context.off)
        if self._set_aside(acts, desired, live):
            return
        stated_empty = isinstance(desired, list) and not desired
        desired, live = _regarded(acts, desired), _regarded(acts, live)
        if desired is ABSENT and live is ABSENT:
            return
        if desired is ABSENT:
            if stated_empty and isinstance(live, list) and not self._shape(place, live).keys:
                self._note(place, OVERRIDE, [], live)
            else:
                self._added(place, acts, live)
        elif live is ABSENT:
            self._removed(place, desired)
        elif isinstance(desired, dict) and isinstance(live, dict):
            self._fields(place, desired, live)
        elif isinstance(desired, list) and isinstance(live, list):
            self._lists(place, acts, desired, live)
        elif alike(desired, live, acts):
            self.agreed.append(place.location)
        else:
            self._note(place, OVERRIDE, desired, live)

    def _set_aside(self, acts: dict[Act, Rule], desired: Any, live: Any) -> bool:
        if Act.DROP in acts or (Act.AUTOSCALED in acts and self._context.autoscaled):
            return True
        if Act.UNSTATED in acts and (self._context.peers or not desired):
            return True
        return Act.PRESENCE in acts and bool(desired) and bool(live)

    def _fields(self, place: Place, desired: dict[str, Any], live: dict[str, Any]) -> None:
        for key in dict.fromkeys((*desired, *live)):
            if not self._mirrored(key, desired, live):
                self.pair(place.field(key), desired.get(key, ABSENT), live.get(key, ABSENT))

    def _mirrored(self, key: str, desired: dict[str, Any], live: dict[str, Any]) -> bool:
        """Whether a field only repeats its neighbour, as the server makes it: one of the two is told."""
        if key == "hostPort":
            return key not in desired and self._on_host and same(live.get(key), live.get("containerPort"))
        if key not in _ACCOUNT or not same(live.get(_ACCOUNT[0]), live.get(_ACCOUNT[1])):
            return False
        older, name = _ACCOUNT
        stated = [one for one in _ACCOUNT if one in desired]
        if key == older:
            return stated != [older] and (older not in desired or same(desired[older], desired.get(name)))
        return stated == [older]

    def _removed(self, place: Place, desired: Any) -> None:
        if isinstance(desired, dict) and (place.steps[-1:] and place.steps[-1] in _BY_KEY):
            self._fields(place, desired, {})
        elif not self._blank(place, desired):
            self._note(place, REMOVAL, desired, ABSENT)

    def _blank(self, place: Place, value: Any) -> bool:
        """Whether nothing is left of a value once what is not compared is left out."""
        acts = acts_at(self._full, place.generic, self._context.off)
        if self._set_aside(acts, value, ABSENT) or _regarded(acts, value) is ABSENT:
            return True
        if "N7" in self._context.off or not isinstance(value, dict) or not value:
            return False
        return all(self._blank(place.field(key), one) for key, one in value.items())

    def _added(self, place: Place, acts: dict[Act, Rule], live: Any) -> None:
        if isinstance(live, dict) and not isinstance(place.steps[-1], Item):
            self._fields(place, {}, live)
            if not live and self._additions and Act.EXTRA not in acts:
                self._note(place, ADDITION, ABSENT, live)
            return
        security = self._decides(place, live)
        if security:
            if not default_at(self._full, place.generic, live):
                self._note(place, ADDITION, ABSENT, live, security=True)
        elif self._additions and Act.EXTRA not in acts:
            self._note(place, ADDITION, ABSENT, live)

    def _decides(self, place: Place, value: Any) -> bool:
        """Whether a place, or anything below it that is no default, is security-relevant."""
        if secured(self._full, place.generic):
            return True
        if isinstance(value, dict):
            return any(self._relevant(place.field(key), one) for key, one in value.items())
        if isinstance(value, list):
            return any(self._relevant(place.item(Item()), one) for one in value)
        return False

    def _relevant(self, place: Place, value: Any) -> bool:
        if _regarded(acts_at(self._full, place.generic, self._context.off), value) is ABSENT:
            return False
        return self._decides(place, value) and not default_at(self._full, place.generic, value)

    def _lists(self, place: Place, acts: dict[Act, Rule], desired: list[Any], live: list[Any]) -> None:
        if "N9" in self._context.off and not acts.keys() & {Act.BAG, Act.BY_NAME}:
            self._ordered(place, desired, live)
            return
        shape = Listed(Shape.BAG) if Act.BAG in acts else self._shape(place, [*desired, *live])
        if Act.BY_NAME in acts:
            shape = Listed(Shape.MAP, ("metadata.name",), whole=True)
        match shape.shape:
            case Shape.MAP:
                self._keyed(place, shape, desired, live)
            case Shape.SET:
                self._set(place, desired, live)
            case Shape.BAG:
                # Only here, where they are known to mean nothing, may repetitions go.
                repeats = Act.BAG not in acts
                self._bag(place, desired if repeats else _distinct(desired), live if repeats else _distinct(live))
            case Shape.ORDERED:
                self._ordered(place, desired, live)

    def _shape(self, place: Place, items: list[Any]) -> Listed:
        stated = self._keys.get(place.names) or self._openapi.get(place.generic, ())
        return listed(self._full, place.generic, stated, items, atomic=place.location in self._atomic)

    def _keyed(self, place: Place, shape: Listed, desired: list[Any], live: list[Any]) -> None:
        filled = self._filled(place, shape.keys)
        mine, theirs = by_keys(desired, shape.keys, filled), by_keys(live, shape.keys, filled)
        if mine is None or theirs is None:
            self._bag(place, desired, live)
            return
        shown = told_apart(shape.keys, {*mine, *theirs})
        for key in dict.fromkeys((*mine, *theirs)):
            at = place.item(item_of(shape.keys, key, shown), theirs.get(key, -1))
            if key not in mine and shape.whole:
                self._note(at, ADDITION, ABSENT, live[theirs[key]])
            else:
                one = desired[mine[key]] if key in mine else ABSENT
                self.pair(at, one, live[theirs[key]] if key in theirs else ABSENT)

    def _filled(self, place: Place, keys: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in keys:
            rule = acts_at(self._full, (*place.generic, "[*]", key), self._context.off).get(Act.FILL)
            if rule is not None:
                found[key] = rule.value
        return found

    def _set(self, place: Place, desired: list[Any], live: list[Any]) -> None:
        missing = [one for one in desired if not any(same(one, other) for other in live)]
        if missing:
            self._note(place, REMOVAL, missing, live)
        more = [other for other in live if not any(same(one, other) for one in desired)]
        if more and self._additions:
            self._note(place, ADDITION, ABSENT, more)

    def _bag(self, place: Place, desired: list[Any], live: list[Any]) -> None:
        """Each desired item wants a live one of its own; what is left on either side differs."""
        left = list(enumerate(live))
        missing: list[Any] = []
        for one in desired:
            exact = next((pair for pair in left if same(one, pair[1])), None)
            if exact is not None:
                left.remove(exact)
            else:
                missing.append(one)
        wanting: list[Any] = []
        for one in missing:
            near = len(missing) * len(left) <= _MOST_PAIRS
            match = next((pair for pair in left if near and self._agree(place, one, pair[1])), None)
            if match is not None:
                left.remove(match)
            else:
                wanting.append(one)
        if wanting or left:
            self._note(place, OVERRIDE, wanting, [one for _, one in left])
        else:
            self.agreed.append(place.location)

    def _agree(self, place: Place, desired: Any, live: Any) -> bool:
        """Whether nothing differs between two items; leaves no trace."""
        before, self.found = self.found, []
        agreed = len(self.agreed)
        self.pair(place.item(Item()), desired, live)
        differs, self.found = self.found, before
        del self.agreed[agreed:]
        return not differs

    def _ordered(self, place: Place, desired: list[Any], live: list[Any]) -> None:
        if len(desired) != len(live):
            self._note(place, OVERRIDE, desired, live)
            return
        nested = all(isinstance(one, dict) for one in (*desired, *live))
        if not nested and not all(self._agree(place, *pair) for pair in zip(desired, live, strict=True)):
            self._note(place, OVERRIDE, desired, live)
            return
        for position, pair in enumerate(zip(desired, live, strict=True) if nested else ()):
            self.pair(place.item(Item(index=position), position), *pair)
        if not nested:
            self.agreed.append(place.location)

    def _note(self, place: Place, change: str, desired: Any, live: Any, *, security: bool = False) -> None:
        acts = acts_at(self._full, place.generic, self._context.off)
        unsupported = change == REMOVAL and (
            Act.UNSUPPORTED in acts or ("N20" not in self._context.off and place.generic in self._unsupported)
        )
        # A removed container is told as such, not as its securityContext.
        inside = not place.steps or not isinstance(place.steps[-1], Item)
        security = security or secured(self._full, place.generic)
        security = security or (inside and change != ADDITION and self._touches(place, desired, live))
        self.found.append(Found(place, change, desired, live, security, unsupported))

    def _touches(self, place: Place, desired: Any, live: Any) -> bool:
        sides = (one for one in (desired, live) if isinstance(one, dict | list))
        return any(self._decides(place, one) for one in sides)


def _regarded(acts: dict[Act, Rule], value: Any) -> Any:
    """A value as the rules of its place see it: absent where it says nothing, or what absence means."""
    empty = isinstance(value, dict | list) and not value
    zero = Act.ZERO in acts and value in (False, 0, "")
    if zero or (value is None and Act.NULL in acts) or (empty and (Act.EMPTY in acts or Act.ZERO in acts)):
        value = ABSENT
    if value is ABSENT and Act.FILL in acts:
        return acts[Act.FILL].value
    return value


def _distinct(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in ({}, None) and not any(same(item, one) for one in found):
            found.append(item)
    return found
