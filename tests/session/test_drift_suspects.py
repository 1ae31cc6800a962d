"""Suspects fetched as cheaply as can be: few one by one, many by their list, Secrets by their metadata alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.ownership.managers import NOBODY
from k8sview.model.drift import DriftKind, Drifts
from k8sview.model.resources import Resource
from k8sview.model.selectors import parse_selector
from k8sview.session.bodies import Bodies
from k8sview.session.drift import drift_once
from k8sview.session.drift_suspects import look_at_suspects, triage
from k8sview.sources.contract import NotReadableError
from k8sview.sources.live.whole import WholeSource
from tests.analysis.clusters import ago, view_of
from tests.fakes.apiserver import FakeApiServer

Raw = dict[str, Any]
VALUE = "aHVudGVyMg=="


def touched(kind: str, number: int) -> Raw:
    """Delivered by Flux, then edited."""
    entry = {"apiVersion": "v1", "fieldsType": "FieldsV1"}
    field: Raw = {"f:data": {"f:level": {}}}
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {
            "name": f"one-{number}",
            "namespace": "shop",
            "uid": f"{kind}-{number}",
            "creationTimestamp": ago("9d"),
            "labels": {
                "kustomize.toolkit.fluxcd.io/name": "apps",
                "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
            },
            "managedFields": [
                {**entry, "manager": "kustomize-controller", "operation": "Apply", "time": ago("9d"), "fieldsV1": {}},
                {**entry, "manager": "kubectl-edit", "operation": "Update", "time": ago("1h"), "fieldsV1": field},
            ],
        },
        "data": {"level": VALUE},
    }


class Kept:
    """A source of bodies that counts; ``breaking``: after its first page."""

    def __init__(self, *bodies: Raw, breaking: bool = False) -> None:
        self._bodies = {one["metadata"]["name"]: one for one in bodies}
        self._breaking = breaking
        self.asked: list[str] = []

    async def body(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        self.asked.append(f"body {resource.name}")
        return msgspec.json.encode(self._bodies[name]) if name in self._bodies else None

    async def metadata(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        self.asked.append(f"metadata {resource.name}")
        return msgspec.json.encode({"metadata": self._bodies[name]["metadata"]})

    async def pages(self, resource: Resource, namespace: str | None) -> AsyncIterator[list[msgspec.Raw]]:
        whole = [{name: one[name] for name in ("metadata", "data")} for one in self._bodies.values()]
        for start in range(0, len(whole), 20):
            if start and self._breaking:
                raise NotReadableError("cannot list configmaps: gone")
            self.asked.append(f"page {resource.name}")
            yield [msgspec.Raw(msgspec.json.encode(one)) for one in whole[start : start + 20]] + [msgspec.Raw(b"7")]


async def look(kept: Kept, *raws: Raw) -> Drifts:
    view = view_of(*({name: one for name, one in raw.items() if name != "apiVersion"} for raw in raws))
    suspected, gaps = triage(view, NOBODY)
    return gaps + await look_at_suspects(view, Bodies(kept), suspected, {}, NOBODY)


@pytest.mark.parametrize(("count", "asked"), [(3, ["body configmaps"] * 3), (30, ["page configmaps"] * 2)])
async def test_few_are_asked_for_by_name_and_many_by_their_list(count: int, asked: list[str]) -> None:
    maps = [touched("ConfigMap", number) for number in range(count)]
    kept = Kept(*maps)
    found = await look(kept, *maps)
    assert {(one.object.kind, one.object.api_version, one.path) for one in found.drifts} == {
        ("ConfigMap", "v1", "data.level")
    }
    assert len(found.drifts) == count
    assert kept.asked == asked


async def test_a_list_that_breaks_off_hides_nothing_of_what_it_gave_and_says_so() -> None:
    maps = [touched("ConfigMap", number) for number in range(30)]
    found = await look(Kept(*maps, breaking=True), *maps)
    assert len(found.drifts) == 20
    assert {(one.kind, one.reason) for one in found.not_checkable} == {
        (kind, "cannot list configmaps: gone") for kind in (DriftKind.OUT_OF_BAND, DriftKind.LAST_APPLIED)
    }


async def test_however_many_secrets_their_values_are_never_asked_for() -> None:
    secrets = [touched("Secret", number) for number in range(30)]
    kept = Kept(*secrets)
    found = await look(kept, *secrets)
    assert set(kept.asked) == {"metadata secrets"}
    assert {one.path for one in found.drifts} == {"data.level"}
    assert VALUE not in str(found)


async def test_what_is_gone_since_is_no_drift() -> None:
    maps = [touched("ConfigMap", number) for number in range(2)]
    assert (await look(Kept(maps[0]), *maps)).drifts != ()
    assert (await look(Kept(), *maps)).drifts == ()


async def test_the_same_from_a_server(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        server.serve("configmaps", [touched("ConfigMap", number) for number in range(30)])
        server.serve("secrets", [touched("Secret", 1)])
        report = await drift_once(WholeSource(server.kubeconfig(tmp_path), request_timeout=2.0))
        single = [one.path for one in server.requests if "/one-" in one.path]
    assert [one.drift for one in report.drifts] == [DriftKind.OUT_OF_BAND] * 31
    assert single == ["/api/v1/namespaces/shop/secrets/one-1"]
    assert report.fetched == 2, "one page, and the metadata of one Secret"


def test_a_gap_of_an_object_that_was_not_asked_for_is_none() -> None:
    emptied = touched("ConfigMap", 1)
    emptied["metadata"]["managedFields"] = []
    wanted = touched("ConfigMap", 2)
    wanted["metadata"]["labels"] |= {"app": "web"}
    view = view_of(*({name: one for name, one in raw.items() if name != "apiVersion"} for raw in (emptied, wanted)))
    suspected, gaps = triage(view, NOBODY, parse_selector("app=web"))
    assert suspected == {"configmaps": (("shop", "one-2"),)}
    assert gaps == Drifts()
    _, all_gaps = triage(view, NOBODY)
    assert "1 of configmaps" in all_gaps.not_checkable[0].reason
