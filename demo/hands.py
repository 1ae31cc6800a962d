"""Writes objects in the names of those who would have written them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from demo.authors import author_of, controller_of
from tests.controlplane import ApiWriter

Object = dict[str, Any]


async def put(api: ApiWriter, objects: Iterable[Object], author: str = "") -> None:
    """Create or merge each object as its author (or as ``author``), then its status as its controller."""
    todo = list(objects)
    by_author: dict[str, list[Object]] = {}
    for each in todo:
        by_author.setdefault(author or author_of(each), []).append(each)
    for name, theirs in by_author.items():
        bodies = [{key: value for key, value in each.items() if key != "status"} for each in theirs]
        await api.writing_as(name).apply(bodies)
    await asyncio.gather(*(report(api, each, each["status"]) for each in todo if "status" in each))


async def report(api: ApiWriter, target: Object, status: Object) -> None:
    """Merge into an object's status as its controller."""
    await api.writing_as(controller_of(target)).write_status(target, status)


async def change(api: ApiWriter, target: Object, body: Object, author: str = "") -> Object:
    """Merge into an object as its author, or as somebody else."""
    return await api.writing_as(author or author_of(target)).patch(target, body)


def named(kind: str, name: str, namespace: str | None = None, group: str = "apps/v1") -> Object:
    """As much of an object as names it."""
    where = {"namespace": namespace} if namespace else {}
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name, **where}}
