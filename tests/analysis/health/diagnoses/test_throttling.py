"""CPU limits that hold a container back: told by metrics only, and their lack is told, too."""

from __future__ import annotations

import msgspec

from k8sview.analysis.health.diagnoses.table import diagnose
from k8sview.analysis.health.verdict import health_of
from k8sview.model.metrics import Metric, Sample
from k8sview.model.status import Confidence
from k8sview.model.tables import SYNCED
from tests.analysis.clusters import ago, read, view_of
from tests.analysis.health.diagnoses.asked import ended, looping, pod_of, said, why
from tests.analysis.health.objects import Raw

PROBE = {"httpGet": {"path": "/ready", "port": 8080}}
LIMITED = {"readinessProbe": PROBE, "resources": {"limits": {"cpu": "100m"}}}
LATE = said(
    "Unhealthy",
    'Readiness probe failed: Get "http://10.0.0.7:8080/ready": context deadline exceeded (Client.Timeout exceeded)',
    container="app",
)
UNMEASURED = "whether its CPU limit of 100m holds it back cannot be told without metrics"


def slow(container: Raw | None = None) -> Raw:
    status = {"state": {"running": {"startedAt": ago("2h")}}, "started": True}
    return pod_of(status, age="2h", turned="20m", container=LIMITED if container is None else container)


def figures(cpu: str) -> Raw:
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "Pod",  # so that it lands in pods.metrics.k8s.io; the kind of its items does not matter here
        "metadata": {"name": "web-0", "namespace": "shop"},
        "containers": [{"name": "app", "usage": {"cpu": cpu}}],
    }


def test_without_metrics_it_is_unknown_and_said_to_be() -> None:
    found = why(slow(), LATE)
    assert found.id == "probe.readiness-failing"
    assert UNMEASURED in found.message
    assert found.missing == ("pods.metrics.k8s.io",)
    killed = said("Killing", "Container app failed liveness probe, will be restarted", "2m", kind="Normal")
    late = said("Unhealthy", "Liveness probe failed: context deadline exceeded", container="app")
    looped = pod_of(looping(ended(137, lasted="1h")), container={**LIMITED, "livenessProbe": PROBE})
    assert UNMEASURED in why(looped, killed, late).message


def test_no_limit_and_no_delay_ask_for_no_metrics() -> None:
    assert why(slow({"readinessProbe": PROBE}), LATE).missing == ()
    fast = said("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", container="app")
    assert why(slow(), fast).missing == ()


def measured(value: float, container: str = "app") -> tuple[str, str]:
    raw = slow()
    resource, obj = read(raw)
    sample = Sample({"namespace": "shop", "container": container}, value)
    metric = Metric("cpu-throttled", SYNCED, (sample,))
    view = msgspec.structs.replace(view_of(raw, LATE), metrics={"cpu-throttled": metric})
    found = diagnose(view, resource.name, obj, health_of(view, resource.name, obj))
    return found.id, found.message


def test_a_prometheus_tells_how_often_it_was_held_back() -> None:
    slug, message = measured(0.61)
    assert slug == "container.cpu-throttled"
    assert message.endswith("its CPU limit of 100m held it back in 61% of the last hour's periods")
    for unmoved in (measured(0.02), measured(0.61, "other")):
        assert unmoved[0] == "probe.readiness-failing"
        assert UNMEASURED not in unmoved[1]


def test_the_metrics_api_tells_what_it_uses() -> None:
    found = why(slow(), LATE, figures("98m"))
    assert (found.id, found.confidence) == ("container.cpu-throttled", Confidence.INFERRED)
    assert "it uses 98% of its CPU limit of 100m" in found.message
    assert why(slow(), LATE, figures("20m")).id == "probe.readiness-failing"
