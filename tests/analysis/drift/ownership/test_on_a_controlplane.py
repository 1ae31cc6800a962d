"""Every scene on a living API server: what it records today is what the recorded bodies say, and judged alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.analysis.drift.ownership.owners import ownership
from k8sview.model.drift import ActorClass
from tests.analysis.drift.ownership.expected import DESIRED, EXPECTED, resource_of, told, told_with
from tests.analysis.drift.ownership.scenes import made
from tests.controlplane import ControlPlane

pytestmark = pytest.mark.controlplane


async def test_every_write_is_told_with_its_hand_and_nobody_else_is_accused(controlplane: ControlPlane) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    async with controlplane.writer() as api:
        bodies = await made(api)
    end = datetime.now(UTC)
    for scene, expected in EXPECTED.items():
        assert told(bodies[scene]) == expected, scene
    for scene, (desired, changes) in DESIRED.items():
        assert told_with(bodies[scene], desired) == changes, scene
    for scene, body in bodies.items():
        for drift in judge(body, resource_of(body)):
            assert drift.actor is not None
            if drift.actor.subresource == "scale" or "restartedAt" in drift.path:
                continue
            assert drift.time.at is not None, (scene, drift)
            assert start <= drift.time.at <= end + timedelta(seconds=1), (scene, drift)
            assert drift.time.not_before is None or start <= drift.time.not_before < drift.time.at, (scene, drift)
    many = judge(bodies["many_managers"], "configmaps")
    assert {one.actor.actor_class for one in many if one.actor} == {ActorClass.HUMAN}
    assert len(many) == 9
    assert [len(gaps(bodies[scene])) for scene in ("many_managers", "emptied", "leafless", "edited")] == [1, 1, 0, 0]
    admitted = ownership(bodies["admitted"])
    assert "metadata.labels.by-admission" in {admitted.path(place) for place in admitted.unowned}
