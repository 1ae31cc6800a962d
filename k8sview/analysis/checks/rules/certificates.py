"""cert-manager's Certificates: issued, renewed in time, far from their end, with an issuer that exists.

Ready alone proves little: a certificate that can no longer be renewed stays Ready until it ends. And Issuing stays True
for ever where the issuer is missing, so it excuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import Said, born, conditions, moment, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.fields import read_one
from k8sview.model.resources import Key
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

CERTIFICATES = "certificates.cert-manager.io"
REQUESTS = "certificaterequests.cert-manager.io"
ISSUERS = {"Issuer": "issuers.cert-manager.io", "ClusterIssuer": "clusterissuers.cert-manager.io"}
GROUP = "cert-manager.io"
_CERTIFICATE_NAME = "cert-manager.io/certificate-name"


class GraceParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a state may last before it counts."""

    grace: str = "10m"

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (10m, 1h)"

    @property
    def span(self) -> timedelta:
        return parse_duration(self.grace) or timedelta(minutes=10)


class CertificatesParameters(GraceParameters, frozen=True, kw_only=True):
    """``grace``: see above."""

    def reads(self) -> tuple[str, ...]:
        return (CERTIFICATES, REQUESTS, *ISSUERS.values())


@rule("certificates-issued", CertificatesParameters)
def certificates_issued(context: Context, parameters: CertificatesParameters) -> Iterator[Judged]:
    """Every Certificate is Ready, and none is past the time at which it should have been renewed."""
    table = context.table(CERTIFICATES)
    requests = newest_requests(context)
    for key in sorted(table.objects):
        certificate = table.objects[key]
        yield Judged(ref_to(table, certificate), _issued(certificate, requests.get(key), context, parameters.span))


def _issued(certificate: Any, request: Any, context: Context, grace: timedelta) -> Outcome:
    said = conditions(certificate)
    ready = said.get("Ready")
    if ready is None:
        created = born(certificate)
        if created is not None and context.now - created < grace:
            return passes(recheck_at=created + grace)
        return cannot_tell("no condition Ready: cert-manager has not looked at this certificate", since=created)
    if ready.status == "True":
        return _renewed(certificate, said.get("Issuing"), request, context, grace)
    since = ready.since or born(certificate)
    if since is not None and context.now - since < grace:
        return passes(recheck_at=since + grace)
    lasted = f" for {format_age(context.now - since)}" if since else ""
    return fails(
        f"Ready is {ready.status or 'empty'}{lasted}: {_cause(certificate, said, request, context)}",
        path="status.conditions[type=Ready].status",
        observed=ready.status,
        expected="True",
        evidence=_evidence(certificate, said, request),
        since=since,
    )


def _renewed(certificate: Any, issuing: Said | None, request: Any, context: Context, grace: timedelta) -> Outcome:
    renewal, end = moment(certificate, "status.renewalTime"), moment(certificate, "status.notAfter")
    if renewal is None:
        return PASS
    failed = text(certificate, "status.lastFailureTime")
    # Short lives get short graces: a quarter of what is left after the renewal was due.
    limit = renewal + (min(grace, (end - renewal) / 4) if end is not None and end > renewal else grace)
    if context.now < limit and not (failed and context.now > renewal):
        return passes(recheck_at=limit)
    late = format_age(context.now - renewal)
    said = conditions(certificate)
    why = _cause(certificate, said, request, context) if issuing or failed else "nobody has started to renew it"
    return fails(
        f"Ready, but its renewal is {late} late: {why}",
        path="status.renewalTime",
        observed=text(certificate, "status.renewalTime"),
        expected="a renewal by then",
        evidence=_evidence(certificate, said, request),
        since=renewal,
    )


def _cause(certificate: Any, said: dict[str, Said], request: Any, context: Context) -> str:
    """The most upstream reason that can be seen: the issuer, then the request, then the certificate's own words."""
    issuer = _issuer_problem(certificate, context)
    if issuer:
        return issuer
    if request is not None:
        own = conditions(request)
        for kind, bad in (("Denied", "True"), ("InvalidRequest", "True"), ("Ready", "False")):
            found = own.get(kind)
            if found is not None and found.status == bad:
                return f"request {request.metadata.name} is {found.reason or kind}: {found.message or 'no message'}"
    ready, issuing = said.get("Ready"), said.get("Issuing")
    if issuing is not None and issuing.status == "False" and str(issuing):
        return str(issuing)
    return str(ready or "") or str(issuing or "") or "no reason given"


def _evidence(certificate: Any, said: dict[str, Said], request: Any) -> tuple[str, ...]:
    found = [f"{one.type}={one.status} {one}" for one in said.values()]
    attempts = read_one(certificate, "status.failedIssuanceAttempts")
    if attempts:
        found.append(f"{attempts} failed attempts, the last at {text(certificate, 'status.lastFailureTime')}")
    if request is not None:
        found += [
            f"request {request.metadata.name}: {one.type}={one.status} {one}" for one in conditions(request).values()
        ]
    return tuple(found)


def newest_requests(context: Context) -> dict[Key, Any]:
    """The newest CertificateRequest of each Certificate, by the Certificate's key."""
    newest: dict[Key, Any] = {}
    for request in context.table(REQUESTS):
        key = (request.metadata.namespace or "", certificate_of(request))
        if key[1] and (key not in newest or _order(request) > _order(newest[key])):
            newest[key] = request
    return newest


def certificate_of(request: Any) -> str:
    owner = next((one.name for one in request.metadata.owner_references if one.kind == "Certificate"), "")
    return owner or request.metadata.annotations.get(_CERTIFICATE_NAME, "")


def _order(request: Any) -> tuple[str, str]:
    return request.metadata.creation_timestamp or "", request.metadata.name


def _issuer_problem(certificate: Any, context: Context) -> str:
    """What is wrong with the issuer, as far as it can be read; "" where nothing is."""
    kind, group, name = issuer_of(certificate)
    if group != GROUP:
        served = context.view.served_group(group)
        return f"its issuer is a {kind} of {group}, which this cluster does not serve" if served is False else ""
    resource = ISSUERS.get(kind)
    if resource is None:
        return f"cert-manager has no issuer kind {kind!r}"
    table = context.table(resource)
    issuer = table.get(name, certificate.metadata.namespace if kind == "Issuer" else None)
    if issuer is None:
        if not table.state.state.readable or table.partial:
            return ""
        malformed = ((certificate.metadata.namespace or "") if kind == "Issuer" else "", name) in table.malformed
        return "" if malformed else f"{kind} {name} does not exist"
    ready = conditions(issuer).get("Ready")
    if ready is not None and ready.status == "True":
        return ""
    return f"{kind} {name} is not Ready: {ready}" if ready and str(ready) else f"{kind} {name} is not Ready"


def issuer_of(certificate: Any) -> tuple[str, str, str]:
    kind = text(certificate, "spec.issuerRef.kind") or "Issuer"
    return kind, text(certificate, "spec.issuerRef.group") or GROUP, text(certificate, "spec.issuerRef.name")


@rule("certificate-issuers-exist", CertificatesParameters)
def certificate_issuers_exist(context: Context, parameters: CertificatesParameters) -> Iterator[Judged]:
    """Every Certificate names an issuer that exists, of a kind that is served."""
    table = context.table(CERTIFICATES)
    for key in sorted(table.objects):
        certificate = table.objects[key]
        kind, group, name = issuer_of(certificate)
        problem = _issuer_problem(certificate, context)
        resource = ISSUERS.get(kind) if group == GROUP else None
        if resource is not None and (state := context.table(resource)).get(
            name, certificate.metadata.namespace if kind == "Issuer" else None
        ):
            outcome = PASS  # whether it is Ready is a question of its own
        elif problem:
            outcome = fails(problem, path="spec.issuerRef", observed=f"{kind} {name}", expected="an existing issuer")
        elif resource is not None:
            outcome = cannot_tell(
                f"whether {kind} {name} exists: {state.partial or state.state}", path="spec.issuerRef"
            )
        else:
            continue  # another product's issuer: its kind is served, its objects are not read
        yield Judged(ref_to(table, certificate), outcome)


class ExpiryParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set: fractions of each certificate's own lifetime."""

    def reads(self) -> tuple[str, ...]:
        return (CERTIFICATES,)


@rule("certificate-expiry", ExpiryParameters)
def certificate_expiry(context: Context, parameters: ExpiryParameters) -> Iterator[Judged]:
    """No certificate is near its end. Near is a sixth of its life, and only once its renewal was due."""
    table = context.table(CERTIFICATES)
    for key in sorted(table.objects):
        certificate = table.objects[key]
        end = moment(certificate, "status.notAfter")
        if end is not None:  # without an end nothing was issued yet: another check says so
            yield Judged(ref_to(table, certificate), _expiry(certificate, end, context.now))


def _expiry(certificate: Any, end: datetime, now: datetime) -> Outcome:
    left = end - now
    details: dict[str, Any] = {"path": "status.notAfter", "observed": text(certificate, "status.notAfter")}
    if left <= timedelta():
        words = f"expired {_span(-left)} ago"
        return fails(words, severity=Severity.CRITICAL, since=end, expected="a date ahead", **details)
    start, renewal = moment(certificate, "status.notBefore"), moment(certificate, "status.renewalTime")
    life = end - start if start is not None and start < end else timedelta(days=90)
    if renewal is not None and now < renewal:
        return passes(recheck_at=renewal)
    details["expected"] = f"more than {_span(life / 6)} left"
    details["evidence"] = (f"renewal was due at {text(certificate, 'status.renewalTime') or 'an unknown time'}",)
    if left < life / 6:
        last = left < min(life / 12, timedelta(days=3))
        severity = Severity.CRITICAL if last else None
        return fails(f"expires in {_span(left)}", severity=severity, recheck_at=end, **details)
    if left < life / 4:
        return warns(f"expires in {_span(left)}", recheck_at=end - life / 6, **details)
    return passes(recheck_at=end - life / 4)


def _span(span: timedelta) -> str:
    return f"{span.days} days" if span.days >= 2 else format_age(span)
