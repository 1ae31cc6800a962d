"""Containers that crash, are killed, or run without being ready. The kubelet's part is played, its wording is real."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Ref
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import box, deploys, scripted, service, space

HTTP = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}


def back_off(container: str, name: str = "api") -> Happened:
    message = f"Back-off restarting failed container {container} in pod {name}"
    return Happened("BackOff", message, container=container, count=80)


def crashing(ended: Ended, restarts: int = 9) -> Container:
    """Between two restarts."""
    message = "back-off 5m0s restarting failed container=app pod=api"
    return Container(waiting="CrashLoopBackOff", message=message, last=ended, restarts=restarts)


def crash(
    name: str,
    broken: str,
    words: str,
    play: Play,
    *,
    row: int,
    diagnosis: str = "",
    blame: tuple[Ref, ...] = (),
    **rest: Any,
) -> Failure:
    """A Deployment ``api`` with a container that ends again and again; ``blame``: what else may be blamed."""
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name), scripted(name, "api", rest.pop("container", box()), **rest)),
        plays={"api": play},
        expected=Expected(
            blame=(deploys(name, "api"), *blame), words=words, diagnosis=diagnosis, found=(deploys(name, "api"),)
        ),
    )


def unhealthy(probe: str, text: str) -> Happened:
    return Happened("Unhealthy", f"{probe} probe failed: {text}", container="app", count=140)


CASES: tuple[Case, ...] = (
    crash(
        "crash-exit",
        "the program exits with 1 at once",
        r"exit(s|ed)?\b.*\b1\b|code 1\b",
        Play({"app": crashing(Ended(1, lasted=0.05))}, (back_off("app"),)),
        row=1,
    ),
    crash(
        "crash-panic",
        "the program exits with 2 and leaves a last word",
        r"no such table: orders",
        Play({"app": crashing(Ended(2, message="panic: no such table: orders", lasted=0.4))}, (back_off("app"),)),
        row=1,
    ),
    crash(
        "crash-done",
        "the program does its work and ends with 0, and is started again and again",
        r"exit(s|ed)?\b.*\b0\b|code 0\b|complete|finish|ends by itself",
        Play({"app": crashing(Ended(0, "Completed", lasted=0.4))}, (back_off("app"),)),
        row=1,
    ),
    crash(
        "crash-oom",
        "the container hits its own memory limit",
        r"memory|OOM",
        Play({"app": crashing(Ended(137, "OOMKilled", lasted=4))}, (back_off("app"),)),
        row=2,
        container=box(
            resources={"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        ),
    ),
    crash(
        "crash-killed",
        "killed (137), not for memory: it does not stop when asked to after failing its liveness probe",
        r"liveness|stop",
        Play(
            {"app": crashing(Ended(137, "Error", lasted=2))},
            (
                unhealthy("Liveness", "HTTP probe failed with statuscode: 500"),
                Happened(
                    "Killing",
                    "Container app failed liveness probe, will be restarted",
                    type="Normal",
                    container="app",
                    count=9,
                ),
                back_off("app"),
            ),
        ),
        row=3,
        container=box(livenessProbe=HTTP),
    ),
    crash(
        "crash-slow-start",
        "its liveness probe kills a slow starter: refused before it listens, no startup probe",
        r"liveness",
        Play(
            {"app": Container(ready=False, last=Ended(143, "Error", ago=1, lasted=0.5), restarts=14, since=0.5)},
            (
                unhealthy(
                    "Liveness", 'Get "http://10.200.1.2:8080/healthz": dial tcp 10.200.1.2:8080: connect: refused'
                ),
                Happened(
                    "Killing",
                    "Container app failed liveness probe, will be restarted",
                    type="Normal",
                    container="app",
                    count=14,
                ),
            ),
        ),
        row=12,
        container=box(livenessProbe=HTTP | {"failureThreshold": 3}),
    ),
    crash(
        "crash-segfault",
        "native code crashes (139, SIGSEGV)",
        r"SIGSEGV|segmentation|signal 11|native|memory fault|139",
        Play({"app": crashing(Ended(139, "Error", lasted=0.5))}, (back_off("app"),)),
        row=53,
    ),
    crash(
        "crash-asked-to-stop",
        "ends by SIGTERM (143) again and again: something from outside stops it",
        r"SIGTERM|143|asked to stop|stopped from outside|signal 15",
        Play({"app": Container(last=Ended(143, "Error", ago=2, lasted=5), restarts=11, since=1)}),
        row=54,
    ),
    crash(
        "crash-flapping",
        "ready at this instant, but it crashed minutes ago for the ninth time",
        r"restart|crash|exit",
        Play({"app": Container(last=Ended(1, "Error", ago=3, lasted=3), restarts=9, since=2.5)}, (back_off("app"),)),
        row=1,
    ),
    crash(
        "start-wrong-architecture",
        "the binary is for another processor",
        r"architecture|exec format",
        Play(
            {
                "app": Container(
                    waiting="CrashLoopBackOff",
                    message="back-off 5m0s restarting failed container=app",
                    last=Ended(255, "Error", "exec /app/server: exec format error", lasted=0),
                    restarts=9,
                )
            },
            (back_off("app"),),
        ),
        row=52,
    ),
    crash(
        "start-no-such-command",
        "the command is not in the image",
        r"not found|no such file|command|entry",
        Play(
            {
                "app": Container(
                    waiting="RunContainerError",
                    message=(
                        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc"
                        ' create failed: unable to start container process: error during container init: exec: "serve":'
                        " executable file not found in $PATH"
                    ),
                    last=Ended(
                        128,
                        "StartError",
                        'failed to create containerd task: exec: "serve": executable file not found in $PATH',
                        lasted=0,
                    ),
                    restarts=9,
                )
            },
            (
                Happened(
                    "Failed", 'Error: failed to create containerd task: exec: "serve": not found', container="app"
                ),
                back_off("app"),
            ),
        ),
        row=52,
        container=box(command=["serve"]),
    ),
    crash(
        "runs-as-root",
        "runAsNonRoot, and the image would run as root",
        r"root",
        Play(
            {
                "app": Container(
                    waiting="CreateContainerConfigError",
                    message=(
                        "container has runAsNonRoot and image will run as root (pod: "
                        '"api_runs-as-root(0a1b)", container: app)'
                    ),
                )
            },
            (Happened("Failed", "Error: container has runAsNonRoot and image will run as root", container="app"),),
        ),
        row=14,
        container=box(securityContext={"runAsNonRoot": True}),
    ),
    crash(
        "post-start-fails",
        "the postStart hook fails, so the container is killed",
        r"post.?start|hook",
        Play(
            {
                "app": Container(
                    waiting="PostStartHookError",
                    message="PostStartHook failed",
                    last=Ended(137, "Error", lasted=0.1),
                    restarts=9,
                )
            },
            (
                Happened("FailedPostStartHook", "PostStartHook failed", container="app"),
                Happened("Killing", "FailedPostStartHook", type="Normal", container="app"),
            ),
        ),
        row=52,
        container=box(lifecycle={"postStart": {"exec": {"command": ["/warm-up"]}}}),
    ),
    crash(
        "unready-503",
        "runs, but its readiness probe answers 503",
        r"readiness.*503|503",
        Play({"app": Container(ready=False)}, (unhealthy("Readiness", "HTTP probe failed with statuscode: 503"),)),
        row=11,
        container=box(readinessProbe=HTTP, ports=[{"containerPort": 8080}]),
    ),
    crash(
        "unready-wrong-port",
        "its readiness probe asks a port on which nothing listens",
        r"refused|port",
        Play(
            {"app": Container(ready=False)},
            (
                unhealthy(
                    "Readiness",
                    'Get "http://10.200.1.2:9090/healthz": dial tcp 10.200.1.2:9090: connect: connection refused',
                ),
            ),
        ),
        row=11,
        container=box(readinessProbe={"httpGet": {"path": "/healthz", "port": 9090}}, ports=[{"containerPort": 8080}]),
    ),
    crash(
        "init-crash",
        "the second of three init steps fails",
        r"init.*(migrate)|migrate.*init|migrate",
        Play(
            {
                "migrate": Container(
                    waiting="CrashLoopBackOff",
                    message="back-off 5m0s restarting failed container=migrate",
                    last=Ended(2, lasted=0.2),
                    restarts=9,
                )
            },
            (back_off("migrate"),),
        ),
        row=24,
        initContainers=[box("prepare"), box("migrate"), box("warm")],
    ),
    Failure(
        name="init-waits",
        row=25,
        broken="an init step waits for a database whose Service selects nothing",
        objects=(
            space("init-waits"),
            service("init-waits", "db", {"app": "db"}, 5432),
            scripted("init-waits", "api", initContainers=[box("wait-for-db", "registry.example/tools/busybox:1.36")]),
        ),
        plays={"api": Play({"wait-for-db": Container(ready=False)})},
        expected=Expected(
            blame=(deploys("init-waits", "api"), Ref("Service", "init-waits", "db")),
            words=r"wait-for-db|selector|no pod",
            found=(deploys("init-waits", "api"),),
        ),
    ),
    crash(
        "sidecar-fails",
        "the sidecar crashes, so the app is never started",
        r"sidecar.*proxy|proxy",
        Play(
            {
                "proxy": Container(
                    waiting="CrashLoopBackOff",
                    message="back-off 5m0s restarting failed container=proxy",
                    last=Ended(1, lasted=0.2),
                    restarts=9,
                    ready=False,
                )
            },
            (back_off("proxy"),),
        ),
        row=26,
        initContainers=[box("proxy", "registry.example/mesh/proxy:2.1", restartPolicy="Always")],
    ),
    crash(
        "resize-deferred",
        "a resize in place cannot be granted by the node at present",
        r"resize",
        Play(
            conditions=(
                {
                    "type": "PodResizePending",
                    "status": "True",
                    "reason": "Deferred",
                    "message": "Node didn't have enough resource: cpu, requested: 12000, used: 9000, capacity: 16000",
                },
            )
        ),
        row=51,
        replicas=1,
    ),
)
