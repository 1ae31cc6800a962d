"""Drift that is followed, on a server that a test plays: what is read, how often, and what is said of the rest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from k8sview.model import events
from k8sview.model.drift import Drift, DriftKind, DriftSettings, IgnoreRule
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Resource, key_of
from k8sview.model.tables import SYNCED, State, TableState
from k8sview.model.view import View
from k8sview.session import kept_rows
from k8sview.session.living_drift import DriftEngine
from k8sview.sources.contract import NotReadableError
from k8sview.store.store import Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
IMAGE = "spec.template.spec.containers[name=app].image"
Raw = dict[str, Any]


def deployment(name: str, image: str = "registry.example/x:1", by_hand: str = "", version: int = 1) -> Raw:
    """As Flux delivered it; ``by_hand``: when somebody edited the image."""
    entries = [entry("kustomize-controller", "Apply", "2026-03-01T10:00:00Z", _fields({".": {}, "f:name": {}}))]
    if by_hand:
        entries.append(entry("kubectl-edit", "Update", by_hand, _fields({"f:image": {}})))
    labels = {"kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    metadata = {
        "name": name,
        "namespace": "shop",
        "uid": name,
        "resourceVersion": str(version),
        "generation": version,
        "creationTimestamp": "2026-03-01T10:00:00Z",
        "labels": labels,
        "managedFields": entries,
    }
    template = {"spec": {"containers": [{"name": "app", "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": 1, "template": template},
    }


def _fields(container: Raw) -> Raw:
    return {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"app"}': container}}}}}


def entry(manager: str, operation: str, time: str, fields: Raw) -> Raw:
    return {"manager": manager, "operation": operation, "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields}


class Bodies:
    """A source that hands out bodies and counts who asked; what is in ``refused`` it does not."""

    def __init__(self) -> None:
        self.bodies: dict[str, Raw] = {}
        self.asked: list[str] = []
        self.refused: set[str] = set()

    async def body(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        self.asked.append(f"{resource.plural}/{name}")
        if resource.name in self.refused:
            raise NotReadableError(f"cannot read {resource.kind} {namespace}/{name}: forbidden")
        return json.dumps(self.bodies[name]).encode() if name in self.bodies else None

    async def metadata(self, resource: Resource, namespace: str | None, name: str) -> bytes | None:
        self.asked.append(f"metadata of {resource.plural}/{name}")
        return json.dumps({"metadata": self.bodies[name]["metadata"]}).encode()

    def pages(self, resource: Resource, namespace: str | None) -> AsyncIterator[list[msgspec.Raw]]:
        raise AssertionError("an app never lists a kind whole")


class Follower:
    """A store and an engine that are told the same, and what a session does with them."""

    def __init__(self, *served: str, settings: DriftSettings = DriftSettings()) -> None:  # noqa: B008  # frozen
        self.source = Bodies()
        self.store = Store(lambda: NOW)
        self.engine = DriftEngine(self.source, lambda: NOW, settings)  # type: ignore[arg-type]  # all it asks for
        self.told = 0
        self.take(events.Connected(events.Cluster(), tuple(KINDS[name].resource for name in served)))
        self.take(events.Link("live"))

    def take(self, event: events.Event) -> None:
        self.engine.take(event, self.store)
        self.store.apply(event)

    def listed(self, resource: str, raws: Iterable[Raw]) -> None:
        """A whole list; bodies are what they were listed as."""
        objects = tuple(self._decoded(resource, one) for one in raws)
        self.take(events.Upserted(resource, None, objects))
        self.take(events.Synced(resource, None, frozenset(key_of(one) for one in objects)))
        self.take(events.StateChanged(resource, None, SYNCED))

    def changed(self, resource: str, raw: Raw) -> None:
        self.take(events.Upserted(resource, None, (self._decoded(resource, raw),)))

    def _decoded(self, resource: str, raw: Raw) -> Any:
        self.source.bodies[raw["metadata"]["name"]] = raw
        return msgspec.convert(raw, KINDS[resource].struct)

    async def settled(self, seconds: float = 0.8) -> None:
        """Follow for so long."""
        running = asyncio.create_task(self.engine.run(self.store.view, lambda: True, self._tell))
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def _tell(self) -> None:
        self.told += 1

    @property
    def images(self) -> dict[str, str | None]:
        assert self.engine.newest is not None
        return {one.object.name: one.after for one in self.engine.newest.drifts if one.path == IMAGE}

    def reasons(self, kind: DriftKind) -> list[str]:
        return [one.reason for one in self.engine.of_kind(kind).not_checkable]


EDITED = "2026-03-01T11:00:00Z"


async def test_only_suspects_are_read_and_each_state_of_them_once() -> None:
    follower = Follower("deployments.apps")
    follower.listed(
        "deployments.apps", [deployment("web", "registry.example/x:2", EDITED), *map(deployment, ("a", "b", "c"))]
    )
    await follower.settled()
    assert follower.source.asked == ["deployments/web"]
    assert follower.images == {"web": "registry.example/x:2"}
    # A new status: another version, nothing that people write.
    again = deployment("web", "registry.example/x:2", EDITED)
    again["metadata"]["resourceVersion"] = "77"
    follower.changed("deployments.apps", again)
    await follower.settled()
    assert follower.source.asked == ["deployments/web"]
    follower.changed("deployments.apps", deployment("web", "registry.example/x:3", "2026-03-01T11:30:00Z", version=2))
    await follower.settled()
    assert follower.source.asked == ["deployments/web"] * 2
    assert follower.images == {"web": "registry.example/x:3"}


async def test_what_goes_takes_its_drift_with_it() -> None:
    follower = Follower("deployments.apps")
    follower.listed("deployments.apps", [deployment("web", "registry.example/x:2", EDITED)])
    await follower.settled()
    follower.take(events.Removed("deployments.apps", None, (("shop", "web"),)))
    await follower.settled()
    assert follower.images == {}
    assert follower.engine.of_kind(DriftKind.OUT_OF_BAND).drifts == ()


async def test_a_table_that_nobody_follows_any_more_is_named_and_its_drift_is_not_told() -> None:
    follower = Follower("deployments.apps")
    follower.listed("deployments.apps", [deployment("web", "registry.example/x:2", EDITED)])
    await follower.settled()
    follower.take(events.ScopeDropped("deployments.apps", None))
    await follower.settled()
    assert follower.images == {}
    assert any("not followed now: deployments.apps" in one for one in follower.reasons(DriftKind.OUT_OF_BAND))


async def test_of_secrets_only_the_metadata_is_asked_for() -> None:
    follower = Follower("secrets")
    secret = deployment("login", "x", EDITED) | {"kind": "Secret", "apiVersion": "v1"}
    secret["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    follower.listed("secrets", [secret])
    await follower.settled()
    assert follower.source.asked == ["metadata of secrets/login"]
    assert follower.reasons(DriftKind.LAST_APPLIED) == ["1 of secrets: their values are never read"]


async def test_a_kind_that_refuses_its_bodies_is_left_alone_for_a_while_and_told_as_one() -> None:
    follower = Follower("deployments.apps")
    follower.source.refused = {"deployments.apps"}
    names = [f"web-{number}" for number in range(6)]
    follower.listed("deployments.apps", [deployment(name, "registry.example/x:2", EDITED) for name in names])
    await follower.settled(3)
    assert len(follower.source.asked) == 3
    told = follower.reasons(DriftKind.OUT_OF_BAND)
    assert "3 of deployments.apps could not be read whole: forbidden" in told
    assert "3 suspects are still to be read" in told
    assert follower.engine.newest is not None
    assert follower.engine.newest.pending


async def test_a_table_that_is_denied_is_no_empty_one() -> None:
    follower = Follower("deployments.apps", "services")
    denied = TableState(State.DENIED, "list services is forbidden for user jane")
    follower.take(events.StateChanged("services", None, denied))
    follower.listed("deployments.apps", [])
    await follower.settled(0.5)
    assert "list denied: services" in follower.reasons(DriftKind.OUT_OF_BAND)


async def test_nothing_is_said_again_while_nothing_changes() -> None:
    follower = Follower("deployments.apps")
    follower.listed("deployments.apps", [deployment("web", "registry.example/x:2", EDITED)])
    await follower.settled()
    before = follower.told
    follower.take(events.Usage(follower.store.view().usage))
    await follower.settled()
    assert follower.told == before


async def test_what_was_deleted_while_the_connection_was_gone_is_told_as_such() -> None:
    follower = Follower("deployments.apps")
    follower.listed("deployments.apps", [deployment("web"), deployment("worker")])
    follower.take(events.StateChanged("deployments.apps", None, TableState(State.STALE, "gone")))
    follower.listed("deployments.apps", [deployment("web", "registry.example/x:2", EDITED, version=2)])
    await follower.settled()
    assert follower.engine.newest is not None
    told = {(one.object.name, one.change, one.exact) for one in follower.engine.newest.seen}
    assert told == {("worker", "removal", False), ("web", "override", False)}


async def test_a_rule_that_breaks_hides_no_other_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(view: View) -> Iterator[Drift]:
        raise KeyError("shape")

    rows = tuple(row._replace(find=broken) if row.kind is DriftKind.CRD else row for row in kept_rows.KEPT_ROWS)
    monkeypatch.setattr(kept_rows, "KEPT_ROWS", rows)
    follower = Follower("deployments.apps")
    follower.listed("deployments.apps", [deployment("web", "registry.example/x:2", EDITED)])
    await follower.settled()
    assert any("the rule broke: KeyError" in one for one in follower.reasons(DriftKind.CRD))
    assert follower.images == {"web": "registry.example/x:2"}


async def test_what_a_rule_of_the_user_covers_stays_and_is_not_counted() -> None:
    rule = IgnoreRule(id="hotfix", reason="until Friday", owner="team-a", path=IMAGE)
    follower = Follower("deployments.apps", settings=DriftSettings(ignore=(rule,)))
    follower.listed("deployments.apps", [deployment("web", "registry.example/x:2", EDITED)])
    await follower.settled()
    assert follower.engine.newest is not None
    assert [one.ignored_by for one in follower.engine.newest.drifts if one.path == IMAGE] == ["hotfix"]
    assert follower.engine.newest.summary.drifted == 0


async def test_before_the_first_look_no_kind_is_without_drift() -> None:
    follower = Follower("deployments.apps")
    assert follower.reasons(DriftKind.OUT_OF_BAND) == ["not looked at yet"]
