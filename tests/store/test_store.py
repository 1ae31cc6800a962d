"""Events in, views out: what is gone leaves, what could not be read says so, and handed-out views stay as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from k8sview.model import events
from k8sview.model.objects.core import Node
from k8sview.model.objects.meta import Malformed, ObjectMeta
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Key, Resource
from k8sview.model.tables import State, TableState
from k8sview.model.view import View
from k8sview.store.store import KEPT_CHANGES, Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DENIED = TableState(State.DENIED, "list pods is forbidden")


def pod(name: str, namespace: str = "shop", **spec: Any) -> Pod:
    metadata = {"name": name, "namespace": namespace, "uid": f"{namespace}/{name}", "labels": {"app": name}}
    return msgspec.convert({"metadata": metadata, "spec": spec}, Pod)


def node(kernel: str, uid: str = "1", name: str = "n1") -> Node:
    raw = {"metadata": {"name": name, "uid": uid}, "status": {"nodeInfo": {"kernelVersion": kernel}}}
    return msgspec.convert(raw, Node)


def upserted(*pods: Pod, scope: str | None = None) -> events.Upserted:
    return events.Upserted("pods", scope, pods)


def synced(*keys: Key, scope: str | None = None) -> events.Synced:
    return events.Synced("pods", scope, frozenset(keys))


def view_after(*happened: events.Event) -> View:
    store = Store(lambda: NOON)
    for event in happened:
        store.apply(event)
    return store.view()


def names(view: View) -> list[str]:
    return sorted(f"{one.metadata.namespace}/{one.metadata.name}" for one in view.table("pods"))


def test_a_table_loads_until_its_list_has_ended() -> None:
    first_page = view_after(upserted(pod("a")))
    assert first_page.table("pods").state.state is State.LOADING
    assert first_page.table("pods").count is None
    whole = view_after(upserted(pod("a")), upserted(pod("b")), synced(("shop", "a"), ("shop", "b")))
    assert whole.table("pods").state.state is State.SYNCED
    assert whole.table("pods").count == 2


def test_what_nobody_asked_for_is_idle_and_never_zero() -> None:
    table = view_after().table("certificates.cert-manager.io")
    assert (table.state.state, table.count, table.resource.group) == (State.IDLE, None, "cert-manager.io")


def test_an_empty_list_is_zero() -> None:
    assert view_after(synced()).table("pods").count == 0


def test_a_relist_removes_what_is_gone() -> None:
    view = view_after(upserted(pod("a"), pod("b")), synced(("shop", "a"), ("shop", "b")), synced(("shop", "b")))
    assert names(view) == ["shop/b"]
    assert view.pods_of("shop", {"app": "a"}) == ()


def test_a_relist_of_one_namespace_leaves_the_others_alone() -> None:
    view = view_after(
        upserted(pod("a", "shop"), scope="shop"),
        upserted(pod("b", "blog"), scope="blog"),
        synced(scope="shop"),
        synced(("blog", "b"), scope="blog"),
    )
    assert names(view) == ["blog/b"]


def test_a_denied_table_is_neither_empty_nor_whole() -> None:
    table = view_after(events.StateChanged("pods", None, DENIED)).table("pods")
    assert (table.state, table.count) == (DENIED, None)


def test_rows_stay_when_a_table_goes_stale() -> None:
    stale = TableState(State.STALE, "connection lost", NOON)
    view = view_after(upserted(pod("a")), synced(("shop", "a")), events.StateChanged("pods", None, stale))
    assert names(view) == ["shop/a"]
    assert view.table("pods").state == stale
    assert view.table("pods").count == 1


def test_a_denied_namespace_makes_a_table_partial() -> None:
    view = view_after(
        upserted(pod("a"), scope="shop"),
        synced(("shop", "a"), scope="shop"),
        events.StateChanged("pods", "blog", DENIED),
    )
    table = view.table("pods")
    assert table.state.state is State.SYNCED
    assert table.partial == "namespace blog: list pods is forbidden"


def test_while_one_namespace_loads_the_table_loads() -> None:
    view = view_after(synced(scope="shop"), upserted(pod("b", "blog"), scope="blog"))
    assert view.table("pods").state.state is State.LOADING


def test_the_worst_of_several_readable_scopes_is_the_state() -> None:
    stale = TableState(State.STALE, "connection lost")
    view = view_after(synced(scope="shop"), synced(scope="blog"), events.StateChanged("pods", "blog", stale))
    assert view.table("pods").state == stale


def test_a_dropped_scope_takes_its_rows_along() -> None:
    view = view_after(
        upserted(pod("a"), scope="shop"),
        upserted(pod("b", "blog"), scope="blog"),
        synced(("shop", "a"), scope="shop"),
        synced(("blog", "b"), scope="blog"),
        events.ScopeDropped("pods", "shop"),
    )
    assert names(view) == ["blog/b"]
    assert view.table("pods").state.state is State.SYNCED


def test_a_resource_that_nobody_reads_any_more_is_idle() -> None:
    view = view_after(upserted(pod("a")), synced(("shop", "a")), events.ScopeDropped("pods", None))
    assert names(view) == []
    assert view.table("pods").state.state is State.IDLE
    assert view.table("pods").count is None


def test_falling_back_from_all_namespaces_to_some_keeps_their_rows() -> None:
    view = view_after(
        upserted(pod("a"), pod("b", "blog")),
        synced(("shop", "a"), ("blog", "b")),
        upserted(pod("a"), scope="shop"),
        synced(("shop", "a"), scope="shop"),
        events.ScopeDropped("pods", None),
    )
    assert names(view) == ["shop/a"]
    assert view.table("pods").state.state is State.SYNCED


def test_a_namespace_left_while_all_are_read_keeps_its_rows() -> None:
    view = view_after(
        upserted(pod("a"), scope="shop"),
        synced(("shop", "a"), scope="shop"),
        upserted(pod("a"), pod("b", "blog")),
        synced(("shop", "a"), ("blog", "b")),
        events.ScopeDropped("pods", "shop"),
    )
    assert names(view) == ["blog/b", "shop/a"]


def test_removed_objects_leave_rows_and_indices() -> None:
    mounting = pod("a", volumes=[{"name": "v", "configMap": {"name": "settings"}}], nodeName="n1")
    before = (upserted(mounting), synced(("shop", "a")))
    assert view_after(*before).users_of("configmaps", "settings", "shop") == (mounting,)
    view = view_after(*before, events.Removed("pods", None, (("shop", "a"),)))
    assert view.users_of("configmaps", "settings", "shop") == ()
    assert view.pods_on("n1") == ()
    assert not view.indices.children
    assert not view.indices.labels


def test_malformed_objects_are_kept_and_counted() -> None:
    broken = Malformed(ObjectMeta(name="a", namespace="shop"), "spec.nodeName: expected str, got int")
    view = view_after(
        upserted(pod("b")), events.Upserted("pods", None, (), (broken,)), synced(("shop", "a"), ("shop", "b"))
    )
    table = view.table("pods")
    assert table.malformed == {("shop", "a"): broken}
    assert table.count == 2


def test_an_object_that_breaks_and_heals_is_in_one_place_at_a_time() -> None:
    broken = Malformed(ObjectMeta(name="a", namespace="shop"), "odd")
    healed = view_after(events.Upserted("pods", None, (), (broken,)), upserted(pod("a")))
    assert names(healed) == ["shop/a"]
    assert not healed.table("pods").malformed
    hurt = view_after(upserted(pod("a")), events.Upserted("pods", None, (), (broken,)))
    assert names(hurt) == []
    assert hurt.pods_of("shop", {"app": "a"}) == ()
    gone = view_after(events.Upserted("pods", None, (), (broken,)), synced())
    assert gone.table("pods").count == 0


def test_a_node_patched_in_place_is_noted() -> None:
    seen = NOON - timedelta(minutes=5)
    before = events.Upserted("nodes", None, (node("6.6.1"),))
    after = events.Upserted("nodes", None, (node("6.6.9"),), at=seen)
    (change,) = view_after(before, after).changes
    assert (change.at, change.key, change.path) == (seen, ("", "n1"), "status.nodeInfo.kernelVersion")
    assert (change.before, change.after) == ("6.6.1", "6.6.9")


@pytest.mark.parametrize("later", [node("6.6.1"), node("6.6.9", uid="2"), node("")])
def test_a_node_that_was_replaced_or_says_nothing_new_is_not(later: Node) -> None:
    view = view_after(events.Upserted("nodes", None, (node("6.6.1"),)), events.Upserted("nodes", None, (later,)))
    assert view.changes == ()


def test_changes_do_not_grow_without_end() -> None:
    store = Store(lambda: NOON)
    for number in range(KEPT_CHANGES + 5):
        store.apply(events.Upserted("nodes", None, (node(str(number)),)))
    assert len(store.view().changes) == KEPT_CHANGES


def test_a_view_that_was_handed_out_never_changes() -> None:
    store = Store(lambda: NOON)
    store.apply(upserted(pod("a", nodeName="n1")))
    store.apply(synced(("shop", "a")))
    view = store.view()
    store.apply(upserted(pod("a", nodeName="n2"), pod("b")))
    store.apply(events.StateChanged("pods", None, DENIED))
    store.apply(synced())
    assert names(view) == ["shop/a"]
    assert view.table("pods").state.state is State.SYNCED
    assert [one.metadata.name for one in view.pods_on("n1")] == ["a"]
    assert view.pods_of("shop", {"app": "b"}) == ()


def test_unchanged_tables_are_shared_between_views() -> None:
    store = Store(lambda: NOON)
    store.apply(upserted(pod("a")))
    store.apply(events.Upserted("nodes", None, (node("6"),)))
    first = store.view()
    store.apply(upserted(pod("b")))
    second = store.view()
    assert second.table("nodes") is first.table("nodes")
    assert second.table("pods") is not first.table("pods")
    assert second.table("pods").version > first.table("pods").version


def test_what_changed_is_told_once() -> None:
    store = Store(lambda: NOON)
    store.apply(upserted(pod("a"), pod("b")))
    store.apply(events.StateChanged("nodes", None, DENIED))
    assert store.take_changed() == {"pods": {("shop", "a"), ("shop", "b")}, "nodes": set()}
    assert store.take_changed() == {}
    store.apply(synced(("shop", "b")))
    assert store.take_changed() == {"pods": {("shop", "a")}}


def test_discovery_names_tables_that_were_met_before_it() -> None:
    widgets = Resource("example.org", "v1", "widgets", "Widget")
    changed = events.StateChanged("widgets.example.org", None, DENIED)
    connected = events.Connected(events.Cluster(context="test"), (widgets,), ("broken.example.org",))
    view = view_after(changed, connected, changed)
    assert view.table("widgets.example.org").resource == widgets
    assert (view.served("widgets.example.org"), view.served("gadgets.example.org")) == (True, False)
    assert view.served("gadgets.broken.example.org") is None
    assert view.served_group("broken.example.org") is None
