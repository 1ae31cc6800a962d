"""Verdict on admission webhook configurations: does somebody answer for each webhook, and is he trusted?"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from k8sview.analysis.health.answering import Answer, who_answers
from k8sview.analysis.health.diagnoses.wording import clock
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import created, grace_end
from k8sview.analysis.health.reach import narrowed, reached
from k8sview.model.admission import matched
from k8sview.model.bundles import read_bundle
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.extension import Webhook, WebhookConfiguration
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

_INSTALLING = timedelta(minutes=2)
_INJECTING = timedelta(minutes=5)
_INJECTED = ("cert-manager.io/inject-ca-from", "cert-manager.io/inject-ca-from-secret")
_REFUSES = "Fail"


class Fault(msgspec.Struct, frozen=True):
    """Webhooks of one configuration that fail alike. ``reason``: NoBackend, Untrusted or NoTrust."""

    reason: str
    problem: str
    webhooks: tuple[Webhook, ...]
    evidence: tuple[str, ...] = ()
    because: tuple[Ref, ...] = ()
    since: datetime | None = None
    blocks: bool = False
    """Whether requests are refused by it, rather than let through unchecked."""
    message: str = ""
    """``problem: what it means``."""


class Scrutiny(msgspec.Struct, frozen=True):
    """What is wrong with a configuration, the worst first; ``unseen``: whom nobody here can see."""

    faults: tuple[Fault, ...] = ()
    unseen: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def webhook_health(view: View, configuration: WebhookConfiguration) -> Health:
    """Verdict on one configuration."""
    if configuration.metadata.deletion_timestamp is not None:
        return deletion(view, configuration)
    seen = scrutiny(view, configuration)
    if not seen.faults:
        if seen.unseen:
            message = seen.unseen[0]
            return Health(HealthVerdict.UNKNOWN, "BackendUnseen", message, missing=seen.missing)
        counted = (f"webhooks[*] = {len(configuration.webhooks)}",)
        return Health(HealthVerdict.HEALTHY, evidence=counted, recheck_at=_trusted_until(configuration))
    worst = seen.faults[0]
    if worst.reason == "NoTrust" and not _injected(configuration):
        return Health(HealthVerdict.UNKNOWN, "NoTrust", worst.problem, evidence=worst.evidence, missing=seen.missing)
    born = created(configuration)
    grace = _INSTALLING if worst.reason == "NoBackend" else _INJECTING
    end = grace_end(view, born, grace) if worst.since is None else None
    return Health(
        HealthVerdict.PROGRESSING if end else _verdict(worst),
        worst.reason,
        worst.message,
        worst.since,
        Confidence.INFERRED if worst.reason == "NoTrust" else Confidence.CERTAIN,
        evidence=worst.evidence,
        recheck_at=end,
        missing=seen.missing,
        grace=grace if end else None,
    )


def _verdict(fault: Fault) -> HealthVerdict:
    """Who is skipped while he is away harms nobody at once: that is what its author chose, and no outage."""
    if not fault.blocks:
        return HealthVerdict.WAITING
    return HealthVerdict.DEGRADED if fault.reason == "NoTrust" else HealthVerdict.DOWN


def scrutiny(view: View, configuration: WebhookConfiguration) -> Scrutiny:
    """Every webhook's backend and trust; those that call the same Service fall and stand together."""
    by_problem: dict[tuple[str, str], Fault] = {}
    unseen: list[str] = []
    missing: dict[str, None] = {}
    answers: dict[tuple[str, str, int | None], Answer] = {}
    for webhook in configuration.webhooks:
        service = webhook.client_config.service
        if service is None:
            unseen.append(f"webhook {webhook.name} is answered by a URL, which cannot be seen from here")
            continue
        place = (service.namespace, service.name, service.port)
        answer = answers.setdefault(place, who_answers(view, service))
        missing.update(dict.fromkeys(answer.missing))
        if answer.unseen:
            unseen.append(f"whether webhook {webhook.name} is answered cannot be told: {answer.unseen}")
        fault = _backend(webhook, answer) if answer.problem else _trust(view, configuration, webhook)
        if fault is not None:
            same = by_problem.get((fault.reason, fault.problem))
            webhooks = (*same.webhooks, webhook) if same is not None else (webhook,)
            by_problem[fault.reason, fault.problem] = msgspec.structs.replace(fault, webhooks=webhooks)
    told = (
        msgspec.structs.replace(
            one,
            blocks=any(_blocks(view, webhook) for webhook in one.webhooks),
            message=f"{one.problem}: {_consequence(view, one.webhooks)}",
        )
        for one in by_problem.values()
    )
    faults = sorted(told, key=lambda one: (not one.blocks, one.reason != "NoBackend", one.problem))
    return Scrutiny(tuple(faults), tuple(dict.fromkeys(unseen)), tuple(missing))


def _backend(webhook: Webhook, answer: Answer) -> Fault:
    evidence = (f"webhooks[name={webhook.name}].failurePolicy = {webhook.failure_policy}", *answer.evidence)
    return Fault("NoBackend", answer.problem, (webhook,), evidence, answer.because)


def _trust(view: View, configuration: WebhookConfiguration, webhook: Webhook) -> Fault | None:
    """An empty bundle is no proof: the API server then trusts its own roots, and these may know the backend's."""
    bundle = read_bundle(webhook.client_config.ca_bundle)
    path = f"webhooks[name={webhook.name}].clientConfig.caBundle"
    policy = f"webhooks[name={webhook.name}].failurePolicy = {webhook.failure_policy}"
    if bundle.ends is not None:
        if bundle.ends > view.taken_at:
            return None
        words = f"the certificate authority of webhook {webhook.name} expired at {clock(view, bundle.ends)}"
        evidence = (f"{path} = expired at {bundle.ends:%Y-%m-%dT%H:%M:%SZ}", policy)
        return Fault("Untrusted", words, (webhook,), evidence, since=bundle.ends)
    if webhook.client_config.ca_bundle:
        return Fault("Untrusted", f"{bundle.problem} for webhook {webhook.name}", (webhook,), (f"{path} = bad", policy))
    words = f"webhook {webhook.name} has no caBundle, and only the API server knows whether its own roots will do"
    if _injected(configuration):
        words = f"cert-manager has not put a caBundle into webhook {webhook.name}"
    return Fault("NoTrust", words, (webhook,), (f"{path} = empty", policy))


def _trusted_until(configuration: WebhookConfiguration) -> datetime | None:
    """When the first authority ends."""
    ends = [read_bundle(one.client_config.ca_bundle).ends for one in configuration.webhooks]
    return min((one for one in ends if one is not None), default=None)


def _injected(configuration: WebhookConfiguration) -> bool:
    """Whether cert-manager is to fill the bundles in: without one nobody is trusted then."""
    return any(name in configuration.metadata.annotations for name in _INJECTED)


def _consequence(view: View, webhooks: tuple[Webhook, ...]) -> str:
    refusing = tuple(one for one in webhooks if _blocks(view, one))
    if not refusing:
        return f"{matched(webhooks)} is skipped by it and passes unchecked"
    return f"the API server refuses {matched(refusing)} {_where(view, refusing)}"


def _where(view: View, webhooks: tuple[Webhook, ...]) -> str:
    if any(narrowed(one.object_selector) for one in webhooks):
        return "where its selectors match"
    reach = [reached(view, one) for one in webhooks]
    names = sorted({name for one in reach if one is not None for name in one})
    if any(one is None for one in reach):
        return "cluster-wide" if not any(narrowed(one.namespace_selector) for one in webhooks) else "where it applies"
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"in {'namespace' if len(names) == 1 else 'namespaces'} {shown}"


def _blocks(view: View, webhook: Webhook) -> bool:
    """Whether it refuses anything while it is down; one whose namespaces there are none of does not."""
    return webhook.failure_policy == _REFUSES and reached(view, webhook) != ()
