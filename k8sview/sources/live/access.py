"""What this user may do, asked of the server's own reviews; who the user is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar

import msgspec

from k8sview.model.kinds import KINDS
from k8sview.model.resources import Resource
from k8sview.sources.contract import ANYTHING, AccessAnswer, Listable
from k8sview.sources.live.failures import ApiError, BrokenAnswer, RequestFailed
from k8sview.sources.live.transport import Transport

_T = TypeVar("_T")
_READING = frozenset({"get", "list", "*"})


class _AccessStatus(msgspec.Struct, rename="camel"):
    allowed: bool = False
    reason: str = ""
    evaluation_error: str = ""


class _AccessReview(msgspec.Struct):
    status: _AccessStatus


class _Rule(msgspec.Struct, rename="camel"):
    verbs: list[str] | None = None
    api_groups: list[str] | None = None
    resources: list[str] | None = None


class _RulesStatus(msgspec.Struct, rename="camel"):
    resource_rules: list[_Rule] | None = None
    incomplete: bool = False


class _RulesReview(msgspec.Struct):
    status: _RulesStatus


class _UserInfo(msgspec.Struct):
    username: str = ""


class _UserStatus(msgspec.Struct, rename="camel"):
    user_info: _UserInfo = msgspec.field(default_factory=_UserInfo)


class _UserReview(msgspec.Struct):
    status: _UserStatus = msgspec.field(default_factory=_UserStatus)


class _Named(msgspec.Struct):
    name: str = ""


class _NamespaceItem(msgspec.Struct):
    metadata: _Named


class _Continue(msgspec.Struct):
    go_on: str = msgspec.field(name="continue", default="")


class _Namespaces(msgspec.Struct):
    items: list[_NamespaceItem] | None = None
    metadata: _Continue = msgspec.field(default_factory=_Continue)


async def user_name(transport: Transport) -> str:
    """Who the server thinks we are; "" where it will not say. Raises RequestFailed only if it cannot be reached."""
    for version in ("v1", "v1beta1"):
        path = f"/apis/authentication.k8s.io/{version}/selfsubjectreviews"
        try:
            body = await transport.review(path, _review(f"authentication.k8s.io/{version}", "SelfSubjectReview"))
            return _decode(body, _UserReview).status.user_info.username
        except ApiError as problem:
            if problem.status != 404:
                return ""
    return ""


async def may(transport: Transport, verb: str, resource: Resource, namespace: str | None) -> AccessAnswer:
    """One SelfSubjectAccessReview."""
    attributes = {"verb": verb, "group": resource.group, "resource": resource.plural, "version": "*"}
    if namespace and resource.namespaced:
        attributes["namespace"] = namespace
    body = _review("authorization.k8s.io/v1", "SelfSubjectAccessReview", {"resourceAttributes": attributes})
    try:
        answer = await transport.review("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body)
        status = _decode(answer, _AccessReview).status
    except RequestFailed as problem:
        return AccessAnswer(verb, resource.group, resource.plural, namespace, None, problem.reason)
    reason = status.reason or status.evaluation_error
    return AccessAnswer(verb, resource.group, resource.plural, namespace, status.allowed, reason)


async def usable_namespaces(transport: Transport, own: str) -> tuple[str, ...] | None:
    """All namespaces where they may be listed; else ``own`` if anything can be read there, else none at all. None
    where neither the list nor the review could be had."""
    try:
        return tuple([name async for name in _namespaces(transport)])
    except ApiError as problem:
        if problem.status != 403:
            return None
    except RequestFailed:
        return None
    body = _review("authorization.k8s.io/v1", "SelfSubjectRulesReview", {"namespace": own})
    try:
        answer = await transport.review("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", body)
        status = _decode(answer, _RulesReview).status
    except RequestFailed:
        return None
    if any(_reads_pods(rule) for rule in status.resource_rules or ()):
        return (own,)
    # Authorizers outside the server (webhooks) cannot list their rules, but they answer a direct question.
    if status.incomplete:
        direct = await may(transport, "list", KINDS["pods"].resource, own)
        return None if direct.allowed is None else (own,) if direct.allowed else ()
    return ()


async def listable(transport: Transport, namespace: str) -> Listable:
    """One SelfSubjectRulesReview."""
    body = _review("authorization.k8s.io/v1", "SelfSubjectRulesReview", {"namespace": namespace})
    try:
        answer = await transport.review("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", body)
        status = _decode(answer, _RulesReview).status
    except RequestFailed:
        return ANYTHING
    if status.incomplete:
        return ANYTHING
    return Listable(
        tuple(
            (frozenset(rule.api_groups or ()), frozenset(rule.resources or ()))
            for rule in status.resource_rules or ()
            if not {"list", "*"}.isdisjoint(rule.verbs or ())
        )
    )


async def _namespaces(transport: Transport) -> AsyncIterator[str]:
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    query = {"limit": "500"}
    while True:
        page = _decode(await transport.get("/api/v1/namespaces", query, accept), _Namespaces)
        for item in page.items or ():
            yield item.metadata.name
        if not page.metadata.go_on:
            return
        query["continue"] = page.metadata.go_on


def _reads_pods(rule: _Rule) -> bool:
    return (
        not _READING.isdisjoint(rule.verbs or ())
        and not {"", "*"}.isdisjoint(rule.api_groups or ())
        and not {"pods", "*"}.isdisjoint(rule.resources or ())
    )


def _review(api_version: str, kind: str, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"apiVersion": api_version, "kind": kind}
    return {**body, "spec": spec} if spec else body


def _decode(body: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as problem:
        raise BrokenAnswer(f"the answer is not what was asked for ({problem})") from problem
