"""All cases of all families."""

from __future__ import annotations

from tests.drifts.case import Case, Drifted, Lookalike
from tests.drifts.families import (
    existence,
    fences,
    fields,
    flux,
    flux_objects,
    gitops,
    hands,
    helm,
    innocents,
    lookalikes,
    nodes,
    on_the_way,
    owners,
    pods,
    removals,
    scaling,
    taken_away,
    written_by_design,
)

_WRITTEN = (flux, flux_objects, owners, helm, removals, taken_away, hands, fields)
_DRIFT = (*_WRITTEN, existence, scaling, pods, gitops, fences, nodes)
_INNOCENT = (lookalikes, written_by_design, on_the_way, innocents)
CASES: tuple[Case, ...] = tuple(case for family in (*_DRIFT, *_INNOCENT) for case in family.CASES)
DRIFTED = tuple(case for case in CASES if isinstance(case, Drifted))
LOOKALIKES = tuple(case for case in CASES if isinstance(case, Lookalike))
