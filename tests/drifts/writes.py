"""What people, consoles, scripts and controllers do to an object, as steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.drifts.case import Step
from tests.drifts.place import MERGE, STRATEGIC, Place

Raw = dict[str, Any]


def patched(
    manager: str, target: Raw, body: Any, kind: str = STRATEGIC, subresource: str = "", note: str = "drift"
) -> Step:
    async def step(at: Place) -> None:
        await at.patch(manager, target, body, kind, subresource, note)

    return step


def merged(manager: str, target: Raw, body: Any, note: str = "drift") -> Step:
    return patched(manager, target, body, MERGE, "", note)


def put(manager: str, target: Raw, change: Callable[[Raw], None], note: str = "drift") -> Step:
    """As ``kubectl edit`` of the whole object, k9s and Lens do."""

    async def step(at: Place) -> None:
        await at.put(manager, target, change, note)

    return step


def agent(name: str, target: Raw, body: Any, subresource: str = "", kind: str = MERGE, note: str = "drift") -> Step:
    """By a client that gives no manager's name."""

    async def step(at: Place) -> None:
        await at.agent(name, target, body, subresource, kind, note)

    return step


def scaled(name: str, target: Raw, replicas: int, note: str = "drift") -> Step:
    return agent(f"{name}/v1.37.2 (linux/amd64)", target, {"spec": {"replicas": replicas}}, "scale", note=note)


def applied(manager: str, raw: Raw, note: str = "drift", *, force: bool = True) -> Step:
    async def step(at: Place) -> None:
        await at.apply(manager, raw, note, force=force)

    return step


def status(manager: str, target: Raw, told: Raw | Callable[[Place], Raw], note: str = "status") -> Step:
    async def step(at: Place) -> None:
        await at.status(manager, target, told(at) if callable(told) else told, note)

    return step


def deleted(target: Raw, note: str = "drift") -> Step:
    async def step(at: Place) -> None:
        await at.delete(target, note)

    return step


def at_path(*way: Any) -> Callable[[Raw], None]:
    """A change of a body: the last of ``way`` at the place before it; None takes it away."""

    def change(body: Raw) -> None:
        inner: Any = body
        for one in way[:-2]:
            inner = inner[one]
        if way[-1] is None:
            del inner[way[-2]]
        else:
            inner[way[-2]] = way[-1]

    return change


CONTAINER = ("spec", "template", "spec", "containers", 0)
