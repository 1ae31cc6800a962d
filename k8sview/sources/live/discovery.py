"""What the server serves: two requests to the aggregated endpoint, or one per group where it is not aggregated.

A group whose own server does not answer is reported as missing: nobody knows what it serves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from k8sview.model.kinds import KINDS
from k8sview.model.resources import Resource
from k8sview.sources.live.failures import ApiError, BrokenAnswer
from k8sview.sources.live.transport import JSON, Transport

_T = TypeVar("_T")
_ACCEPT = ",".join(
    [
        *(
            f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
            for version in ("v2", "v2beta1")
        ),
        JSON,
    ]
)


class Served(msgspec.Struct, frozen=True):
    resources: tuple[Resource, ...]
    missing_groups: tuple[str, ...]
    refusal: str = ""  # the server's words, where discovery as a whole is forbidden


class _ResponseKind(msgspec.Struct):
    kind: str = ""


class _Resource(msgspec.Struct, rename="camel"):
    resource: str
    scope: str = "Namespaced"
    response_kind: _ResponseKind | None = None
    singular_resource: str = ""
    verbs: list[str] | None = None
    short_names: list[str] | None = None
    categories: list[str] | None = None


class _Version(msgspec.Struct):
    version: str
    resources: list[_Resource] | None = None
    freshness: str = "Current"


class _Meta(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    versions: list[_Version] | None = None


class _GroupVersion(msgspec.Struct, rename="camel"):
    group_version: str
    version: str


class _PlainGroup(msgspec.Struct, rename="camel"):
    name: str
    versions: list[_GroupVersion] | None = None
    preferred_version: _GroupVersion | None = None


class _Root(msgspec.Struct):
    """Either the aggregated list (``items``), or ``APIGroupList`` (``groups``), or ``APIVersions`` (``versions``)."""

    kind: str = ""
    items: list[_Group] | None = None
    groups: list[_PlainGroup] | None = None
    versions: list[str] | None = None


class _PlainResource(msgspec.Struct, rename="camel"):
    name: str
    kind: str = ""
    namespaced: bool = True
    singular_name: str = ""
    verbs: list[str] | None = None
    short_names: list[str] | None = None
    categories: list[str] | None = None


class _PlainList(msgspec.Struct):
    resources: list[_PlainResource] | None = None


async def discover(transport: Transport) -> Served:
    """Everything that can be listed, each resource once, in the version we decode or else the preferred one.

    Raises RequestFailed where nothing can be found out. Discovery that is forbidden makes every group a missing one.
    """
    try:
        core, named = await asyncio.gather(_root(transport, "/api"), _root(transport, "/apis"))
    except ApiError as problem:
        if problem.status != 403:
            raise
        return Served((), tuple(sorted({kind.resource.group for kind in KINDS.values()})), problem.reason)
    groups, missing = [*core[0], *named[0]], {*core[1], *named[1]}
    found: dict[str, Resource] = {}
    for group in groups:
        name = group.metadata.name
        if not group.versions or any(version.freshness == "Stale" for version in group.versions):
            missing.add(name)
        for resource in _of_group(name, group.versions or ()):
            found.setdefault(resource.name, resource)
    return Served(tuple(found.values()), tuple(sorted(missing)))


def _of_group(group: str, versions: Iterable[_Version]) -> Iterable[Resource]:
    chosen: dict[str, Resource] = {}
    for version in versions:  # in the server's order of preference
        for one in version.resources or ():
            resource = _resource(group, version.version, one)
            known = KINDS.get(resource.name)
            decoded = known is not None and known.resource.version == resource.version
            if "list" in resource.verbs and (decoded or resource.name not in chosen):
                chosen[resource.name] = resource
    return chosen.values()


def _resource(group: str, version: str, one: _Resource) -> Resource:
    return Resource(
        group=group,
        version=version,
        plural=one.resource,
        kind=one.response_kind.kind if one.response_kind else "",
        namespaced=one.scope == "Namespaced",
        singular=one.singular_resource,
        short_names=tuple(one.short_names or ()),
        verbs=tuple(one.verbs or ()),
        categories=tuple(one.categories or ()),
    )


async def _root(transport: Transport, path: str) -> tuple[list[_Group], set[str]]:
    body, kind = await transport.fetch("GET", path, accept=_ACCEPT)
    root = _decode(body, _Root, kind)
    if root.items is not None:
        return root.items, set()
    if root.kind == "APIVersions":
        plain = [_PlainGroup("", [_GroupVersion(version, version) for version in root.versions or ()])]
    elif root.kind == "APIGroupList":
        plain = root.groups or []
    else:
        raise BrokenAnswer(f"{path} holds no API discovery: this is not a Kubernetes API server")
    answers = await asyncio.gather(*(_plain_group(transport, group) for group in plain))
    return [group for group, _ in answers], {group.metadata.name for group, whole in answers if not whole}


async def _plain_group(transport: Transport, group: _PlainGroup) -> tuple[_Group, bool]:
    """A group of a server (or proxy) without aggregated discovery; False where a version could not be read."""
    listed = list(group.versions or ())
    if group.preferred_version:
        first = group.preferred_version.version
        listed.sort(key=lambda version: version.version != first)
    versions, whole = [], True
    for version in listed:
        path = f"/apis/{version.group_version}" if group.name else f"/api/{version.version}"
        try:
            answer = _decode(await transport.get(path), _PlainList)
        except (ApiError, BrokenAnswer):
            whole = False
            continue
        versions.append(_Version(version.version, [_aggregated(one) for one in answer.resources or ()]))
    return _Group(_Meta(group.name), versions), whole


def _aggregated(one: _PlainResource) -> _Resource:
    listable = None if "/" in one.name else one.verbs  # subresources are no resources of their own
    return _Resource(
        resource=one.name,
        scope="Namespaced" if one.namespaced else "Cluster",
        response_kind=_ResponseKind(one.kind),
        singular_resource=one.singular_name,
        verbs=listable,
        short_names=one.short_names,
        categories=one.categories,
    )


def _decode(body: bytes, shape: type[_T], content_type: str = "") -> _T:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as problem:
        what = f" ({content_type.partition(';')[0]})" if content_type else ""
        raise BrokenAnswer(f"the answer is not Kubernetes API discovery{what}") from problem
