"""Reports made by hand: one with a story on every floor, a clean one, and one of somebody who may see nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.model.components import ComponentCondition, Presence
from k8sview.model.report import (
    Access,
    ApiCost,
    CheckResult,
    ClusterIdentity,
    ComponentReport,
    Coverage,
    Denied,
    Exemption,
    Finding,
    LayerSummary,
    Owner,
    Report,
    Run,
    Selection,
    Summary,
    Tool,
)
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Layer, Reason, Severity, Status, Verdict

NODES = "foundation.nodes.ready"
COREDNS = "foundation.coredns.workloads-ready"
CERTIFICATES = "basement.cert-manager.certificates-ready"
SECRETS = "basement.external-secrets.synced"
VELERO = "basement.velero.backups-recent"
MALFORMED = "building.argo-cd.applications-synced"
WORKLOADS = "building.resilience.spread"
KEDA = "building.keda.scalers-active"

TITLES = {
    NODES: "Nodes are Ready",
    COREDNS: "CoreDNS is up",
    CERTIFICATES: "Certificates are Ready and far from expiry",
    SECRETS: "External Secrets are synced",
    VELERO: "Backups are recent",
    MALFORMED: "Applications are synced",
    WORKLOADS: "Workloads spread over nodes",
    KEDA: "Scalers are active",
}


def check(check_id: str, status: Status, severity: Severity = Severity.HIGH, **more: object) -> CheckResult:
    layer, component, _ = check_id.split(".")
    made = CheckResult(
        id=check_id,
        title=TITLES.get(check_id, "Something is good"),
        layer=Layer(layer),
        component=component,
        severity=severity,
        status=status,
        evaluated_objects=3 if status.evaluated else 0,
        why="Because it matters.",
        next="kubectl get nodes",
        url="https://kubernetes.io/docs/",
    )
    return msgspec.structs.replace(made, **more)


def finding(
    number: int, check_id: str, ref: Ref | None, message: str, status: Status = Status.FAIL, **more: object
) -> Finding:
    made = Finding(
        fingerprint=f"fp1:{number:016x}",
        check_id=check_id,
        status=status,
        severity=Severity.HIGH,
        object=ref,
        message=message,
        next="kubectl describe node worker-3",
    )
    return msgspec.structs.replace(made, **more)


def component(
    name: str, layer: Layer, state: Presence = Presence.INSTALLED, version: str | None = None
) -> ComponentReport:
    conditions = (ComponentCondition("Available", "True", "AsExpected"),) if state is Presence.INSTALLED else ()
    return ComponentReport(
        id=name,
        title=name,
        layer=layer,
        state=state,
        version=version,
        conditions=conditions,
        evidence=("its API group",),
    )


def report(
    checks: tuple[CheckResult, ...] = (),
    findings: tuple[Finding, ...] = (),
    components: tuple[ComponentReport, ...] = (),
    verdicts: dict[Layer, Verdict] | None = None,
    verdict: Verdict = Verdict.READY,
    **more: object,
) -> Report:
    applicable = [one for one in checks if one.status is not Status.SKIP]
    evaluated = [one for one in applicable if one.status.evaluated]
    against = [one for one in findings if one.status in (Status.FAIL, Status.WARN) and one.exemption is None]
    percent = round(100 * len(evaluated) / len(applicable), 1) if applicable else None
    made = Report(
        api_version="k8sview.io/v1",
        kind="CheckReport",
        schema_version="1.0.0",
        tool=Tool("k8sview", "0.1.0"),
        run=Run(
            started_at="2026-03-01T12:00:00Z",
            finished_at="2026-03-01T12:00:04Z",
            duration_ms=4210,
            profile=None,
            source="live",
            selection=Selection(),
            api=ApiCost(63, 91234567),
        ),
        cluster=ClusterIdentity("prod-eu", "0000-1111", "https://prod.example", "v1.37.2", "eks"),
        summary=Summary(
            verdict=verdict,
            checks={str(status): sum(one.status is status for one in checks) for status in Status},
            findings={str(severity): sum(one.severity is severity for one in against) for severity in Severity}
            | {"exempted": len([one for one in findings if one.exemption]), "new": 0, "resolved": 0},
            layers=tuple(LayerSummary(layer, one) for layer, one in (verdicts or {}).items()),
            coverage=Coverage(len(checks), len(applicable), len(evaluated), percent),
        ),
        components=components,
        checks=checks,
        findings=findings,
        access=Access(),
    )
    return msgspec.structs.replace(made, **more)


def node(name: str) -> Ref:
    return Ref("v1", "Node", None, name)


def deployment(namespace: str, name: str, container: str | None = None) -> Ref:
    return Ref("apps/v1", "Deployment", namespace, name, container)


def troubled() -> Report:
    """A node is gone, CoreDNS suffers, a certificate runs out, Secrets may not be read, one object is broken."""
    cause = finding(
        1, NODES, node("worker-3"), "Ready is Unknown for 12m: kubelet stopped posting node status", affects=5,
        severity=Severity.CRITICAL, since="2026-03-01T11:48:00Z", path="status.conditions[Ready]", observed="Unknown",
        expected="True", evidence=("last heartbeat 2026-03-01T11:47:31Z",),
    )  # fmt: skip
    effects = [
        finding(2, COREDNS, deployment("kube-system", "coredns"), "1 of 2 replicas ready", caused_by=cause.fingerprint),
        *(
            finding(
                10 + number, WORKLOADS, deployment("shop", f"web-{number}"), "0 of 1 replicas ready",
                status=Status.WARN, severity=Severity.MEDIUM, caused_by=cause.fingerprint,
            )
            for number in range(4)
        ),
    ]  # fmt: skip
    others = [
        finding(
            3, CERTIFICATES, Ref("cert-manager.io/v1", "Certificate", "shop", "web"), "runs out in 3 days",
            next="kubectl describe certificate -n shop web", state="new", owner=Owner("payments", "argocd/shop"),
        ),
        finding(
            4, CERTIFICATES, Ref("cert-manager.io/v1", "Certificate", "shop", "old"), "runs out in 2 days",
            exemption=Exemption("moves to the new domain", "payments", "2026-12-31"),
        ),
        finding(
            5, WORKLOADS, deployment("shop", "cart", "app"), "all 3 replicas on node worker-1",
            status=Status.WARN, severity=Severity.MEDIUM, confidence=Confidence.OBSERVED,
            next="kubectl get pods -n shop -o wide",
        ),
        finding(
            6, MALFORMED, Ref("argoproj.io/v1alpha1", "Application", "argocd", "shop"), status=Status.ERROR,
            message="this object could not be read: Expected `str`, got `int` - at `$.status.sync`",
        ),
    ]  # fmt: skip
    return report(
        checks=(
            check(WORKLOADS, Status.WARN, Severity.MEDIUM, caused_by=(NODES,), message="5 workloads sit on one node"),
            check(NODES, Status.FAIL, Severity.CRITICAL, message="Node worker-3: Ready is Unknown"),
            check(COREDNS, Status.FAIL, caused_by=(NODES,), message="Deployment kube-system/coredns: 1 of 2 ready"),
            check(CERTIFICATES, Status.FAIL, message="Certificate shop/web: runs out in 3 days"),
            check(SECRETS, Status.UNKNOWN, reason=Reason.FORBIDDEN, message="secrets: list secrets is forbidden"),
            check(VELERO, Status.PASS),
            check(
                MALFORMED, Status.ERROR, reason=Reason.MALFORMED, message="Application argocd/shop could not be read"
            ),
            check(KEDA, Status.SKIP, reason=Reason.NOT_INSTALLED, message="KEDA is not installed"),
        ),
        findings=(*others, cause, *effects),
        components=(
            component("argo-cd", Layer.BUILDING, version="v3.2.0"),
            component("keda", Layer.BUILDING, Presence.ABSENT),
            component("coredns", Layer.FOUNDATION, version="v1.13.1"),
            component("cert-manager", Layer.BASEMENT, version="v1.21.0"),
            component("external-secrets", Layer.BASEMENT, Presence.UNKNOWN),
            component("velero", Layer.BASEMENT, version="v1.17.0"),
            component("kyverno", Layer.BASEMENT, Presence.LEFTOVER),
        ),
        verdicts={
            Layer.FOUNDATION: Verdict.NOT_READY,
            Layer.BASEMENT: Verdict.NOT_READY,
            Layer.BUILDING: Verdict.INCOMPLETE,
        },
        verdict=Verdict.NOT_READY,
        access=Access((Denied("", "secrets", "list", None, (SECRETS,)),)),
        errors=(f"{MALFORMED}: Application argocd/shop could not be read",),
    )


def healthy() -> Report:
    return report(
        checks=(check(NODES, Status.PASS, Severity.CRITICAL), check(VELERO, Status.PASS)),
        components=(component("velero", Layer.BASEMENT, version="v1.17.0"),),
        verdicts={Layer.FOUNDATION: Verdict.READY, Layer.BASEMENT: Verdict.READY},
    )


def blind() -> Report:
    """A user without any rights."""
    forbidden: dict[str, Any] = {"reason": Reason.FORBIDDEN, "message": "nodes: list nodes is forbidden"}
    return report(
        checks=(
            check(NODES, Status.UNKNOWN, Severity.CRITICAL, **forbidden),
            check(VELERO, Status.UNKNOWN, **forbidden),
        ),
        components=(component("velero", Layer.BASEMENT, Presence.UNKNOWN),),
        verdicts={Layer.FOUNDATION: Verdict.INCOMPLETE, Layer.BASEMENT: Verdict.INCOMPLETE},
        verdict=Verdict.INCOMPLETE,
        access=Access((Denied("", "nodes", "list", None, (NODES,)),)),
    )


HOSTILE = "\x1b]0;owned\x07\x9b31m\u202e<script>]]>&\"'|`*_[x](y)\ud800\x00\ufffe"


def hostile() -> Report:
    """Names and messages that would like to be commands of a terminal, of XML, of Markdown."""
    ref = Ref("v1", "ConfigMap", HOSTILE, HOSTILE, HOSTILE)
    return report(
        checks=(check(NODES, Status.FAIL, message=HOSTILE), check(VELERO, Status.UNKNOWN, message=HOSTILE)),
        findings=(finding(1, NODES, ref, HOSTILE + "\nsecond\tline", evidence=(HOSTILE,), next=HOSTILE),),
        components=(component("velero", Layer.BASEMENT, version=HOSTILE),),
        verdicts={Layer.FOUNDATION: Verdict.NOT_READY, Layer.BASEMENT: Verdict.INCOMPLETE},
        verdict=Verdict.NOT_READY,
        cluster=ClusterIdentity(HOSTILE, None, HOSTILE, HOSTILE),
        errors=(HOSTILE,),
    )


ALL = {"troubled": troubled(), "healthy": healthy(), "blind": blind(), "empty": report(), "hostile": hostile()}
