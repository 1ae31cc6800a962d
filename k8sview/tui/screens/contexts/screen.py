"""The contexts there are. Enter switches; nothing is connected before that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8sview.model.resources import Key
from k8sview.session.picture import Picture
from k8sview.tui.contract import ContextEntry
from k8sview.tui.present.cells import Role, Span
from k8sview.tui.present.columns import Column, Surroundings, TableSpec
from k8sview.tui.present.commands import UseContext
from k8sview.tui.present.states import Notice
from k8sview.tui.screens.tabular import TabularScreen
from k8sview.tui.window import Commanded


def _values(entry: ContextEntry, _around: Surroundings) -> tuple[Any, ...]:
    return entry.name, "current" if entry.current else "", entry.cluster, entry.user, entry.namespace


_SPEC = TableSpec(
    (
        Column("name", "NAME", flexible=True, widest=60),
        Column("current", "CURRENT"),
        Column("cluster", "CLUSTER", flexible=True),
        Column("user", "USER", flexible=True),
        Column("namespace", "NAMESPACE", flexible=True),
    ),
    _values,
)


class ContextsScreen(TabularScreen):
    """Read from the kubeconfig when the screen opens."""

    _entries: Mapping[Key, ContextEntry] | None = None

    def spec(self, picture: Picture | None) -> TableSpec:
        return _SPEC

    def objects(self, picture: Picture) -> Mapping[Key, Any]:
        if self._entries is None:
            self._entries = {("", entry.name): entry for entry in self.window.contexts()}
        return self._entries

    def notice(self, picture: Picture) -> Notice | None:
        if not self.rows.total:
            return Notice(Span("No context was found in the kubeconfig.", Role.MUTED), instead=True)
        return None

    def opened(self, key: Key) -> None:
        self.post_message(Commanded(UseContext(key[1])))
