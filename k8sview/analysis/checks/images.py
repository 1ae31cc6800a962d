"""Container image references taken apart: registry, repository, tag, digest. Pure text.

The grammar is that of ``distribution/reference``: the first part is a registry only if it could be no user's name.
"""

from __future__ import annotations

import msgspec

DEFAULT_REGISTRY = "docker.io"


class Image(msgspec.Struct, frozen=True):
    """``tag`` and ``digest`` are empty where the reference states none."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def pinned(self) -> bool:
        """Whether the reference means the same bytes for ever."""
        return bool(self.digest)


def parse_image(reference: str) -> Image:
    """``registry:5000/shop/web:1.2@sha256:…`` and everything shorter."""
    name, _, digest = reference.partition("@")
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, path = first, rest
    else:
        registry, path = DEFAULT_REGISTRY, name
    head, slash, last = path.rpartition("/")
    last, _, tag = last.partition(":")
    return Image(registry, f"{head}{slash}{last}", tag, digest)
