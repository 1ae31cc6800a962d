"""When the cluster's DNS is down."""

from __future__ import annotations

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, deployment, judge, pod, rolling, waiting
from tests.analysis.health.platform_objects import endpoints, service

LABELS = {"k8s-app": "kube-dns"}
SERVICE = service("kube-dns", "kube-system", selector=LABELS)
STUCK = rolling("1h", "ProgressDeadlineExceeded", "False")


def coredns(available: int) -> Raw:
    raw = deployment(2, 2, available, STUCK, condition("Available", "False"), metadata={"name": "coredns"})
    raw["metadata"] |= {"namespace": "kube-system", "labels": LABELS}
    raw["spec"] |= {"selector": {"matchLabels": LABELS}, "template": {"metadata": {"labels": LABELS}}}
    return raw


CRASHED = pod(
    waiting("CrashLoopBackOff"),
    name="coredns-x",
    metadata={"namespace": "kube-system", "labels": LABELS},
)


def slices(*ready: bool) -> Raw:
    return endpoints(*ready, name="kube-dns", namespace="kube-system")


def test_nobody_answers() -> None:
    found = why(coredns(0), SERVICE, slices(False), CRASHED)
    assert (found.id, because(found)) == ("dns.down", ("Pod kube-system/coredns-x",))
    assert found.message.startswith("cluster DNS is down since")
    assert "no name resolves anywhere: none of 1 pod of Deployment kube-system/coredns is ready" in found.message


def test_as_long_as_one_answers_it_is_not_down() -> None:
    assert why(coredns(1), SERVICE, slices(True, False), CRASHED).id != "dns.down"


def test_dns_is_never_at_rest() -> None:
    off = coredns(0)
    off["spec"]["replicas"] = 0
    found = why(SERVICE, off, slices())
    assert (found.id, because(found)) == ("dns.down", ("Deployment kube-system/coredns",))
    assert found.message.endswith("Deployment kube-system/coredns is scaled to 0")
    other = service("web", "kube-system", selector=LABELS)
    assert judge(other, off).verdict == "Suspended"


def test_another_workload_is_not_dns() -> None:
    other = coredns(0)
    other["metadata"]["labels"] = other["spec"]["template"]["metadata"]["labels"] = {"k8s-app": "metrics"}
    assert why(other, SERVICE, slices(False), CRASHED).id != "dns.down"


def test_endpoints_that_may_not_be_seen() -> None:
    found = why(coredns(0), SERVICE, CRASHED, denied=("endpointslices.discovery.k8s.io",))
    assert (found.id, found.confidence) == ("dns.down", "inferred")
    assert "endpointslices.discovery.k8s.io" in found.missing
