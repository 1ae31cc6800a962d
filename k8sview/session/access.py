"""The rights that a run needs, and what each of them would hide if it were missing."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.analysis.components.detect import DETECTION_READS
from k8sview.analysis.health.reads import HEALTH_READS
from k8sview.catalog.loader import Catalog
from k8sview.model.kinds import KINDS
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
    health: bool = False  # read for verdicts or their causes


def needed_access(
    catalog: Catalog, checks: Iterable[Check], *, namespaced: bool, health: bool = False
) -> tuple[NeededResource, ...]:
    """The rights, sorted by group and resource; ``health``: also those that verdicts and their causes need.

    Discovery, version and access reviews need no rule of ours: every authenticated user has them
    (``system:discovery``, ``system:public-info-viewer``, ``system:basic-user``).
    """
    chosen = tuple(checks)
    result = []
    names = set(needed_resources(catalog, chosen, namespaced=namespaced))
    judged = {name for name in HEALTH_READS if not namespaced or KINDS[name].resource.namespaced} if health else set()
    for name in names | judged:
        plural, _, group = name.partition(".")
        blinds = tuple(check.id for check in chosen if name in check.requires)
        blurs = tuple(check.id for check in chosen if name in check.wants)
        detection = name in (*DETECTION_READS, *SUPPORTING_READS)
        result.append(NeededResource(name, group, plural, blinds, blurs, detection, name in judged))
    return tuple(sorted(result, key=lambda one: (one.group, one.plural)))
