"""The next step of a finding can be typed as it stands."""

from __future__ import annotations

import pytest

from k8sview.analysis.checks.findings import fill
from k8sview.model.resources import Ref

POD = Ref("v1", "Pod", "shop", "web-1")
NODE = Ref("v1", "Node", None, "apps-1")
STEP = "kubectl describe {kind} -n {namespace} {name}"


@pytest.mark.parametrize(
    ("step", "subject", "expected"),
    [
        (STEP, POD, "kubectl describe pod -n shop web-1"),
        (STEP, NODE, "kubectl describe node apps-1"),
        (STEP, None, "kubectl describe KIND -n NAMESPACE NAME"),
        ("kubectl -n {namespace} get events", NODE, "kubectl get events"),
        ("kubectl get events --namespace={namespace}", NODE, "kubectl get events"),
        ("kubectl get nodes", None, "kubectl get nodes"),
        ("kubectl get {namespace}/{name}", NODE, "kubectl get NAMESPACE/apps-1"),
        (
            "kubectl get secret {other} {name}",
            Ref("v1", "Secret", "shop", "{namespace}"),
            "kubectl get secret {other} {namespace}",
        ),
    ],
)
def test_fill(step: str, subject: Ref | None, expected: str) -> None:
    assert fill(step, subject) == expected
