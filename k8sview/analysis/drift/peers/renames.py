"""What A calls otherwise than B: keys under the name of B, and texts in which A's names became B's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from k8sview.model.diff import Rename
from k8sview.model.resources import Key

NAMESPACE = "Namespace"


class Renames:
    """Lookups over a rule file's renames. ``used`` are those that met an object."""

    def __init__(self, renames: Iterable[Rename] = ()) -> None:
        self._namespaces: dict[str, Rename] = {}
        self._objects: list[Rename] = []
        for one in renames:
            if one.kind == NAMESPACE:
                self._namespaces[one.a] = one
            else:
                self._objects.append(one)
        words = {one.a: one.b for one in (*self._namespaces.values(), *self._objects)}
        self._words = words
        # A name as a whole: not a part of a longer one. A dot ends a name, as in web.shop.svc.
        names = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![A-Za-z0-9-])(?:{names})(?![A-Za-z0-9-])") if words else None
        self.used: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._words)

    def key_in_b(self, kind: str, key: Key) -> Key:
        """The key under which B has what A has under ``key``."""
        namespace, name = key
        if kind == NAMESPACE:
            return ("", self._met(self._namespaces.get(name), name))
        for one in self._objects:
            if one.kind == kind and one.a == name and one.namespace in ("", namespace):
                name = self._met(one, name)
                break
        return (self._met(self._namespaces.get(namespace), namespace) if namespace else "", name)

    def namespace_in_b(self, namespace: str) -> str:
        found = self._namespaces.get(namespace)
        return found.b if found is not None else namespace

    def text_in_b(self, value: Any) -> Any:
        """A value of A with every name that is called otherwise replaced; keys of maps stay."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(lambda found: self._words[found[0]], value)
        if isinstance(value, dict):
            return {key: self.text_in_b(one) for key, one in value.items()}
        return [self.text_in_b(one) for one in value] if isinstance(value, list) else value

    def _met(self, rename: Rename | None, name: str) -> str:
        if rename is None:
            return name
        self.used[str(rename)] = None
        return rename.b
