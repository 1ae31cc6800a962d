"""The same tag with different content: containers that say they run one image and run several.

Only what can be compared is: the same form of id, as one kind of runtime writes it, on the same architecture. A digest
in the image's own name fixes it; there is nothing to drift.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.analysis.drift.kinds.replicated import workload_of
from k8sview.model.drift import Drift, DriftKind, DriftTime, NotCheckable
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import parse_time
from k8sview.model.view import View

READS = ("pods", "nodes")


class _Group(NamedTuple):
    image: str
    form: str
    runtime: str
    architecture: str


class _Run(NamedTuple):
    pod: Pod
    container: str


_Groups = dict[_Group, dict[str, list[_Run]]]
_GROUPS = "drift.digests"


def image_digests(view: View) -> Iterator[Drift]:
    """Workloads whose containers run another content of a tag than most others do."""
    for _ in prepare(view):
        pass
    groups: _Groups = view.once(_GROUPS, lambda whole: {})
    for group in sorted(groups):
        if len(groups[group]) > 1:
            yield from _differing(view, group, groups[group])


def prepare(view: View) -> Iterator[None]:
    """Who runs what, node by node, for whoever must pause; computed once for a view."""
    if _GROUPS in view.derived:
        return
    groups: _Groups = defaultdict(lambda: defaultdict(list))
    for node in view.each("nodes"):
        if isinstance(node, Node):
            for group, digest, run in _runs(view, node):
                groups[group][digest].append(run)
        yield
    view.once(_GROUPS, lambda whole: groups)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Without nodes nobody knows the architecture."""
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.IMAGE_DIGEST, reason)


def _runs(view: View, node: Node) -> Iterator[tuple[_Group, str, _Run]]:
    architecture = node.status.node_info.architecture
    runtime = node.status.node_info.container_runtime_version.partition(":")[0]
    if not architecture:
        return
    for pod in view.pods_on(node.metadata.name):
        if pod.metadata.deletion_timestamp is not None:
            continue
        images = {one.name: one.image for one in (*pod.spec.init_containers, *pod.spec.containers)}
        for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
            image = images.get(status.name, "")
            if status.state.running is None or not image or "@" in image:
                continue
            form, digest = _read(status.image_id)
            if digest and not _elsewhere(image, status.image):
                yield _Group(image, form, runtime, architecture), digest, _Run(pod, status.name)


def _read(image_id: str) -> tuple[str, str]:
    """The form of an id and its digest: of a manifest where a repository stands before it, else of a configuration."""
    named = image_id.partition("://")[2] or image_id
    repository, at, digest = named.rpartition("@")
    if not digest.startswith("sha256:"):
        return "", ""
    return ("manifest" if at and repository else "configuration"), digest


def _elsewhere(stated: str, running: str) -> bool:
    """Whether the container still runs what its pod said before it was patched."""
    return bool(running) and not running.startswith("sha256:") and _tag(running) != _tag(stated)


def _tag(image: str) -> str:
    name = image.partition("@")[0].rpartition("/")[2]
    return name if ":" in name else f"{name}:latest"


def _differing(view: View, group: _Group, digests: dict[str, list[_Run]]) -> Iterator[Drift]:
    usual = min(digests, key=lambda digest: (-len(digests[digest]), _oldest(digests[digest]), digest))
    for digest in sorted(digests):
        if digest == usual:
            continue
        by_workload: dict[Ref, list[_Run]] = defaultdict(list)
        for run in digests[digest]:
            by_workload[workload_of(view, run.pod)].append(run)
        for workload, runs in sorted(by_workload.items(), key=lambda pair: str(pair[0])):
            yield _drift(workload, group, (usual, digest), runs, digests[usual][0])


def _drift(workload: Ref, group: _Group, moved: tuple[str, str], runs: list[_Run], other: _Run) -> Drift:
    first, (usual, digest) = runs[0], moved
    path = f"status.containerStatuses[name={first.container}].imageID"
    count = "1 pod runs" if len(runs) == 1 else f"{len(runs)} pods run"
    return Drift(
        kind=DriftKind.IMAGE_DIGEST,
        object=workload,
        path=path,
        before=usual,
        after=digest,
        time=DriftTime(at=_started(first)),
        confidence=Confidence.OBSERVED,
        severity=Severity.MEDIUM,
        message=f"{count} another content of {group.image} than {_name(other)}: the tag was moved",
        why_not_reverted="a node that has an image does not ask for it again, and a tag may be moved at any time",
        next=f"name the image by its digest: {group.image}@{usual}",
        evidence=(
            f"pods/{first.pod.metadata.name} {path} = {digest}",
            f"pods/{other.pod.metadata.name} status.containerStatuses[name={other.container}].imageID = {usual}",
        ),
    )


def _name(run: _Run) -> str:
    return f"pod {run.pod.metadata.namespace}/{run.pod.metadata.name}"


def _started(run: _Run) -> datetime | None:
    statuses = (*run.pod.status.init_container_statuses, *run.pod.status.container_statuses)
    state = next((one.state for one in statuses if one.name == run.container), None)
    return parse_time(state.running.started_at) if state is not None and state.running is not None else None


def _oldest(runs: list[_Run]) -> str:
    return min((run.pod.metadata.creation_timestamp or "") for run in runs)
