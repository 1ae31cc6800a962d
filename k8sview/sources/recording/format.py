"""What stands in a recording: gzip NDJSON, a header first, an ``end`` last, each line one value. Pure.

Times are seconds since the header's ``recordedAt``. A line of an unknown ``type`` is an error: a newer format gets a
newer version number, and a reader must never skip what it does not understand.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from k8sview.model.resources import Resource
from k8sview.model.tables import State, TableState

FORMAT = "k8sview-recording"
VERSION = 1


class _Line(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, tag_field="type"):
    """Base of every line after the header."""


class ClusterLine(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The header's cluster: as Cluster in the model, without what the reader adds."""

    context: str = ""
    server: str = ""
    version: str = ""
    uid: str | None = None
    user: str = ""
    namespace: str | None = None


class Header(msgspec.Struct, frozen=True, rename="camel"):
    """The first line."""

    format: str
    version: int
    recorded_at: datetime
    tool: str = ""
    title: str = ""
    redacted: bool = True
    cluster: ClusterLine = ClusterLine()
    key: str = ""
    """The name of the key that covered values are hashed under, and ConfigMaps with them; "": they are not."""


class Discovery(_Line, frozen=True, tag="discovery"):
    """What the cluster serves; ``missing_groups`` could not be asked. A later one replaces an earlier one."""

    resources: tuple[Resource, ...]
    missing_groups: tuple[str, ...] = ()


class Namespaces(_Line, frozen=True, tag="namespaces"):
    """What a user who may not read all namespaces could read."""

    names: tuple[str, ...]


class StateLine(_Line, frozen=True, tag="state"):
    """How reading one scope of a resource went from this moment on."""

    at: float
    resource: str
    state: State
    scope: str | None = None
    reason: str = ""
    since: datetime | None = None
    verb: str = "list"

    def table_state(self) -> TableState:
        return TableState(self.state, self.reason, self.since, self.verb)


class ObjectLine(_Line, frozen=True, tag="object"):
    """An object as it was at one moment: listed at first, later created or changed."""

    at: float
    resource: str
    object: msgspec.Raw


class RemovedLine(_Line, frozen=True, tag="removed"):
    at: float
    resource: str
    name: str
    namespace: str = ""


class End(_Line, frozen=True, tag="end"):
    """The last line: ``lines`` stand before it (the header included), and ``at`` is the last moment."""

    at: float
    lines: int


Change = StateLine | ObjectLine | RemovedLine
Line = Discovery | Namespaces | Change | End


class ForeignError(ValueError):
    """Not a line of this format."""


class NewerError(ValueError):
    """A header of a later version of this format."""


class _Kind(msgspec.Struct):
    format: str
    version: int


_ENCODER = msgspec.json.Encoder()
_KIND = msgspec.json.Decoder(_Kind)
_HEADER = msgspec.json.Decoder(Header)
_LINE: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def encode(value: Header | Line) -> bytes:
    """One line, its line feed included."""
    return _ENCODER.encode(value) + b"\n"


def decode_header(line: bytes) -> Header:
    """The first line. Raises ForeignError or NewerError."""
    try:
        kind = _KIND.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ForeignError(str(error)) from None
    if kind.format != FORMAT:
        raise ForeignError(f"format is {kind.format!r}")
    if kind.version > VERSION:
        raise NewerError(f"its format has version {kind.version}, this k8sview reads up to version {VERSION}")
    try:
        return _HEADER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ForeignError(str(error)) from None


def decode_line(line: bytes) -> Line:
    """Any other line. Raises ForeignError."""
    try:
        return _LINE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ForeignError(str(error)) from None
