"""Who should take a finalizer away: the controllers whose names answer to its domain, and whether they are at work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.workloads import DaemonSet, Deployment, StatefulSet
from k8sview.model.resources import Ref
from k8sview.model.view import View

_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
_LABELS = (
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app",
    "k8s-app",
    "control-plane",
)
_ROLES = ("controller", "operator", "manager", "provisioner")
# Parts of domains that name no product.
_GENERAL = frozenset(
    {"io", "com", "org", "net", "dev", "cloud", "k8s", "x-k8s", "kubernetes", "local", "example", "test"}
    | {"finalizer", "finalizers", "finalize", "resources-finalizer", "app", "apps", "internal", "api", "batch", "core"}
    | {"storage", "networking", "service", "serving"}
)
_WORD = re.compile(r"[a-z0-9-]+")


class Finalizers(msgspec.Struct, frozen=True):
    """Controllers that a finalizer's domain points to. ``idle``: those that are not at work, with their words."""

    known: tuple[Ref, ...] = ()
    idle: tuple[tuple[Ref, str], ...] = ()
    missing: tuple[str, ...] = ()


def finalizers_of(view: View, finalizer: str, group: str = "") -> Finalizers:
    """Who is likely to serve ``finalizer`` of an object of an API ``group``. A guess by names: infer, never be sure."""
    missing = tuple(RESOURCE_NAMES[kind] for kind in _KINDS if not view.readable(RESOURCE_NAMES[kind]))
    by_word = view.once("workloads by product", _by_word)
    found: dict[tuple[str, str, str], tuple[str, Any]] = {}
    for word in _words((finalizer.partition("/")[0], group)):
        for kind, place in by_word.get(word, ()):
            obj = view.get(RESOURCE_NAMES[kind], place[1], place[0])
            if obj is not None:
                found[kind, place[0], place[1]] = (kind, obj)
    leading = {key: one for key, one in found.items() if any(role in key[2] for role in _ROLES)} or found
    refs = {key: ref_to(kind, key[1], key[2]) for key, (kind, _) in sorted(leading.items())}
    idle = tuple((refs[key], words) for key in refs if (words := _idle(leading[key][1])))
    return Finalizers(tuple(refs.values()), idle, missing)


def _words(domains: Iterable[str]) -> Iterator[str]:
    for domain in domains:
        for part in domain.lower().split("."):
            if part not in _GENERAL and len(part) > 2:
                yield part
                if part.endswith("cd") and len(part) > 4:
                    yield part[:-2]  # fluxcd → flux


def _by_word(view: View) -> dict[str, tuple[tuple[str, tuple[str, str]], ...]]:
    """Product words → kind and place of the workloads that carry them."""
    found: dict[str, dict[tuple[str, tuple[str, str]], None]] = {}
    for kind in _KINDS:
        for one in view.each(RESOURCE_NAMES[kind]):
            if not isinstance(one, Deployment | StatefulSet | DaemonSet):
                continue
            labels = {**one.spec.template.metadata.labels, **one.metadata.labels}
            words = {labels[name].lower() for name in _LABELS if name in labels} | {one.metadata.name}
            place = (kind, (one.metadata.namespace or "", one.metadata.name))
            for word in words:
                for prefix in _beginnings(word):
                    found.setdefault(prefix, {})[place] = None
    return {word: tuple(places) for word, places in found.items()}


def _beginnings(word: str) -> Iterator[str]:
    """``cert-manager-webhook`` → itself, ``cert-manager``, ``cert``."""
    parts = "".join(_WORD.findall(word)).split("-")
    for count in range(1, len(parts) + 1):
        yield "-".join(parts[:count])


def _idle(workload: Any) -> str:
    if isinstance(workload, DaemonSet):
        return "" if workload.status.number_ready else "has no ready pod"
    if not workload.spec.replicas:
        return "is scaled to 0"
    return "" if workload.status.ready_replicas else "has no ready pod"
