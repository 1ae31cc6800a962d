"""A whole run with a Prometheus beside the cluster: absent it skips, failing it is unknown, answering it is judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from k8sview.catalog.loader import load_catalog
from k8sview.model.metrics import Metric
from k8sview.model.report import Report
from k8sview.session.run import check_once
from k8sview.session.selection import Selection
from k8sview.sources.contract import Metrics, UnreachableError
from k8sview.sources.live import LiveSource
from k8sview.sources.prometheus.client import PrometheusMetrics
from tests.fakes.apiserver import FakeApiServer
from tests.sources.prometheus.fake import FakePrometheus, vector

TARGETS = "basement.prometheus.targets-up"
ALL = Selection(components=("prometheus",))


async def run(folder: Path, metrics: Metrics | None, selection: Selection = ALL) -> Report:
    async with FakeApiServer() as server:
        source = LiveSource(str(server.kubeconfig(folder)), request_timeout=2.0)
        return await check_once(source, load_catalog(), selection, read_timeout=10, metrics=metrics)


def statuses(report: Report) -> dict[str, str]:
    return {check.id.partition(".")[2]: check.status.value for check in report.checks}


async def test_without_a_prometheus_its_checks_are_skipped_and_do_not_count(tmp_path: Path) -> None:
    report = await run(tmp_path, None)
    assert set(statuses(report).values()) == {"skip"}
    assert report.summary.coverage.applicable == 0


async def test_a_failing_prometheus_makes_them_unknown(tmp_path: Path) -> None:
    async with FakePrometheus(status=503) as server:
        report = await run(tmp_path, PrometheusMetrics(server.url))
    assert set(statuses(report).values()) == {"unknown"}
    told = next(check for check in report.checks if check.id == TARGETS)
    assert (told.reason, "HTTP 503" in told.message) == ("ReadFailed", True)
    assert (report.summary.coverage.evaluated, report.summary.coverage.applicable) == (0, 3)


async def test_an_answering_prometheus_is_judged(tmp_path: Path) -> None:
    async with FakePrometheus() as server:
        server.answers["targets-down"] = vector(({"job": "a"}, "3"), ({"job": "b"}, "1"), ({"job": "c"}, "0"))
        report = await run(tmp_path, PrometheusMetrics(server.url))
    assert statuses(report) == {
        "prometheus.targets-up": "fail",
        "prometheus.configuration-loaded": "pass",
        "prometheus.storage-sound": "pass",
    }
    first, second = report.findings
    assert first.message == '{job="a"}: 3 of its targets have not answered for 10 minutes'
    assert first.fingerprint != second.fingerprint
    assert first.evidence[0].startswith("asked: count by (namespace, job)")


async def test_one_that_knows_nothing_is_unknown_and_never_a_pass(tmp_path: Path) -> None:
    async with FakePrometheus(body=vector()) as server:
        report = await run(tmp_path, PrometheusMetrics(server.url))
    assert "pass" not in statuses(report).values()
    assert statuses(report)["prometheus.targets-up"] == "unknown"


async def test_only_what_selected_checks_need_is_asked(tmp_path: Path) -> None:
    async with FakePrometheus() as server:
        await run(tmp_path, PrometheusMetrics(server.url), Selection(checks=(TARGETS,)))
        assert len(server.asked) == 1
        await run(tmp_path, PrometheusMetrics(server.url), Selection(components=("ingress",)))
        assert len(server.asked) == 1


async def test_figures_of_the_whole_cluster_say_nothing_of_one_namespace(tmp_path: Path) -> None:
    async with FakePrometheus() as server:
        metrics = PrometheusMetrics(server.url)
        report = await run(tmp_path, metrics, Selection(checks=(TARGETS,), namespaces=("shop",)))
    assert statuses(report) == {"prometheus.targets-up": "skip"}
    assert "whole cluster" in report.checks[0].message


async def test_a_silent_prometheus_holds_up_a_run_no_longer_than_its_timeout(tmp_path: Path) -> None:
    async with FakePrometheus(delay=30) as server:
        began = time.monotonic()
        report = await run(tmp_path, PrometheusMetrics(server.url, timeout=0.3))
        assert time.monotonic() - began < 8
    assert statuses(report)["prometheus.targets-up"] == "unknown"


class _Never:
    """A Prometheus that would be waited for."""

    def __init__(self) -> None:
        self.asked = False

    async def ask(self, names: Iterable[str]) -> Mapping[str, Metric]:
        self.asked = True
        await asyncio.sleep(60)
        return {}


async def test_an_unreachable_cluster_is_told_without_asking_prometheus(tmp_path: Path) -> None:
    async with FakeApiServer() as server:
        kubeconfig = str(server.kubeconfig(tmp_path))
    never = _Never()
    with pytest.raises(UnreachableError):
        await check_once(LiveSource(kubeconfig, request_timeout=2.0), load_catalog(), ALL, metrics=never)
    assert not never.asked
