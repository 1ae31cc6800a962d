"""The screens, one folder each; a screen is one line here. The app opens a place by its screen's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from k8sview.tui.screens.framed import FramedScreen


class _Screens(Mapping[str, type[FramedScreen]]):
    """Screens by name; each is loaded when it is first opened, so that the first frame waits for one only."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        self._classes = classes

    def __getitem__(self, name: str) -> type[FramedScreen]:
        module = import_module(f"k8sview.tui.screens.{name}.screen")
        screen: type[FramedScreen] = getattr(module, self._classes[name])
        return screen

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)


SCREENS: Mapping[str, type[FramedScreen]] = _Screens(
    {
        "house": "HouseScreen",
        "health": "HealthScreen",
        "cause": "CauseScreen",
        "drift": "DriftScreen",
        "card": "CardScreen",
        "fences": "FencesScreen",
        "changes": "ChangesScreen",
        "checks": "ChecksScreen",
        "check": "CheckScreen",
        "table": "TableScreen",
        "object": "ObjectScreen",
        "contexts": "ContextsScreen",
        "namespaces": "NamespacesScreen",
        "resources": "ResourcesScreen",
        "messages": "MessagesScreen",
    }
)
