"""What two clusters are: versions, providers, nodes, and the kinds that they serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from k8sview.model.diff import Contrast, Contrasts, Incomparable, Part, Side, Unlikeness
from k8sview.model.report import ClusterIdentity
from k8sview.model.status import Severity
from k8sview.model.view import View

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
NODES = "nodes"

_NODE_FACTS: tuple[tuple[str, Severity, Callable[[Any], str]], ...] = (
    ("nodes.kubeletVersion", Severity.MEDIUM, lambda node: node.status.node_info.kubelet_version),
    ("nodes.containerRuntimeVersion", Severity.LOW, lambda node: node.status.node_info.container_runtime_version),
    ("nodes.osImage", Severity.LOW, lambda node: node.status.node_info.os_image),
    ("nodes.kernelVersion", Severity.LOW, lambda node: node.status.node_info.kernel_version),
    ("nodes.architecture", Severity.LOW, lambda node: node.status.node_info.architecture),
)
_MEASURED = ("metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io")


def one_cluster(a: View, b: View) -> bool | None:
    """Whether two views are of one cluster: by its uid, else by any object that both hold (a uid is never given
    twice). None: nothing tells."""
    if a.cluster.uid and b.cluster.uid:
        return a.cluster.uid == b.cluster.uid
    for name in sorted({*a.tables} & {*b.tables}):
        theirs = b.table(name).objects
        for key, one in a.table(name).objects.items():
            if key in theirs and one.metadata.uid and one.metadata.uid == theirs[key].metadata.uid:
                return True
    return None


def compare_clusters(a: View, b: View, identities: tuple[ClusterIdentity, ClusterIdentity]) -> Contrasts:
    """Versions and provider, and which versions and systems the nodes run: each as the set of all that run."""
    contrasts: list[Contrast] = []
    unseen: list[Incomparable] = []
    one, other = identities
    if one.version and other.version:
        contrasts += _fact("version", one.version, other.version, Severity.MEDIUM)
    else:
        side = _blind(not one.version, not other.version)
        unseen.append(_unseen("version", side, "the server did not tell its version"))
    if NODES not in a.tables and NODES not in b.tables:
        return Contrasts(tuple(contrasts), tuple(unseen))  # not asked for: single namespaces have no nodes
    blind = _blind(not a.readable(NODES), not b.readable(NODES))
    if blind is not None:
        states = {str(view.state(NODES)) for view in (a, b) if not view.readable(NODES)}
        unseen.append(_unseen(NODES, blind, "; ".join(sorted(states))))
        return Contrasts(tuple(contrasts), tuple(unseen))
    contrasts += _fact("provider", one.provider, other.provider, Severity.LOW)
    contrasts += _fact("distribution", one.distribution, other.distribution, Severity.LOW)
    for name, severity, of in _NODE_FACTS:
        contrasts += _fact(name, _all(map(of, a.each(NODES))), _all(map(of, b.each(NODES))), severity)
    return Contrasts(tuple(contrasts), tuple(unseen))


def compare_kinds(a: View, b: View) -> Contrasts:
    """Kinds that only one side serves, that are preferred in another version, and CRDs stored in another one."""
    contrasts: list[Contrast] = []
    unseen: list[Incomparable] = []
    for name in sorted({*a.resources, *b.resources}):
        served = a.served(name), b.served(name)
        if name.partition(".")[2] in _MEASURED:
            continue
        if None in served:
            side = _blind(served[0] is None, served[1] is None)
            unseen.append(_unseen(name, side, "the discovery of its API group failed", Part.KINDS))
        elif served == (True, True):
            versions = a.resources[name].version, b.resources[name].version
            contrasts += _fact("version", *versions, Severity.LOW, part=Part.KINDS, name=name)
        else:
            only = Unlikeness.ONLY_A if served[0] else Unlikeness.ONLY_B
            contrasts.append(_only(name, only))
    stored = _stored(a, b)
    return Contrasts(tuple(contrasts), tuple(unseen)) + stored


def _stored(a: View, b: View) -> Contrasts:
    """What a definition's status says it may be stored as: the comparison of objects leaves every status out."""
    found: list[Contrast] = []
    for name in sorted({one.metadata.name for one in a.each(CRDS)} & {one.metadata.name for one in b.each(CRDS)}):
        versions = [_all(view.get(CRDS, name).status.stored_versions) for view in (a, b)]
        found += _fact("storedVersions", versions[0], versions[1], Severity.LOW, part=Part.KINDS, name=name)
    return Contrasts(tuple(found))


def _fact(
    path: str, a: str | None, b: str | None, severity: Severity, *, part: Part = Part.CLUSTER, name: str = "cluster"
) -> Iterator[Contrast]:
    if (a or None) == (b or None):
        return
    yield Contrast(
        part=part,
        kind="Cluster" if part is Part.CLUSTER else "Kind",
        name=name,
        path=path,
        a=a or None,
        b=b or None,
        severity=severity,
        message=f"{path} is {a or 'nothing'} in A, {b or 'nothing'} in B",
    )


def _only(name: str, unlike: Unlikeness) -> Contrast:
    where = "A" if unlike is Unlikeness.ONLY_A else "B"
    return Contrast(
        part=Part.KINDS,
        kind="Kind",
        name=name,
        unlike=unlike,
        severity=Severity.LOW,
        message=f"only {where} serves it",
    )


def _all(values: Iterable[str]) -> str:
    return ", ".join(sorted({one for one in values if one}))


def _blind(a: bool, b: bool) -> Side | None:
    if a and b:
        return Side.BOTH
    return Side.A if a else Side.B if b else None


def _unseen(what: str, side: Side | None, reason: str, part: Part = Part.CLUSTER) -> Incomparable:
    return Incomparable(part=part, what=what, side=side or Side.BOTH, reason=reason)
