"""A mapping from keys to sets that many snapshots can share: only what changes after a snapshot is copied."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)


class Buckets(Generic[K, V]):
    """``add`` and ``discard`` cost O(1), and once per bucket and snapshot a copy of that bucket."""

    def __init__(self) -> None:
        self._buckets: dict[K, set[V]] = {}
        self._own: set[K] = set()
        self._shared = False

    def add(self, key: K, value: V) -> None:
        self._writable(key).add(value)

    def discard(self, key: K, value: V) -> None:
        if value not in self._buckets.get(key, ()):
            return
        bucket = self._writable(key)
        bucket.discard(value)
        if not bucket:
            del self._buckets[key]
            self._own.discard(key)

    def snapshot(self) -> Mapping[K, set[V]]:
        """The mapping as it is now. It never changes again, and the caller must not change it."""
        self._shared = True
        self._own = set()
        return self._buckets

    def _writable(self, key: K) -> set[V]:
        if self._shared:
            self._buckets = dict(self._buckets)
            self._shared = False
        if key not in self._own:
            self._buckets[key] = set(self._buckets.get(key, ()))
            self._own.add(key)
        return self._buckets[key]
