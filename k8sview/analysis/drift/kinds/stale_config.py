"""Processes that run on configuration older than what its ConfigMap or Secret says now.

What a process read at its start is stale for certain as long as the content was written since; a file that the kubelet
refreshed may well have been read anew, and is only said to be possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.analysis.drift.kinds.replicated import workload_of
from k8sview.analysis.drift.ownership.managers import actor
from k8sview.model.drift import Actor, Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.kinds import KINDS
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.staleness import StaleConfig
from k8sview.model.staleness import stale_config as stale
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age
from k8sview.model.view import View

SOURCES = ("configmaps", "secrets")
READS = ("pods", *SOURCES)

# Certificates of the cluster's own authority: whoever reads them reads them anew.
_ROTATED = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"})


def stale_config(view: View) -> Iterator[Drift]:
    """Workloads with containers that started before the last write of their configuration, one for each source."""
    found: dict[tuple[Ref, str, str, str], list[StaleConfig]] = defaultdict(list)
    for resource in SOURCES:
        for source in view.each(resource):
            namespace, name = source.metadata.namespace or "", source.metadata.name
            if name in _ROTATED:
                continue
            for pod in view.users_of(resource, name, namespace):
                if not _lives(pod):
                    continue
                for one in stale(view, [pod], files=True):
                    if (one.resource, one.name) == (resource, name):
                        found[(workload_of(view, pod), one.container, resource, name)].append(one)
    for (workload, *_), pods in sorted(found.items(), key=lambda pair: (str(pair[0][0]), *pair[0][1:])):
        yield _drift(view, workload, sorted(pods, key=lambda one: (one.started, one.pod)))


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Configuration whose times could not be read."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.STALE_CONFIG, reason)


def _lives(pod: Pod) -> bool:
    return pod.metadata.deletion_timestamp is None and pod.status.phase not in ("Succeeded", "Failed")


def _drift(view: View, workload: Ref, found: list[StaleConfig]) -> Drift:
    first = found[0]
    kind = KINDS[first.resource].resource.kind
    refreshed = first.how == "file"
    count = "1 pod" if len(found) == 1 else f"{len(found)} pods"
    perhaps = "" if first.sure else " its content or only its labels (one look cannot tell),"
    words = (
        f"{kind} {first.name} was written {format_age(view.taken_at - first.written)} ago,{perhaps} after container "
    )
    words += f"{first.container} of {count} " + ("had started" if refreshed else f"had read it ({first.how})")
    return Drift(
        kind=DriftKind.STALE_CONFIG,
        object=_in(workload, first.container),
        path=f"{first.resource}/{first.name}",
        actor=_writer(view, workload, first),
        time=DriftTime(at=first.written, basis="managedFields" if first.writer else "none"),
        confidence=Confidence.OBSERVED if first.sure and not refreshed else Confidence.INFERRED,
        severity=Severity.INFO if refreshed else Severity.MEDIUM if first.sure else Severity.LOW,
        message=words + (": the file was refreshed, the process may not have read it" if refreshed else ""),
        why_not_reverted="nothing restarts the pods when it changes",
        next=_restart(workload),
        evidence=first.evidence,
    )


def _in(workload: Ref, container: str) -> Ref:
    return Ref(workload.api_version, workload.kind, workload.namespace, workload.name, container)


def _writer(view: View, workload: Ref, stale_one: StaleConfig) -> Actor | None:
    if not stale_one.writer:
        return None
    source = view.get(stale_one.resource, stale_one.name, workload.namespace)
    for entry in source.metadata.managed_fields if source is not None else ():
        if entry.manager == stale_one.writer and not entry.subresource:
            return actor({"manager": entry.manager, "operation": entry.operation})
    return actor({"manager": stale_one.writer})


def _restart(workload: Ref) -> str:
    if workload.kind in ("Deployment", "StatefulSet", "DaemonSet"):
        return f"kubectl rollout restart {workload.kind.lower()} -n {workload.namespace} {workload.name}"
    return f"kubectl delete pod -n {workload.namespace} {workload.name}" if workload.kind == "Pod" else ""
