"""All cases of all families, and what they share."""

from __future__ import annotations

from tests.scenarios.case import Case, Failure, Lookalike, Raw
from tests.scenarios.families import (
    budgets,
    configuration,
    containers,
    creation,
    gateways,
    harder,
    images,
    innocents,
    jobs,
    lookalikes,
    namespaces,
    neighbours,
    nodes,
    operators,
    owners,
    platform,
    plumbing,
    resources,
    rollouts,
    scaling,
    scheduling,
    services,
    tangles,
    unusual,
    volumes,
    wordings,
    workloads,
    youth,
)

_FAMILIES = (
    containers,
    images,
    configuration,
    scheduling,
    creation,
    volumes,
    workloads,
    jobs,
    services,
    gateways,
    scaling,
    budgets,
    nodes,
    namespaces,
    platform,
    operators,
    wordings,
    plumbing,
    owners,
    tangles,
    resources,
    harder,
    rollouts,
    neighbours,
    unusual,
    lookalikes,
    youth,
    innocents,
)

CASES: tuple[Case, ...] = tuple(case for family in _FAMILIES for case in family.CASES)
FAILURES: tuple[Failure, ...] = tuple(case for case in CASES if isinstance(case, Failure))
LOOKALIKES: tuple[Lookalike, ...] = tuple(case for case in CASES if isinstance(case, Lookalike))

GROUND: tuple[Raw, ...] = (
    *nodes.ORDINARY,
    platform.WIDGETS,
    *scaling.METRICS,
    *gateways.DEFINITIONS,
    *operators.DEFINITIONS,
    *resources.DEFINITIONS,
    *unusual.DEFINITIONS,
    owners.ROLLOUTS,
    gateways.EDGE,
    gateways.INGRESS_CLASS,
)
"""What must be there before any case."""
