"""Drift for checks at a scripted server: few bodies, no secret, one name in both doors, and what a recording says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from k8sview.analysis.drift import merging
from k8sview.analysis.drift.kinds.table import ROWS
from k8sview.catalog.loader import load_catalog
from k8sview.cli.opening import recording
from k8sview.model.drift import ActorClass, DriftKind, DriftSettings, IgnoreRule
from k8sview.model.report import CheckResult, Report
from k8sview.model.status import Severity, Status
from k8sview.session import checked_drift
from k8sview.session.checked_drift import SAME_LEAVES, asked_kinds
from k8sview.session.drift import drift_once
from k8sview.session.run import check_once
from k8sview.session.selection import Selection
from k8sview.sources.live.whole import WholeSource
from tests.fakes.apiserver import FakeApiServer
from tests.session.test_drift import Raw, release, settings

DRIFT = Selection(checks=("*.drift.*",))
CATALOG = load_catalog()
_GIVEN = {DriftKind.MANIFEST, DriftKind.MISSING, DriftKind.CLUSTER, DriftKind.BASELINE}


def numbered(number: int) -> Raw:
    one = settings()
    one["metadata"] = {**one["metadata"], "name": f"settings-{number:03}"}
    return one


def serve(server: FakeApiServer, *configmaps: Raw) -> None:
    server.serve("configmaps", list(configmaps))
    login = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login", "namespace": "shop"}}
    server.serve("secrets", [release(), login])
    server.serve("namespaces", [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}])


async def check(server: FakeApiServer, folder: Path, selection: Selection = DRIFT, **how: Any) -> Report:
    return await check_once(WholeSource(server.kubeconfig(folder), request_timeout=5.0), CATALOG, selection, **how)


def of_kind(report: Report, kind: str) -> CheckResult:
    return next(one for one in report.checks if one.id.endswith(f".drift.{kind}"))


def single(server: FakeApiServer) -> list[str]:
    """The single objects that were asked for."""
    return [one.path for one in server.requests if one.path.startswith("/api/v1/namespaces/shop/")]


async def test_a_drift_has_one_name_in_both_doors(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        serve(server, settings())
        report = await check(server, tmp_path)
        asked = single(server)
        same = await drift_once(WholeSource(server.kubeconfig(tmp_path)), labels_only=True)
    assert asked == ["/api/v1/namespaces/shop/configmaps/settings"]
    assert of_kind(report, "out-of-band").status is Status.FAIL
    told = {one.fingerprint for one in report.findings if one.status in (Status.FAIL, Status.WARN)}
    assert told
    assert told == {one.fingerprint for one in same.drifts}
    (level,) = [one for one in report.findings if one.path and one.path.startswith("data")]
    assert (level.observed, level.severity) == ("debug", Severity.MEDIUM)


async def test_no_more_bodies_than_a_run_may_ask_for_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked_drift, "MOST_BODIES", 3)
    async with FakeApiServer() as server:
        serve(server, *(numbered(number) for number in range(5)))
        report = await check(server, tmp_path)
        asked = single(server)
    assert sorted(asked) == [f"/api/v1/namespaces/shop/configmaps/settings-{number:03}" for number in range(3)]
    assert of_kind(report, "out-of-band").status is Status.FAIL, "what was found is not hidden"
    (rest,) = [one for one in report.findings if one.check_id.endswith("out-of-band") and one.status is Status.UNKNOWN]
    assert rest.message == "2 suspects: only 3 are read whole; k8sview drift reads all"
    assert of_kind(report, "last-applied").status is Status.PASS, "nobody applied any of them"


async def test_what_may_not_be_fetched_is_unknown(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        serve(server, settings())
        server.fail("/api/v1/namespaces/shop/configmaps/settings", 403)
        report = await check(server, tmp_path)
    result = of_kind(report, "out-of-band")
    assert result.status is Status.UNKNOWN
    assert "cannot read ConfigMap shop/settings" in result.message


async def test_what_does_not_arrive_in_time_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*ignored: object) -> bytes:
        await asyncio.sleep(60)
        return b""

    monkeypatch.setattr(WholeSource, "body", never)
    async with FakeApiServer() as server:
        serve(server, settings())
        report = await check(server, tmp_path, read_timeout=1.5)
    assert of_kind(report, "out-of-band").message == "1 suspect: not there within 1.5 s"


async def test_a_body_that_breaks_us_is_an_error_of_its_checks_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*ignored: object, **more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(checked_drift, "judged", broken)
    async with FakeApiServer() as server:
        serve(server, settings())
        report = await check(server, tmp_path)
    errors = {one.id for one in report.checks if one.status is Status.ERROR}
    assert errors == {"building.drift.out-of-band", "building.drift.last-applied"}


async def test_what_a_rule_of_the_user_ignores_is_no_finding(tmp_path: Path) -> None:
    rule = IgnoreRule(id="levels", reason="turned up while we search", owner="shop", path="data.level")
    async with FakeApiServer() as server:
        serve(server, settings())
        report = await check(server, tmp_path, settings=DriftSettings(ignore=(rule,)))
    assert of_kind(report, "out-of-band").status is Status.PASS


async def test_a_manager_that_the_user_knows_is_no_suspect(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        serve(server, settings(manager="our-pipeline"))
        assert of_kind(await check(server, tmp_path), "out-of-band").status is Status.FAIL
        known = DriftSettings(managers={"our-pipeline": ActorClass.CONTROLLER})
        report = await check(server, tmp_path, settings=known)
        assert of_kind(report, "out-of-band").status is Status.PASS


async def test_nothing_whole_is_read_where_no_check_asks_for_it(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        serve(server, settings())
        await check(server, tmp_path, Selection(checks=("*.drift.stale-config", "*.drift.helm")))
        assert single(server) == []


async def test_a_recording_cannot_tell_what_needs_whole_objects_and_is_not_incomplete_for_it() -> None:
    source, clock = recording("demo")
    report = await check_once(source, CATALOG, DRIFT, clock=clock)
    for kind in ("out-of-band", "last-applied"):
        result = of_kind(report, kind)
        assert (result.status, result.message) == (
            Status.SKIP,
            "a recording keeps no field sets: only the live cluster can tell",
        )
    assert of_kind(report, "node-in-place").status is Status.FAIL, "which a recording over time does tell"


def test_every_kind_that_needs_nothing_given_has_one_check() -> None:
    asked = [one.drift for one in CATALOG.checks if one.drift is not None]
    assert sorted(asked) == sorted(set(DriftKind) - _GIVEN)
    assert asked_kinds(CATALOG.checks) == frozenset(asked)
    for one in CATALOG.checks:
        if one.drift is not None:
            assert one.id == f"{one.layer}.drift.{one.drift}"


def test_every_check_of_drift_reads_what_its_kind_is_read_from() -> None:
    by_kind = {one.drift: {*one.requires, *one.wants} for one in CATALOG.checks if one.drift is not None}
    for row in ROWS:
        if row.kind not in _GIVEN:
            assert set(row.reads) <= by_kind[row.kind], row.kind


def test_the_kinds_that_may_tell_one_leaf_are_looked_for_together() -> None:
    assert frozenset(merging._BEST) - _GIVEN == SAME_LEAVES
