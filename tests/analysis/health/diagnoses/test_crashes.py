"""Containers that end and should not: how they ended, who ended them, how often, and since when."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, ended, looping, pod_of, said, why
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, node

LIMITED = {"resources": {"limits": {"memory": "128Mi"}, "requests": {"memory": "64Mi"}}}
LIVENESS = {
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10, "failureThreshold": 3}
}
BACK_OFF = said(
    "BackOff", "Back-off restarting failed container app in pod web-0_shop(web-0)", first="50m", container="app"
)
KILLED = said("Killing", "Container app failed liveness probe, will be restarted", "2m", kind="Normal", container="app")
ANSWERS_500 = said("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", container="app")
REFUSED = said(
    "Unhealthy",
    'Liveness probe failed: Get "http://10.0.0.7:8080/healthz": dial tcp 10.0.0.7:8080: connect: connection refused',
    container="app",
)

ENDS = [
    (
        "by itself",
        ended(1),
        {},
        "container.exits",
        "container app exits with code 1, 9 restarts since 11:10 UTC, last at",
    ),
    (
        "with last words",
        ended(2, message="panic: no database"),
        {},
        "container.exits",
        'exits with code 2 ("panic: no database")',
    ),
    (
        "at its own limit",
        ended(137, "OOMKilled"),
        LIMITED,
        "container.oom-killed",
        "is killed at its own memory limit of 128Mi (OOMKilled, exit code 137); it requests 64Mi, 9 restarts since",
    ),
    ("segmentation fault", ended(139), {}, "container.native-crash", "crashes with SIGSEGV (exit code 139)"),
    ("aborted", ended(134), {}, "container.native-crash", "crashes with SIGABRT (exit code 134)"),
    ("a signal that the runtime names", ended(11, signal=11), {}, "container.native-crash", "SIGSEGV"),
    (
        "asked to stop",
        ended(143),
        {},
        "container.stopped-from-outside",
        "not by a fault of its own (SIGTERM, exit code 143)",
    ),
    (
        "killed without a reason",
        ended(137),
        {},
        "container.killed-after-grace",
        "is killed with SIGKILL (exit code 137), not at its own memory limit",
    ),
    ("without an error", ended(0, "Completed"), {}, "container.exits-zero", "ends by itself with exit code 0"),
    (
        "its shell knows no such command",
        ended(127),
        {},
        "container.entry-point-missing",
        "a command that it calls is not in",
    ),
    ("its shell may not execute", ended(126), {}, "container.not-executable", "may not be executed (exit code 126)"),
]


@pytest.mark.parametrize(
    ("last", "container", "slug", "words"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS]
)
def test_how_it_ended(last: Raw, container: Raw, slug: str, words: str) -> None:
    found = why(pod_of(looping(last), container=container), BACK_OFF, node())
    assert found.id == slug
    assert words in found.message
    assert (because(found), found.container) == ((), "app")
    assert found.evidence[0].startswith("status.containerStatuses[name=app].lastState.terminated.exitCode = ")


def test_the_log_to_read_is_that_of_the_last_run() -> None:
    assert why(pod_of(looping(ended(1)))).next == "kubectl logs -n shop web-0 -c app --previous"


def test_out_of_memory_without_a_limit_is_its_own_where_no_other_is_killed() -> None:
    found = why(pod_of(looping(ended(137, "OOMKilled"))), node())
    assert (found.id, because(found)) == ("container.fills-its-node", ())
    assert found.confidence is Confidence.INFERRED
    assert "it has no memory limit" in found.message


def test_out_of_memory_without_a_limit_is_the_nodes_where_others_are_killed_too() -> None:
    other = pod_of(looping(ended(137, "OOMKilled")))
    other["metadata"] |= {"name": "cache-0", "uid": "another"}
    found = why(pod_of(looping(ended(137, "OOMKilled"))), node(), other)
    assert (found.id, because(found)) == ("container.node-out-of-memory", ("Node n1",))
    assert found.confidence is Confidence.INFERRED
    assert "it has no memory limit of its own" in found.message


def test_out_of_memory_on_a_node_under_pressure_is_the_nodes() -> None:
    found = why(
        pod_of(looping(ended(137, "OOMKilled")), container=LIMITED),
        node("n1", "True", condition("MemoryPressure", "True")),
    )
    assert (found.id, because(found), found.confidence) == (
        "container.node-out-of-memory",
        ("Node n1",),
        Confidence.CERTAIN,
    )


def test_out_of_memory_at_the_limit_of_the_whole_pod() -> None:
    raw = pod_of(looping(ended(137, "OOMKilled")), spec={"resources": {"limits": {"memory": "1Gi"}}})
    assert "at its own memory limit of 1Gi" in why(raw, node()).message


def test_whether_a_node_is_short_of_memory_may_not_be_known() -> None:
    found = why(pod_of(looping(ended(137, "OOMKilled"))), denied=("nodes",))
    assert (found.id, found.missing) == ("container.fills-its-node", ("nodes",))


def test_a_failing_liveness_probe_kills() -> None:
    found = why(pod_of(looping(ended(137, lasted="30m")), container=LIVENESS), KILLED, ANSWERS_500)
    assert (found.id, found.confidence) == ("container.killed-by-liveness", Confidence.OBSERVED)
    assert "by its failing liveness probe (GET :8080/healthz: HTTP 500)" in found.message
    assert "it did not stop within 30s when asked to (exit code 137)" in found.message


def test_a_program_that_ends_politely_when_its_probe_fails_is_killed_all_the_same() -> None:
    found = why(pod_of(looping(ended(0, "Completed", lasted="30m")), container=LIVENESS), KILLED, ANSWERS_500)
    assert found.id == "container.killed-by-liveness"


def test_a_slow_starter_is_killed_before_it_listens() -> None:
    raw = pod_of(looping(ended(143, lasted="150s", at="2m")), container=LIVENESS)
    found = why(raw, KILLED, REFUSED)
    assert found.id == "probe.liveness-kills-slow-start"
    assert "has not started within 30s (GET :8080/healthz: connection refused by 10.0.0.7:8080)" in found.message
    assert "startupProbe" in found.next


def test_a_startup_probe_that_never_succeeds() -> None:
    killed = said(
        "Killing", "Container app failed startup probe, will be restarted", "2m", kind="Normal", container="app"
    )
    probe = {"startupProbe": {"tcpSocket": {"port": 5432}, "periodSeconds": 5, "failureThreshold": 12}}
    found = why(pod_of(looping(ended(137, lasted="3m")), container=probe), killed)
    assert found.id == "probe.startup-failing"
    assert "its startup probe does not succeed within 60s (TCP :5432)" in found.message


def test_a_kill_of_long_ago_does_not_explain_this_end() -> None:
    old = {**KILLED, "lastTimestamp": ago("40m")}
    assert why(pod_of(looping(ended(1, at="1m"))), old).id == "container.exits"


def test_without_events_a_liveness_probe_is_only_suspected() -> None:
    raw = pod_of(looping(ended(137, lasted="150s", at="2m")), container=LIVENESS)
    found = why(raw, denied=("events",))
    assert (found.id, found.confidence, found.missing) == (
        "probe.liveness-kills-slow-start",
        Confidence.INFERRED,
        ("events",),
    )
    polite = why(pod_of(looping(ended(1)), container=LIVENESS), denied=("events",))
    assert (polite.id, polite.confidence, polite.missing) == ("container.exits", Confidence.INFERRED, ("events",))
    unprobed = why(pod_of(looping(ended(137))), denied=("events",))
    assert (unprobed.id, unprobed.missing) == ("container.killed-after-grace", ("events",))
    assert "its events, which may not be read, would tell" in unprobed.message


def test_a_node_that_is_being_taken_away_stops_it() -> None:
    leaving = node("n1", taints=[{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}])
    found = why(pod_of(looping(ended(143))), leaving)
    assert (found.id, because(found)) == ("container.stopped-from-outside", ("Node n1",))


def test_a_node_that_was_restarted_has_lost_it() -> None:
    found = why(pod_of(looping(ended(255, "Unknown"))), node())
    assert (found.id, because(found)) == ("container.lost-by-node", ("Node n1",))


def test_ready_between_two_crashes() -> None:
    running = {"ready": True, "state": {"running": {"startedAt": ago("2m")}}, "restartCount": 9, "lastState": ended(1)}
    found = why(pod_of(running), BACK_OFF)
    assert found.id == "container.exits"
    assert (
        "exits with code 1 and is started again; it is ready at this instant, 9 restarts since 11:10" in found.message
    )


def test_an_event_about_an_earlier_pod_of_the_same_name_is_not_its_own() -> None:
    earlier = {**KILLED, "involvedObject": {**KILLED["involvedObject"], "uid": "gone", "name": "web-0"}}
    assert why(pod_of(looping(ended(1))), earlier).id == "container.exits"


def test_running_between_two_kills_and_not_yet_ready() -> None:
    status = {
        "state": {"running": {"startedAt": ago("30s")}},
        "restartCount": 14,
        "lastState": ended(143, lasted="90s", at="1m"),
    }
    found = why(pod_of(status, container=LIVENESS), KILLED, REFUSED)
    assert found.id == "probe.liveness-kills-slow-start"


def in_init(status: Raw, **container: Any) -> Raw:
    raw = pod_of({"state": {"waiting": {"reason": "PodInitializing"}}}, phase="Pending", age="20m")
    raw["spec"]["initContainers"] = [{"name": "prepare"}, {"name": "migrate", **container}, {"name": "warm"}]
    raw["status"]["initContainerStatuses"] = [
        {"name": "prepare", "state": {"terminated": {"exitCode": 0}}},
        {"name": "migrate", **status},
        {"name": "warm", "state": {"waiting": {"reason": "PodInitializing"}}},
    ]
    return raw


def test_a_step_of_the_initialisation_fails() -> None:
    found = why(in_init(looping(ended(2))))
    assert found.id == "init.failing"
    assert found.message.startswith("init container migrate (step 2 of 3) exits with code 2")
    assert found.message.endswith(", so the app is not started")
    assert why(in_init(looping(ended(137, "OOMKilled")), **LIMITED)).id == "container.oom-killed"


def test_a_sidecar_that_crashes_holds_the_app_back() -> None:
    found = why(in_init(looping(ended(1)), restartPolicy="Always"))
    assert found.id == "sidecar.failing"
    assert found.message.startswith("sidecar migrate exits with code 1")


def test_a_failed_pod_is_told_by_the_container_that_failed() -> None:
    state = {"state": ended(7, at="18m", lasted="19m")}
    raw = pod_of(state, phase="Failed", age="20m", spec={"restartPolicy": "Never"})
    found = why(raw)
    assert (found.id, found.message) == ("container.exits", "container app exits with code 7, at 11:42 UTC")
    assert found.next == "kubectl logs -n shop web-0 -c app"


def test_an_old_restart_of_a_neighbour_is_not_accused() -> None:
    raw = pod_of({"state": {"waiting": {"reason": "CreateContainerConfigError", "message": 'secret "db" not found'}}})
    raw["status"]["containerStatuses"].append(
        {**ALWAYS_READY, "name": "other", "restartCount": 1, "lastState": ended(1, at="1d", lasted="2d")}
    )
    assert why(raw).id == "config.missing-secret"


def test_a_pod_that_is_being_deleted_is_not_blamed_for_how_it_ends() -> None:
    raw = pod_of({"state": ended(137, at="20m", lasted="2d")}, metadata={"deletionTimestamp": ago("20m")})
    assert not why(raw, node()).id.startswith("container.")


BEGINNINGS = [
    ("the oldest event of the loop", "2d", 9, (BACK_OFF,), "50m"),
    ("its whole life, where the restarts fill it", "25m", 9, (), "25m"),
    ("the last run, when it had crashed before", "9d", 9, (), "4m"),
    ("the only end", "9d", 1, (), "2m"),
]


@pytest.mark.parametrize(
    ("age", "restarts", "told", "since"), [case[1:] for case in BEGINNINGS], ids=[case[0] for case in BEGINNINGS]
)
def test_since_when(age: str, restarts: int, told: tuple[Raw, ...], since: str) -> None:
    found = why(pod_of(looping(ended(1), restarts), age=age), *told)
    assert found.since is not None
    assert found.since.strftime("%Y-%m-%dT%H:%M:%SZ") == ago(since)


def test_a_crash_loop_whose_end_is_not_recorded() -> None:
    waiting = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 3}
    found = why(pod_of(waiting))
    assert (found.id, found.message) == (
        "container.exits",
        "container app ends again and again, 3 restarts; how it ended is not recorded",
    )
    assert why(in_init(waiting, restartPolicy="Always")).id == "sidecar.failing"


def test_the_limit_of_an_init_container_is_shown_where_it_is() -> None:
    found = why(in_init(looping(ended(137, "OOMKilled")), **LIMITED))
    assert "spec.initContainers[name=migrate].resources.limits.memory = 128Mi" in found.evidence


SERVICE = {
    "kind": "Service",
    "metadata": {"name": "db", "namespace": "shop", "creationTimestamp": ago("9d")},
    "spec": {"selector": {"app": "db"}, "ports": [{"port": 5432}]},
}


@pytest.mark.parametrize(
    "words",
    [
        "dial tcp: lookup db on 10.96.0.10:53: no such host",
        'could not connect to server: Connection refused. Is the server running on host "db.shop.svc" (10.0.0.9)?',
        "Error: getaddrinfo ENOTFOUND db",
        "org.postgresql.util.PSQLException: Connection to db:5432 refused.",
    ],
)
def test_last_words_about_a_service_that_is_not_well(words: str) -> None:
    raw = pod_of(looping(ended(1, message=words)))
    found = why(raw, SERVICE)
    assert (found.id, because(found)) == ("container.dependency-unreachable", ("Service shop/db",))
    assert found.confidence is Confidence.INFERRED
    answering = pod_of({"ready": True, "state": {"running": {"startedAt": ago("1d")}}}, name="db-0")
    answering["metadata"]["labels"] = {"app": "db"}
    assert why(raw, SERVICE, answering).id == "container.exits"
    assert why(raw).id == "container.exits"


def test_last_words_of_another_kind_accuse_nobody() -> None:
    assert why(pod_of(looping(ended(1, message="panic: db schema is too old"))), SERVICE).id == "container.exits"


def test_a_container_that_was_changed_in_the_living_pod() -> None:
    changed = said(
        "Killing", "Container app definition changed, will be restarted", "2m", kind="Normal", container="app"
    )
    found = why(pod_of(looping(ended(143))), changed)
    assert "its definition was changed in the living pod" in found.message


def test_restarts_are_not_counted_since_a_moment_that_nothing_tells() -> None:
    found = why(pod_of(looping(ended(1)), age="9d"))
    assert found.message == "container app exits with code 1, 9 restarts, last at 11:58 UTC"
