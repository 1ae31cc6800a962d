"""The same failures in other mouths: CRI-O, Docker, other registries, other ways to fail a probe or a start."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Failure, Ref
from tests.scenarios.families.containers import HTTP, back_off, crash, crashing, unhealthy
from tests.scenarios.families.images import pull
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import box


def refuses(name: str, broken: str, words: str, reason: str, message: str, *, row: int, **rest: Any) -> Failure:
    """A Deployment whose container cannot be made or started: ``message`` is the runtime's."""
    waits = Container(waiting=reason, message=message, restarts=rest.pop("restarts", 0))
    return crash(
        name,
        broken,
        words,
        Play({"app": waits}, (Happened("Failed", f"Error: {message}", container="app", count=40),)),
        row=row,
        **rest,
    )


def killed(probe: str, text: str, code: int = 137) -> Play:
    """Restarted by a probe, again and again."""
    said = f"Container app failed {probe.lower()} probe, will be restarted"
    return Play(
        {"app": crashing(Ended(code, lasted=1.5))},
        (unhealthy(probe, text), Happened("Killing", said, type="Normal", container="app", count=9), back_off("app")),
    )


CASES: tuple[Case, ...] = (
    pull(
        "crio-no-tag",
        "CRI-O: the tag does not exist",
        r"does not exist|not found|no such|unknown",
        "unable to pull image or OCI artifact: pull image err: initializing source docker://quay.example/shop/app:9:"
        " reading manifest 9 in quay.example/shop/app: manifest unknown; artifact err: get manifest: build image"
        " source",
        row=4,
        image="quay.example/shop/app:9",
    ),
    pull(
        "docker-no-tag",
        "Docker: the tag does not exist",
        r"does not exist|not found|no such|unknown",
        "Error response from daemon: manifest for shop/app:9 not found: manifest unknown: manifest unknown",
        row=4,
        image="shop/app:9",
    ),
    pull(
        "hub-denied",
        "Docker Hub: denied, the repository may be private",
        r"denied|credential|unauthori|pull secret|private",
        'failed to pull and unpack image "docker.io/acme/private:2": failed to resolve reference: pull access denied,'
        " repository does not exist or may require authorization: server message: insufficient_scope:"
        " authorization failed",
        row=5,
        image="acme/private:2",
    ),
    pull(
        "ecr-expired",
        "a cloud registry's token has run out",
        r"denied|credential|unauthori|expired|token|pull secret",
        'failed to resolve reference "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1": unexpected status'
        " from HEAD"
        " request to https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/manifests/1: 403 Forbidden: Your"
        " authorization token has expired. Reauthenticate and try again.",
        row=5,
        image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1",
    ),
    pull(
        "no-basic-auth",
        "the registry wants basic authentication",
        r"denied|credential|unauthori|pull secret|authenti",
        'Head "https://registry.example/v2/shop/app/manifests/1": no basic auth credentials',
        row=5,
        image="registry.example/shop/app:1",
    ),
    pull(
        "pull-times-out",
        "the registry cannot be reached: time-outs",
        r"time|reach|network|answer",
        'failed to do request: Head "https://registry.example/v2/shop/app/manifests/1": dial tcp 192.0.2.9:443:'
        " i/o timeout",
        row=6,
        image="registry.example/shop/app:1",
    ),
    pull(
        "pull-refused",
        "nothing listens where the registry should be",
        r"refused|reach|network|connect|answer",
        'failed to do request: Head "https://registry.example/v2/shop/app/manifests/1": dial tcp 192.0.2.9:443:'
        " connect:"
        " connection refused",
        row=6,
        image="registry.example/shop/app:1",
    ),
    pull(
        "pull-server-error",
        "the registry itself is in trouble: 503",
        r"503|registry|unavailable|server",
        "failed to resolve reference: unexpected status from HEAD request to https://registry.example/v2/shop/app/"
        "manifests/1: 503 Service Unavailable",
        row=6,
        image="registry.example/shop/app:1",
    ),
    pull(
        "pull-plain-http",
        "the registry speaks HTTP where HTTPS is expected",
        r"HTTPS?\b|TLS",
        'failed to do request: Head "https://registry.local:5000/v2/app/manifests/1": http: server gave HTTP'
        " response to"
        " HTTPS client",
        row=6,
        image="registry.local:5000/app:1",
    ),
    pull(
        "pull-no-space",
        "the node's disk is full, so that the image cannot be unpacked",
        r"space|disk|full",
        "failed to pull and unpack image: failed to extract layer sha256:1f2e: write /var/lib/containerd/io.containerd."
        "snapshotter.v1.overlayfs/snapshots/91/fs/usr/lib/libx.so: no space left on device: unknown",
        row=6,
        blame=(Ref("Node", None, "*"),),
        image="registry.example/shop/app:1",
    ),
    refuses(
        "registry-unavailable",
        "the kubelet's own word for a registry that does not answer",
        r"registry|unavailable|answer",
        "RegistryUnavailable",
        "image pull failed for registry.example/shop/app:1 because the registry is unavailable: Get"
        ' "https://registry.example'
        '/v2/": EOF',
        row=7,
    ),
    refuses(
        "signature-invalid",
        "the image's signature is not accepted",
        r"signature",
        "SignatureValidationFailed",
        "image pull failed for registry.example/shop/app:1 because the signature validation failed: Source image"
        " rejected: A"
        " signature was required, but no signature exists",
        row=7,
    ),
    refuses(
        "command-not-executable",
        "the entry point may not be executed",
        r"permission|executable",
        "RunContainerError",
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create"
        " failed: unable"
        ' to start container process: error during container init: exec: "/entrypoint.sh": permission denied',
        row=52,
        restarts=8,
    ),
    refuses(
        "mount-over-file",
        "a directory is mounted over a file of the image",
        r"mount|director|subPath|rootfs",
        "RunContainerError",
        "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container"
        " process: error"
        ' mounting "/var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/settings" to rootfs at'
        ' "/etc/app.yaml": not a'
        " directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?",
        row=52,
        restarts=8,
    ),
    refuses(
        "subpath-fails",
        "a sub-path of a volume cannot be prepared",
        r"subPath|sub-path|volume",
        "CreateContainerConfigError",
        'failed to prepare subPath for volumeMount "settings" of container "app"',
        row=14,
    ),
    refuses(
        "name-reserved",
        "the runtime holds a container of the same name",
        r"name|reserved|runtime",
        "CreateContainerError",
        'failed to reserve container name "app_api_space_1_0": name "app_api_space_1_0" is reserved for "9f8e7d"',
        row=52,
    ),
    refuses(
        "seccomp-missing",
        "its seccomp profile is not on the node",
        r"seccomp|profile",
        "CreateContainerError",
        'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/audit.json": open'
        " /var/lib/kubelet/seccomp/audit.json: no such file or directory",
        row=52,
    ),
    crash(
        "crash-abort",
        "native code aborts (134, SIGABRT)",
        r"SIGABRT|abort|134|signal 6",
        Play({"app": crashing(Ended(134, lasted=2))}, (back_off("app"),)),
        row=53,
    ),
    crash(
        "crash-command-not-found",
        "the shell does not find the command (127)",
        r"not found|127|command",
        Play({"app": crashing(Ended(127, message="sh: serve: not found", lasted=0.02))}, (back_off("app"),)),
        row=52,
    ),
    crash(
        "crash-read-only",
        "the program cannot write: its file system is read-only",
        r"read-only|exit",
        Play({"app": crashing(Ended(1, message="mkdir /data: read-only file system", lasted=0.1))}, (back_off("app"),)),
        row=1,
        container=box(securityContext={"readOnlyRootFilesystem": True}),
    ),
    crash(
        "crash-second",
        "of two containers the second crashes",
        r"proxy",
        Play(
            {"proxy": Container(waiting="CrashLoopBackOff", message="back-off", last=Ended(1), restarts=7)},
            (back_off("proxy"),),
        ),
        row=1,
        container=box("proxy"),
        initContainers=[box("prepare")],
    ),
    crash(
        "oom-running",
        "hit its memory limit three minutes ago for the fifth time, and runs again",
        r"memory|OOM",
        Play({"app": Container(last=Ended(137, "OOMKilled", ago=3), restarts=5, since=2.8)}),
        row=2,
        container=box(resources={"requests": {"memory": "64Mi"}, "limits": {"memory": "64Mi"}}),
    ),
    crash(
        "oom-without-limit",
        "killed for memory though it has no limit: the node ran out",
        r"memory|OOM",
        Play({"app": crashing(Ended(137, "OOMKilled", lasted=20))}, (back_off("app"),)),
        row=2,
        blame=(Ref("Node", None, "*"),),
    ),
    crash(
        "oom-init",
        "an init step hits its memory limit",
        r"migrate.*(memory|OOM)|(memory|OOM).*migrate",
        Play(
            {
                "migrate": Container(
                    waiting="CrashLoopBackOff", message="back-off", last=Ended(137, "OOMKilled"), restarts=6
                )
            }
        ),
        row=24,
        initContainers=[
            box("migrate", resources={"requests": {"memory": "32Mi"}, "limits": {"memory": "32Mi"}}),
        ],
    ),
    crash(
        "probe-startup",
        "its startup probe never succeeds",
        r"startup",
        killed("Startup", "HTTP probe failed with statuscode: 404"),
        row=12,
        container=box(startupProbe=HTTP | {"failureThreshold": 6}),
    ),
    crash(
        "probe-liveness-exec",
        "its liveness command takes too long",
        r"liveness",
        killed("Liveness", 'command timed out: "pg_isready" timed out after 1s', 143),
        row=12,
        container=box(livenessProbe={"exec": {"command": ["pg_isready"]}, "timeoutSeconds": 1}),
    ),
    crash(
        "probe-grpc",
        "its gRPC readiness says that it does not serve",
        r"NOT_SERVING|readiness",
        Play(
            {"app": Container(ready=False)},
            (unhealthy("Readiness", 'service unhealthy (responded with "NOT_SERVING")'),),
        ),
        row=11,
        container=box(readinessProbe={"grpc": {"port": 9000}}),
    ),
    crash(
        "probe-timeout",
        "its readiness probe runs into a time-out",
        r"time|deadline",
        Play(
            {"app": Container(ready=False)},
            (
                unhealthy(
                    "Readiness",
                    'Get "http://10.200.1.2:8080/healthz": context deadline exceeded (Client.Timeout exceeded'
                    " while awaiting"
                    " headers)",
                ),
            ),
        ),
        row=11,
        container=box(readinessProbe=HTTP),
    ),
    crash(
        "probe-silent",
        "not ready for half an hour, and the events have expired",
        r"readiness|not ready",
        Play({"app": Container(ready=False)}),
        row=11,
        container=box(readinessProbe=HTTP),
    ),
    crash(
        "gate-closed",
        "containers are ready, and a readiness gate is not",
        r"gate|target-health",
        Play(
            conditions=(
                {
                    "type": "target-health.example.com/web",
                    "status": "False",
                    "reason": "Unhealthy",
                    "message": "the load balancer's target is unhealthy",
                },
                {
                    "type": "Ready",
                    "status": "False",
                    "reason": "ReadinessGatesNotReady",
                    "message": 'the status of pod readiness gate "target-health.example.com/web" is not "True", but'
                    " False",
                },
            )
        ),
        row=11,
        readinessGates=[{"conditionType": "target-health.example.com/web"}],
    ),
)
