"""The rights that a run needs, and what each of them would hide if it were missing."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.components.detect import DETECTION_READS
from k8sview.catalog.loader import Catalog
from k8sview.session.selection import SUPPORTING_READS, needed_resources

VERBS = ("get", "list", "watch")


class NeededResource(msgspec.Struct, frozen=True):
    """One resource to read. ``blinds``: checks that become unknown without it; ``blurs``: checks that say less."""

    name: str
    group: str
    plural: str
    blinds: tuple[str, ...]
    blurs: tuple[str, ...]
    detection: bool  # tells which components are installed, so every component's checks lean on it


def needed_access(catalog: Catalog, checks: Iterable[Check], *, namespaced: bool) -> tuple[NeededResource, ...]:
    """Sorted by group and resource. Discovery, version and access reviews need no rule of ours: every authenticated
    user has them (``system:discovery``, ``system:public-info-viewer``, ``system:basic-user``)."""
    chosen = tuple(checks)
    result = []
    for name in needed_resources(catalog, chosen, namespaced=namespaced):
        plural, _, group = name.partition(".")
        blinds = tuple(check.id for check in chosen if name in check.requires)
        blurs = tuple(check.id for check in chosen if name in check.wants)
        result.append(NeededResource(name, group, plural, blinds, blurs, name in (*DETECTION_READS, *SUPPORTING_READS)))
    return tuple(sorted(result, key=lambda one: (one.group, one.plural)))
