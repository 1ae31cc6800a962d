"""Why a certificate is not issued or renewed: the chain of cert-manager's requests down to the issuer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import called, explain
from k8sview.analysis.health.diagnoses.wording import clock, describe
from k8sview.analysis.health.moments import created
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.signals import signals_of
from k8sview.model.fields import read_one
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Ref
from k8sview.model.times import parse_time
from k8sview.model.view import View

_GROUP = "cert-manager.io"
_ISSUERS = {"Issuer": "issuers.cert-manager.io", "ClusterIssuer": "clusterissuers.cert-manager.io"}
_REQUESTS = "certificaterequests.cert-manager.io"
_ORDERS = "orders.acme.cert-manager.io"
_CHALLENGES = "challenges.acme.cert-manager.io"
_NAME = "cert-manager.io/certificate-name"
_BAD_STATES = ("invalid", "errored", "expired", "failed")


def not_issued(view: View, certificate: Custom, health: Health) -> Diagnosis | None:
    """Expired, not renewed, or never issued: by its issuer, by a refused request, or by nobody at work."""
    if not health.verdict.faulty:
        return None
    slug = {"Expired": "tls.expired", "RenewalFailing": "tls.renewal-failed"}.get(health.reason, "tls.not-issued")
    ends = parse_time(read_one(certificate, "status.notAfter"))
    name, look = called(certificate), _describe(certificate)
    words = _words(view, slug, name, ends)
    if health.reason == "IncorrectCertificate":
        ready = find(signals_of(certificate).conditions, "Ready")
        said = one_line(ready.message) if ready is not None else ""
        return explain(health, "tls.shared-secret", joined(f"{name} shares its Secret with another one", said), look)
    issuer = _issuer(view, certificate)
    issuing = find(signals_of(certificate).conditions, "Issuing")
    answered = issuing is not None and issuing.status == "False" and bool(issuing.message)
    # An answer, be it a refusal, comes from an issuer: one that is missing leaves its requests waiting.
    if issuer.problem and (issuer.seen or not answered):
        message = f"{issuer.problem}, so {words}"
        return explain(health, slug, message, issuer.look or look, because=issuer.because, evidence=issuer.evidence)
    refused, evidence = _refused(view, certificate)
    unread = tuple(
        one for one in (_REQUESTS,) if view.served(one) and not view.readable(one, certificate.metadata.namespace)
    )
    said = refused or health.message.partition(": ")[2]
    return explain(health, slug, joined(words, said), look, evidence=evidence, missing=(*issuer.missing, *unread))


def _words(view: View, slug: str, name: str, ends: datetime | None) -> str:
    match slug:
        case "tls.expired":
            return f"{name} expired at {clock(view, ends)} and was not renewed"
        case "tls.renewal-failed":
            return f"{name} is not renewed" + (f" and expires at {clock(view, ends)}" if ends is not None else "")
    return f"{name} is not issued"


class _Issuer(msgspec.Struct, frozen=True):
    """``problem`` "": the issuer is well, or nobody can see it (``missing``)."""

    problem: str = ""
    because: tuple[Ref, ...] = ()
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    look: str = ""
    seen: bool = False


def _issuer(view: View, certificate: Custom) -> _Issuer:
    name = str(read_one(certificate, "spec.issuerRef.name") or "")
    kind = str(read_one(certificate, "spec.issuerRef.kind") or "Issuer")
    group = str(read_one(certificate, "spec.issuerRef.group") or _GROUP)
    if not name:
        return _Issuer()
    resource = _ISSUERS.get(kind, "") if group == _GROUP else view.resource_of(f"{group}/", kind)
    if not resource or view.served(resource) is False:
        words = f"no kind {kind} of {group} is served here, and it is to issue {called(certificate)}"
        return _Issuer(words, evidence=(f"spec.issuerRef.kind = {kind}",))
    known = view.resources.get(resource)
    wide = kind.startswith("Cluster") if known is None or group == _GROUP else not known.namespaced
    place = None if wide else certificate.metadata.namespace
    ref = Ref(known.api_version if known is not None else f"{group}/v1", kind, place, name)
    where = f"{kind} {place}/{name}" if place else f"{kind} {name}"
    look = describe(f"{kind.lower()}.{group}", place, name)
    found = view.get(resource, name, place)
    if found is None:
        if not view.readable(resource, place):
            return _Issuer(missing=(resource,))
        return _Issuer(f"{where} does not exist", (ref,), (f"{resource}/{name} = absent",), look=_list(kind, place))
    ready = find(signals_of(found).conditions, "Ready") if isinstance(found, Custom) else None
    if ready is None or ready.status == "True":
        return _Issuer()
    evidence = (f"{resource}/{name} status.conditions[type=Ready].status = {ready.status}",)
    words = joined(f"{where} is not ready ({ready.reason})", one_line(ready.message))
    return _Issuer(words, (ref,), evidence, look=look, seen=True)


def _refused(view: View, certificate: Custom) -> tuple[str, tuple[str, ...]]:
    """What the newest request, or the ACME order and challenge behind it, says of the refusal."""
    namespace = certificate.metadata.namespace or ""
    requests = [
        one
        for one in view.in_namespace(_REQUESTS, namespace)
        if isinstance(one, Custom) and one.metadata.annotations.get(_NAME) == certificate.metadata.name
    ]
    newest = max(requests, key=lambda one: one.metadata.creation_timestamp or "", default=None)
    if newest is None:
        return "", ()
    conditions = signals_of(newest).conditions
    denied, ready = find(conditions, "Denied"), find(conditions, "Ready")
    path = f"{_REQUESTS}/{newest.metadata.name} status.conditions"
    if denied is not None and denied.status == "True":
        return joined("its request was denied", one_line(denied.message)), (f"{path}[type=Denied].status = True",)
    for resource, words in ((_CHALLENGES, "challenge"), (_ORDERS, "order")):
        for one in _since(view, resource, namespace, newest):
            state = read_one(one, "status.state")
            said = one_line(str(read_one(one, "status.reason") or ""))
            if state in _BAD_STATES or (state == "pending" and said):
                domain = read_one(one, "spec.dnsName")
                about = f" for {domain}" if domain else ""
                evidence = (f"{resource}/{one.metadata.name} status.state = {state}",)
                return joined(f"its ACME {words}{about} is {state}", said), evidence
    if ready is not None and ready.status == "False":
        evidence = (f"{path}[type=Ready].reason = {ready.reason}",)
        return joined(f"its request is {ready.reason}", one_line(ready.message)), evidence
    if not conditions or (ready is None and denied is None):
        return "nobody has answered its request: does the issuer's controller run?", (f"{path}[type=Ready] = absent",)
    return "", ()


def _since(view: View, resource: str, namespace: str, request: Any) -> list[Custom]:
    """Objects of a namespace made since the request; they carry its name as the beginning of theirs."""
    born = created(request)
    found = [one for one in view.in_namespace(resource, namespace) if isinstance(one, Custom)]
    return [one for one in found if one.metadata.name.startswith(request.metadata.name) or _owned(one, request)] or (
        [one for one in found if born is not None and (created(one) or born) >= born] if len(found) == 1 else []
    )


def _owned(obj: Custom, owner: Any) -> bool:
    return any(one.uid and one.uid == owner.metadata.uid for one in obj.metadata.owner_references)


def _list(kind: str, namespace: str | None) -> str:
    return f"kubectl get {kind.lower()}.{_GROUP}" + (f" -n {namespace}" if namespace else "")


def _describe(certificate: Custom) -> str:
    return describe("certificate.cert-manager.io", certificate.metadata.namespace, certificate.metadata.name)


_ADVICE = "Follow the chain: Certificate, CertificateRequest, Order, Challenge, issuer."

FAMILY = Family(
    known=(
        Known("tls.expired", "A certificate has expired and was not renewed", _ADVICE),
        Known("tls.renewal-failed", "A certificate is due for renewal and is not renewed", _ADVICE),
        Known("tls.not-issued", "A certificate is not issued", _ADVICE),
        Known("tls.shared-secret", "Two certificates write one Secret", "Give each a Secret of its own."),
    ),
    rules={"certificates.cert-manager.io": (not_issued,)},
)
