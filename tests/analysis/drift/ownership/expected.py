"""What is to be told of each scene, and of no other leaf; the same for recorded bodies and for a living server."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.drift.ownership.judging import judge
from k8sview.analysis.drift.scaled import Scaling
from k8sview.model.drift import ActorClass, Drift
from k8sview.model.kinds import KINDS
from k8sview.model.times import parse_time

Raw = dict[str, Any]
_NAMES = {row.resource.kind: row.resource.name for row in KINDS.values()}
APP = "spec.template.spec.containers[name=app]"
RESTARTED = "spec.template.metadata.annotations[kubectl.kubernetes.io/restartedAt]"

Told = tuple[str | None, str, str | None, str, ActorClass]
"""``change``, ``path``, ``after``, manager and its class."""

HUMAN, UI, SCRIPT = ActorClass.HUMAN, ActorClass.UI, ActorClass.SCRIPT

EXPECTED: dict[str, tuple[Told, ...]] = {
    "leafless": (),
    "edited": (("override", f"{APP}.image", "r/x:2", "kubectl-edit", HUMAN),),
    "container_added": (("addition", "spec.template.spec.containers[name=side]", "r/side:1", "kubectl-patch", HUMAN),),
    "list_rewritten": (
        ("override", f"{APP}.image", "r/x:3", "kubectl-patch", HUMAN),
        ("addition", "spec.template.spec.containers[name=side]", "r/side:1", "kubectl-patch", HUMAN),
    ),
    "restarted": ((None, RESTARTED, "2026-03-01T11:00:00Z", "kubectl-rollout", HUMAN),),
    "undone": (("override", f"{APP}.image", "r/x:0", "kubectl", HUMAN),),
    "scaled_by_kubectl": (("override", "spec.replicas", "3", "kubectl", HUMAN),),
    "scaled_by_browser": (("override", "spec.replicas", "3", "Mozilla", UI),),
    "scaled_by_autoscaler": (),
    "scaled_unowned": (),
    "scaled_to_zero": (),
    "scaled_directly": (("override", "spec.replicas", "3", "kubectl-patch", HUMAN),),
    "agreed": (),
    "forced_back": (),
    "adopted": (),
    "equal_write": (),
    "respelled": (),
    "edited_twice": (
        ("override", "spec.revisionHistoryLimit", "3", "kubectl-edit", HUMAN),
        ("override", "spec.template.spec.dnsPolicy", "Default", "kubectl-edit", HUMAN),
    ),
    "labelled_by_gitops": ((None, "metadata.annotations.note", "by hand", "kubectl-annotate", HUMAN),),
    "account_changed": ((None, "spec.template.spec.serviceAccountName", "other", "kubectl-set", HUMAN),),
    "arguments_edited": ((None, f"{APP}.args", "--a --c", "kubectl-edit", HUMAN),),
    "label_removed": (),
    "secret_changed": ((None, "data.password", None, "kubectl-patch", HUMAN),),
    "secret_put_back": (),
    "emptied": (),
    "emptied_then_applied": (),
    "status_written": (("override", "status.desiredHealthy", "7", "kubectl-patch", HUMAN),),
    "debugged": (("addition", "spec.ephemeralContainers[name=look]", "r/shell:1", "kubectl", HUMAN),),
    "pod_made": (),
    "service_labelled": ((None, "spec.ports[port=53,protocol=UDP].targetPort", "5353", "kubectl-edit", HUMAN),),
    "of_helm": (
        (None, "data.level", "debug", "node-fetch", UI),
        (None, "metadata.labels.seen", "yes", "OpenAPI-Generator", SCRIPT),
    ),
    "of_kubectl_apply": ((None, "data.a", "2", "kubectl-edit", HUMAN),),
    "of_people": (),
    "of_a_pipeline": ((None, "data.a", "2", "kubectl-edit", HUMAN),),
    "injected": (),
    "custom_overridden": ((None, "spec.size", "2", "kubectl-edit", HUMAN),),
    "custom_reconciled": (),
    "admitted": (("override", f"{APP}.image", "mirror/r/x:77", "kubectl-set", HUMAN),),
}

DESIRED: dict[str, tuple[Raw, tuple[tuple[str | None, str, str | None], ...]]] = {
    # With what was delivered at hand: change, path and the value before.
    "edited": ({f"{APP}.image": "r/x:1"}, (("override", f"{APP}.image", "r/x:1"),)),
    "agreed": ({f"{APP}.image": "r/x:2"}, ()),
    "arguments_edited": ({f"{APP}.args": ["--a", "--b"]}, (("override", f"{APP}.args", "--a --b"),)),
    "account_changed": ({}, (("addition", "spec.template.spec.serviceAccountName", None),)),
    "list_rewritten": (
        {f"{APP}.image": "r/x:1", f"{APP}.readinessProbe.tcpSocket.port": 80},
        (
            ("override", f"{APP}.image", "r/x:1"),
            ("removal", f"{APP}.readinessProbe.tcpSocket.port", "80"),
            ("addition", "spec.template.spec.containers[name=side]", None),
        ),
    ),
    "label_removed": ({"metadata.labels.team": "shop"}, (("removal", "metadata.labels.team", "shop"),)),
    "secret_changed": ({"data.password": "ZnJvbS1naXQtMA=="}, (("override", "data.password", None),)),
    "adopted": ({"spec.replicas": 2, f"{APP}.ports[containerPort=80].containerPort": 80}, ()),
    "of_helm": (
        {"data.level": "info", "data.size": "1"},
        (("override", "data.level", "info"), ("addition", "metadata.labels.seen", None)),
    ),
    "custom_overridden": ({"spec.size": 1}, (("override", "spec.size", "1"),)),
}


def resource_of(body: Raw) -> str:
    return _NAMES.get(body["kind"]) or f"{body['kind'].lower()}s.{body['apiVersion'].rpartition('/')[0]}"


def told(body: Raw) -> tuple[Told, ...]:
    """What is told of a body alone."""
    return tuple(_told(one) for one in judge(body, resource_of(body)))


def told_with(body: Raw, desired: Raw) -> tuple[tuple[str | None, str, str | None], ...]:
    return tuple((one.change, one.path, one.before) for one in judge(body, resource_of(body), desired=desired))


def scaling(at: str, before: int, after: int, autoscaler: str = "") -> Scaling:
    when = parse_time(at)
    assert when is not None
    return Scaling(at=when, before=before, after=after, autoscaler=autoscaler)


def _told(drift: Drift) -> Told:
    assert drift.actor is not None
    return drift.change, drift.path, drift.after, drift.actor.manager, drift.actor.actor_class
