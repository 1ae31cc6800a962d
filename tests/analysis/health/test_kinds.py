"""Jobs, CronJobs, nodes, claims, namespaces and Services; and what cannot be judged at all."""

from __future__ import annotations

import pytest

from k8sview.analysis.health.verdict import health_of
from k8sview.model.health import HealthVerdict
from k8sview.model.objects.meta import Malformed, ObjectMeta
from tests.analysis.clusters import ago, view_of
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, crashed, event, judge, node, pod, waiting


def job(*conditions: Raw, name: str = "import", age: str = "10m", suspend: bool = False, **status: object) -> Raw:
    owner = [{"kind": "CronJob", "name": "nightly", "uid": "nightly", "controller": True}]
    return {
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": name,
            "creationTimestamp": ago(age),
            "ownerReferences": owner,
        },
        "spec": {"suspend": suspend},
        "status": {"startTime": ago(age), "conditions": [*conditions], **status},
    }


def alone(raw: Raw) -> Raw:
    """The same Job, started by hand and not by a schedule."""
    return raw | {"metadata": {key: value for key, value in raw["metadata"].items() if key != "ownerReferences"}}


COMPLETE = condition("Complete", "True")
FAILED = condition(
    "Failed", "True", reason="BackoffLimitExceeded", message="Job has reached the specified backoff limit"
)


@pytest.mark.parametrize(
    ("raw", "verdict", "message"),
    [
        (job(condition("SuccessCriteriaMet", "True"), COMPLETE, succeeded=1), "Healthy", ""),
        (
            job(condition("FailureTarget", "True"), FAILED, failed=7),
            "Degraded",
            "failed, BackoffLimitExceeded: Job has reached the specified backoff limit",
        ),
        (job(active=1), "Progressing", "has run for 10m"),
        (job(condition("Suspended", "False"), active=1), "Progressing", "has run for 10m"),
        (job(active=1, failed=2), "Progressing", "has run for 10m with 2 failed pods"),
        (job(condition("Suspended", "True"), suspend=True), "Suspended", "suspended"),
        (job(active=1, age="13h"), "Degraded", "has run for 13h"),
        (alone(job(active=1, ready=1, age="13h")), "Progressing", "has run for 13h"),
        (alone(job(active=2, ready=1, age="13h")), "Degraded", "has run for 13h"),
        (job(active=1, ready=1, age="13h"), "Degraded", "has run for 13h"),
    ],
)
def test_jobs(raw: Raw, verdict: str, message: str) -> None:
    health = judge(raw)
    assert (health.verdict, health.message) == (verdict, message)


def test_a_running_job_is_told_by_its_pod() -> None:
    owner = {"ownerReferences": [{"kind": "Job", "name": "import", "uid": "import", "controller": True}]}
    health = judge(job(active=1), pod(waiting("ImagePullBackOff"), name="import-x", phase="Pending", metadata=owner))
    assert (health.verdict, health.reason) == (HealthVerdict.DEGRADED, "ImagePullBackOff")
    leftover = pod({**ALWAYS_READY, "state": crashed("1m")}, name="import-x", phase="Failed", metadata=owner)
    assert judge(job(active=1), leftover).verdict is HealthVerdict.PROGRESSING


def test_a_job_whose_pods_are_refused() -> None:
    health = judge(job(), event("import", "FailedCreate", "Error creating: exceeded quota: q"))
    assert health.message == "cannot create its pods: exceeded quota: q"


def cron(suspend: bool = False, **status: str) -> Raw:
    metadata = {"name": "nightly", "namespace": "shop", "uid": "nightly"}
    return {"kind": "CronJob", "metadata": metadata, "spec": {"suspend": suspend}, "status": status}


def test_cron_jobs() -> None:
    good, bad, worse = (
        job(COMPLETE, name="a", age="3h"),
        job(FAILED, name="b", age="2h"),
        job(FAILED, name="c", age="1h"),
    )
    ran = cron(lastScheduleTime=ago("1h"))
    assert judge(cron(suspend=True), bad).verdict is HealthVerdict.SUSPENDED
    assert judge(cron()).verdict is HealthVerdict.WAITING
    assert judge(ran, good).verdict is HealthVerdict.HEALTHY
    assert judge(ran, good, bad).message.startswith("the last run failed: job b failed, BackoffLimitExceeded")
    assert judge(ran, good, bad, worse).message.startswith("the last 2 runs failed: job c")
    assert judge(ran, bad, job(COMPLETE, name="d", age="5m")).verdict is HealthVerdict.HEALTHY


def test_cron_jobs_without_the_right_to_see_jobs() -> None:
    succeeded = cron(lastScheduleTime=ago("1h"), lastSuccessfulTime=ago("50m"))
    assert judge(succeeded, denied=("jobs.batch",)).verdict is HealthVerdict.HEALTHY
    unclear = judge(cron(lastScheduleTime=ago("1h")), denied=("jobs.batch",))
    assert (unclear.verdict, unclear.missing) == (HealthVerdict.UNKNOWN, ("jobs.batch",))


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (node(), "Healthy"),
        (node(ready="False"), "Down"),
        (node(ready="Unknown"), "Down"),
        (node("n1", "True", condition("DiskPressure", "True")), "Degraded"),
        (node("n1", "True", condition("NetworkUnavailable", "True")), "Degraded"),
        (node("n1", "True", condition("KernelDeadlock", "True")), "Degraded"),
        (node("n1", "True", condition("KernelDeadlock", "Unknown")), "Healthy"),
        (node("n1", "True", condition("MaintenancePlanned", "True")), "Healthy"),
        (node("n1", "True", unschedulable=True), "Suspended"),
        ({"kind": "Node", "metadata": {"name": "n1", "creationTimestamp": ago("1m")}}, "Progressing"),
        ({"kind": "Node", "metadata": {"name": "n1"}}, "Unknown"),
    ],
)
def test_nodes(raw: Raw, verdict: str) -> None:
    assert judge(raw).verdict == verdict


def claim(phase: str = "Pending", age: str = "1h", **spec: str) -> Raw:
    metadata = {"name": "db", "namespace": "shop", "uid": "db", "creationTimestamp": ago(age)}
    return {"kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec, "status": {"phase": phase}}


LATE = {"kind": "StorageClass", "metadata": {"name": "late"}, "volumeBindingMode": "WaitForFirstConsumer"}
USER = pod(spec={"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "db"}}]})
UNPLACED = pod(node="", spec={"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "db"}}]})


def test_claims() -> None:
    late = claim(storageClassName="late")
    assert judge(claim("Bound")).verdict is HealthVerdict.HEALTHY
    assert judge(claim("Lost")).verdict is HealthVerdict.DOWN
    assert judge(late, LATE).verdict is HealthVerdict.WAITING
    assert judge(late, LATE, UNPLACED).verdict is HealthVerdict.WAITING
    assert judge(late, LATE, USER).verdict is HealthVerdict.DEGRADED
    assert judge(claim(age="30s", storageClassName="late"), LATE, USER).verdict is HealthVerdict.PROGRESSING
    assert judge(claim(storageClassName="gone")).message == "still has no volume: there is no StorageClass gone"
    failed = event("db", "ProvisioningFailed", "quota exceeded on the storage backend")
    assert judge(late, LATE, USER, failed).message.endswith("ProvisioningFailed: quota exceeded on the storage backend")
    assert judge(late, LATE, denied=("pods",)).missing == ("pods",)


def test_namespaces() -> None:
    active = {"kind": "Namespace", "metadata": {"name": "shop"}, "status": {"phase": "Active"}}
    leaving: Raw = {
        "kind": "Namespace",
        "metadata": {"name": "shop", "deletionTimestamp": ago("30m")},
        "status": {
            "phase": "Terminating",
            "conditions": [
                condition("NamespaceContentRemaining", "True", message="Some resources are remaining"),
                condition("NamespaceDeletionDiscoveryFailure", "True", message="stale GroupVersion discovery: a.b/v1"),
            ],
        },
    }
    assert judge(active).verdict is HealthVerdict.HEALTHY
    assert judge(leaving).message == "is stuck in deletion for 30m: stale GroupVersion discovery: a.b/v1"
    leaving["metadata"]["deletionTimestamp"] = ago("30s")
    assert judge(leaving).verdict is HealthVerdict.TERMINATING


def service(kind: str = "ClusterIP", selector: dict[str, str] | None = None) -> Raw:
    chosen = {"app": "web"} if selector is None else selector
    metadata = {"name": "web", "namespace": "shop", "uid": "web", "creationTimestamp": ago("1h")}
    return {"kind": "Service", "metadata": metadata, "spec": {"type": kind, "selector": chosen}}


def test_services() -> None:
    down = pod(ready="False")
    assert (
        judge(service(), pod(), down | {"metadata": {**down["metadata"], "name": "b"}}).verdict is HealthVerdict.HEALTHY
    )
    assert judge(service(), down).message == "none of its 1 pod is ready"
    assert judge(service()).reason == "NoPodMatches"
    assert judge(service(selector={})).verdict is HealthVerdict.UNKNOWN
    assert judge(service(), denied=("pods",)).verdict is HealthVerdict.UNKNOWN
    assert judge(service("LoadBalancer"), pod()).message == "no load balancer has given it an address"


def test_what_could_not_be_read_is_unknown() -> None:
    broken = Malformed(ObjectMeta(name="web"), "spec.replicas: expected int, got str")
    health = health_of(view_of(), "deployments.apps", broken)
    assert (health.verdict, health.reason) == (HealthVerdict.UNKNOWN, "MalformedObject")


def test_judging_changes_nothing() -> None:
    raws = (job(active=1), cron(), node(), claim(), service(), pod())
    assert view_of(*raws).tables == view_of(*raws).tables
    assert judge(raws[0], *raws[1:]) == judge(raws[0], *raws[1:])
