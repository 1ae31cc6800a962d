"""Named small clusters as pictures, and a session that publishes them: what the app's tests look at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from k8sview.analysis.health.engine import HealthEngine
from k8sview.analysis.health.reads import HEALTH_READS
from k8sview.model import events
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import ClusterHealth, Health
from k8sview.model.kinds import KINDS
from k8sview.model.objects.core import Event, Namespace, NamespaceStatus, Node, NodeStatus
from k8sview.model.objects.extension import (
    CustomResourceDefinition,
    CustomResourceDefinitionNames,
    CustomResourceDefinitionSpec,
    CustomResourceDefinitionStatus,
    CustomResourceDefinitionVersion,
    PrinterColumn,
)
from k8sview.model.objects.meta import (
    Condition,
    Custom,
    LabelSelector,
    ObjectMeta,
    ObjectReference,
    OwnerReference,
)
from k8sview.model.objects.pods import (
    Container,
    ContainerState,
    ContainerStateRunning,
    ContainerStateWaiting,
    ContainerStatus,
    EnvFromSource,
    KeyReference,
    Pod,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
)
from k8sview.model.objects.workloads import (
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    ReplicaSet,
    ReplicaSetSpec,
    ReplicaSetStatus,
)
from k8sview.model.report import (
    Access,
    ApiCost,
    CheckResult,
    ClusterIdentity,
    ComponentReport,
    Coverage,
    Denied,
    Finding,
    LayerSummary,
    Report,
    Run,
    Selection,
    Summary,
    Tool,
)
from k8sview.model.resources import Ref, Resource, key_of
from k8sview.model.status import Layer, Reason, Severity, Status, Verdict
from k8sview.model.tables import State, TableState
from k8sview.model.view import View
from k8sview.session.picture import Picture
from k8sview.store.store import Store
from k8sview.tui.contract import Publish

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CREATED = "2026-03-01T10:00:00Z"
CERTIFICATES = Resource("cert-manager.io", "v1", "certificates", "Certificate", short_names=("cert",))
DENIED = TableState(State.DENIED, "list secrets is forbidden for user jane")
LIVE = events.Cluster(context="prod-eu", server="https://api.prod", version="v1.37.2", uid="u", user="jane")


def meta(name: str, namespace: str | None = "shop", **more: Any) -> ObjectMeta:
    more = {"uid": f"uid-{namespace}-{name}", "creation_timestamp": CREATED, **more}
    return ObjectMeta(name=name, namespace=namespace, **more)


def pod(name: str, *, waiting: str = "", restarts: int = 0, node: str = "n1", **more: Any) -> Pod:
    """A pod of one container, running and ready unless it waits for something."""
    state = ContainerState(
        waiting=ContainerStateWaiting(waiting, f"{waiting} of {name}") if waiting else None,
        running=None if waiting else ContainerStateRunning(CREATED),
    )
    ready = Condition("Ready", "False" if waiting else "True", last_transition_time=CREATED)
    status = ContainerStatus("app", ready=not waiting, started=not waiting, restart_count=restarts, state=state)
    return Pod(
        meta(name, **more),
        PodSpec(node_name=node, containers=(Container("app", "registry/app:1"),)),
        PodStatus(
            phase="Pending" if waiting else "Running",
            conditions=(Condition("PodScheduled", "True", last_transition_time=CREATED), ready),
            container_statuses=(status,),
        ),
    )


def certificate(name: str, ready: str) -> Custom:
    body = {"spec": {"secretName": f"{name}-secret"}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}
    return Custom(meta(name), "cert-manager.io/v1", "Certificate", body)


def certificate_definition() -> CustomResourceDefinition:
    columns = (
        PrinterColumn("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
        PrinterColumn("Secret", "string", ".spec.secretName"),
        PrinterColumn("Issuer", "string", ".spec.issuerRef.name", 1),
        PrinterColumn("Age", "date", ".metadata.creationTimestamp"),
    )
    return CustomResourceDefinition(
        meta("certificates.cert-manager.io", None),
        CustomResourceDefinitionSpec(
            "cert-manager.io",
            "Namespaced",
            CustomResourceDefinitionNames("certificates", "certificate", "Certificate"),
            (CustomResourceDefinitionVersion("v1", served=True, storage=True, additional_printer_columns=columns),),
        ),
        CustomResourceDefinitionStatus((Condition("Established", "True"), Condition("NamesAccepted", "True"))),
    )


def warning(about: Pod, reason: str, message: str) -> Event:
    metadata = about.metadata
    reference = ObjectReference("Pod", metadata.namespace, metadata.name, metadata.uid)
    return Event(meta(f"{metadata.name}.1"), reference, reason, message, "Warning", 3, last_timestamp=CREATED)


def node(name: str) -> Node:
    return Node(meta(name, None), status=NodeStatus(conditions=(Condition("Ready", "True"),)))


class ClusterBuilder:
    """Fills a real store, so that views have the indices they have in life."""

    def __init__(self, cluster: events.Cluster = LIVE, now: datetime = NOW) -> None:
        self.store = Store(lambda: now)
        resources = (*(row.resource for row in KINDS.values()), CERTIFICATES)
        self.store.apply(events.Connected(cluster, resources))
        self.store.apply(events.Link("live"))

    def table(self, name: str, objects: Iterable[Any]) -> ClusterBuilder:
        objects = tuple(objects)
        self.store.apply(events.Upserted(name, None, objects))
        self.store.apply(events.Synced(name, None, frozenset(map(key_of, objects))))
        self.store.apply(events.StateChanged(name, None, TableState(State.SYNCED)))
        return self

    def tables(self, *names: str) -> ClusterBuilder:
        """Empty ones."""
        for name in names:
            self.table(name, ())
        return self

    def forget(self, name: str) -> ClusterBuilder:
        """Take every object out again."""
        self.store.apply(events.Removed(name, None, tuple(self.store.view().table(name).objects)))
        return self

    def state(self, name: str, state: TableState) -> ClusterBuilder:
        self.store.apply(events.StateChanged(name, None, state))
        return self

    def view(self) -> View:
        return self.store.view()


def shop() -> ClusterBuilder:
    """Two nodes, four pods of which one cannot pull its image, a certificate that is not ready; secrets are denied."""
    broken = pod("checkout-5f9-x2", waiting="ImagePullBackOff", restarts=3, node="n2", labels={"app": "checkout"})
    owner = (OwnerReference("ReplicaSet", "web-77c", "uid-rs", "apps/v1", controller=True),)
    return (
        ClusterBuilder()
        .table("namespaces", [Namespace(meta("shop", None)), Namespace(meta("payments", None))])
        .table("nodes", [node("n1"), node("n2")])
        .table(
            "pods",
            [
                pod("web-77c-a", labels={"app": "web"}, owner_references=owner),
                pod("web-77c-b", labels={"app": "web"}, restarts=12),
                pod("ledger-0", namespace="payments"),
                broken,
            ],
        )
        .table("events", [warning(broken, "Failed", "Failed to pull image registry/app:1")])
        .table("certificates.cert-manager.io", [certificate("shop-tls", "True"), certificate("pay-tls", "False")])
        .table("customresourcedefinitions.apiextensions.k8s.io", [certificate_definition()])
        .tables(*_EMPTY)
        .state("secrets", DENIED)
    )


_EMPTY = (
    "deployments.apps",
    "replicasets.apps",
    "limitranges",
    "resourcequotas",
    "networkpolicies.networking.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingadmissionpolicies.admissionregistration.k8s.io",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
)


def night() -> ClusterBuilder:
    """Somebody is paged: two workloads fail by one ConfigMap that does not exist, one is well, Services are denied."""
    web, worker, fine = (workload(name) for name in ("web", "worker", "fine"))
    pods = [_unconfigured(f"{one.metadata.name}-x1", one) for one in (web, worker)]
    events_seen = [warning(one, "Failed", 'Error: configmap "settings" not found') for one in pods]
    well = pod("fine-7d4f-x1", labels={"app": "fine"}, owner_references=_owned(fine))
    return (
        ClusterBuilder()
        .tables(*(one for one in HEALTH_READS if one != "services"))
        .table("namespaces", [Namespace(meta("shop", None), status=NamespaceStatus("Active"))])
        .table("nodes", [node("n1")])
        .table("deployments.apps", [deployment(web, 0), deployment(worker, 0), deployment(fine, 1)])
        .table("replicasets.apps", [web, worker, fine])
        .table("pods", [*pods, well])
        .table("events", events_seen)
        .state("services", TableState(State.DENIED, "list services is forbidden for user jane"))
    )


def workload(name: str) -> ReplicaSet:
    labels = {"app": name}
    owner = (OwnerReference("Deployment", name, f"uid-shop-{name}", "apps/v1", controller=True),)
    metadata = meta(f"{name}-7d4f", labels=labels, owner_references=owner, annotations={_REVISION: "1"})
    spec = ReplicaSetSpec(1, LabelSelector(labels), PodTemplateSpec(ObjectMeta(labels=labels)))
    ready = int(name == "fine")
    return ReplicaSet(metadata, spec, ReplicaSetStatus(replicas=1, ready_replicas=ready, available_replicas=ready))


_REVISION = "deployment.kubernetes.io/revision"


def _owned(maker: ReplicaSet) -> tuple[OwnerReference, ...]:
    metadata = maker.metadata
    return (OwnerReference("ReplicaSet", metadata.name, metadata.uid, "apps/v1", controller=True),)


def deployment(maker: ReplicaSet, available: int) -> Deployment:
    """The Deployment of a ReplicaSet, whose one replica is available or not."""
    name = maker.metadata.owner_references[0].name
    conditions = (Condition("Available", "True" if available else "False", last_transition_time=CREATED),)
    status = DeploymentStatus(
        replicas=1, updated_replicas=1, available_replicas=available, ready_replicas=available, conditions=conditions
    )
    spec = DeploymentSpec(1, selector=maker.spec.selector, template=maker.spec.template)
    return Deployment(meta(name, labels=maker.metadata.labels), spec, status)


def _unconfigured(name: str, maker: ReplicaSet) -> Pod:
    """A pod whose container waits for a ConfigMap that is not there."""
    labels, owners = maker.metadata.labels, _owned(maker)
    waits = pod(name, waiting="CreateContainerConfigError", labels=labels, owner_references=owners)
    missing = ContainerStateWaiting("CreateContainerConfigError", 'configmap "settings" not found')
    (status,) = waits.status.container_statuses
    (container,) = waits.spec.containers
    container = replace(container, env_from=(EnvFromSource(config_map_ref=KeyReference("settings")),))
    return replace(
        waits,
        spec=replace(waits.spec, containers=(container,)),
        status=replace(waits.status, container_statuses=(replace(status, state=ContainerState(waiting=missing)),)),
    )


def check(check_id: str, status: Status, **more: Any) -> CheckResult:
    """A result; its layer and component are those its id names."""
    layer, component, slug = check_id.split(".")
    severity = more.pop("severity", Severity.HIGH)
    title = slug.replace("-", " ").capitalize()
    return CheckResult(check_id, title, Layer(layer), component, severity, status, evaluated_objects=3, **more)


def finding(check_id: str, kind: str, name: str, message: str, **more: Any) -> Finding:
    status, severity = more.pop("status", Status.FAIL), more.pop("severity", Severity.HIGH)
    api_version = {"Certificate": "cert-manager.io/v1", "Deployment": "apps/v1"}.get(kind, "v1")
    namespace = None if kind == "Node" else "shop"
    return Finding(f"fp1:{name}", check_id, status, severity, Ref(api_version, kind, namespace, name), message, **more)


def report() -> Report:
    """A failing basement below a failing building; one check could not look."""
    checks = (
        check("foundation.nodes.ready", Status.PASS),
        check("foundation.coredns.ready", Status.PASS),
        check("basement.cert-manager.certificates-ready", Status.FAIL, message="pay-tls is not Ready", why="It ends."),
        check("basement.external-secrets.synced", Status.UNKNOWN, reason=Reason.FORBIDDEN, message="secrets: denied"),
        check(
            "building.workloads.available", Status.FAIL, message="checkout has 0 of 1 replicas", next="kubectl get po"
        ),
        check("building.flux.ready", Status.SKIP, reason=Reason.NOT_INSTALLED),
    )
    layers = (
        LayerSummary(Layer.FOUNDATION, Verdict.READY),
        LayerSummary(Layer.BASEMENT, Verdict.NOT_READY, ("fp1:pay-tls",)),
        LayerSummary(Layer.BUILDING, Verdict.NOT_READY),
    )
    counts = {status.value: sum(one.status is status for one in checks) for status in Status}
    return Report(
        api_version="k8sview.io/v1",
        kind="CheckReport",
        schema_version="1.0.0",
        tool=Tool("k8sview", "0"),
        run=Run("", "", 0, None, "live", Selection(), ApiCost()),
        cluster=ClusterIdentity("prod-eu", "u", "", "v1.37.2"),
        summary=Summary(Verdict.NOT_READY, counts, {}, layers, Coverage(6, 5, 4, 80.0)),
        components=(
            ComponentReport("coredns", "CoreDNS", Layer.FOUNDATION, Presence.INSTALLED, "v1.13.1"),
            ComponentReport("cert-manager", "cert-manager", Layer.BASEMENT, Presence.INSTALLED, "v1.21.0"),
            ComponentReport("external-secrets", "External Secrets", Layer.BASEMENT, Presence.INSTALLED, "v1.0.0"),
            ComponentReport("flux", "Flux", Layer.BUILDING, Presence.ABSENT),
        ),
        checks=checks,
        findings=(
            finding("basement.cert-manager.certificates-ready", "Certificate", "pay-tls", "Ready is False", affects=1),
            finding(
                "building.workloads.available",
                "Pod",
                "checkout-5f9-x2",
                "image cannot be pulled",
                caused_by="fp1:pay-tls",
                evidence=("state.waiting.reason = ImagePullBackOff",),
            ),
        ),
        access=Access((Denied("", "secrets", "list", None, ("basement.external-secrets.synced",)),)),
    )


def judged_by(engine: HealthEngine, view: View) -> ClusterHealth:
    """The health of a view, with the engine that judged it."""
    steps = engine.update(view)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            health: ClusterHealth = stop.value
            return health


def picture(view: View | None = None, judged: Report | None = None) -> Picture:
    """The shop, judged."""
    components = (ComponentStatus("cert-manager", "cert-manager", Layer.BASEMENT, Presence.INSTALLED),)
    view = view or shop().view()
    health = judged_by(HealthEngine(), view)
    return Picture(view, judged or report(), report_pending=False, components=components, health=health)


class FakeSession:
    """Publishes what a test gives it."""

    def __init__(self, first: Picture | None = None) -> None:
        self.on_publish: Publish = lambda picture: None
        self.picture = first
        self.engine = HealthEngine()
        if first is not None and first.health is not None:
            self.picture = self._judged(first)
        self.started = self.closed = False
        self.wanted: tuple[str, ...] = ()
        self.refreshed = 0
        self.namespaces: list[tuple[str, ...] | None] = []

    async def start(self) -> None:
        self.started = True
        if self.picture is not None:
            self.on_publish(self.picture)

    async def close(self) -> None:
        self.closed = True

    def publish(self, newer: Picture) -> None:
        self.picture = self._judged(newer) if newer.health is not None else newer
        self.on_publish(self.picture)

    def _judged(self, picture: Picture) -> Picture:
        """The picture with the health of this session's own engine, as in life."""
        return msgspec.structs.replace(picture, health=judged_by(self.engine, picture.view))

    def want(self, screen: str, resources: Iterable[str]) -> None:
        self.wanted = tuple(sorted(resources))

    def refresh(self) -> None:
        self.refreshed += 1

    async def get(self, resource: Resource, namespace: str | None, name: str) -> bytes:
        value = {
            "kind": resource.kind,
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"a": "b\nc\x1b[2J"},
        }
        return json.dumps(value).encode()

    def health(self, resource: str, obj: Any) -> Health:
        assert self.picture is not None
        return self.engine.health(self.picture.view, resource, obj)

    async def set_namespaces(self, namespaces: tuple[str, ...] | None) -> None:
        self.namespaces.append(namespaces)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)
