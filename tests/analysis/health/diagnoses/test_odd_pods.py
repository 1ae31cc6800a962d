"""Pods as nobody would write them: whatever their status holds, there is an answer, on one line, with a known id."""

from __future__ import annotations

import random
from typing import Any

import pytest

from k8sview.analysis.health.diagnoses.table import KNOWN, diagnose
from k8sview.analysis.health.verdict import health_of
from k8sview.model.health import HealthVerdict
from tests.analysis.clusters import ago, read, view_of
from tests.analysis.health.objects import Raw, event, node

OWN = ("container.", "image.", "config.", "init.", "sidecar.", "probe.", "pod.")
WORDS = (
    "",
    "\n\t",
    'secret "',
    'configmap "x" not found',
    "couldn't find key  in Secret /",
    "exec format error",
    "Container  exceeded its local ephemeral storage limit",
    "The node was low on resource: . Threshold quantity: , available: .",
    "Back-off pulling image",
    "failed liveness probe",
    "Readiness probe failed:",
    'readiness gate ""',
    "dial tcp: lookup x on : no such host",
    "%s {0} {image} {quote}",
)
REASONS = (
    "",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "CreateContainerConfigError",
    "RunContainerError",
    "PostStartHookError",
    "ContainerCreating",
    "OOMKilled",
    "Error",
    "Unknown",
    "Evicted",
    "Terminated",
    "Preempting",
)
TIMES = (None, "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", ago("1m"), ago("2h"), ago("90d"))


class Chance(random.Random):
    """Draws odd pods; the seed is the test's."""

    def ended(self) -> Raw:
        return {
            "exitCode": self.choice((0, 1, 2, 126, 127, 128, 134, 137, 139, 143, 255, -1, 3221225477)),
            "reason": self.choice(REASONS),
            "message": self.choice(WORDS),
            "startedAt": self.choice(TIMES),
            "finishedAt": self.choice(TIMES),
        }

    def state(self) -> Raw:
        kind = self.choice(("waiting", "running", "terminated", "nothing"))
        if kind == "waiting":
            return {"waiting": {"reason": self.choice(REASONS), "message": self.choice(WORDS)}}
        if kind == "running":
            return {"running": {"startedAt": self.choice(TIMES)}}
        return {"terminated": self.ended()} if kind == "terminated" else {}

    def container(self, name: str) -> Raw:
        last: Raw = {"terminated": self.ended()} if self.random() < 0.5 else {}
        return {
            "name": name,
            "ready": self.random() < 0.3,
            "started": self.choice((True, False, None)),
            "restartCount": self.choice((0, 1, 9, 100_000, -1)),
            "state": self.state(),
            "lastState": last,
        }

    def spec(self, name: str) -> Raw:
        probe: Raw = self.choice(
            ({"httpGet": {"port": "http"}}, {"tcpSocket": {"port": 1}}, {"exec": {}}, {"grpc": {"port": 9}}, {})
        )
        found: Raw = {"name": name, "image": self.choice(("", "x", "a/b:c", "{image}"))}
        for field in ("livenessProbe", "readinessProbe", "startupProbe"):
            if self.random() < 0.4:
                found[field] = probe
        if self.random() < 0.4:
            found["resources"] = {"limits": {"memory": self.choice(("1Gi", 0, "much")), "cpu": "1"}}
        if self.random() < 0.3:
            found["restartPolicy"] = "Always"
        return found

    def pod(self) -> Raw:
        names = ["a", "b"]
        inits = ["wait-for-", "wait-for-db"]
        status: Raw = {
            "phase": self.choice(("Pending", "Running", "Failed", "Unknown", "")),
            "reason": self.choice(REASONS),
            "message": self.choice(WORDS),
            "containerStatuses": [self.container(name) for name in self.sample(names, self.randint(0, 2))],
            "initContainerStatuses": [self.container(name) for name in self.sample(inits, self.randint(0, 2))],
            "conditions": [
                {
                    "type": kind,
                    "status": self.choice(("True", "False", "Unknown", "")),
                    "reason": self.choice((*REASONS, "Deferred", "PreemptionByScheduler", "DeletionByTaintManager")),
                    "message": self.choice(WORDS),
                    "lastTransitionTime": self.choice(TIMES),
                }
                for kind in (
                    "Ready",
                    "DisruptionTarget",
                    "PodReadyToStartContainers",
                    "PodResizePending",
                    "PodScheduled",
                )
                if self.random() < 0.5
            ],
        }
        metadata: dict[str, Any] = {
            "name": "p",
            "namespace": "shop",
            "uid": "p",
            "creationTimestamp": self.choice(TIMES),
        }
        if self.random() < 0.1:
            metadata["deletionTimestamp"] = self.choice(TIMES)
        spec: Raw = {
            "nodeName": self.choice(("", "n1", "gone")),
            "containers": [self.spec(name) for name in names],
            "initContainers": [self.spec(name) for name in inits],
            "restartPolicy": self.choice(("Always", "Never", "OnFailure")),
            "imagePullSecrets": self.choice(([], [{"name": "x"}], [{}])),
            "volumes": self.choice(([], [{"name": "v", "configMap": {"name": "x"}}], [{"name": "v", "secret": {}}])),
        }
        return {"kind": "Pod", "metadata": metadata, "spec": spec, "status": status}

    def events(self) -> list[Raw]:
        reasons = ("Unhealthy", "Killing", "BackOff", "Failed", "FailedMount", "Evicted", "Started", "Pulling")
        found = []
        for number in range(self.randint(0, 4)):
            told = event("p", self.choice(reasons), self.choice(WORDS), "1m")
            told["metadata"]["name"] += str(number)
            told["lastTimestamp"], told["firstTimestamp"] = self.choice(TIMES), self.choice(TIMES)
            told["involvedObject"]["fieldPath"] = self.choice(("", "spec.containers{a}", "spec.containers{", "{}"))
            found.append(told)
        return found


@pytest.mark.parametrize("seed", range(8))
def test_an_odd_pod_has_an_answer(seed: int) -> None:
    chance = Chance(seed)
    for _ in range(60):
        raw, told = chance.pod(), chance.events()
        denied = chance.sample(("events", "nodes", "secrets", "configmaps", "services", "replicasets.apps"), 2)
        resource, obj = read(raw)
        view = view_of(raw, node(), *([] if "events" in denied else told), denied=denied)
        health = health_of(view, resource.name, obj)
        if health.verdict is HealthVerdict.HEALTHY:
            continue
        found = diagnose(view, resource.name, obj, health)
        assert found.id in KNOWN
        if not found.id.startswith(OWN):
            continue  # the words of other families are tried with them
        assert found.message == found.message.strip()
        assert "\n" not in found.message + found.next + "".join(found.evidence)
        assert set(found.missing) <= {*denied, "pods.metrics.k8s.io"}
