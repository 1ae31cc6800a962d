"""Versions that Kubernetes does not let run together: kubelets and kube-proxies against the API server.

The rule is the project's version skew policy: never newer than the API server, and since 1.28 at most three minor
versions older (before, two). What lies between is allowed and no drift, however mixed it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from k8sview.analysis.drift.kinds.reading import unread
from k8sview.model.drift import Drift, DriftKind, NotCheckable
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.model.view import View

READS = ("nodes", "daemonsets.apps")

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.\d+)?(?:[-+].*)?")
_SINCE_THREE = (1, 28)


class _Found(NamedTuple):
    subject: Ref
    what: str
    path: str
    text: str


def version_skew(view: View) -> Iterator[Drift]:
    """Components outside of the versions that the API server's own allows."""
    server = _minor(view.cluster.version)
    if server is None:
        return
    for one in (*_kubelets(view), *_proxies(view)):
        minor = _minor(one.text)
        if minor is not None:
            yield from _judged(view, server, one, minor)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Without the API server's version there is nothing to compare with."""
    if _minor(view.cluster.version) is None:
        yield NotCheckable(DriftKind.VERSION_SKEW, "the API server's version is not known")
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.VERSION_SKEW, reason)


def _minor(text: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(text.strip())
    return (int(found[1]), int(found[2])) if found else None


def _kubelets(view: View) -> Iterator[_Found]:
    for node in view.each("nodes"):
        if isinstance(node, Node):
            version = node.status.node_info.kubelet_version
            yield _Found(ref_to("Node", None, node.metadata.name), "kubelet", "status.nodeInfo.kubeletVersion", version)


def _proxies(view: View) -> Iterator[_Found]:
    proxy = view.get("daemonsets.apps", "kube-proxy", "kube-system")
    for container in proxy.spec.template.spec.containers if proxy is not None else ():
        name = container.image.partition("@")[0].rpartition("/")[2]
        image, _, tag = name.rpartition(":")
        if image == "kube-proxy":
            path = f"spec.template.spec.containers[name={container.name}].image"
            yield _Found(ref_to("DaemonSet", "kube-system", "kube-proxy"), "kube-proxy", path, tag)


def _judged(view: View, server: tuple[int, int], one: _Found, minor: tuple[int, int]) -> Iterator[Drift]:
    allowed = 3 if server >= _SINCE_THREE else 2
    if minor > server:
        words, severity = "is newer than the API server", Severity.HIGH
    elif minor[0] < server[0] or server[1] - minor[1] > allowed:
        words, severity = f"is more than {allowed} minor versions older than the API server", Severity.MEDIUM
    else:
        return
    yield Drift(
        kind=DriftKind.VERSION_SKEW,
        object=one.subject,
        path=one.path,
        before=view.cluster.version,
        after=one.text,
        # Behind one address several API servers may answer, of two versions while they are upgraded.
        confidence=Confidence.OBSERVED,
        severity=severity,
        message=f"its {one.what} {one.text} {words} ({view.cluster.version}): Kubernetes does not support this",
        why_not_reverted="nothing in the cluster compares versions",
        evidence=(f"{one.path} = {one.text}",),
    )
