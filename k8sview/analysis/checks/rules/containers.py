"""What templates say of their containers: images, registries, probes, ports, users. One finding for each workload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from k8sview.analysis.checks.applications import TEMPLATED, WORKLOADS, applications, pod_template, templated
from k8sview.analysis.checks.images import DEFAULT_REGISTRY, parse_image
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.pods import Container, PodSpec, Probe

_RESTRICTED = ("pod-security.kubernetes.io/enforce", "restricted")


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


def found(problems: list[str], **details: Any) -> Outcome:
    """One failure that tells the first of a workload's problems and how many more there are; a pass without any."""
    if not problems:
        return PASS
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return fails(f"{problems[0]}{more}", evidence=tuple(problems[:10]), **details)


class TagsParameters(Parameters, frozen=True, kw_only=True):
    """``moving``: tags that are moved on to newer images by custom."""

    moving: tuple[str, ...] = ("latest",)


@rule("images-tagged", TagsParameters)
def images_tagged(context: Context, parameters: TagsParameters) -> Iterator[Judged]:
    """Every image is named by a digest, or by a tag that is none of `moving`."""
    for subject, workload in templated(context):
        spec = pod_template(workload).spec
        problems = []
        for container in (*spec.containers, *spec.init_containers):
            image = parse_image(container.image)
            if not container.image or image.pinned or (image.tag and image.tag not in parameters.moving):
                continue
            how = f"by the moving tag {image.tag}" if image.tag else "without a tag"
            problems.append(f"container {container.name} runs {image.repository} {how}")
        expected = "a tag of one release, or a digest"
        yield Judged(subject, found(problems, path="spec.template.spec.containers[*].image", expected=expected))


class RegistriesParameters(Parameters, frozen=True, kw_only=True):
    """``only``: registries, or beginnings of image names, that alone may be used. ``never``: such as may not, each
    with the reason."""

    only: tuple[str, ...] = ()
    never: dict[str, str] = {}

    def problem(self) -> str | None:
        return None if self.only or self.never else "names no registry (only, never)"


@rule("image-registries", RegistriesParameters)
def image_registries(context: Context, parameters: RegistriesParameters) -> Iterator[Judged]:
    """Images come from the registries they should come from; system namespaces and components are looked at, too."""
    for resource in TEMPLATED:
        table = context.table(resource)
        for key in sorted(table.objects):
            workload = table.objects[key]
            if workload.metadata.controller is not None:
                continue
            spec = pod_template(workload).spec
            problems = [
                f"container {container.name} runs {container.image}: {problem}"
                for container in (*spec.containers, *spec.init_containers)
                if container.image and (problem := _unwanted(container.image, parameters))
            ]
            path = "spec.template.spec.containers[*].image"
            yield Judged(ref_to(table, workload), found(problems, path=path))


def _unwanted(reference: str, parameters: RegistriesParameters) -> str:
    image = parse_image(reference)
    official = image.registry == DEFAULT_REGISTRY and "/" not in image.repository
    name = f"{image.registry}/{'library/' if official else ''}{image.repository}/"
    for prefix, why in parameters.never.items():
        if name.startswith(f"{prefix.rstrip('/')}/"):
            return why
    if parameters.only and not any(name.startswith(f"{prefix.rstrip('/')}/") for prefix in parameters.only):
        return f"{image.registry} is not among {', '.join(parameters.only)}"
    return ""


class ProbesParameters(Parameters, frozen=True, kw_only=True):
    """``kind``: any probe at all, or a liveness probe where there is another one already."""

    kind: Literal["any", "liveness"]


@rule("probes-stated", ProbesParameters)
def probes_stated(context: Context, parameters: ProbesParameters) -> Iterator[Judged]:
    """Long-running workloads alone: what runs once, and what runs before the start, needs none. Sidecars may be probed
    instead of the application."""
    for subject, workload in applications(context, WORKLOADS):
        spec = pod_template(workload).spec
        sidecars = [one for one in spec.init_containers if one.restart_policy == "Always"]
        containers = [*spec.containers, *sidecars]
        problem = ""
        if not any(_probes(one) for one in containers):
            if parameters.kind == "any" and containers:
                problem = "no container has a probe: the pod is ready and well for as long as its processes exist"
        elif parameters.kind == "liveness" and not any(one.liveness_probe for one in containers):
            problem = "no container has a liveness probe: one that hangs for good is never restarted"
        details = {"path": "spec.template.spec.containers", "observed": "none"}
        yield Judged(subject, found([problem] if problem else [], **details))


def _probes(container: Container) -> list[Probe]:
    known = (container.liveness_probe, container.readiness_probe, container.startup_probe)
    return [one for one in known if one is not None]


@rule("ports-named", NoParameters)
def ports_named(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Container ports have names, and probes use them: a number that is written in one place can be changed there."""
    for subject, workload in applications(context, WORKLOADS):
        spec = pod_template(workload).spec
        problems = [problem for container in spec.containers for problem in _numbers(container)]
        yield Judged(subject, found(problems, path="spec.template.spec.containers[*].ports"))


def _numbers(container: Container) -> Iterator[str]:
    names = {port.container_port: port.name for port in container.ports}
    unnamed = [str(number) for number, name in names.items() if not name]
    if unnamed:
        yield f"container {container.name} has no name for port {', '.join(unnamed)}"
    for number in dict.fromkeys(_probed(_probes(container))):
        if names.get(number):
            yield f"container {container.name} is probed at port {number} instead of {names[number]}"


def _probed(probes: Iterable[Probe]) -> Iterator[int]:
    for probe in probes:
        handler = probe.http_get or probe.tcp_socket
        if handler is not None and isinstance(handler.port, int):
            yield handler.port


@rule("root-avoided", NoParameters)
def root_avoided(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """No container may run as root: its template states a user or forbids root, or its namespace does. What user an
    image states by itself cannot be seen from the cluster, so that this says "may"."""
    namespaces = context.table("namespaces")
    label, level = _RESTRICTED
    for subject, workload in templated(context):
        namespace = namespaces.get(subject.namespace or "")
        forbidden = namespace is not None and namespace.metadata.labels.get(label) == level
        spec = pod_template(workload).spec
        problems = [] if forbidden or _windows(spec) else list(_roots(spec))
        path = "spec.template.spec.containers[*].securityContext"
        yield Judged(subject, found(problems, path=path, expected="runAsNonRoot: true"))


def _windows(spec: PodSpec) -> bool:
    return spec.node_selector.get("kubernetes.io/os") == "windows"


def _roots(spec: PodSpec) -> Iterator[str]:
    of_pod = spec.security_context
    for container in (*spec.containers, *spec.init_containers):
        own = container.security_context
        if own is not None and own.privileged:
            yield f"container {container.name} is privileged: it is root on its node"
            continue
        user = own.run_as_user if own is not None and own.run_as_user is not None else None
        if user is None and of_pod is not None:
            user = of_pod.run_as_user
        barred = own.run_as_non_root if own is not None and own.run_as_non_root is not None else None
        if barred is None and of_pod is not None:
            barred = of_pod.run_as_non_root
        if user == 0:
            yield f"container {container.name} runs as root (runAsUser 0)"
        elif user is None and not barred:
            yield f"container {container.name} may run as root: neither runAsNonRoot nor runAsUser is set"
