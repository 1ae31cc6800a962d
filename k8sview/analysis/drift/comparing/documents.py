"""Manifests as people keep them: lists taken apart into objects, each with its place in a cluster.

Nothing here raises for what a manifest holds: what cannot be used is a stated problem, and the rest is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.equality import plain_json
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Ref, Resource
from k8sview.model.view import View

Identity = tuple[str, str, str, str]
"""``(group, kind, namespace, name)``; namespace "" for cluster-scoped objects. The version plays no part."""

_LONGEST_PROBLEM = 200


class Stated(msgspec.Struct, frozen=True):
    """One object that a manifest states, where it goes. ``resource`` None: the cluster serves no such kind, or its
    discovery failed (``problem`` says which)."""

    ref: Ref
    body: dict[str, Any]
    resource: Resource | None = None
    problem: str = ""

    @property
    def identity(self) -> Identity:
        """The key by which callers hand over the live object."""
        return identity_of(self.ref)

    def __repr__(self) -> str:
        return f"Stated({self.ref})"  # the body may hold a Secret's data


class Documents(msgspec.Struct, frozen=True):
    """Single objects, lists taken apart; ``problems``: what was not usable, one plain sentence each."""

    bodies: tuple[dict[str, Any], ...] = ()
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Documents({len(self.bodies)} objects, {len(self.problems)} problems)"


def identity_of(ref: Ref) -> Identity:
    """Names an object whatever the version it is read in."""
    group = ref.api_version.rpartition("/")[0]
    return (group, ref.kind, ref.namespace or "", ref.name)


def documents(values: Iterable[Any]) -> Documents:
    """Parsed documents, each an object, a ``List``, or a list of objects; empty ones are left out."""
    bodies: list[dict[str, Any]] = []
    problems: list[str] = []
    for value in values:
        _take(plain_json(value), bodies, problems, 0)
    return Documents(tuple(bodies), tuple(problems))


def _take(value: Any, bodies: list[dict[str, Any]], problems: list[str], depth: int) -> None:
    if value is None or value == {}:
        return
    if isinstance(value, list) and depth < 2:
        for one in value:
            _take(one, bodies, problems, depth + 1)
        return
    if not isinstance(value, dict):
        problems.append("a document is no object")
        return
    kind, version, metadata = value.get("kind"), value.get("apiVersion"), value.get("metadata")
    if isinstance(kind, str) and kind.endswith("List") and isinstance(value.get("items"), list) and depth < 2:
        for one in value["items"]:
            _take(_of_list(one, kind, version), bodies, problems, depth + 1)
        return
    if not (isinstance(kind, str) and kind and isinstance(version, str) and version):
        problems.append("a document has no kind or no apiVersion")
        return
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not (isinstance(name, str) and name):
        generated = isinstance(metadata, dict) and metadata.get("generateName")
        why = "its name is generated, so nothing live can be told to be it" if generated else "it has no name"
        problems.append(f"a {kind} cannot be compared: {why}"[:_LONGEST_PROBLEM])
        return
    bodies.append(value)


def _of_list(item: Any, kind: str, version: Any) -> Any:
    """An item of a typed list (``DeploymentList``), which need not repeat its kind."""
    if isinstance(item, dict) and "kind" not in item and kind != "List":
        return {"kind": kind.removesuffix("List"), "apiVersion": version, **item}
    return item


def stated(view: View, body: Mapping[str, Any], namespace: str) -> Stated:
    """Where a single object goes: ``namespace`` where its kind has namespaces and it names none."""
    version, kind, metadata = body["apiVersion"], body["kind"], body["metadata"]
    name = view.resource_of(version, kind)
    resource = view.resources.get(name)
    if resource is None and name in KINDS and not view.resources:
        resource = KINDS[name].resource
    own = metadata.get("namespace")
    target = own if isinstance(own, str) and own else namespace
    ref = Ref(version, kind, target if resource is None or resource.namespaced else None, metadata["name"])
    return Stated(ref, dict(body), resource, "" if resource is not None else _unserved(view, version, kind))


def _unserved(view: View, version: str, kind: str) -> str:
    group = version.rpartition("/")[0]
    if not view.resources or group in view.missing_groups:
        return f"what the API group {group or 'core'} serves could not be read"
    return f"the cluster serves no {kind} of {version}"
