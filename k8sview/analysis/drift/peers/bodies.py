"""Makes the bodies of two sides comparable: without what each server allots for itself, big schemas as a hash.

Payloads (data of ConfigMaps and Secrets) are compared only where both sides have them, and never shown.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.places import ITEM

Body = dict[str, Any]

PAYLOADS = ("data", "binaryData", "stringData", "immutable", "type")
"""What objects that are read by their metadata have besides."""
_HASH_DIGITS = 12
_CRD = "CustomResourceDefinition"
_NOISE = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink")


def packed(raw: bytes) -> bytes:
    """An object's JSON as it is kept until the other side was read, too."""
    return zlib.compress(raw, 1)


def unpacked(kept: bytes) -> Body:
    """The object; an empty one for what is none."""
    try:
        found = msgspec.json.decode(zlib.decompress(kept))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def comparable(body: Mapping[str, Any]) -> Body:
    """A copy without uids of owners and bound claims, without a status, with each CRD schema as a hash."""
    found = {key: value for key, value in body.items() if key != "status"}
    metadata = found.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("ownerReferences"), list):
        owners = [_without(one, "uid") for one in metadata["ownerReferences"]]
        found["metadata"] = {**metadata, "ownerReferences": owners}
    spec = found.get("spec")
    if not isinstance(spec, dict):
        return found
    if isinstance(spec.get("claimRef"), dict):
        found["spec"] = {**spec, "claimRef": _without(spec["claimRef"], "uid", "resourceVersion")}
    if body.get("kind") == _CRD and isinstance(spec.get("versions"), list):
        found["spec"] = {**spec, "versions": [_hashed_schema(one) for one in spec["versions"]]}
    return found


def plainly_equal(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two objects are the same word for word, bookkeeping aside: most are, and need no comparer."""
    return _quiet(a) == _quiet(b)


def _quiet(body: Mapping[str, Any]) -> Body:
    metadata = body.get("metadata")
    return {**body, "metadata": _without(metadata, *_NOISE)}


def metadata_of(body: Mapping[str, Any]) -> Body:
    """What is left of an object whose payload one side does not have."""
    return {key: value for key, value in body.items() if key not in PAYLOADS}


def covered_in_both(a: Any, b: Any, mark: str) -> Counter[tuple[str, ...]]:
    """Places that are covered on both sides, list positions left out: whether these are equal nobody can see."""
    return Counter(_marked(a, (), mark)) & Counter(_marked(b, (), mark))


def _marked(value: Any, place: tuple[str, ...], mark: str) -> Iterator[tuple[str, ...]]:
    if isinstance(value, str):
        if mark in value:
            yield place
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _marked(one, (*place, key), mark)
    elif isinstance(value, list):
        for one in value:
            yield from _marked(one, (*place, ITEM), mark)


def _hashed_schema(version: Any) -> Any:
    if not isinstance(version, dict) or not isinstance(version.get("schema"), dict):
        return version
    text = msgspec.json.encode(version["schema"], order="deterministic")
    return {**version, "schema": f"sha256:{hashlib.sha256(text).hexdigest()[:_HASH_DIGITS]}"}


def _without(value: Any, *names: str) -> Any:
    return {key: one for key, one in value.items() if key not in names} if isinstance(value, dict) else value
