"""What admission said no to: Pod Security, policies, webhooks that deny or do not answer, rights, validation."""

from __future__ import annotations

from k8sview.analysis.health.diagnoses.refused import Case, ask, diagnosis, retry
from k8sview.analysis.health.diagnoses.wording import describe, word
from k8sview.analysis.health.phrases import joined
from k8sview.model.health import Diagnosis
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Namespace
from k8sview.model.objects.extension import Webhook, WebhookConfiguration
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence

_WEBHOOKS = {
    "ValidatingWebhookConfiguration": "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "MutatingWebhookConfiguration": "mutatingwebhookconfigurations.admissionregistration.k8s.io",
}
_PSA = "pod-security.kubernetes.io/enforce"


def pod_security(case: Case) -> Diagnosis:
    level = case.said.subject
    space = case.view.get("namespaces", case.namespace)
    labels = space.metadata.labels if isinstance(space, Namespace) else {}
    evidence = (f"namespaces/{case.namespace} metadata.labels[{_PSA}] = {labels[_PSA]}",) if _PSA in labels else ()
    return diagnosis(
        case,
        "pod-security",
        f'{case.whose} violate PodSecurity "{level}", which the namespace enforces: {case.words}',
        f"kubectl get namespace {word(case.namespace)} --show-labels; then set the fields that are named, or another"
        " level for the namespace",
        evidence=evidence,
    )


def policy(case: Case) -> Diagnosis:
    name = case.said.subject
    return diagnosis(
        case,
        "admission-denied",
        joined(f"ValidatingAdmissionPolicy {name} denies {case.whose}", case.words),
        f"kubectl get validatingadmissionpolicy {word(name)} -o yaml",
        evidence=(f"validatingadmissionpolicies.admissionregistration.k8s.io/{name} = denies",),
    )


def webhook_denied(case: Case) -> Diagnosis:
    holders, missing = _holders(case)
    name = case.said.subject
    where = f"kubectl get {holders[0].kind.lower()} {word(holders[0].name)} -o yaml" if holders else ask(case)
    return diagnosis(
        case,
        "admission-denied",
        joined(f"admission webhook {name} denies {case.whose}", case.words),
        where,
        evidence=tuple(f"{_WEBHOOKS[one.kind]}/{one.name} webhooks[].name = {name}" for one in holders),
        missing=missing,
    )


def webhook_down(case: Case) -> Diagnosis:
    holders, missing = _holders(case)
    name = case.said.subject
    if not holders and not missing:
        return retry(case, f"webhook {name}, which is gone by now")
    return diagnosis(
        case,
        "webhook-down",
        f"admission webhook {name} does not answer, so {case.whose} cannot be created: {case.words}",
        describe(holders[0].kind.lower(), None, holders[0].name) if holders else ask(case),
        because=holders,
        missing=missing,
        confidence=None if holders else Confidence.INFERRED,
    )


def _holders(case: Case) -> tuple[tuple[Ref, ...], tuple[str, ...]]:
    """The configurations that hold the webhook; and which of the two kinds could not be read.

    Several may hold one of the same name: then where it was called tells, if that is in the text.
    """
    named: list[Ref] = []
    called: list[Ref] = []
    for kind, table in _WEBHOOKS.items():
        for one in case.view.each(table):
            hooks = one.webhooks if isinstance(one, WebhookConfiguration) else ()
            found = [hook for hook in hooks if hook.name == case.said.subject]
            ref = ref_to(kind, None, one.metadata.name)
            named += [ref] if found else []
            called += [ref] if any(_is_called(hook, case.said.words) for hook in found) else []
    refs = tuple(called or named)
    return refs, () if refs else tuple(one for one in _WEBHOOKS.values() if not case.view.readable(one))


def _is_called(hook: Webhook, words: str) -> bool:
    """Whether the address in the API server's words is this webhook's: ``https://policy.shop.svc:443/validate``."""
    client = hook.client_config
    if client.service is not None:
        return f"//{client.service.name}.{client.service.namespace}.svc:" in words
    return bool(client.url) and str(client.url).partition("?")[0] in words


def forbidden(case: Case) -> Diagnosis:
    return diagnosis(case, "forbidden", f"{case.whose} may not be created: {case.words}", ask(case))


def invalid(case: Case) -> Diagnosis:
    return diagnosis(case, "invalid", f"{case.whose} are invalid as their template has them: {case.words}", ask(case))


def other(case: Case) -> Diagnosis:
    return diagnosis(case, "refused", f"{case.whose} cannot be created: {case.words}", ask(case))
