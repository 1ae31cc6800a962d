"""Label selectors as kubectl's ``-l`` writes them: ``app=web,tier!=db,env in (a,b),!legacy``. Reads no objects."""

from __future__ import annotations

import re

from k8sview.model.objects.meta import LabelSelector, LabelSelectorRequirement

_NAME = r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_SET = re.compile(rf"({_NAME})\s+(in|notin)\s*\(([^()]*)\)")
_EQUAL = re.compile(rf"({_NAME})\s*(==|=|!=)\s*([\w.-]*)")
_PRESENT = re.compile(rf"(!?)\s*({_NAME})")


class SelectorError(ValueError):
    """The text is no label selector; the message says which part."""


def parse_selector(text: str) -> LabelSelector:
    """A selector with every part as one requirement. Raises SelectorError."""
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", text)]
    return LabelSelector(match_expressions=tuple(_requirement(part) for part in parts))


def _requirement(part: str) -> LabelSelectorRequirement:
    if found := _SET.fullmatch(part):
        values = tuple(value.strip() for value in found[3].split(","))
        return LabelSelectorRequirement(found[1], "In" if found[2] == "in" else "NotIn", values)
    if found := _EQUAL.fullmatch(part):
        return LabelSelectorRequirement(found[1], "NotIn" if found[2] == "!=" else "In", (found[3],))
    if found := _PRESENT.fullmatch(part):
        return LabelSelectorRequirement(found[2], "DoesNotExist" if found[1] else "Exists")
    raise SelectorError(f"{part!r} is no label selector: expected a=b, a!=b, a, !a, or a in (b,c)")
