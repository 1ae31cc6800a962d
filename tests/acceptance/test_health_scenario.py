"""One cluster with a hundred failures and their healthy lookalikes: what does ``k8sview health`` say of each?

Real controllers made what they can make; only a kubelet's, a driver's and a route controller's words are played. The
cluster's past is made, too, so the program judges with the clock on the wall.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.acceptance.running import Ended, k8sview
from tests.controlplane.fixtures import planned
from tests.scenarios import build, score
from tests.scenarios.case import Failure, Lookalike
from tests.scenarios.every import CASES, FAILURES, LOOKALIKES

pytestmark = [pytest.mark.controlplane, pytest.mark.timeout(400)]

Report = dict[str, Any]


@pytest.fixture(scope="module")
def answer() -> Ended:
    """What the program says, seconds after the last case was made."""
    with planned(**build.OPTIONS) as plane:

        async def ask() -> Ended:
            await build.build(plane)
            return await k8sview(plane.kubeconfig, "health", "-A", "-o", "json")

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def report(answer: Ended) -> Report:
    """The answer as a document."""
    assert answer.stdout, answer.stderr
    return answer.report


def test_there_is_enough_to_judge_by() -> None:
    assert len(FAILURES) >= 45
    assert len(LOOKALIKES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_cluster_with_faults_is_exit_code_one(answer: Ended) -> None:
    assert answer.code == 1, answer.stderr


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_a_failure_is_found_blamed_and_explained(report: Report, failure: Failure) -> None:
    result = score.scored(report, failure)
    assert result.found, f"{failure.broken}: not found; got {result.got}"
    assert result.blamed, f"{failure.broken}: blamed on the wrong object; got {result.got}"
    assert result.explained, f"{failure.broken}: not explained; got {result.got}"


@pytest.mark.parametrize("lookalike", LOOKALIKES, ids=lambda lookalike: lookalike.name)
def test_nothing_healthy_is_accused(report: Report, lookalike: Lookalike) -> None:
    assert not score.accused(report, lookalike), lookalike.why


def test_effects_are_folded_below_their_causes(report: Report) -> None:
    """About one entry for each cause: nobody has to read the same failure twice."""
    assert len(report["rootCauses"]) <= len(FAILURES) * 1.1, [
        f"{one['object']['kind']} {one['object'].get('namespace')}/{one['object']['name']}: {one['message']}"
        for one in score.strays(report, CASES)
    ]
