"""Disruption budgets that will stop every drain."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.containers import crashing
from tests.scenarios.kubelet import Ended, Play
from tests.scenarios.shapes import deployment, deploys, made, scripted, space


def budget(namespace: str, name: str = "web", app: str = "web", **spec: Any) -> Raw:
    whole = {"selector": {"matchLabels": {"app": app}}, **spec}
    return made("policy/v1", "PodDisruptionBudget", namespace, name, spec=whole)


def _pdb(namespace: str, name: str = "web") -> Ref:
    return Ref("PodDisruptionBudget", namespace, name)


CASES: tuple[Case, ...] = (
    Failure(
        name="budget-zero",
        row=39,
        broken="maxUnavailable 0 allows no disruption, ever",
        objects=(space("budget-zero"), deployment("budget-zero", "web"), budget("budget-zero", maxUnavailable=0)),
        expected=Expected(blame=(_pdb("budget-zero"),), words=r"maxUnavailable|arithmetic|never|every drain|block"),
    ),
    Failure(
        name="budget-all",
        row=39,
        broken="as many pods must be available as there are replicas",
        objects=(space("budget-all"), deployment("budget-all", "web"), budget("budget-all", minAvailable=2)),
        expected=Expected(blame=(_pdb("budget-all"),), words=r"minAvailable|arithmetic|never|every drain|block"),
    ),
    Failure(
        name="budget-all-percent",
        row=39,
        broken="100 % of the pods must be available",
        objects=(
            space("budget-all-percent"),
            deployment("budget-all-percent", "web", replicas=3),
            budget("budget-all-percent", minAvailable="100%"),
        ),
        expected=Expected(
            blame=(_pdb("budget-all-percent"),), words=r"minAvailable|100 ?%|arithmetic|never|every drain|block"
        ),
    ),
    Failure(
        name="budget-two",
        row=39,
        broken="two budgets select the same pods, so these cannot be evicted",
        objects=(
            space("budget-two"),
            deployment("budget-two", "web", replicas=3),
            budget("budget-two", minAvailable=1),
            budget("budget-two", "web-too", maxUnavailable=1),
        ),
        expected=Expected(
            blame=(_pdb("budget-two"), _pdb("budget-two", "web-too")),
            words=r"two|more than one|another|both|overlap|budgets",
        ),
    ),
    Failure(
        name="budget-unhealthy",
        row=39,
        broken="the budget allows nothing because the pods crash: they are the cause",
        objects=(
            space("budget-unhealthy"),
            scripted("budget-unhealthy", "web"),
            budget("budget-unhealthy", minAvailable=1),
        ),
        plays={"web": Play({"app": crashing(Ended(1))})},
        expected=Expected(blame=(deploys("budget-unhealthy", "web"),), words=r"exit"),
    ),
)
