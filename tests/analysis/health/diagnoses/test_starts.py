"""Containers that never came to run, in the words of runtimes."""

from __future__ import annotations

import pytest

from k8sview.model.status import Confidence
from tests.analysis.health.diagnoses.asked import because, ended, looping, pod_of, said, waits, why
from tests.analysis.health.objects import node

RUNC = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: "
)
WORDS = [
    (
        "no such command",
        "RunContainerError",
        f'{RUNC}error during container init: exec: "serve": executable file not found in $PATH: unknown',
        "container.entry-point-missing",
        "the command serve is not in image registry.example/shop/app:1.4.2",
    ),
    (
        "no such file",
        "RunContainerError",
        f'{RUNC}exec: "/app/server": stat /app/server: no such file or directory: unknown',
        "container.entry-point-missing",
        "the command /app/server is not in image",
    ),
    (
        "nothing to run",
        "CreateContainerError",
        "failed to generate container spec: failed to generate spec: no command specified",
        "container.entry-point-missing",
        "neither the pod nor image registry.example/shop/app:1.4.2 says what to run",
    ),
    (
        "not executable",
        "RunContainerError",
        f'{RUNC}error during container init: exec: "/app/run.sh": permission denied: unknown',
        "container.not-executable",
        "/app/run.sh in image registry.example/shop/app:1.4.2 cannot be executed",
    ),
    (
        "another processor",
        "CreateContainerError",
        f"{RUNC}exec /app/server: exec format error",
        "container.wrong-architecture",
        "another processor architecture than node n1 (arm64) has",
    ),
    (
        "root forbidden",
        "CreateContainerConfigError",
        'container has runAsNonRoot and image will run as root (pod: "web-0_shop(web-0)", container: app)',
        "container.forbidden",
        "runAsNonRoot and image will run as root",
    ),
    (
        "user without a number",
        "CreateContainerConfigError",
        "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root",
        "container.forbidden",
        "non-numeric user",
    ),
    (
        "read-only root",
        "RunContainerError",
        f'{RUNC}error mounting "/x" to rootfs at "/data": mkdir /data: read-only file system: unknown',
        "container.forbidden",
        "read-only file system",
    ),
    (
        "a file mounted onto a directory",
        "RunContainerError",
        (
            f'{RUNC}error mounting "/x/app.yaml" to rootfs at "/etc/app": not a directory: Are you trying to mount a '
            "directory onto a file (or vice-versa)?"
        ),
        "container.start-failed",
        "not a directory",
    ),
]


@pytest.mark.parametrize(
    ("reason", "message", "slug", "words"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS]
)
def test_what_the_runtime_says(reason: str, message: str, slug: str, words: str) -> None:
    arm = node()
    arm["status"]["nodeInfo"] = {"architecture": "arm64"}
    found = why(pod_of(waits(reason, message), phase="Pending", age="20m"), arm)
    assert found.id == slug
    assert words in found.message
    assert found.message.startswith("container app cannot start since 11:40 UTC: ")
    assert because(found) == ()


def test_a_loop_of_failed_starts_is_told_by_its_last_end() -> None:
    last = ended(
        128, "StartError", message='failed to create containerd task: exec: "serve": executable file not found'
    )
    found = why(pod_of(looping(last), age="40m"))
    assert found.id == "container.entry-point-missing"
    assert "9 restarts" in found.message


def test_the_last_words_of_a_wrong_binary() -> None:
    found = why(pod_of(looping(ended(255, message="exec /usr/local/bin/app: exec format error"))))
    assert found.id == "container.wrong-architecture"


@pytest.mark.parametrize(
    ("words", "slug", "told"),
    [
        (
            "exec /entrypoint.sh: no such file or directory",
            "container.entry-point-missing",
            "/entrypoint.sh or the interpreter",
        ),
        (
            "standard_init_linux.go:228: exec user process caused: no such file or directory",
            "container.entry-point-missing",
            "the command or the interpreter",
        ),
        ("exec /app/run.sh: permission denied", "container.not-executable", "/app/run.sh in image"),
        ("exec /app: is a directory", "container.not-executable", "/app in image"),
    ],
)
def test_the_last_words_of_a_start_that_failed(words: str, slug: str, told: str) -> None:
    found = why(pod_of(looping(ended(255, message=words))))
    assert found.id == slug
    assert told in found.message


def test_a_bare_reason_is_filled_by_the_kubelets_event() -> None:
    told = said(
        "Failed", 'Error: failed to generate container spec: failed to stat "/data": permission denied', container="app"
    )
    found = why(pod_of(waits("CreateContainerError", "failed"), phase="Pending"), told)
    assert "failed to stat" in found.message
    other = said("Failed", "Error: of somebody else", container="other")
    assert "somebody" not in why(pod_of(waits("CreateContainerError", "failed"), phase="Pending"), other).message


def test_a_post_start_hook_that_fails() -> None:
    status = waits("PostStartHookError", "PostStartHook failed", restartCount=9, lastState=ended(137))
    told = said("FailedPostStartHook", "Exec lifecycle hook ([/warm-up]) failed - error: exit code 3", container="app")
    found = why(pod_of(status), told)
    assert found.id == "container.post-start-failing"
    assert "exit code 3" in found.message
    assert why(pod_of(status), denied=("events",)).missing == ("events",)


def test_a_post_start_hook_that_loops_is_told_by_its_event() -> None:
    told = said("FailedPostStartHook", "Exec lifecycle hook ([/warm-up]) failed", container="app")
    found = why(pod_of(looping(ended(137))), told)
    assert (found.id, found.confidence) == ("container.post-start-failing", Confidence.OBSERVED)


def test_a_wait_that_nobody_here_knows_is_told_in_its_own_words() -> None:
    found = why(pod_of(waits("KillContainerError", "the runtime does not answer"), age="20m"))
    assert (found.id, found.container) == ("container.start-failed", "app")
    assert (
        found.message == "container app cannot start since 11:40 UTC: KillContainerError: the runtime does not answer"
    )


def test_what_runtimes_say_before_the_point_is_left_out() -> None:
    message = f'{RUNC}error during container init: error mounting "/x" to rootfs at "/y": not a directory'
    found = why(pod_of(waits("RunContainerError", message), phase="Pending"))
    assert 'the runtime says: error mounting "/x" to rootfs' in found.message
