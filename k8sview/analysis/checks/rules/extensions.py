"""Rules about what extends the API: aggregated APIServices, and CustomResourceDefinitions with their conversions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from k8sview.analysis.checks.backends import SERVICES, SLICES, Backends
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.bundles import read_bundle
from k8sview.model.objects.extension import APIService, CustomResourceDefinition, WebhookClientConfig
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_time

_APISERVICES = "apiservices.apiregistration.k8s.io"
_CRDS = "customresourcedefinitions.apiextensions.k8s.io"
_AUTOSCALERS = "horizontalpodautoscalers.autoscaling"

_BLOCKS = {
    "metrics.k8s.io": "kubectl top and autoscaling by CPU and memory",
    "custom.metrics.k8s.io": "autoscaling by custom metrics",
    "external.metrics.k8s.io": "autoscaling by external metrics (KEDA)",
    "projectcalico.org": "reading and writing Calico's policies",
}


class APIServicesParameters(Parameters, frozen=True, kw_only=True):
    """``names``: only these APIServices (default: all). ``grace``: how long one may be away."""

    names: tuple[str, ...] = ()
    grace: int = 60

    def reads(self) -> tuple[str, ...]:
        return (_APISERVICES,)


@rule("apiservices-available", APIServicesParameters)
def apiservices_available(context: Context, parameters: APIServicesParameters) -> Iterator[Judged]:
    """Every API that a Service answers is Available; says what is blocked while it is not."""
    table = context.table(_APISERVICES)
    for key in sorted(table.objects):
        service = table.objects[key]
        if service.spec.service is None or (parameters.names and service.metadata.name not in parameters.names):
            continue
        yield Judged(ref_to(table, service), _available(service, context, timedelta(seconds=parameters.grace)))


def _available(service: APIService, context: Context, grace: timedelta) -> Outcome:
    path = "status.conditions[type=Available]"
    found = next((one for one in service.status.conditions if one.type == "Available"), None)
    backend = service.spec.service
    if found is None or backend is None:
        return cannot_tell("no condition Available: the API server has not judged this APIService yet", path=path)
    if found.status == "True":
        return PASS
    since = parse_time(found.last_transition_time)
    if since is not None and context.now - since < grace:
        return passes(recheck_at=since + grace)
    lasted = f" for {format_age(context.now - since)}" if since else ""
    return fails(
        f"Available is {found.status or 'empty'}{lasted}: {found.reason or 'no reason given'}; this blocks "
        f"{_BLOCKS.get(service.spec.group, f'everything in {service.spec.group}')} and the deletion of namespaces",
        path=f"{path}.status",
        observed=f"{found.status} ({found.reason})",
        expected="True",
        evidence=(f"{found.reason}: {found.message}", f"Service {backend.namespace}/{backend.name}"),
        since=since,
        severity=_severity(service, context),
        next=f"kubectl get service,endpointslices,pods -n {backend.namespace}",
    )


def _severity(service: APIService, context: Context) -> Severity | None:
    scales = bool(context.table(_AUTOSCALERS).objects)
    return Severity.CRITICAL if scales and service.spec.group == "metrics.k8s.io" else None


class CRDsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_CRDS,)


@rule("stored-versions-served", CRDsParameters)
def stored_versions_served(context: Context, parameters: CRDsParameters) -> Iterator[Judged]:
    """No object may still be stored in a version that its definition no longer serves."""
    table = context.table(_CRDS)
    for key in sorted(table.objects):
        definition: CustomResourceDefinition = table.objects[key]
        served = [one.name for one in definition.spec.versions if one.served]
        left = [version for version in definition.status.stored_versions if version not in served]
        outcome = PASS
        if left:
            outcome = fails(
                f"objects may still be stored as {', '.join(left)}, which is not served any more: "
                "an update that drops it is refused",
                path="status.storedVersions",
                observed=", ".join(definition.status.stored_versions),
                expected=f"only {', '.join(served) or 'served versions'}",
            )
        yield Judged(ref_to(table, definition), outcome)


@rule("storage-version-current", CRDsParameters)
def storage_version_current(context: Context, parameters: CRDsParameters) -> Iterator[Judged]:
    """No definition stores new objects in a version that it calls deprecated itself."""
    table = context.table(_CRDS)
    for key in sorted(table.objects):
        definition: CustomResourceDefinition = table.objects[key]
        old = next((one.name for one in definition.spec.versions if one.storage and one.deprecated), "")
        others = ", ".join(one.name for one in definition.spec.versions if one.served and not one.deprecated)
        outcome = PASS
        if old:
            words = f"stores its objects as {old}, which it calls deprecated"
            expected = others or "a version that is not deprecated"
            outcome = fails(words, path="spec.versions[*].storage", observed=old, expected=expected)
        yield Judged(ref_to(table, definition), outcome)


class ConversionsParameters(CRDsParameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_CRDS, SERVICES, SLICES)


@rule("conversions-answer", ConversionsParameters)
def conversions_answer(context: Context, parameters: ConversionsParameters) -> Iterator[Judged]:
    """Where a webhook converts between versions it must answer and be trusted: else no read of that kind succeeds."""
    table = context.table(_CRDS)
    converted = [(table.objects[key], _client(table.objects[key])) for key in sorted(table.objects)]
    wanted = [client.service for _, client in converted if client is not None and client.service is not None]
    backends = Backends(context, wanted)
    for definition, client in converted:
        if client is not None:
            yield Judged(ref_to(table, definition), _conversion(client, backends, context))


def _client(definition: CustomResourceDefinition) -> WebhookClientConfig | None:
    conversion = definition.spec.conversion
    if conversion is None or conversion.strategy != "Webhook" or len(definition.spec.versions) < 2:
        return None  # with a single version nothing is ever converted
    return conversion.webhook.client_config if conversion.webhook else None


def _conversion(client: WebhookClientConfig, backends: Backends, context: Context) -> Outcome:
    path = "spec.conversion.webhook.clientConfig"
    if client.service is None:
        return cannot_tell("the conversion is answered by a URL outside the cluster", path=f"{path}.url")
    backend = backends.behind(client.service)
    if backend.problem is not None:
        return fails(
            f"{backend.problem}: objects stored in another version cannot be read",
            path=f"{path}.service",
            observed=backend.problem,
            expected="at least one ready endpoint",
            evidence=backend.evidence,
            next=f"kubectl get service,endpointslices,pods -n {client.service.namespace}",
        )
    if backend.out_of_sight:
        return cannot_tell(backend.evidence[0], path=f"{path}.service")
    bundle = read_bundle(client.ca_bundle)
    if bundle.ends is None:
        return fails(
            f"{bundle.problem}: the conversion is not trusted", path=f"{path}.caBundle", evidence=backend.evidence
        )
    left = bundle.ends - context.now
    if left <= timedelta():
        words = f"its certificate authority expired {format_age(-left)} ago: objects in another version cannot be read"
        return fails(words, path=f"{path}.caBundle", since=bundle.ends)
    if left < timedelta(days=30):
        words = f"its certificate authority expires in {format_age(left)}"
        return warns(words, path=f"{path}.caBundle", recheck_at=bundle.ends)
    return passes(bundle.ends - timedelta(days=30))
