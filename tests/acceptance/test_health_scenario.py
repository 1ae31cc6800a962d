"""One cluster with a hundred failures and their healthy lookalikes: what does ``k8sview health`` say of each?

Real controllers made what they can make; only a kubelet's, a driver's and a route controller's words are played. The
cluster's past is made, too, so the program judges with the clock on the wall.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.running import Ended, binding, k8sview
from tests.controlplane.fixtures import planned
from tests.controlplane.plane import ControlPlane
from tests.scenarios import build, score
from tests.scenarios.case import Failure, Lookalike
from tests.scenarios.every import CASES, FAILURES, LOOKALIKES

pytestmark = [pytest.mark.controlplane, pytest.mark.timeout(400)]

Report = dict[str, Any]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    """The scenario, built. What is young in it stays so for minutes, not longer."""
    with planned(**build.OPTIONS) as plane:
        asyncio.run(build.build(plane))
        yield plane


@pytest.fixture(scope="module")
def answer(cluster: ControlPlane) -> Ended:
    """What the program says, seconds after the last case was made."""
    return asyncio.run(k8sview(cluster.kubeconfig, "health", "-A", "-o", "json"))


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


# What an auditor may often not read. The events are the only ones to tell why a pod was refused or not mounted.
HIDDEN = {"events", "replicasets", "secrets"}
_WHOLE = (
    "admissionregistration.k8s.io apiextensions.k8s.io apiregistration.k8s.io autoscaling batch coordination.k8s.io"
    " discovery.k8s.io networking.k8s.io node.k8s.io policy scheduling.k8s.io storage.k8s.io"
)
READ = {
    "": "pods nodes namespaces services endpoints configmaps serviceaccounts persistentvolumeclaims persistentvolumes"
    " resourcequotas limitranges replicationcontrollers",
    "apps": "deployments statefulsets daemonsets controllerrevisions",
    **dict.fromkeys(_WHOLE.split(), "*"),
}
SEEN_BY_AUDITORS = {"v1", "apps/v1", "batch/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1"}


async def _auditor(plane: ControlPlane) -> Path:
    """A user who may read much, and nothing that is hidden."""
    api = "rbac.authorization.k8s.io/v1"
    rules = [
        {"apiGroups": [group], "resources": kinds.split(), "verbs": ["get", "list", "watch"]}
        for group, kinds in READ.items()
    ]
    role = {"apiVersion": api, "kind": "ClusterRole", "metadata": {"name": "auditor"}, "rules": rules}
    async with plane.writer() as writer:
        await writer.apply([role, binding(role, "auditor")])
    return plane.user("auditor")


@pytest.fixture(scope="module")
def half_blind(cluster: ControlPlane) -> Ended:
    """The answer to a user who may not read events, ReplicaSets, Secrets or custom resources."""

    async def ask() -> Ended:
        return await k8sview(await _auditor(cluster), "health", "-A", "-o", "json")

    return asyncio.run(ask())


def test_what_may_not_be_read_is_named(half_blind: Ended) -> None:
    denied = {one["resource"] for one in half_blind.report["access"]["denied"]}
    assert denied >= HIDDEN


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_what_may_not_be_read_makes_nothing_healthy(half_blind: Ended, report: Report, failure: Failure) -> None:
    """Each object that is faulty to those who see all is faulty or unknown to those who don't."""
    assert half_blind.stdout, half_blind.stderr
    seen = {score.key(one["object"]): one for one in half_blind.report["objects"]}
    for one in score.shown(report, failure):
        if one["object"]["apiVersion"] not in SEEN_BY_AUDITORS or one["object"]["kind"] == "ReplicaSet":
            continue
        found = seen.get(score.key(one["object"]))
        assert found is not None, f"{score.key(one['object'])} is taken for healthy"
        assert found["verdict"] not in ("Healthy", "Suspended", "Waiting"), found


@pytest.mark.parametrize("lookalike", LOOKALIKES, ids=lambda lookalike: lookalike.name)
def test_what_may_not_be_read_accuses_nobody(half_blind: Ended, lookalike: Lookalike) -> None:
    assert not score.accused(half_blind.report, lookalike), lookalike.why
