"""What an Application's outcome never shows: credentials in a repository's address."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.rules.gitops import ApplicationParameters, FreshParameters, automated, compared, fresh
from k8sview.catalog import spec
from k8sview.catalog.sample import sample_view
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.meta import Custom, ObjectMeta
from k8sview.model.status import Confidence, Layer, Status


def context_of(*objects: dict[str, Any]) -> Context:
    view = sample_view(spec.TestSpec(name="sample", expect=Status.PASS, objects=objects), ["applications.argoproj.io"])
    status = ComponentStatus("argo-cd", "Argo CD", Layer.BUILDING, Presence.INSTALLED)
    return Context(view, status, {"argo-cd": status}, lambda resource, obj: Health(HealthVerdict.HEALTHY))


def application(name: str, **status: Any) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"source": {"repoURL": "https://bot:hunter2@git.example.org/shop.git"}},
        "status": status,
    }


def test_one_repository_behind_several_failures_is_named_without_its_credentials() -> None:
    broken = [application(name, sync={"status": "Unknown"}) for name in ("a", "b")]
    outcomes = [one.outcome for one in compared(context_of(*broken), ApplicationParameters())]
    assert [outcome.evidence for outcome in outcomes] == [
        ("2 applications of https://git.example.org/shop.git cannot be compared",)
    ] * 2
    assert "hunter2" not in repr(outcomes)


def test_when_every_application_is_old_polling_may_be_off() -> None:
    old, new = {"reconciledAt": "2026-02-28T00:00:00Z"}, {"reconciledAt": "2026-02-28T23:59:00Z"}
    alone = list(fresh(context_of(application("a", **old)), FreshParameters()))
    beside = list(fresh(context_of(application("a", **old), application("b", **new)), FreshParameters()))
    assert [one.outcome.confidence for one in alone] == [Confidence.INFERRED]
    assert [(one.outcome.status, one.outcome.confidence) for one in beside] == [
        (Status.FAIL, Confidence.OBSERVED),
        (Status.PASS, Confidence.CERTAIN),
    ]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, False),
        ({"automated": None}, False),
        ({"automated": {}}, True),
        ({"automated": {"prune": True}}, True),
        ({"automated": {"enabled": False}}, False),
        ({"automated": {"enabled": True}}, True),
        ("on", False),
    ],
)
def test_automation_is_on_when_stated_and_not_switched_off(policy: Any, expected: bool) -> None:
    obj = Custom(ObjectMeta(name="a"), "argoproj.io/v1alpha1", "Application", {"spec": {"syncPolicy": policy}})
    assert automated(obj) is expected
