"""What delivers a drifted object, where it lies outside of what was read: a few single objects, each asked for once.

Who looks at one namespace sees the marks of a Kustomization of another one there. What may not be read stays unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from k8sview.analysis.drift.kinds.argo import APPLICATIONS
from k8sview.analysis.drift.kinds.flux import APPLIERS
from k8sview.model.objects.meta import Custom, ObjectMeta
from k8sview.model.view import View
from k8sview.session.bodies import Address, Bodies, Body


def beyond(view: View) -> bool:
    """Whether deliverers may lie where nobody looked."""
    served = (name for name in (APPLICATIONS, *APPLIERS) if name in view.resources)
    return any(view.namespaces is not None or not view.readable(name) for name in served)


async def delivering(view: View, bodies: Bodies, places: Iterable[Address | None]) -> dict[Address, Custom | None]:
    """The deliverers at these places that no table covers; None for one that is not there. What could not be read, and
    what the view has, is not in it."""
    wanted = {
        place: view.resources[place[0]]
        for place in places
        if place is not None and place[0] in view.resources and not view.readable(place[0], place[1])
    }
    await bodies.fetch((resource, namespace, name) for (_, namespace, name), resource in wanted.items())
    found = {place: bodies.found[place] for place in wanted if place in bodies.found}
    return {place: one for place, body in found.items() if (one := _custom(body)) is not msgspec.UNSET}


def _custom(body: Body | None) -> Any:
    """As tables have it; UNSET for what is no such object."""
    if body is None:
        return None
    try:
        metadata = msgspec.convert(body["metadata"], ObjectMeta)
    except msgspec.MsgspecError:
        return msgspec.UNSET
    rest = {name: value for name, value in body.items() if name not in ("metadata", "apiVersion", "kind")}
    return Custom(metadata, str(body.get("apiVersion") or ""), str(body.get("kind") or ""), rest)
