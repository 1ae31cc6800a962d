"""Verdict on APIServices: is the API that another server answers for available?"""

from __future__ import annotations

from datetime import timedelta

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.wording import since as said_since
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.extension import APIService
from k8sview.model.view import View

_GRACE = timedelta(minutes=2)


def api_service_health(view: View, service: APIService) -> Health:
    """Verdict on one APIService. One without a Service is answered by the API server itself."""
    if service.metadata.deletion_timestamp is not None:
        return deletion(view, service)
    if service.spec.service is None:
        return Health(HealthVerdict.HEALTHY, evidence=("spec.service = absent",))
    condition = find(service.status.conditions, "Available")
    if condition is None or condition.status not in ("True", "False"):
        born = created(service)
        end = grace_end(view, born, _GRACE)
        return Health(
            HealthVerdict.PROGRESSING if end else HealthVerdict.UNKNOWN,
            "NotJudgedYet",
            "the API server has not said yet whether it is available",
            born,
            evidence=("status.conditions[type=Available] = absent",),
            recheck_at=end,
            grace=_GRACE if end else None,
        )
    evidence = (
        f"status.conditions[type=Available].status = {condition.status}",
        f"status.conditions[type=Available].reason = {condition.reason}",
    )
    if condition.status == "True":
        return Health(HealthVerdict.HEALTHY, since=changed(condition), evidence=evidence[:1])
    since = changed(condition, created(service))
    end = grace_end(view, since, _GRACE)
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
        condition.reason or "Unavailable",
        joined(f"is not available{said_since(view, since)}", one_line(condition.message or condition.reason)),
        since,
        evidence=evidence,
        recheck_at=end,
        grace=_GRACE if end else None,
    )
