"""Any resource in the virtual table: hot kinds by their own columns, custom resources by their printer columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from k8sview.model.resources import Key, Resource
from k8sview.model.tables import Table
from k8sview.session.picture import Picture
from k8sview.tui.actions import Action, bindings
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role
from k8sview.tui.present.columns import TableSpec, object_table
from k8sview.tui.present.commands import Go
from k8sview.tui.present.links import about_of, controller_of, owner_place
from k8sview.tui.present.places import Place
from k8sview.tui.present.states import Notice, count_text, notice
from k8sview.tui.present.tables import TABLES, table_of
from k8sview.tui.present.tables.custom import DEFINITIONS_RESOURCE
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.window import Commanded, Say, Window

_NEIGHBOURS = {"nodes": ("pods",)}
"""What a table's columns count besides its own objects."""


class TableScreen(TabularScreen):
    """``place.arguments`` is the resource's name."""

    WHERE: ClassVar[tuple[str, ...]] = ("list", "object", "pods")
    BINDINGS = bindings("list", "object", "pods")

    def __init__(self, window: Window, place: Place) -> None:
        self.resource = place.arguments[0]
        self._spec: tuple[Any, TableSpec] | None = None
        self._merged: tuple[Table, Mapping[Key, Any]] | None = None
        super().__init__(window, place)

    def spec(self, picture: Picture | None) -> TableSpec:
        own = TABLES.get(self.resource)
        if own is not None:
            return own
        resource = self._resource(picture)
        definition = picture.view.get(DEFINITIONS_RESOURCE, self.resource) if picture else None
        marker = (definition, resource)
        if self._spec is None or self._spec[0] != marker:
            view = picture.view if picture else None
            self._spec = marker, (table_of(resource, view) if view else _plain(resource))
        return self._spec[1]

    def _resource(self, picture: Picture | None) -> Resource:
        known = picture.view.resources.get(self.resource) if picture else None
        if known is not None:
            return known
        plural, _, group = self.resource.partition(".")
        return picture.view.table(self.resource).resource if picture else Resource(group, "", plural, plural)

    def wants(self) -> Iterable[str]:
        yield self.resource
        yield from _NEIGHBOURS.get(self.resource, ())
        if self.resource not in TABLES:
            yield DEFINITIONS_RESOURCE

    def health(self, obj: Any) -> Any:
        return self.window.health(self.resource, obj)

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        table = picture.view.table(self.resource)
        if not table.malformed:
            return table.objects
        if self._merged is None or self._merged[0] is not table:
            self._merged = table, {**table.objects, **table.malformed}
        return self._merged[1]

    def notice(self, picture: Picture) -> Notice | None:
        return notice(picture.view.table(self.resource), self.window.now())

    def count_text(self, picture: Picture | None) -> str:
        return count_text(picture.view.table(self.resource), len(self.rows.order)) if picture else "?"

    def show(self, picture: Picture) -> None:
        namespaces = picture.view.namespaces
        self.table.left_out = frozenset(("namespace",)) if namespaces and len(namespaces) == 1 else frozenset()
        super().show(picture)

    def valid(self, action: Action) -> bool:
        if action.where == "pods":
            return self.resource == "pods"
        return super().valid(action)

    @property
    def chosen(self) -> Any:
        """The object under the cursor."""
        return self.rows.get(self.table.key) if self.table.key is not None else None

    def opened(self, key: Key) -> None:
        if self.resource == DEFINITIONS_RESOURCE:
            self.post_message(Commanded(Go(places.table(key[1]))))
        else:
            self.post_message(Commanded(Go(places.thing(self.resource, key))))

    def action_object(self, tab: str) -> None:
        about = about_of(self.chosen) if tab in ("explain", "timeline") else None
        if about is not None:  # an event has neither; what it is about has
            self.post_message(Commanded(Go(about._replace(arguments=(*about.arguments[:3], tab)))))
        elif self.table.key is not None:
            self.post_message(Commanded(Go(places.thing(self.resource, self.table.key, tab))))

    def action_owner(self) -> None:
        obj, picture = self.chosen, self.window.picture
        owner = controller_of(obj) if obj is not None else None
        if owner is None or picture is None:
            self.post_message(Say("nothing owns this object", Role.WARN))
        else:
            self.post_message(Commanded(Go(owner_place(owner, obj.metadata.namespace, picture.view.resources))))

    def action_node(self) -> None:
        node = getattr(getattr(self.chosen, "spec", None), "node_name", "")
        if self.resource == "pods" and node:
            self.post_message(Commanded(Go(places.thing("nodes", ("", node)))))
        elif self.resource == "pods":
            self.post_message(Say("this pod is on no node yet", Role.WARN))


def _plain(resource: Resource) -> TableSpec:
    """Columns before anything is known of the kind."""
    return object_table((), lambda obj, around: (), namespaced=resource.namespaced)
