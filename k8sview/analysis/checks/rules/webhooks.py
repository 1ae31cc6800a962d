"""Rules about admission webhooks: do they answer, are they trusted, and whom could they lock out?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from k8sview.analysis.checks.backends import SERVICES, SLICES, Backends
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.admission import matched
from k8sview.model.bundles import read_bundle
from k8sview.model.objects.extension import RuleWithOperations, ServiceReference, Webhook
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_age

_CONFIGURATIONS = (
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
)
# Without these nothing starts, moves or recovers.
_VITAL = {
    "": {"pods", "namespaces", "nodes", "services", "endpoints", "serviceaccounts", "configmaps", "secrets", "events"},
    "apps": {"deployments", "replicasets", "daemonsets", "statefulsets"},
    "batch": {"jobs"},
    "coordination.k8s.io": {"leases"},
    "discovery.k8s.io": {"endpointslices"},
}
_CLUSTER_SCOPED = {"namespaces", "nodes"}
_OWN_NAME = "kubernetes.io/metadata.name"
_RECOVERY = "kube-system"


class _Group(NamedTuple):
    """Webhooks of one configuration that call the same Service: they live and die together."""

    subject: Ref
    service: ServiceReference
    webhooks: tuple[Webhook, ...]


def _groups(context: Context) -> Iterator[_Group]:
    for resource in _CONFIGURATIONS:
        table = context.table(resource)
        for key in sorted(table.objects):
            configuration = table.objects[key]
            by_service: dict[tuple[str, str, int], list[Webhook]] = {}
            for webhook in configuration.webhooks:
                service = webhook.client_config.service
                if service is not None:  # a URL is answered outside the cluster: nothing here can see it
                    by_service.setdefault((service.namespace, service.name, service.port or 443), []).append(webhook)
            for (namespace, name, port), webhooks in by_service.items():
                reference = ServiceReference(namespace=namespace, name=name, port=port)
                yield _Group(ref_to(table, configuration), reference, tuple(webhooks))


class WebhooksParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return _CONFIGURATIONS


class WebhookBackendsParameters(WebhooksParameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (*_CONFIGURATIONS, SERVICES, SLICES)


@rule("webhook-backends", WebhookBackendsParameters)
def webhook_backends(context: Context, parameters: WebhookBackendsParameters) -> Iterator[Judged]:
    """Each Service that webhooks call exists and has a ready endpoint."""
    groups = list(_groups(context))
    backends = Backends(context, (group.service for group in groups))
    for group in groups:
        backend = backends.behind(group.service)
        if backend.problem is None:
            yield Judged(group.subject, cannot_tell(backend.evidence[0]) if backend.out_of_sight else PASS)
            continue
        service = group.service
        worst = _worst(group.webhooks)
        outcome = fails(
            f"{backend.problem}: {_consequence(group.webhooks)}",
            path=f"webhooks[name={worst.name}].clientConfig.service",
            observed=backend.problem,
            expected="at least one ready endpoint",
            evidence=(*backend.evidence, *(_described(webhook) for webhook in group.webhooks[:4])),
            severity=_severity(worst),
            next=f"kubectl get service,endpointslices,pods -n {service.namespace}",
        )
        yield Judged(group.subject, outcome)


def _consequence(webhooks: tuple[Webhook, ...]) -> str:
    refusing = [one for one in webhooks if one.failure_policy == "Fail"]
    if not refusing:
        return f"{matched(webhooks)} pass unchecked"
    return f"the API server refuses {matched(tuple(refusing))}"


def _described(webhook: Webhook) -> str:
    return f"webhook {webhook.name}: failurePolicy {webhook.failure_policy}, {matched((webhook,))}"


def _worst(webhooks: tuple[Webhook, ...]) -> Webhook:
    return min(webhooks, key=lambda one: _severity(one).rank)


def _severity(webhook: Webhook) -> Severity:
    """Refusing what the cluster lives on is critical; refusing the product's own kinds, or only what opted in, high."""
    if webhook.failure_policy != "Fail":
        return Severity.MEDIUM
    narrowed = _selects(webhook.object_selector) or _opted_in(webhook.namespace_selector)
    return Severity.CRITICAL if _vital(webhook) and not narrowed else Severity.HIGH


def _vital(webhook: Webhook, *, namespaced: bool = False) -> tuple[str, ...]:
    """The vital kinds that a webhook's rules match, ``*`` for all of them; connecting to a pod is not vital."""
    found: dict[str, None] = {}
    for one in webhook.rules:
        if set(one.operations) - {"CONNECT"}:
            found.update(dict.fromkeys(_vital_kinds(one, namespaced)))
    return tuple(found)


def _vital_kinds(one: RuleWithOperations, namespaced: bool) -> Iterator[str]:
    if namespaced and one.scope == "Cluster":
        return
    whole = any(resource in ("*", "*/*") for resource in one.resources)
    for group, kinds in _VITAL.items():
        if group not in one.api_groups and "*" not in one.api_groups:
            continue
        for kind in sorted(kinds - (_CLUSTER_SCOPED if namespaced else set())):
            if whole or kind in one.resources or f"{kind}/*" in one.resources:
                yield kind


def _selects(selector: LabelSelector | None) -> bool:
    return selector is not None and bool(selector.match_labels or selector.match_expressions)


def _opted_in(selector: LabelSelector | None) -> bool:
    """Whether a namespace must carry a label of somebody's choice to be matched at all."""
    return selector is not None and not selector.matches({_OWN_NAME: "any"})


@rule("webhook-trust", WebhooksParameters)
def webhook_trust(context: Context, parameters: WebhooksParameters) -> Iterator[Judged]:
    """The certificate authority that the API server trusts a webhook by is there, readable and not over."""
    for group in _groups(context):
        outcomes = [_trust(webhook, context) for webhook in group.webhooks]
        yield Judged(group.subject, max(outcomes, key=lambda one: (one.status.badness, -_rank(one))))


def _rank(outcome: Outcome) -> int:
    return outcome.severity.rank if outcome.severity else len(Severity)


def _trust(webhook: Webhook, context: Context) -> Outcome:
    bundle = read_bundle(webhook.client_config.ca_bundle)
    details: dict[str, Any] = {
        "path": f"webhooks[name={webhook.name}].clientConfig.caBundle",
        "evidence": (_described(webhook),),
    }
    severity = _severity(webhook)
    if bundle.ends is None:
        words = f"{bundle.problem}: the API server trusts nobody to answer for {webhook.name}"
        return fails(words, severity=severity, observed=bundle.problem, expected="a PEM certificate", **details)
    left = bundle.ends - context.now
    details |= {"observed": bundle.ends.strftime("%Y-%m-%d"), "expected": "more than 30 days left"}
    if left <= timedelta():
        words = f"the certificate authority of {webhook.name} expired {format_age(-left)} ago"
        return fails(words, severity=severity, since=bundle.ends, **details)
    words = f"the certificate authority of {webhook.name} expires in {format_age(left)}"
    if left < timedelta(days=7):
        high = severity if severity.rank > Severity.HIGH.rank else Severity.HIGH
        return fails(words, severity=high, recheck_at=bundle.ends, **details)
    if left < timedelta(days=30):
        return warns(words, severity=Severity.MEDIUM, recheck_at=bundle.ends - timedelta(days=7), **details)
    return passes(bundle.ends - timedelta(days=30))


class WebhookScopeParameters(WebhooksParameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (*_CONFIGURATIONS, "namespaces")


@rule("webhook-scope", WebhookScopeParameters)
def webhook_scope(context: Context, parameters: WebhookScopeParameters) -> Iterator[Judged]:
    """A webhook that refuses when it is down leaves out kube-system and the namespace it runs in itself."""
    for group in _groups(context):
        outcomes = [_scope(webhook, group.service.namespace, context) for webhook in group.webhooks]
        yield Judged(group.subject, max(outcomes, key=lambda one: one.status.badness))


def _scope(webhook: Webhook, own: str, context: Context) -> Outcome:
    kinds = _vital(webhook, namespaced=True)
    if webhook.failure_policy != "Fail" or not kinds or _selects(webhook.object_selector):
        return PASS
    caught = [
        namespace
        for namespace in dict.fromkeys((_RECOVERY, own))
        if webhook.namespace_selector is None or webhook.namespace_selector.matches(_labels(context, namespace))
    ]
    if not caught:
        return PASS
    shown = ", ".join(kinds[:3]) + (" and more" if len(kinds) > 3 else "")
    words = f"while {webhook.name} is down, {shown} in {' and '.join(caught)} are refused: its own recovery may be"
    details: dict[str, Any] = {
        "path": f"webhooks[name={webhook.name}].namespaceSelector",
        "observed": f"matches {', '.join(caught)}",
        "expected": "leaves these namespaces out",
        "evidence": (_described(webhook),),
    }
    if webhook.match_conditions:
        # CEL may leave out more than the selector does; that is not evaluated here.
        words += ", unless its matchConditions leave them out"
        return warns(words, confidence=Confidence.INFERRED, **details)
    return fails(words, **details)


def _labels(context: Context, namespace: str) -> dict[str, str]:
    found = context.table("namespaces").get(namespace)
    # The API server puts this label on every namespace, so it is known even where namespaces may not be read.
    return {**(found.metadata.labels if found is not None else {}), _OWN_NAME: namespace}


class WebhookTimeoutsParameters(WebhooksParameters, frozen=True, kw_only=True):
    """``under``: seconds."""

    under: int = 15


@rule("webhook-timeouts", WebhookTimeoutsParameters)
def webhook_timeouts(context: Context, parameters: WebhookTimeoutsParameters) -> Iterator[Judged]:
    """A webhook that refuses vital kinds answers or gives up soon: every request of these kinds waits for it."""
    for resource in _CONFIGURATIONS:
        table = context.table(resource)
        for key in sorted(table.objects):
            configuration = table.objects[key]
            slow = [
                one
                for one in configuration.webhooks
                if one.failure_policy == "Fail" and one.timeout_seconds >= parameters.under and _vital(one)
            ]
            if not slow:
                yield Judged(ref_to(table, configuration), PASS)
                continue
            worst = max(slow, key=lambda one: one.timeout_seconds)
            outcome = fails(
                f"{worst.name} may hold {matched((worst,))} for {worst.timeout_seconds} s before it is given up",
                path=f"webhooks[name={worst.name}].timeoutSeconds",
                observed=str(worst.timeout_seconds),
                expected=f"under {parameters.under}",
            )
            yield Judged(ref_to(table, configuration), outcome)
