"""The order of drifts and their counts."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.drift.summary import fingerprint_of, order, summary
from k8sview.model.drift import Coverage, Drift, DriftKind
from k8sview.model.kinds import ref_to
from k8sview.model.status import Severity
from tests.analysis.clusters import view_of
from tests.analysis.drift.kinds.replicas_objects import pod_of
from tests.analysis.drift.shapes import deployment, replica_set


def drift(name: str = "web", path: str = "spec.x", kind: DriftKind = DriftKind.OUT_OF_BAND, **more: Any) -> Drift:
    return Drift(kind=kind, object=ref_to("Deployment", "shop", name), path=path, **more)


def test_worst_first_and_what_is_ignored_last() -> None:
    low, high = drift("a", severity=Severity.LOW), drift("b", severity=Severity.HIGH)
    secure, ignored = drift("c", severity=Severity.HIGH, security=True), drift("d", ignored_by="r")
    assert [one.object.name for one in order([ignored, low, high, secure])] == ["c", "b", "a", "d"]
    assert order([low, high]) == order([high, low])


def test_counts_leave_out_what_is_ignored_and_what_only_is_unmanaged() -> None:
    found = [drift(path="a"), drift(path="b"), drift("other"), drift("x", ignored_by="r")]
    found.append(drift("y", "", DriftKind.UNMANAGED))
    told = summary(found, Coverage(total=12, managed=10, unmanaged=1))
    assert (told.drifted, told.objects, told.unmanaged, told.ignored) == (3, 2, 1, 1)
    assert told.managed_percent == 83.3


def test_no_percentage_of_nothing() -> None:
    assert summary([]).managed_percent is None
    assert summary([], Coverage()).managed_percent is None


def test_a_name_survives_the_pod() -> None:
    replicas = replica_set(1, "9d")
    view = view_of(deployment(), replicas, pod_of(replicas, "web-1-a"), pod_of(replicas, "web-1-b"))
    names = {
        fingerprint_of(view, Drift(kind=DriftKind.POD_TEMPLATE, object=ref_to("Pod", "shop", name), path="x"))
        for name in ("web-1-a", "web-1-b")
    }
    assert len(names) == 1
    assert fingerprint_of(view, drift(path="x")) not in names  # another kind of drift
