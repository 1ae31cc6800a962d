"""What is kept of the platform's own objects equals a fresh judgement, whatever comes, goes, or may not be read."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model import events
from k8sview.model.health import Judged
from k8sview.model.kinds import KINDS
from k8sview.model.resources import key_of
from k8sview.model.tables import State, TableState
from k8sview.session.slices import to_end
from k8sview.store.store import Store
from tests.analysis.clusters import NOON, read
from tests.analysis.health.diagnoses.test_namespaces import DISCOVERY, FINALIZERS, LEDGER, content, namespace
from tests.analysis.health.objects import ROLLED_OUT, Raw, condition, deployment, node, pod, waiting
from tests.analysis.health.platform_objects import (
    ABLE,
    TWO_VERSIONS,
    api_service,
    autoscaler,
    available,
    budget,
    configuration,
    converted,
    custom,
    definition,
    endpoints,
    inactive,
    leaving,
    service,
    serving,
    webhook,
)
from tests.analysis.health.test_nodes import cordoned, lease

WIDGET = custom("example.org/v1", "Widget", "one")
VARIANTS: tuple[Raw, ...] = (
    service(),
    service(ports=[{"port": 8443}]),
    endpoints(True),
    endpoints(False),
    serving(0),
    serving(1, 1),
    configuration(webhook()),
    configuration(webhook(failurePolicy="Ignore")),
    api_service("metrics.k8s.io", available()),
    api_service("metrics.k8s.io", available("False")),
    api_service("things.example.com", available("False"), version="v1"),
    definition(versions=TWO_VERSIONS, conversion=converted()),
    definition(condition("NamesAccepted", "False"), name="gadgets"),
    autoscaler(ABLE, inactive("FailedGetResourceMetric", "no metrics returned")),
    autoscaler(ABLE, condition("ScalingActive", "True")),
    autoscaler(condition("AbleToScale", "False", reason="FailedGetScale")),
    deployment(2, 2, 2, ROLLED_OUT),
    deployment(2, 1, 1, ROLLED_OUT),
    budget(2, 2, 2),
    budget(2, 1, 1),
    budget(0, 0, 0, name="late"),
    budget(name="too"),
    pod(),
    pod(waiting("CrashLoopBackOff")),
    leaving(pod(name="web-1"), span="10m"),
    node(),
    node("n1", "Unknown"),
    cordoned(),
    lease("n1", "3m"),
    lease("n1", "8s"),
    namespace(DISCOVERY),
    namespace(content("configmaps.", "widgets.example.org"), FINALIZERS),
    LEDGER,
    WIDGET,
    leaving(WIDGET, "example.org/hold"),
)
DENIABLE = ("pods", "services", "deployments.apps", "apiservices.apiregistration.k8s.io", "poddisruptionbudgets.policy")


@pytest.mark.parametrize("seed", range(25))
def test_what_is_kept_equals_what_a_fresh_judgement_says(seed: int) -> None:
    chance, now = random.Random(seed), [NOON]

    def clock() -> datetime:
        return now[0]

    store, engine = Store(clock), HealthEngine()
    resources = {name: row.resource for name, row in KINDS.items()}
    resources.update((resource.name, resource) for resource, _ in map(read, VARIANTS))
    store.apply(events.Connected(events.Cluster(), tuple(resources.values())))
    for name in resources:
        store.apply(events.Synced(name, None, frozenset()))
    for _ in range(30):
        choice = chance.random()
        resource, obj = read(chance.choice(VARIANTS))
        if choice < 0.1:
            now[0] += timedelta(minutes=chance.choice((1, 3, 20)))
        elif choice < 0.2:
            state = chance.choice((TableState(State.DENIED, "forbidden"), TableState(State.SYNCED)))
            store.apply(events.StateChanged(chance.choice(DENIABLE), None, state))
        elif choice < 0.4:
            store.apply(events.Removed(resource.name, None, (key_of(obj),)))
        else:
            store.apply(events.Upserted(resource.name, None, (obj,)))
        view, other = store.view(), HealthEngine()
        to_end(engine.update(view))
        to_end(other.update(view))
        assert [*map(_judged, engine.everything())] == [*map(_judged, other.everything())]


def _judged(one: Judged) -> tuple[object, ...]:
    """All but the words: "for 5m" grows older between two looks."""
    health, why = one.health, one.diagnosis
    known = (why.id, why.because, why.missing, why.confidence) if why is not None else ()
    return (one.resource, one.object, health.verdict, health.reason, health.since, health.missing, known, one.cause)
