"""The screens, one folder each; a screen is one line here. The app opens a place by its screen's name."""

from __future__ import annotations

from k8sview.tui.screens.check.screen import CheckScreen
from k8sview.tui.screens.checks.screen import ChecksScreen
from k8sview.tui.screens.contexts.screen import ContextsScreen
from k8sview.tui.screens.framed import FramedScreen
from k8sview.tui.screens.house.screen import HouseScreen
from k8sview.tui.screens.messages.screen import MessagesScreen
from k8sview.tui.screens.namespaces.screen import NamespacesScreen
from k8sview.tui.screens.object.screen import ObjectScreen
from k8sview.tui.screens.resources.screen import ResourcesScreen
from k8sview.tui.screens.table.screen import TableScreen

SCREENS: dict[str, type[FramedScreen]] = {
    "house": HouseScreen,
    "checks": ChecksScreen,
    "check": CheckScreen,
    "table": TableScreen,
    "object": ObjectScreen,
    "contexts": ContextsScreen,
    "namespaces": NamespacesScreen,
    "resources": ResourcesScreen,
    "messages": MessagesScreen,
}
