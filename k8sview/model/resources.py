"""What a resource is, and how it is named on the command line and in the catalogue.

A resource is written as kubectl writes it: ``pods``, ``deployments.apps``, ``certificates.cert-manager.io``.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Resource(msgspec.Struct, frozen=True):
    """One served resource: where its objects are found and how people call it."""

    group: str  # "" for the core group
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    singular: str = ""
    short_names: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ("get", "list", "watch")
    categories: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``plural`` or ``plural.group``: the key of its table everywhere."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """``v1`` or ``group/version``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The URL path of the collection (``namespace`` None: of all namespaces) or of one object."""
        parts = [f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"]
        if namespace and self.namespaced:
            parts.append(f"namespaces/{namespace}")
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/".join(parts)

    def called(self) -> tuple[str, ...]:
        """Every lower-case word that means this resource, most exact first."""
        words = [self.name, self.plural, self.singular, self.kind.lower(), *self.short_names]
        return tuple(dict.fromkeys(word for word in words if word))


class Ref(msgspec.Struct, frozen=True, rename="camel"):
    """One object (or one container of it), as findings and links name it."""

    api_version: str
    kind: str
    namespace: str | None
    name: str
    container: str | None = None

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        inner = f"[{self.container}]" if self.container else ""
        return f"{self.kind} {where}{self.name}{inner}"


Key = tuple[str, str]
"""``(namespace, name)``; namespace is ``""`` for cluster-scoped objects."""


def key_of(obj: Any) -> Key:
    """The table key of any object that has ``metadata``."""
    metadata = obj.metadata
    return (metadata.namespace or "", metadata.name)
