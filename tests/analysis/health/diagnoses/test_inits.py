"""Init containers that do not end: what they wait for is found by name and command, and only blamed where it is ill."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import UNEXPLAINED, because, pod_of, why
from tests.analysis.health.objects import Raw, pod


def initialising(name: str = "wait-for-db", since: str = "25m", **container: object) -> Raw:
    raw = pod_of({"state": {"waiting": {"reason": "PodInitializing"}}}, phase="Pending", age="30m")
    raw["spec"]["initContainers"] = [{"name": name, **container}]
    raw["status"]["initContainerStatuses"] = [
        {"name": name, "ready": False, "started": False, "state": {"running": {"startedAt": ago(since)}}}
    ]
    return raw


def service(name: str, app: str, namespace: str = "shop") -> Raw:
    return {
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": ago("9d")},
        "spec": {"selector": {"app": app}, "ports": [{"port": 5432}]},
    }


COMMANDS = [
    ("by its name", "wait-for-db", {}),
    ("by its name, otherwise", "db-check", {"command": ["nc", "-z", "db", "5432"]}),
    ("host and port", "init", {"args": ["-h", "db:5432"]}),
    ("a shell's loop", "init", {"command": ["sh", "-c", "until nc -z db 5432; do sleep 1; done"]}),
    ("a full name", "init", {"command": ["pg_isready", "-h", "db.shop.svc.cluster.local"]}),
    ("an address", "init", {"command": ["curl", "--fail", "http://db:8080/ready"]}),
]


@pytest.mark.parametrize(("name", "container"), [case[1:] for case in COMMANDS], ids=[case[0] for case in COMMANDS])
def test_a_service_that_is_not_well_is_the_cause(name: str, container: dict[str, Any]) -> None:
    found = why(initialising(name, **container), service("db", "db"))
    assert (found.id, because(found)) == ("init.stuck", ("Service shop/db",))
    assert "it waits for Service db, which is not well (no pod matches its selector" in found.message
    assert found.confidence is Confidence.INFERRED


def test_a_service_of_another_namespace() -> None:
    raw = initialising("init", command=["nc", "-z", "db.data", "5432"])
    assert because(why(raw, service("db", "db", "data"))) == ("Service data/db",)


def test_a_service_that_answers_is_not_accused() -> None:
    healthy = pod(name="db-0", metadata={"labels": {"app": "db"}})
    found = why(initialising(), service("db", "db"), healthy)
    assert because(found) == ()
    assert "it waits for Service db, which has ready pods" in found.message


def test_a_service_that_does_not_exist_and_one_that_may_not_be_read() -> None:
    assert "namespace shop has no such Service" in why(initialising()).message
    unread = why(initialising(), denied=("services",))
    assert "no such Service" not in unread.message
    assert unread.missing == ("services",)


def test_its_own_service_is_not_what_it_waits_for() -> None:
    assert because(why(initialising("init", command=["register", "web"]), service("web", "web"))) == ()


def test_what_nobody_can_tell() -> None:
    found = why(initialising("load"))
    assert found.message == "init container load has not finished since 11:35 UTC, so the app is not started"
    assert found.next == "kubectl logs -n shop web-0 -c load"


def test_a_sidecar_that_does_not_start() -> None:
    found = why(initialising("proxy", restartPolicy="Always", startupProbe={"tcpSocket": {"port": 1}}))
    assert (found.id, found.container) == ("sidecar.failing", "proxy")


def test_a_young_step_is_at_work() -> None:
    assert why(initialising(since="2m"), service("db", "db")).id == UNEXPLAINED


def test_a_job_that_failed_is_the_cause_and_one_that_runs_is_not() -> None:
    raw = initialising("init", command=["kubectl", "wait", "--for=condition=complete", "job/migrate"])
    job: Raw = {"kind": "Job", "metadata": {"name": "migrate", "namespace": "shop", "uid": "m"}}
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "lastTransitionTime": ago("1h")}
    found = why(raw, {**job, "status": {"conditions": [failed]}})
    assert because(found) == ("Job shop/migrate",)
    assert "it waits for Job migrate (failed, BackoffLimitExceeded" in found.message
    running = {**job, "status": {"active": 1, "startTime": ago("1m")}}
    assert because(why(raw, running)) == ()


def test_a_sidecar_that_has_started_is_not_what_holds_the_pod_back() -> None:
    raw = initialising("load")
    raw["spec"]["initContainers"].insert(0, {"name": "proxy", "restartPolicy": "Always"})
    proxy = {"name": "proxy", "ready": True, "started": True, "state": {"running": {"startedAt": ago("26m")}}}
    raw["status"]["initContainerStatuses"].insert(0, proxy)
    found = why(raw)
    assert (found.id, found.container) == ("init.stuck", "load")
