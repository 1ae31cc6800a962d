"""The resources this cluster serves, with the names they answer to. Enter lists one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8sview.model.resources import Key, Resource
from k8sview.session.picture import Picture
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.commands import Go
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.window import Commanded


def _values(resource: Resource, _around: Surroundings) -> tuple[Any, ...]:
    return (
        resource.plural,
        ",".join(resource.short_names),
        resource.kind,
        resource.api_version,
        resource.namespaced,
        ",".join(resource.verbs),
    )


_SPEC = TableSpec(
    (
        Column("name", "NAME", flexible=True),
        Column("short", "SHORT NAMES", flexible=True),
        Column("kind", "KIND", flexible=True),
        Column("group", "API VERSION", flexible=True),
        Column("namespaced", "NAMESPACED"),
        Column("verbs", "VERBS", wide=True, widest=70),
    ),
    _values,
)


class ResourcesScreen(TabularScreen):
    """What discovery told."""

    _shown: tuple[Any, Mapping[Key, Resource]] = (None, {})

    def spec(self, picture: Picture | None) -> TableSpec:
        return _SPEC

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        resources = picture.view.resources
        if self._shown[0] is not resources:
            self._shown = resources, {("", name): one for name, one in resources.items()}
        return self._shown[1]

    def notice(self, picture: Picture) -> Notice | None:
        missing = picture.view.missing_groups
        if missing:
            return Notice(
                Span(f"? PARTIAL  could not be discovered: {', '.join(missing)}", Role.UNKNOWN), instead=False
            )
        if not self.rows.total:
            return Notice(Span("… not discovered yet", Role.MUTED), instead=True)
        return None

    def opened(self, key: Key) -> None:
        self.post_message(Commanded(Go(places.table(key[1]))))
