"""What stands behind a Certificate: issuers that are Ready, requests that somebody decides, challenges that pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from k8sview.analysis.checks.custom import Said, born, conditions, text, unseen
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to
from k8sview.analysis.checks.registry import rule
from k8sview.analysis.checks.rules.certificates import (
    CERTIFICATES,
    GROUP,
    ISSUERS,
    REQUESTS,
    GraceParameters,
    certificate_of,
    issuer_of,
    newest_requests,
)
from k8sview.model.status import Severity, Status
from k8sview.model.times import format_age

_CHALLENGES = "challenges.acme.cert-manager.io"


class RequestsParameters(GraceParameters, frozen=True, kw_only=True):
    """``grace``: see above."""

    def reads(self) -> tuple[str, ...]:
        return (REQUESTS,)


@rule("certificate-requests-decided", RequestsParameters)
def certificate_requests_decided(context: Context, parameters: RequestsParameters) -> Iterator[Judged]:
    """The newest request of each certificate is approved; older ones are history."""
    table = context.table(REQUESTS)
    newest = newest_requests(context)
    for key in sorted(table.objects):
        request = table.objects[key]
        certificate = certificate_of(request)
        if certificate and newest.get((request.metadata.namespace or "", certificate)) is not request:
            continue
        yield Judged(ref_to(table, request), _decided(request, context.now, parameters.span))


def _decided(request: Any, now: datetime, grace: timedelta) -> Outcome:
    said = conditions(request)
    for kind, words in (("Denied", "was denied"), ("InvalidRequest", "is invalid")):
        found = said.get(kind)
        if found is not None and found.status == "True":
            message = f"{words}: {found}" if str(found) else words
            return fails(message, path=f"status.conditions[type={kind}].status", observed="True", since=found.since)
    if said.get("Approved", Said("")).status == "True" or said.get("Ready", Said("")).status == "True":
        return PASS
    created = born(request)
    if created is not None and now - created < grace:
        return passes(recheck_at=created + grace)
    lasted = f" for {format_age(now - created)}" if created else ""
    message = f"neither approved nor denied{lasted}: no approver looks at it"
    return fails(message, path="status.conditions[type=Approved]", expected="Approved or Denied", since=created)


class ChallengesParameters(GraceParameters, frozen=True, kw_only=True):
    """``grace``: see above."""

    def reads(self) -> tuple[str, ...]:
        return (_CHALLENGES,)


@rule("acme-challenges-pass", ChallengesParameters)
def acme_challenges_pass(context: Context, parameters: ChallengesParameters) -> Iterator[Judged]:
    """No ACME challenge has failed or waits for long; the reason is the ACME server's."""
    table = context.table(_CHALLENGES)
    for key in sorted(table.objects):
        challenge = table.objects[key]
        yield Judged(ref_to(table, challenge), _challenge(challenge, context.now, parameters.span))


def _challenge(challenge: Any, now: datetime, grace: timedelta) -> Outcome:
    state, why = text(challenge, "status.state"), text(challenge, "status.reason") or "no reason given"
    about = f"{text(challenge, 'spec.type') or 'challenge'} for {text(challenge, 'spec.dnsName') or 'an unknown name'}"
    if state == "valid":
        return PASS
    if state in ("invalid", "errored", "expired"):
        return fails(f"{about} is {state}: {why}", path="status.state", observed=state, expected="valid")
    created = born(challenge)
    if created is not None and now - created < grace:
        return passes(recheck_at=created + grace)
    lasted = f" for {format_age(now - created)}" if created else ""
    message = f"{about} has been {state or 'without a state'}{lasted}: {why}"
    return fails(message, path="status.state", observed=state, expected="valid", since=created)


class IssuersParameters(GraceParameters, frozen=True, kw_only=True):
    """``grace``: see above."""

    def reads(self) -> tuple[str, ...]:
        return tuple(ISSUERS.values())


@rule("issuers-ready", IssuersParameters)
def issuers_ready(context: Context, parameters: IssuersParameters) -> Iterator[Judged]:
    """Issuers of both kinds are Ready. One that no certificate names harms nobody yet: low."""
    unused: Callable[[str, str, str], bool] | None = None
    for kind, resource in ISSUERS.items():
        table = context.table(resource)
        for key in sorted(table.objects):
            outcome = _issuer(table.objects[key], context.now, parameters.span)
            if outcome.status is Status.FAIL:
                unused = unused or _unused(context)
                if unused(key[0], kind, key[1]):
                    message = f"{outcome.message} (no certificate uses it)"
                    outcome = msgspec.structs.replace(outcome, message=message, severity=Severity.LOW)
            yield Judged(ref_to(table, table.objects[key]), outcome)
    # A run over some namespaces is not asked about the whole cluster's issuers.
    whole = context.view.namespaces is None
    yield from unseen(context, ISSUERS.values() if whole else (ISSUERS["Issuer"],))


def _unused(context: Context) -> Callable[[str, str, str], bool]:
    """Tells, by namespace, kind and name, whether surely no certificate names an issuer."""
    certificates = context.table(CERTIFICATES)
    if not certificates.state.state.readable or certificates.partial:
        return lambda namespace, kind, name: False
    named = ((one.metadata.namespace or "", *issuer_of(one)) for one in certificates)
    found = {("" if kind == "ClusterIssuer" else at, kind, name) for at, kind, group, name in named if group == GROUP}
    return lambda namespace, kind, name: (namespace, kind, name) not in found


def _issuer(issuer: Any, now: datetime, grace: timedelta) -> Outcome:
    ready = conditions(issuer).get("Ready")
    since = (ready.since if ready else None) or born(issuer)
    if ready is not None and ready.status == "True":
        return PASS
    if since is not None and now - since < grace:
        return passes(recheck_at=since + grace)
    if ready is None:
        return cannot_tell("no condition Ready: cert-manager has not looked at this issuer", since=since)
    lasted = f" for {format_age(now - since)}" if since else ""
    return fails(
        f"Ready is {ready.status or 'empty'}{lasted}: {ready or 'no reason given'}",
        path="status.conditions[type=Ready].status",
        observed=ready.status,
        expected="True",
        since=since,
    )
