"""Verdict on CustomResourceDefinitions: accepted, established, and readable in every version that is served."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from k8sview.analysis.health.answering import Answer, who_answers
from k8sview.analysis.health.conditions import find, is_true
from k8sview.analysis.health.diagnoses.wording import clock
from k8sview.analysis.health.endings import deletion
from k8sview.analysis.health.moments import changed, created, grace_end
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.bundles import read_bundle
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.extension import CustomResourceDefinition, WebhookClientConfig
from k8sview.model.objects.meta import Condition
from k8sview.model.view import View

_INSTALLING = timedelta(minutes=2)


def definition_health(view: View, definition: CustomResourceDefinition) -> Health:
    """Verdict on one definition."""
    conditions = definition.status.conditions
    if definition.metadata.deletion_timestamp is not None:
        leaving = find(conditions, "Terminating")
        return deletion(view, definition, cause=one_line(leaving.message) if leaving is not None else "")
    established, names = find(conditions, "Established"), find(conditions, "NamesAccepted")
    if names is not None and names.status == "False":
        serving = is_true(conditions, "Established")
        words = "its new names are refused" if serving else "its names are refused, so it is not served"
        verdict = HealthVerdict.DEGRADED if serving else HealthVerdict.DOWN
        return _said(verdict, names.reason or "NamesNotAccepted", words, names)
    if established is None or established.status != "True":
        return _establishing(view, definition, established)
    structure = find(conditions, "NonStructuralSchema")
    if structure is not None and structure.status == "True":
        return _said(HealthVerdict.DEGRADED, "NonStructuralSchema", "its schema is not structural", structure)
    left = unserved(definition)
    if left:
        return Health(
            HealthVerdict.DEGRADED,
            "StoredVersionNotServed",
            f"objects may still be stored as {', '.join(left)}, which is not served any more",
            evidence=(f"status.storedVersions = {', '.join(definition.status.stored_versions)}",),
        )
    client = _client(definition)
    return _conversion(view, definition) or Health(
        HealthVerdict.HEALTHY,
        evidence=("status.conditions[type=Established].status = True",),
        recheck_at=read_bundle(client.ca_bundle).ends if client is not None else None,
    )


def unserved(definition: CustomResourceDefinition) -> tuple[str, ...]:
    """Versions in which objects may be stored although the definition does not serve them."""
    served = {one.name for one in definition.spec.versions if one.served}
    return tuple(one for one in definition.status.stored_versions if one not in served)


def converter(view: View, definition: CustomResourceDefinition) -> Answer | None:
    """Who converts between versions; None where nobody needs to: with a single version nothing is ever converted."""
    client = _client(definition)
    if client is None:
        return None
    if client.service is None:
        return Answer(unseen="its versions are converted by a URL, which cannot be seen from here")
    answer = who_answers(view, client.service)
    if answer.problem or answer.unseen:
        return answer
    bundle = read_bundle(client.ca_bundle)
    path = "spec.conversion.webhook.clientConfig.caBundle"
    if bundle.ends is None:
        return Answer(bundle.problem or "", (f"{path} = unreadable",))
    if bundle.ends <= view.taken_at:
        words = f"the certificate authority of its conversion webhook expired at {clock(view, bundle.ends)}"
        return Answer(words, (f"{path} = expired at {bundle.ends:%Y-%m-%dT%H:%M:%SZ}",))
    return answer


def _client(definition: CustomResourceDefinition) -> WebhookClientConfig | None:
    conversion = definition.spec.conversion
    if conversion is None or conversion.strategy != "Webhook" or len(definition.spec.versions) < 2:
        return None
    return conversion.webhook.client_config if conversion.webhook is not None else None


def _conversion(view: View, definition: CustomResourceDefinition) -> Health | None:
    answer = converter(view, definition)
    if answer is None or not (answer.problem or answer.unseen):
        return None
    if answer.unseen:
        return Health(HealthVerdict.UNKNOWN, "ConversionUnseen", answer.unseen, missing=answer.missing)
    end = grace_end(view, created(definition), _INSTALLING)
    health = Health(
        HealthVerdict.DOWN,
        "ConversionDown",
        f"objects stored in another version cannot be read: {answer.problem}",
        evidence=answer.evidence,
    )
    if end is None:
        return health
    return msgspec.structs.replace(health, verdict=HealthVerdict.PROGRESSING, recheck_at=end, grace=_INSTALLING)


def _establishing(view: View, definition: CustomResourceDefinition, established: Condition | None) -> Health:
    since = changed(established, created(definition))
    end = grace_end(view, since, _INSTALLING)
    shown = established.status if established is not None else "absent"
    said = one_line(established.message or established.reason) if established is not None else ""
    return Health(
        HealthVerdict.PROGRESSING if end else HealthVerdict.DOWN,
        (established.reason if established is not None else "") or "NotEstablished",
        joined("is not established: the API server does not serve it", said),
        since,
        evidence=(f"status.conditions[type=Established].status = {shown}",),
        recheck_at=end,
        grace=_INSTALLING if end else None,
    )


def _said(verdict: HealthVerdict, reason: str, words: str, condition: Condition) -> Health:
    evidence = (f"status.conditions[type={condition.type}].status = {condition.status}",)
    return Health(verdict, reason, joined(words, one_line(condition.message)), changed(condition), evidence=evidence)
