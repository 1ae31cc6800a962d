"""The label convention: do workloads say whose they are, and is there anything that nobody claims?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.applications import WORKLOADS, applications, template_labels
from k8sview.analysis.checks.custom import unseen
from k8sview.analysis.checks.outcome import PASS, Context, Judged, cannot_tell, fails
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.resources import Ref

OWNERS = ("team", "owner", "app.kubernetes.io/team", "squad", "app.kubernetes.io/part-of")
_MANAGED = (
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
    "argocd.argoproj.io/instance",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
    "olm.owner",
)
_MANAGED_NOTES = ("argocd.argoproj.io/tracking-id", "meta.helm.sh/release-name")


class OwnersParameters(Parameters, frozen=True, kw_only=True):
    """``labels``: any of these names an owner, on the workload, its pods or its namespace. ``share``: of a namespace's
    workloads that must have one."""

    labels: tuple[str, ...] = OWNERS
    share: float = 0.8

    def problem(self) -> str | None:
        if not self.labels:
            return "labels names no label"
        return None if 0 < self.share <= 1 else f"share: {self.share} is not between 0 and 1"


def _says(labels: dict[str, str], names: tuple[str, ...]) -> bool:
    return any(labels.get(name) for name in names)


@rule("owners-labelled", OwnersParameters)
def owners_labelled(context: Context, parameters: OwnersParameters) -> Iterator[Judged]:
    """One finding for each namespace in which too few workloads name an owner."""
    found: dict[str, tuple[int, list[str]]] = {}
    for subject, workload in applications(context, WORKLOADS):
        named = _says(workload.metadata.labels, parameters.labels) or _says(
            template_labels(workload), parameters.labels
        )
        count, missing = found.get(subject.namespace or "", (0, []))
        found[subject.namespace or ""] = (count + 1, missing if named else [*missing, f"{subject.kind} {subject.name}"])
    namespaces = context.table("namespaces")
    for name, (count, missing) in sorted(found.items()):
        subject = Ref("v1", "Namespace", None, name)
        namespace = namespaces.get(name)
        owned = namespace is not None and _says(namespace.metadata.labels, parameters.labels)
        if owned or (count - len(missing)) / count >= parameters.share:
            yield Judged(subject, PASS)
            continue
        words = f"{count - len(missing)} of {count} workloads name an owner"
        wanted = " or ".join(parameters.labels)
        if namespace is None:
            state = namespaces.state
            yield Judged(subject, cannot_tell(f"{words}, and whether the namespace does could not be read ({state})"))
            continue
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        yield Judged(
            subject,
            fails(
                f"{words}: {', '.join(missing[:3])}{more} have no label {wanted}",
                path="metadata.labels",
                observed=f"{100 * (count - len(missing)) // count} %",
                expected=f"at least {parameters.share:.0%}, or the label on the namespace",
                evidence=tuple(missing[:10]),
            ),
        )


@rule("workloads-claimed", OwnersParameters)
def workloads_claimed(context: Context, parameters: OwnersParameters) -> Iterator[Judged]:
    """Every workload has an owner's label, a tool that manages it, or an object that owns it."""
    yield from unseen(context, ("namespaces",))
    namespaces = context.table("namespaces")
    for subject, workload in applications(context, WORKLOADS):
        namespace = namespaces.get(subject.namespace or "")
        if _claimed(workload, namespace, parameters.labels):
            yield Judged(subject, PASS)
            continue
        yield Judged(
            subject,
            fails(
                "no owner label, no tool's mark, no owning object: nobody claims it",
                path="metadata.labels",
                observed=", ".join(sorted(workload.metadata.labels)[:5]) or "no labels",
                expected=" or ".join(parameters.labels),
                evidence=_writers(workload),
            ),
        )


def _claimed(workload: Any, namespace: Any, names: tuple[str, ...]) -> bool:
    metadata = workload.metadata
    return (
        bool(metadata.owner_references)
        or _says(metadata.labels, (*names, *_MANAGED))
        or _says(metadata.annotations, _MANAGED_NOTES)
        or _says(template_labels(workload), names)
        or (namespace is not None and _says(namespace.metadata.labels, names))
    )


def _writers(workload: Any) -> tuple[str, ...]:
    """Who wrote it: the one trace that is left."""
    entries = (one for one in workload.metadata.managed_fields if one.subresource != "status")
    return tuple(dict.fromkeys(f"written by {one.manager} at {one.time}" for one in entries if one.manager))[:3]
