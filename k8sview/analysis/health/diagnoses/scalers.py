"""Why KEDA's ScaledObjects and ScaledJobs do not scale: target, credentials, metric source, metrics API, autoscaler."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import called, explain
from k8sview.analysis.health.diagnoses.wording import describe, word
from k8sview.analysis.health.metrics_apis import metrics_api
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.analysis.health.signals import signals_of
from k8sview.analysis.health.targets import target_of
from k8sview.model.fields import read_one, reader
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Ref
from k8sview.model.view import View

_AUTHENTICATIONS = {
    "TriggerAuthentication": "triggerauthentications.keda.sh",
    "ClusterTriggerAuthentication": "clustertriggerauthentications.keda.sh",
}
_EXTERNAL = "external.metrics.k8s.io"


def target_missing(view: View, scaler: Custom, health: Health) -> Diagnosis | None:
    """What it is to scale does not exist. Where KEDA complains of a trigger it has passed that point."""
    name = read_one(scaler, "spec.scaleTargetRef.name")
    if not health.verdict.faulty or health.reason == "TriggerError" or not isinstance(name, str):
        return None
    kind = str(read_one(scaler, "spec.scaleTargetRef.kind") or "Deployment")
    version = str(read_one(scaler, "spec.scaleTargetRef.apiVersion") or "apps/v1")
    scaled = target_of(view, scaler.metadata.namespace or "", version, kind, name)
    if not scaled.absent:
        return None
    message = f"{scaled.words} does not exist, and KEDA's {called(scaler)} is to scale it"
    look = f"kubectl get {word(scaled.resource)} -n {word(scaler.metadata.namespace)}"
    return explain(health, "keda.target-missing", message, look, because=(scaled.ref,))


def credentials_missing(view: View, scaler: Custom, health: Health) -> Diagnosis | None:
    """A trigger names an authentication, and that a Secret; either may be missing. Contents are never read."""
    if not health.verdict.faulty:
        return None
    for trigger in reader("spec.triggers[*].authenticationRef")(scaler):
        if not isinstance(trigger, dict) or not isinstance(trigger.get("name"), str):
            continue
        found = _missing(view, scaler, trigger["name"], str(trigger.get("kind") or "TriggerAuthentication"))
        if found is not None:
            message = f"{found.kind} {_place(found)} does not exist, and KEDA's {called(scaler)} signs in by it"
            look = f"kubectl get {found.kind.lower()}" + (f" -n {word(found.namespace)}" if found.namespace else "")
            return explain(health, "keda.credentials-missing", message, look, because=(found,))
    return None


def _missing(view: View, scaler: Custom, name: str, kind: str) -> Ref | None:
    resource = _AUTHENTICATIONS.get(kind)
    if resource is None:
        return None
    namespace = scaler.metadata.namespace if kind == "TriggerAuthentication" else None
    found = view.get(resource, name, namespace)
    if found is None:
        return Ref("keda.sh/v1alpha1", kind, namespace, name) if view.readable(resource, namespace) else None
    if namespace is None:
        return None  # a cluster-wide one's Secrets lie in KEDA's own namespace
    for secret in reader("spec.secretTargetRef[*].name")(found):
        known = view.readable("secrets", namespace)
        if isinstance(secret, str) and known and view.get("secrets", secret, namespace) is None:
            return ref_to("Secret", namespace, secret)
    return None


def _place(ref: Ref) -> str:
    return f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name


def metrics_api_down(view: View, scaler: Custom, health: Health) -> Diagnosis | None:
    """The API by which its autoscaler reads KEDA's figures."""
    driven = find(signals_of(scaler).conditions, "HPAActive")
    if not health.verdict.faulty or driven is None or driven.status != "False":
        return None
    found = metrics_api(view, _EXTERNAL)
    if driven.reason != "FailedGetExternalMetric" or found.down is None:
        return None
    slug = "hpa.metrics-api-missing" if found.absent else "hpa.metrics-api-down"
    words = f"no APIService serves {_EXTERNAL}: {found.hint}" if found.absent else ""
    message = words or f"APIService {found.down.name} is not available, so no autoscaler gets KEDA's figures"
    look = f"kubectl get apiservice {word(found.down.name)}"
    return explain(health, slug, message, look, because=(found.down,), evidence=found.evidence)


def unwell(view: View, scaler: Custom, health: Health) -> Diagnosis | None:
    """Its source or its autoscaler, in KEDA's words."""
    if not health.verdict.faulty:
        return None
    conditions = signals_of(scaler).conditions
    name, look = called(scaler), describe("scaledobject", scaler.metadata.namespace, scaler.metadata.name)
    if scaler.kind == "ScaledJob":
        look = describe("scaledjob", scaler.metadata.namespace, scaler.metadata.name)
    if any("type=HPAActive" in path for path in health.evidence):
        autoscaler = read_one(scaler, "status.hpaName")
        known = isinstance(autoscaler, str) and view.get(
            "horizontalpodautoscalers.autoscaling", autoscaler, scaler.metadata.namespace
        )
        because = (ref_to("HorizontalPodAutoscaler", scaler.metadata.namespace, str(autoscaler)),) if known else ()
        message = f"KEDA's {name}: {health.message}"
        return explain(health, "keda.autoscaler-ill", message, look, because=because)
    kinds = ", ".join(dict.fromkeys(str(one) for one in reader("spec.triggers[*].type")(scaler)))
    source = f" ({kinds})" if kinds else ""
    if any("type=Fallback" in path for path in health.evidence):
        said = _error(conditions)
        message = joined(f"KEDA's {name} {health.message}{source}", said)
        return explain(health, "keda.fallback", message, look)
    slug = "keda.source-unreachable" if health.reason == "TriggerError" else "keda.definition-refused"
    words = "gets no figures from its source" if health.reason == "TriggerError" else "is not accepted"
    return explain(health, slug, joined(f"KEDA's {name} {words}{source}", _said(health)), look)


def _said(health: Health) -> str:
    return health.message.partition(": ")[2]


def _error(conditions: Any) -> str:
    ready = find(conditions, "Ready")
    return one_line(ready.message) if ready is not None and ready.status == "False" else ""


_RULES = (target_missing, credentials_missing, metrics_api_down, unwell)

FAMILY = Family(
    known=(
        Known("keda.target-missing", "What a ScaledObject is to scale does not exist", "Correct its scaleTargetRef."),
        Known(
            "keda.credentials-missing",
            "The authentication that a trigger names, or the Secret behind it, does not exist",
            "Create it, or correct the reference.",
        ),
        Known("keda.autoscaler-ill", "The autoscaler that KEDA made does not work", "Look at the autoscaler."),
        Known(
            "keda.fallback",
            "A metric source does not answer, so KEDA keeps a fixed number of replicas",
            "Look at the trigger's source and at its credentials.",
        ),
        Known("keda.source-unreachable", "A trigger's source does not answer KEDA", "Look at the source."),
        Known("keda.definition-refused", "KEDA does not accept the definition", "Correct what its condition names."),
    ),
    rules={"scaledobjects.keda.sh": _RULES, "scaledjobs.keda.sh": (credentials_missing, unwell)},
)
