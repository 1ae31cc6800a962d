"""The namespaces. Enter looks at the one under the cursor, or at all that are marked; 0 looks at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from k8sview.model.objects.core import Namespace
from k8sview.model.objects.meta import ObjectMeta
from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.actions import bindings
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.commands import Go, UseNamespaces
from k8sview.tui.present.lines import Line
from k8sview.tui.present.states import Notice, count_text, notice
from k8sview.tui.present.tables.cluster import NAMESPACES
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.window import Commanded, Say


class NamespacesScreen(TabularScreen):
    """Where namespaces may not be listed, those the session looks at are offered, and the reason is said."""

    WHERE: ClassVar[tuple[str, ...]] = ("list", "mark", "object")
    BINDINGS = bindings("list", "mark", "object")
    _marked: frozenset[str] = frozenset()
    _known: tuple[tuple[str, ...], Mapping[Key, Any]] = ((), {})

    def spec(self, picture: Picture | None) -> TableSpec:
        return NAMESPACES

    def wants(self) -> Iterable[str]:
        return ("namespaces",)

    def health(self, obj: Any) -> Any:
        """No verdict on a namespace of which only the name is known: nobody could read it."""
        picture = self.window.picture
        read = picture is not None and picture.view.get("namespaces", obj.metadata.name) is obj
        return self.window.health("namespaces", obj) if read else None

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        table = picture.view.table("namespaces")
        if table.objects:
            return table.objects
        names = tuple(
            sorted({key[0] for key in picture.view.table("pods").objects} | set(picture.view.namespaces or ()))
        )
        if self._known[0] != names:
            self._known = names, {("", name): Namespace(ObjectMeta(name=name)) for name in names}
        return self._known[1]

    def notice(self, picture: Picture) -> Notice | None:
        said = notice(picture.view.table("namespaces"), self.window.now())
        return said._replace(instead=said.instead and not self.rows.total) if said else None

    def count_text(self, picture: Picture | None) -> str:
        return count_text(picture.view.table("namespaces"), len(self.rows.order)) if picture else "?"

    @property
    def trail(self) -> Line:
        marked = [Span(f"  marked: {' '.join(sorted(self._marked))}", Role.WARN)] if self._marked else []
        return Line((*super().trail.spans, *marked))

    def action_mark(self) -> None:
        if self.table.key is not None:
            self._marked ^= {self.table.key[1]}
            self.refresh_crumbs()

    def action_object(self, tab: str) -> None:
        if self.table.key is not None:
            self.post_message(Commanded(Go(places.thing("namespaces", self.table.key, tab))))

    def action_owner(self) -> None:
        self.post_message(Say("nothing owns a namespace", Role.WARN))

    def opened(self, key: Key) -> None:
        chosen = tuple(sorted(self._marked)) or (key[1],)
        self._marked = frozenset()
        self.post_message(Commanded(UseNamespaces(chosen)))
