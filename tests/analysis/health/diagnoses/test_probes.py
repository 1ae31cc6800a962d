"""Containers that run and are not ready: what they are asked, and what they answer."""

from __future__ import annotations

import pytest

from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import UNEXPLAINED, pod_of, said, why
from tests.analysis.health.objects import Raw, pod

RUNS = {"state": {"running": {"startedAt": ago("2h")}}, "started": True}
HTTP = {"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}}


def unready(container: Raw | None = None, **status: object) -> Raw:
    return pod_of({**RUNS, **status}, age="2h", turned="20m", container=HTTP if container is None else container)


ANSWERS = [
    ("HTTP probe failed with statuscode: 503", "HTTP 503"),
    (
        'Get "http://10.0.0.7:8080/ready": dial tcp 10.0.0.7:8080: connect: connection refused',
        "connection refused by 10.0.0.7:8080",
    ),
    (
        'Get "http://10.0.0.7:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        "no answer in time (timeout)",
    ),
    ("psql: could not connect to server", "psql: could not connect to server"),
    ("HTTP probe failed with statuscode: 404", "HTTP 404 (nothing is served at that path)"),
    ("cat: /tmp/ready: no such file or directory", "cat: /tmp/ready: no such file or directory"),
    (
        'rpc error: code = Unknown desc = failed to exec: "pg_isready": executable file not found in $PATH',
        "the probe's command is not in the image",
    ),
]


@pytest.mark.parametrize(("text", "words"), ANSWERS)
def test_what_the_readiness_probe_gets(text: str, words: str) -> None:
    found = why(unready(), said("Unhealthy", f"Readiness probe failed: {text}", container="app"))
    assert (found.id, found.container, found.confidence) == ("probe.readiness-failing", "app", Confidence.OBSERVED)
    assert found.message == (
        f"container app runs but its readiness probe (GET :8080/ready) fails since 11:40 UTC: {words}"
    )
    assert found.next.startswith("kubectl logs -n shop web-0 -c app")


def test_a_port_that_the_container_does_not_declare() -> None:
    told = said("Unhealthy", "Readiness probe failed: dial tcp 10.0.0.7:9090: connect: connection refused")
    container = {"readinessProbe": {"tcpSocket": {"port": 9090}}, "ports": [{"containerPort": 8080}]}
    assert "it asks port 9090, while the container declares 8080" in why(unready(container), told).message
    container = {"readinessProbe": {"httpGet": {"port": "http"}}, "ports": [{"name": "web", "containerPort": 8080}]}
    assert "port http, a name that none of its container ports has" in why(unready(container)).message
    container = {"readinessProbe": {"httpGet": {"port": "web"}}, "ports": [{"name": "web", "containerPort": 8080}]}
    assert "none of its" not in why(unready(container)).message


def test_without_events_the_probe_is_named_and_the_answer_is_not() -> None:
    found = why(unready(), denied=("events",))
    assert (found.id, found.confidence, found.missing) == (
        "probe.readiness-failing",
        Confidence.INFERRED,
        ("events",),
    )
    assert "events, which may not be read" in found.message
    assert why(unready()).message.endswith("no event tells how")


def test_the_words_of_other_probes_and_other_containers_do_not_count() -> None:
    liveness = said("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", container="app")
    other = said("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 418", container="other")
    old = said("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", "3h", first="4h")
    assert why(unready(), liveness, other, old).message.endswith("no event tells how")


def test_a_startup_probe_that_has_not_succeeded() -> None:
    container = {"startupProbe": {"exec": {"command": ["pg_isready"]}, "failureThreshold": 3}}
    told = said("Unhealthy", "Startup probe failed: no response", container="app")
    found = why(unready(container, started=False), told)
    assert found.id == "probe.startup-failing"
    assert "its startup probe (exec pg_isready) fails" in found.message


def test_what_still_starts_is_not_explained_as_a_fault() -> None:
    young = pod_of({"state": {"running": {"startedAt": ago("20s")}}}, age="30s", container=HTTP)
    assert (
        why(young, said("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")).id
        == UNEXPLAINED
    )


def test_a_sidecar_that_is_not_ready() -> None:
    raw = pod(ready="False", turned="20m")
    raw["spec"]["initContainers"] = [{"name": "proxy", "restartPolicy": "Always", **HTTP}]
    raw["status"]["initContainerStatuses"] = [{"name": "proxy", "ready": False, **RUNS}]
    told = said("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", container="proxy")
    assert "sidecar proxy runs but its readiness probe (GET :8080/ready) fails" in why(raw, told).message


GATES = [
    ('the status of pod readiness gate "target-health.elbv2.k8s.aws/web" is not "True", but False', "nobody", False),
    ('corresponding condition of pod readiness gate "target-health.elbv2.k8s.aws/web" does not exist.', "nobody", True),
]


@pytest.mark.parametrize(("message", "word", "there"), GATES)
def test_a_readiness_gate_that_is_closed(message: str, word: str, there: bool) -> None:
    raw = pod(ready="False", turned="20m")
    raw["status"]["conditions"][1] |= {"message": message, "reason": "ReadinessGatesNotReady"}
    if not there:
        raw["status"]["conditions"].append(
            {
                "type": "target-health.elbv2.k8s.aws/web",
                "status": "False",
                "message": "Target registration is in progress",
            }
        )
    found = why(raw)
    assert found.id == "pod.readiness-gate"
    assert "readiness gate target-health.elbv2.k8s.aws/web is closed since 11:40 UTC" in found.message
    assert (word in found.message) is there
    assert ("Target registration is in progress" in found.message) is not there
