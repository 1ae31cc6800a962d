"""Services that lead nowhere."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Ref
from tests.scenarios.families.containers import HTTP, unhealthy
from tests.scenarios.kubelet import Container, Play
from tests.scenarios.shapes import box, deployment, deploys, scripted, service, space


def _svc(name: str) -> Ref:
    return Ref("Service", name, "web")


CASES: tuple[Case, ...] = (
    Failure(
        name="service-typo",
        row=20,
        broken="the selector says app: wbe, the pods app: web",
        objects=(
            space("service-typo"),
            deployment("service-typo", "web"),
            service("service-typo", "web", {"app": "wbe"}),
        ),
        expected=Expected(blame=(_svc("service-typo"),), words=r"selector|wbe|no pod"),
    ),
    Failure(
        name="service-port",
        row=20,
        broken="the target port's name is no container's",
        objects=(
            space("service-port"),
            deployment("service-port", "web", box(ports=[{"name": "http", "containerPort": 8080}])),
            service("service-port", "web", {"app": "web"}, "https"),
        ),
        expected=Expected(blame=(_svc("service-port"),), words=r"https|port"),
    ),
    Failure(
        name="service-unready",
        row=20,
        broken="the Service's only pods are not ready: their probe fails",
        objects=(
            space("service-unready"),
            scripted("service-unready", "web", box(readinessProbe=HTTP)),
            service("service-unready", "web", {"app": "web"}),
        ),
        plays={
            "web": Play(
                {"app": Container(ready=False)}, (unhealthy("Readiness", "HTTP probe failed with statuscode: 500"),)
            )
        },
        expected=Expected(
            blame=(deploys("service-unready", "web"),), words=r"readiness|500", found=(_svc("service-unready"),)
        ),
    ),
    Failure(
        name="balancer-pending",
        row=44,
        broken="no load balancer controller gives the Service an address",
        objects=(
            space("balancer-pending"),
            deployment("balancer-pending", "web"),
            service("balancer-pending", "web", {"app": "web"}, type="LoadBalancer"),
        ),
        expected=Expected(blame=(_svc("balancer-pending"),), words=r"load ?balancer|address"),
    ),
)
