"""One pass over all workloads, so that finding a component's parts costs look-ups and not loops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from k8sview.analysis.components.component import Matcher
from k8sview.analysis.components.images import suffixes
from k8sview.model.objects.pods import PodSpec
from k8sview.model.resources import Key
from k8sview.model.view import View

WORKLOADS = ("deployments.apps", "daemonsets.apps", "statefulsets.apps", "cronjobs.batch")

Place = tuple[str, Key]
"""``(resource name, key)`` of a workload."""


def pod_spec(workload: Any) -> PodSpec:
    """The pod template's spec of any workload kind, CronJobs included."""
    spec = workload.spec
    template = spec.job_template.spec.template if hasattr(spec, "job_template") else spec.template
    result: PodSpec = template.spec
    return result


def template_labels(workload: Any) -> dict[str, str]:
    spec = workload.spec
    template = spec.job_template.spec.template if hasattr(spec, "job_template") else spec.template
    result: dict[str, str] = template.metadata.labels
    return result


class WorkloadIndex(msgspec.Struct, frozen=True):
    """Workloads by image tail, by label (their own or their template's) and by name."""

    workloads: dict[Place, Any]
    by_image: dict[str, set[Place]]
    by_label: dict[tuple[str, str], set[Place]]
    by_name: dict[str, set[Place]]

    def find(self, matcher: Matcher) -> tuple[Place, ...]:
        """Places that the matcher recognises, sorted."""
        return tuple(sorted(place for place in self._candidates(matcher) if self._fits(place, matcher)))

    def _candidates(self, matcher: Matcher) -> set[Place]:
        found: set[Place] = set()
        for image in matcher.images:
            found |= self.by_image.get(image, set())
        for name in matcher.names:
            found |= self.by_name.get(name, set())
        if matcher.labels:
            labelled = [self.by_label.get(pair, set()) for pair in matcher.labels.items()]
            found |= set.intersection(*labelled)
        return found

    def _fits(self, place: Place, matcher: Matcher) -> bool:
        if matcher.kinds and place[0] not in matcher.kinds:
            return False
        return not any(place in self.by_label.get(pair, ()) for pair in matcher.not_labels.items())


def index_workloads(view: View) -> WorkloadIndex:
    workloads: dict[Place, Any] = {}
    by_image: dict[str, set[Place]] = {}
    by_label: dict[tuple[str, str], set[Place]] = {}
    by_name: dict[str, set[Place]] = {}
    for place, workload in _all(view):
        workloads[place] = workload
        by_name.setdefault(workload.metadata.name, set()).add(place)
        for pair in {*workload.metadata.labels.items(), *template_labels(workload).items()}:
            by_label.setdefault(pair, set()).add(place)
        for container in pod_spec(workload).containers:
            for tail in suffixes(container.image):
                by_image.setdefault(tail, set()).add(place)
    return WorkloadIndex(workloads, by_image, by_label, by_name)


def _all(view: View) -> Iterator[tuple[Place, Any]]:
    for resource in WORKLOADS:
        for key, workload in view.table(resource).objects.items():
            yield (resource, key), workload
