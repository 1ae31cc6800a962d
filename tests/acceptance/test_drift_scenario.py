"""One cluster with some hundred and sixty drifts and their lookalikes: what does ``k8sview drift`` say of each?

An independent client wrote everything, under many names and in many ways, and knows when; real controllers answered.
The cluster's past is made, too, so the program judges with the clock on the wall.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.comparing.documents import Documents
from k8sview.model.drift import DriftKind
from k8sview.reports.documents import render
from k8sview.session.drift import drift_once
from k8sview.sources.live.whole import WholeSource
from tests.acceptance.running import Ended, k8sview
from tests.controlplane.fixtures import planned
from tests.controlplane.plane import ControlPlane
from tests.drifts import build, score
from tests.drifts.case import Drifted, Lookalike
from tests.drifts.every import CASES, DRIFTED, LOOKALIKES
from tests.drifts.hand import manifests_in, stated
from tests.drifts.place import Written
from tests.drifts.shapes import SENTINELS

pytestmark = [pytest.mark.controlplane, pytest.mark.timeout(400)]

Raw = dict[str, Any]
_ELSEWHERE = {DriftKind.CLUSTER, DriftKind.BASELINE}
"""Kinds that compare two clusters."""


class Scene(msgspec.Struct, frozen=True):
    """The scenario, built, and what the program said of it seconds later."""

    plane: ControlPlane
    writes: Mapping[tuple[str, str], Written]
    report: Raw
    printed: dict[str, Ended]

    @property
    def told(self) -> dict[str, list[Raw]]:
        return score.by_case(self.report, CASES)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """What is young in it stays so for minutes, not longer."""
    files = manifests_in(tmp_path_factory.mktemp("manifests"), CASES)
    with planned(**build.OPTIONS) as plane:
        yield asyncio.run(_scene(plane, files))


async def _scene(plane: ControlPlane, files: Path) -> Scene:
    writes = await build.build(plane)
    given = Documents(tuple(stated(CASES)))
    report = await drift_once(WholeSource(str(plane.kubeconfig)), stated=given)
    printed = {}
    for form in ("json", "text", "markdown"):
        verbose = ("-v",) if form == "text" else ()
        printed[form] = await k8sview(plane.kubeconfig, "drift", "-A", "-f", str(files), "-o", form, *verbose)
    return Scene(plane, writes, msgspec.json.decode(render(report)), printed)


def test_there_is_enough_to_judge_by() -> None:
    assert len(DRIFTED) >= 45
    assert len(LOOKALIKES) >= 45
    assert len({case.name for case in CASES}) == len(CASES)
    kinds = {expected.kind for case in DRIFTED for expected in case.expected}
    assert kinds | _ELSEWHERE == set(DriftKind)


@pytest.mark.parametrize("case", DRIFTED, ids=lambda case: case.name)
def test_a_drift_is_told_once_with_its_hand_and_its_time(scene: Scene, case: Drifted) -> None:
    told = scene.told[case.name]
    lines = "\n".join(score.line(one) for one in told)
    for one in score.scored(told, case, scene.writes):
        assert one.found, (
            f"{case.what}: {one.expected.kind} {one.expected.of} {one.expected.path} is not told:\n{lines}"
        )
        assert not one.wrong, f"{case.what}: {'; '.join(one.wrong)}"
    assert not score.strays(told, case), case.what


@pytest.mark.parametrize("case", LOOKALIKES, ids=lambda case: case.name)
def test_no_lookalike_is_accused(scene: Scene, case: Lookalike) -> None:
    assert not [score.line(one) for one in scene.told[case.name]], case.what


def test_nothing_is_told_that_no_case_accounts_for(scene: Scene) -> None:
    assert not [score.line(one) for one in scene.told[""]]


def test_the_program_says_the_same(scene: Scene) -> None:
    ended = scene.printed["json"]
    assert ended.code == 1, ended.stderr
    assert _leaves(ended.report) == _leaves(scene.report)


def test_no_value_of_a_secret_is_printed_anywhere(scene: Scene) -> None:
    """Nor of a chart: as it is, in base64, or in base64 of that."""
    for form, ended in scene.printed.items():
        assert ended.stdout, ended.stderr
        for word in SENTINELS:
            assert word not in ended.stdout + ended.stderr, form
    text = str(scene.report)
    assert not [word for word in SENTINELS if word in text]


def test_some_namespaces_alone_accuse_nobody(scene: Scene) -> None:
    """What delivers them is elsewhere, and is then not known."""
    names = tuple(case.name for case in LOOKALIKES if re.search("argo|flux|helm|adopted", case.name))[::9]
    report = asyncio.run(drift_once(WholeSource(str(scene.plane.kubeconfig)), names))
    assert not [score.line(msgspec.json.decode(msgspec.json.encode(one))) for one in report.drifts]


def test_only_the_labels_of_releases_are_read_where_that_is_asked(scene: Scene) -> None:
    ended = asyncio.run(k8sview(scene.plane.kubeconfig, "drift", "-A", "-o", "json", "--helm=labels-only"))
    told = score.by_case(ended.report, CASES)
    assert any(one["drift"] == "helm" for one in told["helm-failed"])
    assert not any(one["drift"] == "missing" for one in told["helm-object-deleted"])


def _leaves(report: Raw) -> set[tuple[str, ...]]:
    return {
        (one["drift"], one["object"]["kind"], one["object"].get("namespace") or "", one["object"]["name"], one["path"])
        for one in report["drifts"]
    }
