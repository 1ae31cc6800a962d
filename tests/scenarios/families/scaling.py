"""Autoscalers that do not scale. The HPA controller is real; the figures it reads are objects of a metrics API."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.platform import api_service, definition
from tests.scenarios.shapes import box, deployment, deploys, made, named, service, space
from tests.scenarios.site import Site, condition

METRICS = (
    definition("metrics.k8s.io", "PodMetrics", "pods", "v1beta1"),
    definition("metrics.k8s.io", "NodeMetrics", "nodes", "v1beta1", scope="Cluster"),
)
"""The resource metrics API, served from definitions: its objects are what a metrics server would answer."""


def scaler(namespace: str, *metrics: Raw, target: str = "web", low: int = 1, high: int = 2, **spec: Any) -> Raw:
    wanted = list(metrics) or [utilization("cpu", 50)]
    goal = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    whole = {"scaleTargetRef": goal, "minReplicas": low, "maxReplicas": high, "metrics": wanted, **spec}
    return made("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "web", spec=whole)


def utilization(resource: str, percent: int) -> Raw:
    return {
        "type": "Resource",
        "resource": {"name": resource, "target": {"type": "Utilization", "averageUtilization": percent}},
    }


def using(namespace: str, cpu: str, kind: str, status: str, reason: str = "") -> Any:
    """A step: figures for each pod of ``web``, until the scaler's condition is so."""

    async def step(site: Site) -> None:
        target = named("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "web")

        async def shaped() -> bool:
            for pod in await site.pods(namespace, 0, "web"):
                await site.api.apply([_figures(site, pod, cpu)])
            found = condition(await site.api.get(target), kind)
            return found.get("status") == status and (not reason or reason in found["message"] + found["reason"])

        await site.until(f"the scaler of {namespace}: {kind}={status} {reason}", shaped)

    return step


def _figures(site: Site, pod: Raw, cpu: str) -> Raw:
    metadata = pod["metadata"]
    usage = [{"name": one["name"], "usage": {"cpu": cpu, "memory": "20Mi"}} for one in pod["spec"]["containers"]]
    return made(
        "metrics.k8s.io/v1beta1",
        "PodMetrics",
        metadata["namespace"],
        metadata["name"],
        metadata={"labels": metadata["labels"]},
        timestamp=site.moments.before(0.2),
        window="30s",
        containers=usage,
    )


def until(namespace: str, kind: str, status: str) -> Any:
    """A step: until the scaler's condition is so."""

    async def step(site: Site) -> None:
        target = named("autoscaling/v2", "HorizontalPodAutoscaler", namespace, "web")
        await site.shows(target, lambda one: condition(one, kind).get("status") == status, f"{kind}={status}")

    return step


def _hpa(namespace: str) -> Ref:
    return Ref("HorizontalPodAutoscaler", namespace, "web")


_EXTERNAL = {
    "type": "External",
    "external": {"metric": {"name": "queue_length"}, "target": {"type": "AverageValue", "averageValue": "10"}},
}
_CUSTOM = {
    "type": "Pods",
    "pods": {"metric": {"name": "requests_per_second"}, "target": {"type": "AverageValue", "averageValue": "10"}},
}

CASES: tuple[Case, ...] = (
    Failure(
        name="scale-no-target",
        row=36,
        broken="the autoscaler's target does not exist",
        objects=(space("scale-no-target"), scaler("scale-no-target", target="wbe")),
        steps=(until("scale-no-target", "AbleToScale", "False"),),
        expected=Expected(
            blame=(_hpa("scale-no-target"), deploys("scale-no-target", "wbe")),
            words=r"wbe",
            found=(_hpa("scale-no-target"),),
        ),
    ),
    Failure(
        name="scale-no-request",
        row=36,
        broken="a share of requested CPU is wanted, and the sidecar states no request",
        objects=(
            space("scale-no-request"),
            deployment("scale-no-request", "web", box(), box("log-shipper", resources={})),
            scaler("scale-no-request"),
        ),
        steps=(using("scale-no-request", "9m", "ScalingActive", "False", "missing request"),),
        expected=Expected(
            blame=(_hpa("scale-no-request"), deploys("scale-no-request", "web")),
            words=r"log-shipper|request",
            found=(_hpa("scale-no-request"),),
        ),
    ),
    Failure(
        name="scale-no-figures",
        row=36,
        broken="the external metrics API has no endpoints",
        objects=(
            space("scale-no-figures"),
            deployment("scale-no-figures", "web"),
            scaler("scale-no-figures", _EXTERNAL),
            service("scale-no-figures", "adapter", {"app": "adapter"}, 6443, secure=True),
            api_service("external.metrics.k8s.io", "v1beta1", "scale-no-figures", "adapter"),
        ),
        steps=(until("scale-no-figures", "ScalingActive", "False"),),
        expected=Expected(
            blame=(
                Ref("APIService", None, "v1beta1.external.metrics.k8s.io"),
                Ref("Service", "scale-no-figures", "adapter"),
            ),
            words=r"endpoint|adapter|external\.metrics",
            found=(_hpa("scale-no-figures"), Ref("APIService", None, "v1beta1.external.metrics.k8s.io")),
        ),
    ),
    Failure(
        name="scale-no-adapter",
        row=36,
        broken="wants a custom metric, and no adapter serves that API at all",
        objects=(space("scale-no-adapter"), deployment("scale-no-adapter", "web"), scaler("scale-no-adapter", _CUSTOM)),
        steps=(until("scale-no-adapter", "ScalingActive", "False"),),
        expected=Expected(
            blame=(_hpa("scale-no-adapter"), Ref("APIService", None, "*custom.metrics.k8s.io")),
            words=r"custom\.metrics|requests_per_second|adapter",
            found=(_hpa("scale-no-adapter"),),
        ),
    ),
    Failure(
        name="scale-at-max",
        row=37,
        broken="more replicas are wanted than the autoscaler may make",
        objects=(space("scale-at-max"), deployment("scale-at-max", "web"), scaler("scale-at-max")),
        steps=(using("scale-at-max", "100m", "ScalingLimited", "True", "TooManyReplicas"),),
        expected=Expected(blame=(_hpa("scale-at-max"),), words=r"max"),
    ),
)
