"""The one table of diagnoses. A family is one line here; what no family explains is told in the verdict's own words."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.diagnoses import (
    applications,
    autoscaling,
    budgets,
    certificates,
    claims,
    config,
    crashes,
    creation,
    cronjobs,
    daemons,
    deletions,
    devices,
    displaced,
    dns,
    extensions,
    images,
    inits,
    jobs,
    namespaces,
    networking,
    nodes,
    noticed,
    ordered,
    probes,
    references,
    resizes,
    rollouts,
    sandboxes,
    scalers,
    scheduling,
    starts,
    throttling,
    unexplained,
    volumes,
)
from k8sview.analysis.health.diagnoses.contract import ANY, Family, Known, Rule
from k8sview.model.health import Diagnosis, Health
from k8sview.model.view import View

# Exact before general: for each resource the rules are asked in this order.
FAMILIES: tuple[Family, ...] = (
    deletions.FAMILY,  # whatever it was, it is on its way out
    dns.FAMILY,
    nodes.FAMILY,
    namespaces.FAMILY,
    networking.FAMILY,
    applications.FAMILY,
    extensions.FAMILY,
    autoscaling.FAMILY,
    scalers.FAMILY,
    budgets.FAMILY,
    certificates.FAMILY,
    references.FAMILY,
    ordered.FAMILY,  # a pod that waits to be deleted, before whatever once broke it
    displaced.FAMILY,
    devices.FAMILY,
    scheduling.FAMILY,
    claims.FAMILY,
    images.FAMILY,
    config.FAMILY,
    volumes.FAMILY,
    sandboxes.FAMILY,
    starts.FAMILY,
    throttling.FAMILY,
    crashes.FAMILY,
    inits.FAMILY,
    probes.FAMILY,
    resizes.FAMILY,
    creation.FAMILY,
    daemons.FAMILY,
    rollouts.FAMILY,
    jobs.FAMILY,
    cronjobs.FAMILY,
    noticed.FAMILY,
)

KNOWN: dict[str, Known] = {one.id: one for family in FAMILIES for one in family.known} | {
    one.id: one for one in unexplained.KNOWN
}
"""Every diagnosis by its id."""


def _rules() -> dict[str, tuple[Rule, ...]]:
    rules: dict[str, tuple[Rule, ...]] = {}
    for family in FAMILIES:
        for resource, found in family.rules.items():
            rules[resource] = rules.get(resource, ()) + found
    return rules


_RULES = _rules()


def diagnose(view: View, resource: str, obj: Any, health: Health) -> Diagnosis:
    """Why an object that is not healthy is as it is."""
    found = _explained(view, resource, obj, health)
    if found is not None:
        return found
    return unexplained.diagnosis(view, resource, obj, health, _explained)


def _explained(view: View, resource: str, obj: Any, health: Health) -> Diagnosis | None:
    for rule in (*_RULES.get(ANY, ()), *_RULES.get(resource, ())):
        found = rule(view, obj, health)
        if found is not None:
            return found
    return None
