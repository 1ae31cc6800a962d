"""The values of a comparison of two sides: what differs, what nobody could compare, and what is meant to differ.

A is the first operand, B the second. Rooms that judge write these values and rooms that show read them. No rules here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from k8sview.model.status import Severity


class Part(StrEnum):
    """What of two clusters is compared, in the order of the report."""

    CLUSTER = "cluster"
    COMPONENTS = "components"
    KINDS = "kinds"
    CHECKS = "checks"
    OBJECTS = "objects"


class Side(StrEnum):
    A = "a"
    B = "b"
    BOTH = "both"


class Unlikeness(StrEnum):
    """In which way the two sides are unlike."""

    ONLY_A = "only-in-a"
    ONLY_B = "only-in-b"
    DIFFERS = "differs"
    RECREATED = "recreated"  # deleted and made anew under the same name


class Contrast(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: a leaf of an object, an object as a whole (``path`` ""), a check, a component, a fact.

    ``kind`` and ``name`` are an object's; of the other parts ``Cluster``, ``Component``, ``Kind`` or ``Check`` and the
    id. ``a`` and ``b``: in words; None where a side has nothing. Values of Secrets and ConfigMaps never stand here.
    ``name_in_a``, ``namespace_in_a``: where a rename says that A calls it otherwise.
    """

    part: Part
    kind: str
    name: str
    unlike: Unlikeness = Unlikeness.DIFFERS
    api_version: str = ""
    namespace: str | None = None
    path: str = ""
    change: str | None = None  # override | addition | removal, from A to B
    a: str | None = None
    b: str | None = None
    severity: Severity = Severity.MEDIUM
    security: bool = False
    message: str = ""
    managers: tuple[str, ...] = ()  # who holds the leaf in B, as managedFields say
    name_in_a: str | None = None
    namespace_in_a: str | None = None
    intended_by: str | None = None


class Incomparable(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be compared, and why: it is neither equal nor different. ``what``: a resource, a check, a
    component; ``objects``: how many it concerns, ``examples`` some of them."""

    part: Part
    what: str
    side: Side
    reason: str
    objects: int = 0
    examples: tuple[str, ...] = ()


class LeftOut(msgspec.Struct, frozen=True):
    """Objects that were not compared because nobody wrote them down, by resource and side."""

    resource: str
    reason: str
    a: int = 0
    b: int = 0


class Contrasts(msgspec.Struct, frozen=True):
    """What one comparison came to. ``compared`` pairs of objects, ``equal`` of them in all that both sides hold."""

    contrasts: tuple[Contrast, ...] = ()
    incomparable: tuple[Incomparable, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    compared: int = 0
    equal: int = 0
    moved: tuple[str, ...] = ()  # renames that met an object

    def __add__(self, other: Contrasts) -> Contrasts:
        return Contrasts(
            self.contrasts + other.contrasts,
            self.incomparable + other.incomparable,
            self.left_out + other.left_out,
            self.compared + other.compared,
            self.equal + other.equal,
            tuple(dict.fromkeys(self.moved + other.moved)),
        )


class Intended(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that is meant to be, who answers for it, and until when. Empty criteria match everything.

    The words are those of drift's ignore rules; ``part`` and ``unlike`` narrow it to one part, or one way to differ.
    """

    id: str
    reason: str
    owner: str
    expires: datetime | None = None
    path: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    part: Part | None = None
    unlike: Unlikeness | None = None


class Rename(msgspec.Struct, frozen=True, kw_only=True):
    """What A calls ``a`` and B calls ``b``: a namespace (``kind`` "Namespace"), or objects of a kind (in the namespace
    of A; "" is any)."""

    kind: str
    a: str
    b: str
    namespace: str = ""

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.a} → {self.b}"


class IntendedRules(msgspec.Struct, frozen=True):
    """A whole rule file."""

    intended: tuple[Intended, ...] = ()
    renames: tuple[Rename, ...] = ()
    file: str = ""

    @property
    def namespaces(self) -> Mapping[str, str]:
        """Namespaces of A by their name in B."""
        return {one.a: one.b for one in self.renames if one.kind == "Namespace"}
