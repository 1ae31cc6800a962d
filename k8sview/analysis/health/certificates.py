"""Verdict on cert-manager's Certificates. Ready is not enough: what cannot be renewed stays Ready until its end.

Judged by the certificate's own renewal time, never by fixed days: one that lives an hour is well.
"""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.wording import clock
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.signals import signals_of
from k8sview.model.fields import read_one
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Custom
from k8sview.model.times import parse_time
from k8sview.model.view import View

_ISSUING = timedelta(minutes=5)
_RENEWING = timedelta(minutes=10)
_NOBODY = timedelta(minutes=2)


def certificate_health(view: View, certificate: Custom) -> Health:
    """Verdict on one Certificate."""
    if certificate.metadata.deletion_timestamp is not None:
        return deletion(view, certificate)
    ends = parse_time(read_one(certificate, "status.notAfter"))
    if ends is not None and ends <= view.taken_at:
        message = f"expired at {clock(view, ends)} and has not been renewed"
        evidence = (f"status.notAfter = {read_one(certificate, 'status.notAfter')}",)
        return Health(HealthVerdict.DOWN, "Expired", message, ends, evidence=evidence)
    conditions = signals_of(certificate).conditions
    ready = find(conditions, "Ready")
    if ready is not None and ready.status == "True":
        return _renewal(view, certificate)
    return _not_issued(view, certificate)


def _renewal(view: View, certificate: Custom) -> Health:
    due = parse_time(read_one(certificate, "status.renewalTime"))
    ends = parse_time(read_one(certificate, "status.notAfter"))
    evidence = tuple(
        f"{path} = {value}"
        for path in ("status.renewalTime", "status.notAfter")
        if (value := read_one(certificate, path)) is not None
    )
    if due is None or due > view.taken_at:
        return Health(HealthVerdict.HEALTHY, evidence=evidence, recheck_at=due)
    issuing = find(signals_of(certificate).conditions, "Issuing")
    begun = issuing is not None and issuing.status == "True"
    end = grace_end(view, due, _RENEWING)
    left = f"; it expires at {clock(view, ends)}" if ends is not None else ""
    said = one_line(issuing.message) if issuing is not None and begun else ""
    if end is not None:
        words = "is being renewed" if begun else "is about to be renewed"
        return Health(
            HealthVerdict.PROGRESSING, "Renewing", words, due, evidence=evidence, recheck_at=end, grace=_RENEWING
        )
    what = "its renewal fails" if begun else "nobody renews it"
    words = f"{what}, due since {clock(view, due)}"
    if issuing is not None:
        evidence += (f"status.conditions[type=Issuing].status = {issuing.status}",)
    return Health(
        HealthVerdict.DEGRADED,
        "RenewalFailing",
        joined(f"{words}{left}", said),
        due,
        evidence=evidence,
        recheck_at=ends,
    )


def _not_issued(view: View, certificate: Custom) -> Health:
    conditions = signals_of(certificate).conditions
    ready, issuing = find(conditions, "Ready"), find(conditions, "Issuing")
    refused = issuing is not None and issuing.status == "False"
    rival = ready is not None and ready.reason == "IncorrectCertificate"
    telling = issuing if refused and not rival else ready
    since = changed(issuing) or changed(ready, created(certificate))
    grace = _NOBODY if refused or rival else _ISSUING
    end = grace_end(view, since, grace)
    reason = telling.reason if telling is not None else ""
    said = one_line(telling.message) if telling is not None else ""
    words = "is being issued" if end else "has not been issued"
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DEGRADED,
        reason or "NotIssued",
        joined(words, said),
        since,
        evidence=tuple(
            f"status.conditions[type={one.type}].status = {one.status}" for one in (ready, issuing) if one is not None
        )
        or ("status.conditions[type=Ready] = absent",),
        recheck_at=end,
        grace=grace if end else None,
    )
