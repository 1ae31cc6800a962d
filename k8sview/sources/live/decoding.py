"""Bytes to values. Pure: a page of a list or a line of a watch in, objects and malformed entries out.

The way is chosen by what is cheap: a page is split into stretches that each take about a millisecond, each stretch is
decoded as a whole, and only a stretch that does not fit its struct is taken apart object by object. An object that does
not fit is tried again without nulls (Go writes absent lists as null) and else kept as ``Malformed``, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from k8sview.model.kinds import Kind
from k8sview.model.objects.meta import Custom, Malformed, ObjectMeta
from k8sview.model.text import plain
from k8sview.sources.live.failures import BrokenAnswer, StatusObject

STRETCH = 256 * 1024
"""Bytes decoded in one go where somebody waits for the event loop."""

# What stands between two objects of a list as the API server writes it: typed kinds, and custom resources. A quote
# inside a JSON string is always escaped, so neither can occur in text; inside an object the brackets do not balance.
_SEAMS = (b'},{"metadata":{', b'},{"apiVersion":"')

_MALFORMED_TEXT = 300
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class _ListMeta(msgspec.Struct, rename="camel"):
    resource_version: str = ""
    go_on: str | None = msgspec.field(name="continue", default=None)


class _List(msgspec.Struct):
    items: msgspec.Raw
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


class Page(msgspec.Struct):
    """One page, its objects not yet decoded."""

    items: msgspec.Raw
    resource_version: str
    go_on: str
    """The token of the next page, "" on the last."""


class Batch(msgspec.Struct):
    """Some objects of a page. ``raw`` is filled on request: the JSON of each object, malformed ones included."""

    objects: list[Any]
    malformed: list[Malformed]
    raw: list[bytes] = []


class WatchEvent(msgspec.Struct):
    """One line of a watch."""

    type: str
    object: msgspec.Raw


class _Marked(msgspec.Struct):
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


_LIST = msgspec.json.Decoder(_List)
_EVENT = msgspec.json.Decoder(WatchEvent)
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_META = msgspec.json.Decoder(ObjectMeta)
_MARKED = msgspec.json.Decoder(_Marked)


def page(body: bytes) -> Page:
    """The envelope of a list answer. Raises BrokenAnswer for anything that is not a whole list."""
    try:
        envelope = _LIST.decode(body)
    except msgspec.MsgspecError as problem:
        what = "a web page" if body.lstrip()[:1] == b"<" else f"no Kubernetes list ({problem})"
        raise BrokenAnswer(f"the answer is {what}") from problem
    meta = envelope.metadata
    return Page(envelope.items, meta.resource_version, meta.go_on or "")


def watch_event(line: bytes) -> WatchEvent:
    """One line of a watch. Raises BrokenAnswer."""
    try:
        return _EVENT.decode(line)
    except msgspec.MsgspecError as problem:
        raise BrokenAnswer(f"the watch sent no event ({problem})") from problem


def version_in(raw: msgspec.Raw | bytes) -> str:
    """The resourceVersion of an object or a bookmark; "" where there is none."""
    try:
        return _MARKED.decode(raw).metadata.resource_version
    except msgspec.MsgspecError:
        return ""


def status_code(raw: bytes) -> int:
    """The code of a Status object; 0 where there is none."""
    try:
        return msgspec.json.decode(raw, type=StatusObject).code
    except msgspec.MsgspecError:
        return 0


class ObjectDecoder:
    """Decodes the objects of one kind. ``raw``: hand the JSON of each object over as well (slower)."""

    def __init__(self, kind: Kind, *, raw: bool = False) -> None:
        self._kind = kind
        self._custom = kind.struct is Custom
        self._secret = kind.resource.name == "secrets"
        self._one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind.struct)
        self._many: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[kind.struct])  # type: ignore[name-defined]
        self._raw = raw

    def batches(self, items: msgspec.Raw, stretch: int | None = STRETCH, *, first: int = 0) -> Iterator[Batch]:
        """The objects of a page, a batch for each stretch of about so many bytes (None: all in one). ``first`` is the
        number of its first object in the whole list, by which nameless ones are told apart."""
        body = bytes(items)
        if body in (b"null", b"[]"):
            return
        number = first
        for part in _stretches(body, stretch) if stretch and len(body) > stretch else (body,):
            batch = self._batch(part, number)
            number += len(batch.objects) + len(batch.malformed)
            yield batch

    def single(self, raw: bytes, number: int = 0) -> Any:
        """One object or its ``Malformed``."""
        try:
            one = self._custom_object(raw) if self._custom else self._one.decode(raw)
        except msgspec.MsgspecError:
            one = self._second_try(raw, number)
        if not one.metadata.name:
            return Malformed(msgspec.structs.replace(one.metadata, name=f"(item {number})"), "it has no name")
        return self._kept(one) if self._secret else one

    def _kept(self, secret: Any) -> Any:
        """``kubectl apply`` leaves a copy of the payload in the metadata; it goes no further than here."""
        secret.metadata.annotations.pop(LAST_APPLIED, None)
        return secret

    def _batch(self, part: bytes, number: int) -> Batch:
        if not self._custom and not self._raw:
            try:
                objects = self._many.decode(part)
                if all(one.metadata.name for one in objects):
                    return Batch([self._kept(one) for one in objects] if self._secret else objects, [])
            except msgspec.MsgspecError:
                pass
        try:
            raws: Iterable[msgspec.Raw] = _RAWS.decode(part)
        except msgspec.MsgspecError as problem:
            raise BrokenAnswer(f"the list holds no objects ({problem})") from problem
        batch = Batch([], [])
        for index, raw in enumerate(raws, number):
            text = bytes(raw)
            one = self.single(text, index)
            (batch.malformed if isinstance(one, Malformed) else batch.objects).append(one)
            if self._raw:
                batch.raw.append(text)
        return batch

    def _custom_object(self, raw: bytes) -> Custom:
        fields = _FIELDS.decode(raw)
        decode = msgspec.json.decode
        resource = self._kind.resource
        return Custom(
            metadata=_META.decode(fields.pop("metadata")) if "metadata" in fields else _no_metadata(),
            # Objects inside a typed list do not repeat what they are.
            api_version=decode(fields.pop("apiVersion"), type=str) if "apiVersion" in fields else resource.api_version,
            kind=decode(fields.pop("kind"), type=str) if "kind" in fields else resource.kind,
            body={name: decode(value) for name, value in fields.items()},
        )

    def _second_try(self, raw: bytes, number: int) -> Any:
        try:
            value = _without_nulls(msgspec.json.decode(raw))
        except (msgspec.MsgspecError, RecursionError) as problem:
            return Malformed(ObjectMeta(name=f"(item {number})"), plain(f"not JSON: {problem}"))
        try:
            if self._custom:
                return self._custom_object(msgspec.json.encode(value))
            return msgspec.convert(value, self._kind.struct)
        except msgspec.MsgspecError as problem:
            return Malformed(_best_metadata(value, number), plain(problem)[:_MALFORMED_TEXT])


def _stretches(body: bytes, size: int) -> Iterator[bytes]:
    """``body``, a JSON array, as several arrays cut at the seams between its objects."""
    inner_end = len(body) - 1
    seam = next((one for one in _SEAMS if body.find(one, 0, size) >= 0), None)
    start = 1
    while start < inner_end:
        cut = _cut(body, seam, start, size) if seam else -1
        if cut < 0:
            yield b"[" + body[start:inner_end] + b"]"
            return
        yield b"[" + body[start : cut + 1] + b"]"
        start = cut + 2


def _cut(body: bytes, seam: bytes, start: int, size: int) -> int:
    """Where the next stretch ends: at the first seam that is one between objects of the list; -1: nowhere."""
    cut = body.find(seam, start + size)
    while cut >= 0 and not _balanced(b"[" + body[start : cut + 1] + b"]"):
        cut = body.find(seam, cut + 1)
    return cut


def _balanced(part: bytes) -> bool:
    """Whether a cut fell between two objects of the list and not inside one that holds objects with metadata."""
    try:
        msgspec.json.decode(part, type=list[msgspec.Raw])
    except msgspec.MsgspecError:
        return False
    return True


def _no_metadata() -> ObjectMeta:
    raise msgspec.ValidationError("Object missing required field `metadata`")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value if one is not None]
    return value


def _best_metadata(value: Any, number: int) -> ObjectMeta:
    """Whatever identifies the object; it must have a name to be kept under."""
    found = value.get("metadata") if isinstance(value, dict) else None
    meta = found if isinstance(found, dict) else {}
    try:
        whole = msgspec.convert(meta, ObjectMeta)
    except msgspec.MsgspecError:
        texts = {key: one for key, one in meta.items() if isinstance(one, str)}
        whole = ObjectMeta(
            name=texts.get("name", ""),
            namespace=texts.get("namespace"),
            uid=texts.get("uid", ""),
            resource_version=texts.get("resourceVersion", ""),
        )
    return whole if whole.name else msgspec.structs.replace(whole, name=f"(item {number})")
