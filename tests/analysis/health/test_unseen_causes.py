"""Causes that nobody here can see are told in the words of those who fail by them."""

from __future__ import annotations

from k8sview.analysis.health.engine import HealthEngine
from k8sview.session.slices import to_end
from tests.analysis.clusters import view_of
from tests.analysis.health.objects import deployment, event
from tests.analysis.health.platform_objects import configuration

OUTSIDE = configuration({"name": "pods.example.com", "clientConfig": {"url": "https://guard.example.com/pods"}})
SAID = (
    'Error creating: Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: '
    'Post "https://guard.example.com/pods?timeout=2s": dial tcp 192.0.2.1:443: connect: connection refused'
)


def test_a_webhook_outside_of_the_cluster_that_does_not_answer() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "web", "controller": True}
    replicas = {
        "kind": "ReplicaSet",
        "metadata": {"name": "web-1", "namespace": "shop", "uid": "web-1", "ownerReferences": [owner]},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}},
    }
    engine = HealthEngine()
    whole = to_end(engine.update(view_of(OUTSIDE, deployment(2, 0, 0), replicas, event("web-1", "FailedCreate", SAID))))
    cause = next(one for one in whole.causes if str(one.object) == "ValidatingWebhookConfiguration policy")
    assert cause.diagnosis == "creation.webhook-down"
    assert "connection refused" in cause.message
    steps = engine.chain("replicasets.apps", ("shop", "web-1"))
    assert steps[-1].object == cause.object
    assert steps[-1].health is not None
    assert steps[-1].health.verdict == "Unknown"
