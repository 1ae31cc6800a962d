"""One refusal and what every diagnosis of it shares: whose pods, since when, how it is known."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.analysis.health.diagnoses.rejections import Rejection
from k8sview.analysis.health.diagnoses.wording import clock, describe, word
from k8sview.analysis.health.phrases import one_line
from k8sview.analysis.health.refusals import Refusal, unread
from k8sview.model.health import Diagnosis, Health
from k8sview.model.objects.workloads import CronJob
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View


class Case(msgspec.Struct, frozen=True):
    """One refusal of what one object would create."""

    view: View
    obj: Any
    health: Health
    refusal: Refusal
    said: Rejection

    @property
    def namespace(self) -> str:
        return self.obj.metadata.namespace or ""

    @property
    def kind(self) -> str:
        return type(self.obj).__name__

    @property
    def whose(self) -> str:
        """``pods of Deployment shop/web``."""
        what = "jobs" if isinstance(self.obj, CronJob) else "pods"
        if self.refusal.text.startswith("replicasets"):
            what = "ReplicaSets"
        return f"{what} of {self.kind} {self.namespace}/{self.obj.metadata.name}"

    @property
    def words(self) -> str:
        return one_line(self.said.words or self.refusal.text)


def diagnosis(
    case: Case,
    slug: str,
    message: str,
    next_step: str,
    *,
    because: tuple[Ref, ...] = (),
    evidence: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    confidence: Confidence | None = None,
) -> Diagnosis:
    when = clock(case.view, case.refusal.since)
    return Diagnosis(
        id=f"creation.{slug}",
        message=message + (f" (since {when})" if when else ""),
        next=next_step,
        since=case.refusal.since or case.health.since,
        confidence=confidence or case.refusal.confidence,
        evidence=(case.refusal.evidence, *evidence),
        because=because,
        missing=tuple(dict.fromkeys((*unread(case.view, case.namespace), *missing))),
        recheck_at=case.health.recheck_at,
    )


def retry(case: Case, by: str, evidence: tuple[str, ...] = ()) -> Diagnosis:
    """What refused is no longer in the way: to accuse it would be wrong, and nothing newer is known."""
    return diagnosis(
        case,
        "retry-pending",
        f"{case.whose} were refused by {by}; its controller tries again within 17 minutes",
        ask(case),
        evidence=evidence,
        confidence=Confidence.INFERRED,
    )


def absent(case: Case, slug: str, ref: Ref, table: str) -> Diagnosis:
    place = f" in namespace {ref.namespace}" if ref.namespace else ""
    option = f" -n {word(ref.namespace)}" if ref.namespace else ""
    readable = case.view.readable(table, ref.namespace)
    return diagnosis(
        case,
        slug,
        f"{ref.kind} {ref.name} does not exist{place}, so {case.whose} cannot be created",
        f"kubectl get{option} {ref.kind.lower()}; then create it, or name another in the pod template",
        because=(ref,),
        evidence=(f"{table}/{ref.name} is absent = true",) if readable else (),
        missing=() if readable else (table,),
    )


def ask(case: Case) -> str:
    return describe(case.kind.lower(), case.namespace, case.obj.metadata.name)
