"""What is worth knowing of workloads that may be perfectly well: old configuration, mixed replicas. No accusation."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import clock, word
from k8sview.analysis.health.phrases import counted
from k8sview.analysis.health.staleness import mixed_replicas
from k8sview.model.health import Diagnosis
from k8sview.model.objects.pods import Pod
from k8sview.model.staleness import stale_config
from k8sview.model.status import Confidence
from k8sview.model.view import View


def noticed(view: View, obj: Any) -> tuple[Diagnosis, ...]:
    """For a pod, or a workload with a selector: its containers' stale configuration, and what differs among its pods.

    Never part of a verdict, and never a root cause: for whoever asks why something behaves as it does.
    """
    pods = _pods(view, obj)
    return (*_stale(view, obj, pods), *_mixed(view, obj, pods))


def _stale(view: View, obj: Any, pods: tuple[Pod, ...]) -> tuple[Diagnosis, ...]:
    found = stale_config(view, pods)
    if not found:
        return ()
    newest = max(found, key=lambda one: one.written)
    many = len({one.pod for one in found})
    kind = "ConfigMap" if newest.resource == "configmaps" else "Secret"
    by = f" by {newest.writer}" if newest.writer else ""
    readers = f"{counted(many, 'pod')} had read it at the start ({newest.how})"
    place = f"-n {word(obj.metadata.namespace)} {kind.lower()} {word(newest.name)}"
    return (
        Diagnosis(
            id="config.stale",
            message=f"{kind} {newest.name} was written at {clock(view, newest.written)}{by}, after"
            f" {readers}: what runs may be older than what is written",
            next=f"kubectl get {place} --show-managed-fields -o yaml",
            since=newest.written,
            confidence=Confidence.CERTAIN if newest.sure else Confidence.INFERRED,
            evidence=tuple(dict.fromkeys(line for one in found[:3] for line in one.evidence)),
        ),
    )


def _mixed(view: View, obj: Any, pods: tuple[Pod, ...]) -> tuple[Diagnosis, ...]:
    found = mixed_replicas(view, pods)
    if not found:
        return ()
    words = " and ".join("two revisions" if "revision" in one.what else "two digests of one image" for one in found[:2])
    return (
        Diagnosis(
            id="replicas.mixed",
            message=f"its ready pods do not all run the same: {words}",
            next=f"kubectl get -n {word(obj.metadata.namespace)} pods -L pod-template-hash,controller-revision-hash",
            evidence=tuple(line for one in found for line in one.evidence),
        ),
    )


def _pods(view: View, obj: Any) -> tuple[Pod, ...]:
    if isinstance(obj, Pod):
        return (obj,)
    return view.pods_of(obj.metadata.namespace or "", obj.spec.selector)


FAMILY = Family(
    known=(
        Known(
            "config.stale",
            "A process started before the configuration that it reads at its start was last written",
            "Restart it if the change concerns it: a rollout restart does so without a gap.",
        ),
        Known(
            "replicas.mixed",
            "Ready pods of one workload run different revisions, or different digests of one image",
            "Wait for the rollout to end, or pin the image by its digest.",
        ),
    ),
    rules={},
)
