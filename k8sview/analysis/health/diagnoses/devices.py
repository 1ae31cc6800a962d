"""Pods that ask for devices through resource claims, at which no scheduler looks before the claims exist."""

from __future__ import annotations

from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.wording import since, word
from k8sview.analysis.health.phrases import joined, one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.pods import Pod, PodResourceClaim
from k8sview.model.status import Confidence
from k8sview.model.view import View


def without_claims(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Its resource claims are not there: by the controller's word, else because nothing else keeps a scheduler off."""
    if health.reason != "WaitsForResourceClaims":
        return None
    events = told.told(view, pod, "FailedResourceClaimCreation")
    said = one_line(told.text(events[0])) if events else ""
    wanted = " and ".join(_words(one) for one in pod.spec.resource_claims)
    message = f"pod {pod.metadata.name} gets no node before {wanted} is there{since(view, health.since)}"
    return Diagnosis(
        id="pod.resource-claim-missing",
        message=joined(message, said or "no scheduler looks at the pod without it"),
        next=f"kubectl get resourceclaims,resourceclaimtemplates -n {word(pod.metadata.namespace)}",
        since=health.since,
        confidence=Confidence.OBSERVED if said else Confidence.INFERRED,
        evidence=(*health.evidence, *(told.quoted(event) for event in events[:1])),
        missing=told.unread(view, pod),
    )


def _words(one: PodResourceClaim) -> str:
    if one.resource_claim_name:
        return f"ResourceClaim {one.resource_claim_name}"
    return f"a ResourceClaim made from template {one.resource_claim_template_name}"


FAMILY = Family(
    known=(
        Known(
            "pod.resource-claim-missing",
            "A resource claim that the pod asks devices by does not exist",
            "Create the claim or its template, or correct the name in the pod.",
        ),
    ),
    rules={"pods": (without_claims,)},
)
