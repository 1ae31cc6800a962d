"""Who owns each leaf of a body: all that its ``managedFields`` tell, resolved, and what they do not tell.

A leaf that nobody owns came from admission, from a default or from the server, never from a person. An object that has
leaves and no entry at all has lost its tracking, which is not the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from k8sview.analysis.drift.ownership.fieldsets import Field, FieldSet, Path, field_set
from k8sview.analysis.drift.ownership.lookup import Lookup
from k8sview.analysis.drift.ownership.managers import NOBODY, Known, actor, own_controllers, person
from k8sview.analysis.drift.ownership.resolution import (
    Gone,
    ListKeys,
    Location,
    at,
    list_keys,
    lookup_of,
    resolve,
    spell,
    usual_keys,
)
from k8sview.model.drift import Actor
from k8sview.model.times import parse_time

# What the API server keeps for itself and never tracks.
_SERVERS = frozenset(
    """name namespace uid generation resourceVersion creationTimestamp selfLink managedFields deletionTimestamp
    deletionGracePeriodSeconds generateName""".split()  # noqa: SIM905
)
_ENVELOPE = frozenset({"apiVersion", "kind", "metadata", "status"})


class Tracked(StrEnum):
    """How far an object's entries can be believed to tell who wrote it."""

    WHOLE = "whole"
    LEAFLESS = "leafless"  # nothing to own: such objects have no entries
    STRIPPED = "stripped"  # it has leaves and no entries: somebody emptied them, and writes since are not tracked
    FORGOTTEN = "forgotten"  # more than ten managers: the oldest are one entry without a name


class Owner(msgspec.Struct, frozen=True):
    """One entry that owns a leaf. ``time``: of its last write of anything it owns; None where it has none.

    ``api_version`` is set where the entry was written in another version than the body is. ``as_string_data``: the
    entry names ``stringData``, which the server never takes away again.
    """

    actor: Actor
    time: datetime | None = None
    api_version: str = ""
    as_string_data: bool = False


class Ownership(msgspec.Struct, frozen=True):
    """The map of one body. Locations are concrete places in it; ``path`` spells them.

    ``leaves``: what entries own; ``nodes``: parents whose existence they own. ``gone``: what an entry owns and the body
    has not: removed, or rewritten by admission. ``unowned``: the topmost places that nobody owns.
    """

    body: Mapping[str, Any]
    tracked: Tracked
    owners: tuple[Owner, ...] = ()  # one for each entry, in their order
    leaves: Mapping[Location, tuple[Owner, ...]] = {}
    nodes: Mapping[Location, tuple[Owner, ...]] = {}
    gone: tuple[tuple[Gone, Owner], ...] = ()
    unowned: tuple[Location, ...] = ()
    keys: ListKeys = {}
    problems: tuple[str, ...] = ()
    lookup: Lookup = msgspec.field(default_factory=lookup_of)
    """Of this body; of no meaning to anybody else."""

    def path(self, location: Location) -> str:
        """A location as people write it."""
        return spell(self.body, location, self.keys, self.lookup)

    def value(self, location: Location) -> Any:
        """The live value at a location."""
        return at(self.body, location)


def ownership(body: Mapping[str, Any], known: Known = NOBODY) -> Ownership:
    """Who owns what of an object. Never raises: what is malformed is in ``problems`` and the rest stands.

    Entries of the status are left out but for what people wrote through it, and for the metadata that controllers
    write along with it.
    """
    problems: list[str] = []
    entries = list(_entries(body, problems))
    actors = [actor(entry, known) for entry in entries]
    controllers = own_controllers(actors)
    version = _text(body.get("apiVersion"))
    owners = [_owner(entry, actor(entry, known, controllers), version) for entry in entries]
    sets = [_fields(entry, problems) for entry in entries]
    keys = list_keys([path for one in sets for path in (*one.leaves, *one.nodes)])
    leaves: dict[Location, list[Owner]] = defaultdict(list)
    nodes: dict[Location, list[Owner]] = defaultdict(list)
    gone: list[tuple[Gone, Owner]] = []
    lookup = lookup_of()
    for owner, fields in zip(owners, sets, strict=True):
        for paths, found in ((fields.leaves, leaves), (fields.nodes, nodes)):
            for path in paths:
                if not _counts(path, owner.actor):
                    continue
                where = resolve(body, path, keys, lookup)
                if isinstance(where, Gone):
                    gone.append((where, owner))
                    continue
                mapped = path[0] == Field("stringData")
                found[where.location].append(
                    msgspec.structs.replace(owner, as_string_data=True) if mapped else owner
                )  # two versions of one manager may own a leaf together
    _left_over(leaves, nodes)
    held = {location: tuple(found) for location, found in leaves.items()}
    kept = {location: tuple(found) for location, found in nodes.items()}
    return Ownership(
        body=body,
        tracked=_tracked(body, owners),
        owners=tuple(owners),
        leaves=held,
        nodes=kept,
        gone=tuple(gone),
        unowned=tuple(_unowned(body, held, kept, keys)),
        keys=keys,
        problems=tuple(problems),
        lookup=lookup,
    )


def _left_over(leaves: dict[Location, list[Owner]], nodes: dict[Location, list[Owner]]) -> None:
    """A map whose keys others took over stays in its creator's entry as if it were a leaf. Where others own what is
    below, it is a parent: nobody owns it whole."""
    above = {location[:length] for location in leaves for length in range(1, len(location))}
    for location in above.intersection(leaves):
        nodes[location] += leaves.pop(location)


def _entries(body: Mapping[str, Any], problems: list[str]) -> Iterator[Mapping[str, Any]]:
    metadata = body.get("metadata")
    entries = metadata.get("managedFields") if isinstance(metadata, dict) else None
    if entries is not None and not isinstance(entries, list):
        problems.append("metadata.managedFields is no list")
        return
    for place, entry in enumerate(entries or ()):
        if not isinstance(entry, dict):
            problems.append(f"metadata.managedFields[{place}] is no object")
        elif entry:
            yield entry


def _fields(entry: Mapping[str, Any], problems: list[str]) -> FieldSet:
    kind = entry.get("fieldsType", "FieldsV1")
    named = f"metadata.managedFields[manager={_text(entry.get('manager'))}]"
    if kind != "FieldsV1":
        problems.append(f"{named} has fields of a type nobody knows: {str(kind)[:40]}")
        return FieldSet()
    found = field_set(entry.get("fieldsV1", {}))
    problems += [f"{named}: {problem}" for problem in found.problems]
    return found


def _owner(entry: Mapping[str, Any], who: Actor, version: str) -> Owner:
    written = _text(entry.get("apiVersion"))
    return Owner(who, parse_time(entry.get("time")), written if written not in ("", version) else "")


def _counts(path: Path, who: Actor) -> bool:
    return path[0] != Field("status") or person(who)


def _tracked(body: Mapping[str, Any], owners: list[Owner]) -> Tracked:
    if any(one.actor.manager == "ancient-changes" for one in owners):
        return Tracked.FORGOTTEN
    if owners:
        return Tracked.WHOLE
    return Tracked.STRIPPED if next(_roots(body), None) is not None else Tracked.LEAFLESS


def _roots(body: Mapping[str, Any]) -> Iterator[Location]:
    """The places below which leaves are tracked, where there is anything."""
    for name, value in body.items():
        if name not in _ENVELOPE and value not in ({}, [], None):
            yield (name,)
    metadata = body.get("metadata")
    for name, value in metadata.items() if isinstance(metadata, dict) else ():
        if name not in _SERVERS and value not in ({}, [], None):
            yield ("metadata", name)


def _unowned(
    body: Mapping[str, Any],
    leaves: Mapping[Location, tuple[Owner, ...]],
    nodes: Mapping[Location, tuple[Owner, ...]],
    keys: ListKeys,
) -> Iterator[Location]:
    above = {location[:length] for location in (*leaves, *nodes) for length in range(1, len(location) + 1)}
    waiting = list(_roots(body))
    while waiting:
        location = waiting.pop()
        if location in leaves:
            continue  # with all that is below it
        value = at(body, location)
        inner = _inner(location, value, above, keys)
        if inner:
            waiting += inner
        elif location not in above:
            yield location


def _inner(location: Location, value: Any, above: set[Location], keys: ListKeys) -> list[Location]:
    """What to look into: below what somebody owns parts of, and one by one what is no single value."""
    if isinstance(value, dict):
        return [(*location, name) for name in value]
    if not isinstance(value, list):
        return []
    names = tuple(one for one in location if isinstance(one, str))
    if isinstance(location[-1], int) or not (location in above or keys.get(names) or usual_keys(names, value)):
        return []
    return [(*location, place) for place in range(len(value))]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
