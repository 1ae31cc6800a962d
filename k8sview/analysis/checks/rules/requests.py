"""Requests and limits as pods really have them: by their template, the namespace's LimitRange, or admission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from k8sview.analysis.checks.applications import TEMPLATED, pod_like, pod_template, templated
from k8sview.analysis.checks.custom import items
from k8sview.analysis.checks.outcome import Context, Judged, cannot_tell
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found
from k8sview.model.objects.pods import Container, PodSpec

_RANGES = "limitranges"
_KEYS = ("requests", "limits")
_DEFAULTS = {"requests": "defaultRequest", "limits": "default"}


class StatedParameters(Parameters, frozen=True, kw_only=True):
    """``requests`` and ``limits``: the resources (cpu, memory) that every container has to state there."""

    requests: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    def problem(self) -> str | None:
        return None if self.requests or self.limits else "names no resource (requests, limits)"

    def reads(self) -> tuple[str, ...]:
        return (_RANGES, "pods")


@rule("resources-stated", StatedParameters)
def resources_stated(context: Context, parameters: StatedParameters) -> Iterator[Judged]:
    """What a container lacks may stand for the pod as a whole, come from a LimitRange, or be put there by admission: a
    living pod of the workload shows it, else the LimitRange tells."""
    ranges = _defaults(context)
    wanted = {"requests": parameters.requests, "limits": parameters.limits}
    for subject, workload in templated(context, TEMPLATED):
        spec = pod_template(workload).spec
        lacking = list(_lacking(spec, spec, wanted, ranges.get(subject.namespace or "", {})))
        pod = pod_like(context.view, workload) if lacking and _selects(workload) else None
        if pod is not None:
            lacking = list(_lacking(spec, pod.spec, wanted, {}))
        elif lacking and not context.view.readable(_RANGES, subject.namespace):
            words = f"{lacking[0]}; whether a LimitRange fills it in: {context.table(_RANGES).state}"
            yield Judged(subject, cannot_tell(words, path=_RANGES))
            continue
        yield Judged(subject, found(lacking, path="spec.template.spec.containers[*].resources"))


def _selects(workload: Any) -> bool:
    return hasattr(workload.spec, "selector")


def _defaults(context: Context) -> dict[str, dict[str, set[str]]]:
    """By namespace: the resources that a LimitRange gives to containers without, by ``requests`` and ``limits``."""
    filled: dict[str, dict[str, set[str]]] = {}
    for one in context.table(_RANGES):
        for item in items(one, "spec.limits"):
            if item.get("type") != "Container":
                continue
            known = filled.setdefault(one.metadata.namespace or "", {key: set() for key in _KEYS})
            for key, name in _DEFAULTS.items():
                given = item.get(name)
                known[key] |= set(given) if isinstance(given, dict) else set()
            known["requests"] |= known["limits"]  # a limit without a request is the request, too
    return filled


def _lacking(
    stated: PodSpec, seen: PodSpec, wanted: Mapping[str, tuple[str, ...]], defaults: Mapping[str, set[str]]
) -> Iterator[str]:
    """The template's own long-running containers, as ``seen`` has them: what is injected is not the author's."""
    names = {one.name for one in (*stated.containers, *_sidecars(stated))}
    for container in (*seen.containers, *_sidecars(seen)):
        if container.name not in names:
            continue
        missing = [
            f"{resource} {key[:-1]}"
            for key, resources in wanted.items()
            for resource in resources
            if not _has(container, seen, key, resource) and resource not in defaults.get(key, ())
        ]
        if missing:
            yield f"container {container.name} has no {' and no '.join(missing)}"


def _sidecars(spec: PodSpec) -> list[Container]:
    return [one for one in spec.init_containers if one.restart_policy == "Always"]


def _has(container: Container, spec: PodSpec, key: str, resource: str) -> bool:
    own = container.resources
    # A limit alone is taken for the request as well (API server defaulting).
    places = [own.limits, *([own.requests] if key == "requests" else [])]
    if spec.resources is not None:
        places += [spec.resources.limits, *([spec.resources.requests] if key == "requests" else [])]
    return any(resource in place for place in places)
