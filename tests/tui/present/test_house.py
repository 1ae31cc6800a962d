"""The house: what stands on which floor, and how it is."""

from __future__ import annotations

from k8sview.model.status import Layer, Status
from k8sview.tui.present.house import cards
from tests.reports.samples import check, report


def test_a_topic_of_several_floors_is_on_each_as_it_is_there() -> None:
    story = report((check("foundation.drift.node-pool", Status.PASS), check("building.drift.replicas", Status.FAIL)))
    for layer, status in ((Layer.FOUNDATION, Status.PASS), (Layer.BUILDING, Status.FAIL)):
        (card,) = cards(story, layer)
        assert (card.component.id, card.status) == ("drift", status)
