"""Why what a workload would create is refused: quotas, limits, admission, and names that do not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.quotas import consumers, exceeded, has_room, limiting
from k8sview.analysis.health.diagnoses.refused import Case, absent, diagnosis, retry
from k8sview.analysis.health.diagnoses.refused_by_admission import (
    forbidden,
    invalid,
    other,
    pod_security,
    policy,
    webhook_denied,
    webhook_down,
)
from k8sview.analysis.health.diagnoses.rejections import rejection
from k8sview.analysis.health.diagnoses.wording import describe, word
from k8sview.analysis.health.refusals import refusal
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.meta import Custom
from k8sview.model.view import View

_REFUSED = frozenset({"ReplicaFailure", "FailedCreate"})


def creation(view: View, obj: Any, health: Health) -> Diagnosis | None:
    """Why what this object would create is refused; None where nothing is."""
    if health.reason not in _REFUSED:
        return None
    refused = refusal(view, obj)
    if refused is None:
        return None
    case = Case(view, obj, health, refused, rejection(refused.text))
    return _EXPLAINED.get(case.said.kind, other)(case)


def _quota(case: Case) -> Diagnosis:
    name = case.said.subject
    quota = case.view.get("resourcequotas", name, case.namespace)
    readable = case.view.readable("resourcequotas", case.namespace)
    if readable and not isinstance(quota, Custom):
        return retry(case, f"ResourceQuota {name}, which is gone by now")
    if isinstance(quota, Custom) and has_room(quota, case.said.amounts):
        evidence = tuple(_status(quota, resource) for resource in case.said.amounts)
        return retry(case, f"ResourceQuota {name}, which has room by now", evidence)
    tight = list(exceeded(case.said.amounts))
    asked = "; ".join(f"{resource}: {wanted} asked, {used} of {hard} used" for resource, wanted, used, hard in tight)
    evidence = tuple(_status(quota, one[0]) for one in tight) if isinstance(quota, Custom) else ()
    for resource, *_ in tight[:1]:
        top = consumers(case.view, case.namespace, resource)
        asks = f"{resource} of all its pods"
        evidence += tuple(f"{one.resource}/{one.name} {asks} = {one.shown(resource)}" for one in top)
    return diagnosis(
        case,
        "quota-exceeded",
        f"ResourceQuota {name} leaves no room in namespace {case.namespace}: {asked or case.words}",
        describe("resourcequota", case.namespace, name),
        because=(ref_to("ResourceQuota", case.namespace, name),),
        evidence=evidence,
        missing=() if readable else ("resourcequotas",),
    )


def _status(quota: Custom, resource: str) -> str:
    status = quota.body.get("status")
    shown = [status.get(part) if isinstance(status, dict) else None for part in ("used", "hard")]
    used, hard = (part.get(resource) if isinstance(part, dict) else None for part in shown)
    return f"resourcequotas/{quota.metadata.name} status.used[{resource}] = {used} of {hard}"


def _must_specify(case: Case) -> Diagnosis:
    wants = case.words.removeprefix("must specify ")
    return diagnosis(
        case,
        "must-specify",
        f"{case.whose} are refused: ResourceQuota {case.said.subject} counts what they do not state: {wants}",
        describe("resourcequota", case.namespace, case.said.subject)
        + "; then state it in the pod template, or give the namespace a LimitRange with defaults",
    )


def _limit_range(case: Case) -> Diagnosis:
    words = case.words.removesuffix("]")
    found = limiting(case.view, case.namespace, words)
    readable = case.view.readable("limitranges", case.namespace)
    if found is not None:
        return diagnosis(
            case,
            "limit-range",
            f"LimitRange {found.name} refuses {case.whose}: {words}",
            describe("limitrange", case.namespace, found.name),
            because=(found,),
        )
    return diagnosis(
        case,
        "limit-range",
        f"{case.whose} are refused by a LimitRange of namespace {case.namespace}: {words}",
        f"kubectl describe -n {word(case.namespace)} limitranges",
        missing=() if readable else ("limitranges",),
    )


def _service_account(case: Case) -> Diagnosis:
    namespace, _, name = case.said.subject.rpartition("/")
    namespace = namespace or case.namespace
    if case.view.get("serviceaccounts", name, namespace) is not None:
        return retry(case, f"the lack of ServiceAccount {name}, which exists by now")
    return absent(case, "service-account-missing", ref_to("ServiceAccount", namespace, name), "serviceaccounts")


def _priority_class(case: Case) -> Diagnosis:
    name, table = case.said.subject, "priorityclasses.scheduling.k8s.io"
    if case.view.get(table, name) is not None:
        return retry(case, f"the lack of PriorityClass {name}, which exists by now")
    return absent(case, "priority-class-missing", ref_to("PriorityClass", None, name), table)


def _runtime_class(case: Case) -> Diagnosis:
    name, table = case.said.subject, "runtimeclasses.node.k8s.io"
    if case.view.get(table, name) is not None:
        return retry(case, f"the lack of RuntimeClass {name}, which exists by now")
    return absent(case, "runtime-class-missing", ref_to("RuntimeClass", None, name), table)


def _terminating(case: Case) -> Diagnosis:
    name = case.said.subject
    return diagnosis(
        case,
        "namespace-terminating",
        f"namespace {name} is being deleted, so nothing new can be created in it",
        describe("namespace", None, name),
        because=(ref_to("Namespace", None, name),),
    )


def _scope(case: Case) -> Diagnosis:
    message = f"{case.whose} are refused, for no quota admits their scope: {case.words}"
    return diagnosis(case, "quota-scope", message, f"kubectl describe -n {word(case.namespace)} resourcequotas")


_EXPLAINED: dict[str, Callable[[Case], Diagnosis]] = {
    "quota": _quota,
    "must-specify": _must_specify,
    "quota-scope": _scope,
    "limit-range": _limit_range,
    "pod-security": pod_security,
    "policy": policy,
    "webhook-denied": webhook_denied,
    "webhook-down": webhook_down,
    "service-account": _service_account,
    "priority-class": _priority_class,
    "runtime-class": _runtime_class,
    "terminating": _terminating,
    "no-namespace": _terminating,
    "constraint": forbidden,
    "rbac": forbidden,
    "node": forbidden,
    "invalid": invalid,
}

FAMILY = Family(
    known=(
        Known(
            "creation.quota-exceeded",
            "A ResourceQuota has no room for what the workload would create",
            "Free some of what the quota counts, or raise it; the evidence names who asks most.",
        ),
        Known(
            "creation.quota-scope",
            "No ResourceQuota admits pods of this priority class or scope",
            "Use a priority class that a quota of the namespace admits, or add such a quota.",
        ),
        Known(
            "creation.must-specify",
            "A ResourceQuota counts requests or limits that the pods do not state",
            "State them in the pod template, or give the namespace a LimitRange with defaults.",
        ),
        Known(
            "creation.limit-range",
            "A LimitRange of the namespace does not allow what the pods ask for",
            "Ask for amounts within the range, or change the range.",
        ),
        Known(
            "creation.admission-denied",
            "A policy or an admission webhook answered and said no",
            "Read what it says and mend the pod template, or ask the policy's owner.",
        ),
        Known(
            "creation.webhook-down",
            "An admission webhook that must answer does not, so nothing that it matches can be created",
            "Bring the webhook's backend up; see its configuration for the Service behind it.",
        ),
        Known(
            "creation.pod-security",
            "The pods violate the Pod Security level that their namespace enforces",
            "Set the fields that the message names, or another level for the namespace.",
        ),
        Known(
            "creation.service-account-missing",
            "The pods name a ServiceAccount that does not exist",
            "Create it, or name another.",
        ),
        Known(
            "creation.priority-class-missing",
            "The pods name a PriorityClass that does not exist",
            "Create it, or name another.",
        ),
        Known(
            "creation.runtime-class-missing",
            "The pods name a RuntimeClass that does not exist",
            "Create it, or name another.",
        ),
        Known(
            "creation.namespace-terminating",
            "The namespace is being deleted",
            "Nothing new can be created in it; see why its deletion takes its time.",
        ),
        Known(
            "creation.forbidden",
            "The controller may not create such pods",
            "Read what the API server says: a security context constraint, a missing right, a node restriction.",
        ),
        Known(
            "creation.invalid",
            "The pods that the template describes are invalid",
            "Mend the field that the message names.",
        ),
        Known("creation.refused", "The API server refuses what the workload would create", "Read its words."),
        Known(
            "creation.retry-pending",
            "What refused the pods is no longer in the way, and the controller has not tried again yet",
            "Wait; controllers try again within 17 minutes.",
        ),
    ),
    rules=dict.fromkeys(
        (
            "deployments.apps",
            "replicasets.apps",
            "statefulsets.apps",
            "daemonsets.apps",
            "jobs.batch",
            "cronjobs.batch",
        ),
        (creation,),
    ),
)
