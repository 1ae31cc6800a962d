"""Which object is meant by ``:why KIND/NAME`` or ``:why NAME``, among what was read in the namespaces in scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from k8sview.model.health import RootCause
from k8sview.model.naming import LOOKED_IN
from k8sview.model.resources import Key, Ref
from k8sview.model.view import View
from k8sview.tui.present import places
from k8sview.tui.present.links import explain_place
from k8sview.tui.present.places import Place


class Found(NamedTuple):
    """Where to go (with a filter where a choice is left to people), and what to say."""

    place: Place | None = None
    message: str = ""
    filter: str | None = None


def asked(view: View, kind: str, name: str, causes: Iterable[RootCause] = ()) -> Found:
    """The place where an object is explained. ``kind`` is a resource's name or "".

    What does not exist may be a root cause by just that, and is found among ``causes``.
    """
    tables = [kind] if kind else [one for one in LOOKED_IN if one in view.tables]
    found = list(_matches(view, tables, name))
    if len(found) > 1:
        # As kubectl does: the context's own namespace first.
        own = view.cluster.namespace or "default"
        found = [one for one in found if one[1][0] == own] or found
        found = [one for one in found if one[0] == found[0][0]]
    if not found:
        blamed = next((cause.object for cause in causes if _means(view, kind, name, cause.object)), None)
        return Found(explain_place(blamed)) if blamed is not None else _nothing(view, tables, kind, name)
    resource, key = found[0]
    if len(found) == 1:
        return Found(places.thing(resource, key, "explain"))
    spaces = ", ".join(sorted(key[0] for _, key in found))
    message = f"{name} is in {len(found)} namespaces: {spaces}; choose one and press X"
    return Found(places.table(resource), message, f"(^| ){re.escape(name)} ")


def _means(view: View, kind: str, name: str, ref: Ref) -> bool:
    served = view.resources.get(kind)
    group = ref.api_version.rpartition("/")[0]
    same_kind = not kind or (served is not None and (served.group, served.kind) == (group, ref.kind))
    return ref.name == name and same_kind


def _matches(view: View, tables: list[str], name: str) -> Iterator[tuple[str, Key]]:
    for resource in tables:
        table = view.table(resource)
        for objects in (table.objects, table.malformed):
            for key in objects:
                if key[1] == name:
                    yield resource, key


def _nothing(view: View, tables: list[str], kind: str, name: str) -> Found:
    """A table that was not read may hold it: that is said, and for one kind the app goes to look."""
    blind = [one for one in tables if not view.readable(one)]
    if kind and blind:
        own = view.namespaces[0] if view.namespaces and len(view.namespaces) == 1 else view.cluster.namespace
        served = view.resources.get(kind)
        key = ((own or "default") if served is None or served.namespaced else "", name)
        return Found(places.thing(kind, key, "explain"), f"{kind}: {view.state(kind)}")
    if blind or not tables:
        states = "; ".join(f"{one}: {view.state(one)}" for one in blind) or "nothing was read yet"
        return Found(message=f"cannot tell whether {name} exists: {states}")
    names = {key[1] for one in tables for key in view.table(one).objects}
    near = get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    what = kind or "workload, pod, service or node"
    scope = f" in {', '.join(view.namespaces)}" if view.namespaces else ""
    return Found(message=f"no {what} is called {name!r}{scope}{hint}")
