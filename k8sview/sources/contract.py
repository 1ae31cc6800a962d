"""What a source of cluster state offers, and how it fails. A cluster and a recording both implement ``Source``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from k8sview.model.events import ApiUsage, Connected, Event
from k8sview.model.metrics import Metric
from k8sview.model.resources import Resource

Emit = Callable[[Event], None]


class SourceError(Exception):
    """The source cannot be used; the message is one line for people: what failed, why, and the next step."""


class ConfigurationError(SourceError):
    """A kubeconfig or a file that cannot be read, an unknown context: exit code 2."""


class UnreachableError(SourceError):
    """The server does not answer, or does not speak Kubernetes: exit code 4."""


class UnauthenticatedError(SourceError):
    """The server refuses the credentials: exit code 4."""


class NotReadableError(SourceError):
    """One object cannot be read: forbidden, gone, or not part of the recording."""


class AccessAnswer(msgspec.Struct, frozen=True):
    """Answer to "may I": ``allowed`` is None where even asking failed."""

    verb: str
    group: str
    resource: str
    namespace: str | None
    allowed: bool | None
    reason: str = ""


class Listable(msgspec.Struct, frozen=True):
    """What may be listed in one namespace: pairs of API groups and resource plurals, ``*`` for any."""

    rules: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()

    def allows(self, resource: Resource) -> bool:
        return any(
            not groups.isdisjoint((resource.group, "*")) and not plurals.isdisjoint((resource.plural, "*"))
            for groups, plurals in self.rules
        )


ANYTHING = Listable(((frozenset("*"), frozenset("*")),))


class Source(Protocol):
    """Life: ``connect`` once, ``subscribe`` and ``unsubscribe`` at will, ``close`` once. One event loop."""

    async def connect(self, emit: Emit) -> Connected:
        """Reach the cluster; ``emit`` receives every later event. Raises a SourceError."""

    def subscribe(self, resource: Resource, namespace: str | None, *, watch: bool) -> None:
        """Read a resource (``namespace`` None: of all namespaces): list it page by page, then follow it if ``watch``.

        Answers come as events, ending in a ``Synced`` or a ``StateChanged`` for this scope. Calling again for what is
        already read does nothing.
        """

    def unsubscribe(self, resource: Resource, namespace: str | None) -> None:
        """Stop reading; emits ``ScopeDropped``."""

    def refresh(self) -> None:
        """Try everything that failed or waits for its back-off at once, with fresh credentials if those failed."""

    async def rediscover(self) -> None:
        """Look again at what is served (a CRD came or went) and emit a new Connected; throttled by the source."""

    async def usable_namespaces(self) -> tuple[str, ...] | None:
        """The namespaces this user may read, for one who may not read all: by listing namespaces, else by review of
        the context's own. None where that could not be found out."""

    async def listable(self, namespace: str) -> Listable:
        """What this user may list in a namespace, by one review; ``ANYTHING`` where the review cannot say, so that
        trying will tell."""

    async def may(self, verb: str, resource: Resource, namespace: str | None) -> AccessAnswer:
        """Ask the server's own access review (a recording: what it was denied)."""

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes:
        """One whole object as JSON, Secret payloads and managedFields removed. Raises NotReadableError."""

    def usage(self) -> ApiUsage:
        """What was asked of the server so far; all zero where there is none."""

    async def close(self) -> None:
        """End every request; emits nothing more."""


class Metrics(Protocol):
    """Somebody who knows figures by name: a Prometheus."""

    async def ask(self, names: Iterable[str]) -> Mapping[str, Metric]:
        """An answer for each name, or a state that says why there is none. Raises no SourceError, and ends in time."""
