"""What the app asks of those who start it: a session to look at, and how to get another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from k8sview.model.health import Health
from k8sview.model.resources import Resource
from k8sview.session.picture import Picture

if TYPE_CHECKING:  # the first frame does not wait for the rules of health
    from k8sview.analysis.health.engine import HealthEngine

Publish = Callable[[Picture], None]


class Target(NamedTuple):
    """What to look at: a context of the kubeconfig (None: the current one), a recording, or the demo."""

    context: str | None = None
    recording: str | None = None
    demo: bool = False
    namespaces: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """How the target is called before anything of it is known."""
        if self.demo:
            return "demo"
        return self.recording or self.context or "current context"


class ContextEntry(NamedTuple):
    """One context of the kubeconfig."""

    name: str
    cluster: str = ""
    user: str = ""
    namespace: str = ""
    current: bool = False


class Session(Protocol):
    """The part of ``k8sview.session.session.Session`` that the app uses."""

    on_publish: Publish

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def want(self, screen: str, resources: Iterable[str]) -> None: ...

    def refresh(self) -> None: ...

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes: ...

    def health(self, resource: str, obj: Any) -> Health: ...

    @property
    def engine(self) -> HealthEngine: ...

    async def set_namespaces(self, namespaces: tuple[str, ...] | None) -> None: ...


OpenSession = Callable[[Target], Session]
"""Makes a session without connecting; may raise SourceError (an unknown context, a file that is no recording)."""

ListContexts = Callable[[], Iterable[ContextEntry]]
"""The contexts there are; may raise SourceError."""
