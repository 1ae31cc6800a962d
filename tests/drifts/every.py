"""All cases of all families."""

from __future__ import annotations

from tests.drifts.case import Case, Drifted, Lookalike
from tests.drifts.families import (
    existence,
    flux,
    gitops,
    harder,
    helm,
    innocents,
    lookalikes,
    nodes,
    owners,
    pods,
    scaling,
    written_by_design,
)

_FAMILIES = (
    flux,
    owners,
    helm,
    existence,
    scaling,
    pods,
    gitops,
    nodes,
    harder,
    lookalikes,
    written_by_design,
    innocents,
)
CASES: tuple[Case, ...] = tuple(case for family in _FAMILIES for case in family.CASES)
DRIFTED = tuple(case for case in CASES if isinstance(case, Drifted))
LOOKALIKES = tuple(case for case in CASES if isinstance(case, Lookalike))
