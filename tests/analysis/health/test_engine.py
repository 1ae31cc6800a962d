"""The engine: whatever changed, what it keeps equals what a fresh judgement of the same view says."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from k8sview.analysis.health.causes import Folding, Ill
from k8sview.analysis.health.engine import HealthEngine
from k8sview.model import events
from k8sview.model.health import ClusterHealth, Diagnosis, Health, HealthVerdict
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Key, Ref, key_of
from k8sview.model.tables import State, TableState
from k8sview.model.view import View
from k8sview.session.slices import to_end
from k8sview.store.store import Store
from tests.analysis.clusters import NOON, ago, read, view_of

NAMES = ("api", "web", "db")
NODES = ("worker-1", "worker-2")


def owner(kind: str, name: str, uid: str) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": True}


class Changing:
    """A small cluster that a seed changes at random, as watches would."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = NOON
        self.store = Store(self._clock)
        self.store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
        self.there: dict[str, set[Key]] = {name: set() for name in KINDS}
        for name in KINDS:
            self.store.apply(events.Synced(name, None, frozenset()))

    def _clock(self) -> datetime:
        return self.now

    def view(self) -> View:
        return self.store.view()

    def step(self) -> None:
        choice = self.chance.random()
        if choice < 0.08:
            self.now += timedelta(minutes=self.chance.choice((1, 6, 20)))
        elif choice < 0.2:
            name = self.chance.choice([name for name, keys in self.there.items() if keys] or ["pods"])
            gone = self.chance.choice(sorted(self.there[name]) or [("x", "nothing")])
            self.there[name].discard(gone)
            self.store.apply(events.Removed(name, None, (gone,)))
        elif choice < 0.24:
            name = self.chance.choice(("events", "pods", "nodes", "persistentvolumeclaims"))
            state = self.chance.choice((TableState(State.DENIED, "forbidden"), TableState(State.SYNCED)))
            self.store.apply(events.StateChanged(name, None, state))
        else:
            resource, obj = read(
                self.chance.choice((self._pod, self._workload, self._node, self._claim, self._event))()
            )
            self.there[resource.name].add(key_of(obj))
            self.store.apply(events.Upserted(resource.name, None, (obj,)))

    def _meta(self, name: str, uid: str, **more: Any) -> dict[str, Any]:
        made = ago(self.chance.choice(("10s", "3m", "40m", "3h")))
        return {"name": name, "namespace": "shop", "uid": uid, "creationTimestamp": made, **more}

    def _pod(self) -> dict[str, Any]:
        app, number = self.chance.choice(NAMES), self.chance.randrange(3)
        waiting = self.chance.choice(("", "CrashLoopBackOff", "ImagePullBackOff", "ContainerCreating"))
        ready = not waiting and self.chance.random() < 0.7
        status: dict[str, Any] = {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": str(ready), "lastTransitionTime": ago("20m")}],
            "containerStatuses": [
                {
                    "name": "app",
                    "ready": ready,
                    "restartCount": self.chance.choice((0, 0, 7)),
                    "state": {"waiting": {"reason": waiting}} if waiting else {"running": {"startedAt": ago("30m")}},
                }
            ],
        }
        spec: dict[str, Any] = {"containers": [{"name": "app", "image": "shop/app:1"}]}
        spec["nodeName"] = self.chance.choice(NODES)
        if self.chance.random() < 0.3:
            spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
        owner = {
            "kind": "ReplicaSet",
            "name": f"{app}-1",
            "uid": f"rs-{app}",
            "controller": True,
            "apiVersion": "apps/v1",
        }
        meta = self._meta(f"{app}-{number}", f"pod-{app}-{number}", labels={"app": app}, ownerReferences=[owner])
        return {"kind": "Pod", "metadata": meta, "spec": spec, "status": status}

    def _workload(self) -> dict[str, Any]:
        app = self.chance.choice(NAMES)
        available = self.chance.randrange(4)
        counts = {"replicas": 3, "availableReplicas": available, "readyReplicas": available, "updatedReplicas": 3}
        spec = {"replicas": 3, "selector": {"matchLabels": {"app": app}}}
        if self.chance.random() < 0.3:
            selected = self.chance.choice(NAMES)
            meta = self._meta(app, f"service-{app}")
            return {
                "kind": "Service",
                "metadata": meta,
                "spec": {"selector": {"app": selected}, "ports": [{"port": 80}]},
            }
        if self.chance.random() < 0.5:
            owner = {
                "kind": "Deployment",
                "name": app,
                "uid": f"deploy-{app}",
                "controller": True,
                "apiVersion": "apps/v1",
            }
            meta = self._meta(f"{app}-1", f"rs-{app}", ownerReferences=[owner])
            return {"kind": "ReplicaSet", "metadata": meta, "spec": spec, "status": counts}
        meta = self._meta(app, f"deploy-{app}", annotations={"deployment.kubernetes.io/revision": "1"})
        return {"kind": "Deployment", "metadata": meta, "spec": spec, "status": counts}

    def _node(self) -> dict[str, Any]:
        name, ready = self.chance.choice(NODES), self.chance.choice(("True", "Unknown"))
        conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": ago("30m")}]
        meta = {"name": name, "uid": f"node-{name}", "creationTimestamp": ago("9h")}
        room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
        return {"kind": "Node", "metadata": meta, "status": {"conditions": conditions, "allocatable": room}}

    def _claim(self) -> dict[str, Any]:
        phase = self.chance.choice(("Bound", "Pending", "Lost"))
        return {"kind": "PersistentVolumeClaim", "metadata": self._meta("data", "claim"), "status": {"phase": phase}}

    def _event(self) -> dict[str, Any]:
        app, number = self.chance.choice(NAMES), self.chance.randrange(3)
        reason, said = self.chance.choice(
            (("FailedCreate", "exceeded quota: q"), ("Unhealthy", "Readiness probe failed"))
        )
        about = {"uid": self.chance.choice((f"pod-{app}-{number}", f"rs-{app}"))}
        meta = self._meta(f"event-{self.chance.randrange(5)}", f"event-{self.chance.random()}")
        seen = {"lastTimestamp": ago("1m"), "type": "Warning", "reason": reason, "message": said}
        return {"kind": "Event", "metadata": meta, "involvedObject": about, **seen}


def fresh(view: View) -> tuple[HealthEngine, ClusterHealth]:
    engine = HealthEngine()
    return engine, to_end(engine.update(view))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_equals_what_a_fresh_judgement_says(seed: int) -> None:
    cluster, engine = Changing(seed), HealthEngine()
    for _ in range(25):
        for _ in range(cluster.chance.randrange(1, 4)):
            cluster.step()
        view = cluster.view()
        kept = to_end(engine.update(view))
        other, anew = fresh(view)
        assert list(engine.everything()) == list(other.everything())
        assert kept == anew


def pod(name: str, waiting: str = "", **more: Any) -> dict[str, Any]:
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {"startedAt": ago("1h")}}
    statuses = [{"name": "app", "ready": not waiting, "restartCount": 5 if waiting else 0, "state": state}]
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago("2h"), **more},
        "spec": {"nodeName": "worker-1", "containers": [{"name": "app", "image": "a"}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": str(not waiting)}],
            "containerStatuses": statuses,
        },
    }


NODE = {
    "kind": "Node",
    "metadata": {"name": "worker-1", "uid": "n", "creationTimestamp": ago("9h")},
    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
}


def owned(number: int) -> dict[str, Any]:
    owners = [owner("StatefulSet", "db", "db")]
    return pod(f"db-{number}", "CrashLoopBackOff", ownerReferences=owners, labels={"app": "db"})


def test_a_fault_of_pods_is_told_once_on_the_workload_that_makes_them() -> None:
    stateful = {
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "shop", "uid": "db", "creationTimestamp": ago("2h")},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "db"}}},
        "status": {"replicas": 2},
    }
    engine, health = fresh(view_of(stateful, owned(0), owned(1), NODE))
    (cause,) = [one for one in health.causes if one.object.kind == "StatefulSet"]
    assert {str(one) for one in cause.objects} >= {"Pod shop/db-0", "Pod shop/db-1"}
    assert engine.judged("pods", ("shop", "db-0")).cause == cause.id  # type: ignore[union-attr]
    assert engine.upstream(Ref("v1", "Pod", "shop", "db-0")) == (Ref("apps/v1", "StatefulSet", "shop", "db"),)


def test_nothing_is_a_cause_where_all_is_well() -> None:
    engine, health = fresh(view_of(pod("web"), NODE))
    assert health.causes == ()
    assert health.counts[HealthVerdict.HEALTHY] == 2
    assert engine.chain("pods", ("shop", "web")) == ()
    assert engine.upstream(Ref("v1", "Pod", "shop", "web")) == ()


def test_what_may_not_be_read_is_named_and_in_no_count() -> None:
    _, health = fresh(view_of(pod("web"), NODE, denied=["pods"]))
    assert "pods" in health.unread
    assert health.counts[HealthVerdict.HEALTHY] == 1


def test_a_judgement_pauses_after_each_object() -> None:
    steps = list(HealthEngine().update(view_of(*(pod(f"web-{number}") for number in range(20)), NODE)))
    assert len(steps) >= 21


def test_the_chain_leads_to_the_cause_that_is_told() -> None:
    """Of two causes the one with the wider effect is an object's own; the chain must not end at the other."""
    claims = [
        {
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": "shop", "uid": name},
            "status": status,
        }
        for name, status in (("one", {"phase": "Lost"}), ("two", {"phase": "Lost"}))
    ]

    def user(name: str, *claims: str) -> dict[str, Any]:
        raw = pod(name)
        volumes = [{"name": claim, "persistentVolumeClaim": {"claimName": claim}} for claim in claims]
        waits = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "lastTransitionTime": ago("1h")}
        return {
            **raw,
            "spec": {"containers": raw["spec"]["containers"], "volumes": volumes},
            "status": {"phase": "Pending", "conditions": [waits]},
        }

    engine, health = fresh(view_of(*claims, user("both", "one", "two"), user("other", "two"), NODE))
    judged = engine.judged("pods", ("shop", "both"))
    assert judged is not None
    (cause,) = [one for one in health.causes if one.id == judged.cause]
    assert engine.chain("pods", ("shop", "both"))[-1].object.name == cause.object.name


def test_a_cause_that_nobody_can_see_leaves_the_word_to_what_fails_by_it() -> None:
    """What an upstream object is cannot be told, it names nothing itself: the effect's own words stand on it."""
    place = ("services", "shop", "db")
    unseen = Health(HealthVerdict.UNKNOWN, "NoSignal", "who answers for it cannot be told")
    vague = Ill(place, Ref("v1", "Service", "shop", "db"), unseen, Diagnosis(id="object.not-well", message="?"))
    words = Diagnosis(id="webhook.unanswered", message="the webhook does not answer", because=(vague.object,))
    down = Health(HealthVerdict.DOWN)
    failing = Ill(("deployments.apps", "shop", "web"), Ref("apps/v1", "Deployment", "shop", "web"), down, words)
    ill = {vague.place: vague, failing.place: failing}
    folding = Folding(ill, lambda ref: vague.place)
    to_end(folding.update(view_of(), [failing.place]))
    (cause,) = folding.ordered
    assert (cause.object, cause.diagnosis, cause.message) == (vague.object, words.id, words.message)
