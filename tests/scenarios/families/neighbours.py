"""Innocents beside the guilty: what fails in a namespace must not drag down what does not."""

from __future__ import annotations

from tests.scenarios.case import Case, Era, Ref
from tests.scenarios.families.budgets import budget
from tests.scenarios.families.containers import HTTP, back_off, crashing, unhealthy
from tests.scenarios.families.creation import quota, quota_first
from tests.scenarios.families.gateways import ingress
from tests.scenarios.families.images import GONE
from tests.scenarios.families.lookalikes import old
from tests.scenarios.families.tangles import tangle
from tests.scenarios.families.volumes import mounts, volume
from tests.scenarios.families.workloads import BROKEN_PULL
from tests.scenarios.kubelet import Container, Ended, Play
from tests.scenarios.shapes import (
    box,
    claim,
    cron_job,
    deployment,
    deploys,
    job,
    pod,
    scripted,
    service,
    stateful_set,
)

_HERE = "shared-house"
CRASH = Play({"app": crashing(Ended(1))}, (back_off("app"),))


def _ref(kind: str, name: str) -> Ref:
    return Ref(kind, _HERE, name)


CASES: tuple[Case, ...] = (
    tangle(
        _HERE,
        "a busy namespace: one Deployment crashes",
        r"exit",
        scripted(_HERE, "crashes"),
        scripted(_HERE, "pulls", box(image=GONE)),
        scripted(_HERE, "unready", box(readinessProbe=HTTP)),
        deployment(_HERE, "works", replicas=2),
        stateful_set(_HERE, "keeps"),
        service(_HERE, "keeps", {"app": "keeps"}, clusterIP="None"),
        service(_HERE, "works", {"app": "works"}),
        service(_HERE, "crashes", {"app": "crashes"}),
        ingress(_HERE, "works"),
        budget(_HERE, "works", "works", maxUnavailable=1),
        job(_HERE, "done", scripted=False),
        cron_job(_HERE, "yearly", "0 0 29 2 *"),
        pod(_HERE, "alone"),
        volume("house-1", _HERE, "data"),
        claim(_HERE, "data", "", volumeName="house-1"),
        deployment(_HERE, "stores", replicas=1, **mounts()),
        plays={
            "crashes": CRASH,
            "pulls": BROKEN_PULL,
            "unready": Play(
                {"app": Container(ready=False)}, (unhealthy("Readiness", "HTTP probe failed with statuscode: 500"),)
            ),
        },
        blame=(_ref("Deployment", "crashes"),),
        found=(_ref("Deployment", "crashes"), _ref("Service", "crashes")),
        row=1,
    ),
    tangle(
        "shared-house-pulls",
        "the same namespace: another Deployment's image does not exist",
        r"not found|does not exist",
        blame=(_ref("Deployment", "pulls"),),
        found=(_ref("Deployment", "pulls"),),
        row=4,
    ),
    tangle(
        "shared-house-unready",
        "the same namespace: a third is not ready",
        r"readiness",
        blame=(_ref("Deployment", "unready"),),
        found=(_ref("Deployment", "unready"),),
        row=11,
    ),
    old(
        "shared-house-innocents",
        "the same namespace: all that works",
        era=Era.RECENT,
        healthy=(
            _ref("Deployment", "works"),
            _ref("Deployment", "stores"),
            _ref("StatefulSet", "keeps"),
            _ref("Service", "works"),
            _ref("Service", "keeps"),
            _ref("Ingress", "web"),
            _ref("PodDisruptionBudget", "works"),
            _ref("Job", "done"),
            _ref("CronJob", "yearly"),
            _ref("Pod", "alone"),
            _ref("PersistentVolumeClaim", "data"),
            _ref("Pod", "works-*"),
            _ref("Pod", "keeps-*"),
        ),
    ),
    tangle(
        "tight-quota",
        "a second Deployment finds no room in the quota that the first has filled",
        r"quota",
        quota("tight-quota", pods="2"),
        deployment("tight-quota", "first"),
        steps=(quota_first(deployment("tight-quota", "second")),),
        blame=(Ref("ResourceQuota", "tight-quota", "team-quota"),),
        found=(deploys("tight-quota", "second"), deploys("tight-quota", "first")),
        row=16,
    ),
    old(
        "default-space",
        "what every cluster has",
        era=Era.RECENT,
        healthy=(
            Ref("Service", "default", "kubernetes"),
            Ref("Namespace", None, "default"),
            Ref("Namespace", None, "kube-system"),
            Ref("ConfigMap", "kube-system", "*"),
        ),
    ),
)
