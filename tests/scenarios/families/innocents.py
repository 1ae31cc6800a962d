"""More that only looks broken: old complaints that were dealt with, idle things, and odd but healthy statuses."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Era, Raw, Ref
from tests.scenarios.families.budgets import budget
from tests.scenarios.families.creation import quota, quota_first
from tests.scenarios.families.gateways import gateway, ingress, route, said, served
from tests.scenarios.families.lookalikes import done, old, serves
from tests.scenarios.families.platform import says, widget
from tests.scenarios.families.scaling import scaler, until
from tests.scenarios.families.youth import young
from tests.scenarios.kubelet import Container, Ended, Happened, Play
from tests.scenarios.shapes import (
    box,
    claim,
    cron_job,
    daemon_set,
    deployment,
    deploys,
    job,
    made,
    named,
    node,
    scripted,
    service,
    stateful_set,
)
from tests.scenarios.site import Site, condition


def resource(
    name: str, why: str, api_version: str, kind: str, *conditions: Raw, cluster: bool = False, **status: Any
) -> Case:
    """A custom resource with a status that is good news."""
    said = {"conditions": list(conditions)} if conditions else {}
    return old(
        name, why, made(api_version, kind, None if cluster else name, name, spec={"size": 1}, status={**said, **status})
    )


async def room_is_made(site: Site) -> None:
    """Refused by a quota, which is then raised."""
    await quota_first(deployment("refused-once", "web"))(site)
    target = named("apps/v1", "Deployment", "refused-once", "web")
    await site.shows(target, lambda one: condition(one, "ReplicaFailure").get("status") == "True", "is refused")
    await site.api.patch(named("v1", "ResourceQuota", "refused-once", "team-quota"), {"spec": {"hard": {"pods": "9"}}})
    await serves("refused-once")(site)


_HICCUPS = (
    Happened(
        "FailedMount",
        'MountVolume.SetUp failed for volume "x" : configmap "late" not found',
        ago=29,
        first=29.5,
        count=2,
    ),
    Happened("Unhealthy", "Readiness probe failed: connect: connection refused", ago=28.5, first=29, count=3),
    Happened("Failed", "Error: ErrImagePull", ago=29.2, first=29.4, count=1),
    Happened("BackOff", "Back-off pulling image", ago=29.1, first=29.3, count=1),
)
_DONE_WITH_SIDECAR = Play(
    {"app": Container(ended=Ended(0, "Completed", ago=1595)), "proxy": Container(ended=Ended(143, ago=1594))},
    phase="Succeeded",
)
_SHUT_DOWN = Play(
    phase="Failed",
    reason="Terminated",
    message="Pod was terminated in response to imminent node shutdown.",
    bare=True,
)

CASES: tuple[Case, ...] = (
    old(
        "refused-once",
        "a quota refused it once; the quota was raised",
        quota("refused-once", pods="0"),
        steps=(room_is_made,),
        era=Era.RECENT,
        healthy=(deploys("refused-once", "web"), Ref("ResourceQuota", "refused-once", "team-quota")),
    ),
    old(
        "hiccups",
        "trouble at its start half an hour ago, and none since",
        scripted("hiccups", "web"),
        plays={"web": Play(events=_HICCUPS)},
        era=Era.RECENT,
        healthy=(deploys("hiccups", "web"), Ref("Pod", "hiccups", "web-*")),
    ),
    old(
        "sidecar-stopped",
        "a Job is done, and its sidecar was stopped by a signal, as it should be",
        job("sidecar-stopped", "report", initContainers=[box("proxy", restartPolicy="Always")]),
        plays={"report": _DONE_WITH_SIDECAR},
        steps=(done("sidecar-stopped"),),
        healthy=(Ref("Job", "sidecar-stopped", "report"), Ref("Pod", "sidecar-stopped", "report-*")),
    ),
    old(
        "shut-down-replaced",
        "a pod ended with its node's restart, and was replaced",
        scripted("shut-down-replaced", "web"),
        plays={"web": (_SHUT_DOWN, Play())},
        steps=(serves("shut-down-replaced"),),
        healthy=(deploys("shut-down-replaced", "web"),),
    ),
    old(
        "daemon-nowhere",
        "a DaemonSet that no node is meant for",
        daemon_set("daemon-nowhere", "web", nodeSelector={"gpu": "yes"}),
    ),
    old(
        "set-at-zero",
        "a StatefulSet at zero, its claims kept",
        stateful_set("set-at-zero", "web", replicas=0),
        claim("set-at-zero", "data-web-0", "cloud-waiting"),
        service("set-at-zero", "web", {"app": "web"}, clusterIP="None"),
    ),
    old(
        "disk-spare",
        "a disk that nobody claims",
        made(
            "v1",
            "PersistentVolume",
            None,
            "spare-1",
            spec={
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "kept",
                "csi": {"driver": "disk.csi.example.com", "volumeHandle": "spare-1"},
            },
        ),
    ),
    old(
        "budget-half",
        "a budget with room",
        deployment("budget-half", "web", replicas=4),
        budget("budget-half", minAvailable="50%"),
    ),
    old(
        "budget-one",
        "one of three may go",
        deployment("budget-one", "web", replicas=3),
        budget("budget-one", maxUnavailable=1),
    ),
    old(
        "ingress-of-old",
        "an Ingress with its class in an annotation",
        *served("ingress-of-old")[1:],
        {
            **{key: value for key, value in ingress("ingress-of-old").items() if key != "spec"},
            "metadata": {
                "name": "web",
                "namespace": "ingress-of-old",
                "annotations": {"kubernetes.io/ingress.class": "web"},
            },
            "spec": {
                key: value for key, value in ingress("ingress-of-old")["spec"].items() if key != "ingressClassName"
            },
        },
    ),
    old(
        "ingress-outside",
        "an Ingress that leads to a name outside the cluster",
        made(
            "v1",
            "Service",
            "ingress-outside",
            "web",
            spec={"type": "ExternalName", "externalName": "shop.example.com", "ports": [{"port": 80}]},
        ),
        ingress("ingress-outside"),
    ),
    old(
        "route-stale",
        "what the route's controller said of an earlier generation counts no more",
        *served("route-stale")[1:],
        gateway("route-stale"),
        route(
            "route-stale",
            said("Accepted", "True", "Accepted", generation=1),
            said("ResolvedRefs", "True", "ResolvedRefs", generation=1),
        ),
    ),
    resource(
        "kafka-warned",
        "Ready, with a warning",
        "kafka.strimzi.io/v1beta2",
        "Kafka",
        says("Ready", "True", ""),
        says("Warning", "True", "DeprecatedFields"),
    ),
    resource(
        "secret-synced",
        "an external secret in order",
        "external-secrets.io/v1",
        "ExternalSecret",
        says("Ready", "True", "SecretSynced"),
    ),
    resource(
        "trigger-idle",
        "a KEDA trigger with nothing to do",
        "keda.sh/v1alpha1",
        "ScaledObject",
        says("Ready", "True", "ScaledObjectReady"),
        says("Active", "False", "ScalerNotActive"),
        says("Fallback", "False", "NoFallbackFound"),
        says("Paused", "Unknown", ""),
    ),
    resource(
        "application-fine",
        "an application in order",
        "argoproj.io/v1alpha1",
        "Application",
        health={"status": "Healthy"},
        sync={"status": "Synced"},
    ),
    resource(
        "application-suspended",
        "an application that is suspended",
        "argoproj.io/v1alpha1",
        "Application",
        health={"status": "Suspended"},
        sync={"status": "Synced"},
    ),
    resource(
        "release-fine",
        "a release in order",
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        says("Ready", "True", "UpgradeSucceeded"),
        says("Released", "True", "UpgradeSucceeded"),
        says("Remediated", "False", ""),
    ),
    resource(
        "sql-fine",
        "a managed database in order",
        "database.example.org/v1beta1",
        "SQLInstance",
        says("Synced", "True", "ReconcileSuccess"),
        says("Ready", "True", "Available"),
        says("LastAsyncOperation", "True", "Success"),
        cluster=True,
    ),
    resource(
        "operator-fine",
        "an operator in order",
        "config.openshift.io/v1",
        "ClusterOperator",
        says("Available", "True", ""),
        says("Progressing", "False", ""),
        says("Degraded", "False", ""),
        says("Upgradeable", "False", "Pinned"),
        cluster=True,
    ),
    resource(
        "claim-of-node",
        "a node's claim in order",
        "karpenter.sh/v1",
        "NodeClaim",
        says("Launched", "True", ""),
        says("Ready", "True", ""),
        says("Consolidatable", "True", ""),
        says("Drifted", "False", ""),
        cluster=True,
    ),
    resource("backup-done", "a backup that is done", "velero.io/v1", "Backup", phase="Completed"),
    resource(
        "run-done",
        "a pipeline's run that succeeded",
        "tekton.dev/v1",
        "PipelineRun",
        says("Succeeded", "True", "Succeeded"),
    ),
    resource(
        "machine-runs",
        "a machine that runs",
        "cluster.x-k8s.io/v1beta2",
        "Machine",
        says("Ready", "True", ""),
        says("Deleting", "False", ""),
        says("Paused", "False", ""),
        phase="Running",
    ),
    resource(
        "snapshot-taken", "a snapshot that can be used", "snapshot.storage.k8s.io/v1", "VolumeSnapshot", readyToUse=True
    ),
    resource(
        "certificate-renewing",
        "a certificate that is valid and being renewed",
        "cert-manager.io/v1",
        "Certificate",
        says("Ready", "True", "Ready", "Certificate is up to date and has not expired"),
        notAfter="2035-01-01T00:00:00Z",
    ),
    young(
        "young-scaler",
        "an autoscaler that has no figures yet",
        deployment("young-scaler", "web"),
        scaler("young-scaler"),
        steps=(until("young-scaler", "ScalingActive", "False"),),
    ),
    young("young-cron", "a CronJob that was made a moment ago", cron_job("young-cron", "nightly", "0 3 * * *")),
    young(
        "young-daemon",
        "a DaemonSet that is starting",
        daemon_set("young-daemon", "web", scripted=True),
        plays={"web": Play({"app": Container(ready=False, since=0.2)})},
    ),
    young(
        "young-restart",
        "a container that ended once, seconds after its pod was made, and runs now",
        scripted("young-restart", "web"),
        plays={"web": Play({"app": Container(restarts=1, last=Ended(1, ago=0.3, lasted=0.05), since=0.25)})},
    ),
    young("young-widget", "a custom resource that nobody has seen yet", widget("young-widget")),
    old(
        "node-preferred",
        "a node that is to be used last",
        node(52, taint={"key": "spot", "value": "yes", "effect": "PreferNoSchedule"}, labels={"spot": "yes"}),
        healthy=(Ref("Node", None, "node-0052"),),
    ),
    old(
        "pods-at-work",
        "pods that do their work and end",
        scripted("pods-at-work", "web", replicas=1),
        plays={"web": Play()},
    ),
)
