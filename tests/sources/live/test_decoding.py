"""Decoding alone: no server, no loop."""

from __future__ import annotations

import json
from typing import Any

import pytest

from k8sview.model.kinds import KINDS, Kind, kind_of
from k8sview.model.objects.meta import Custom, Malformed
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Resource
from k8sview.sources.live import decoding
from k8sview.sources.live.decoding import Batch, ObjectDecoder
from k8sview.sources.live.failures import BrokenAnswer
from tests.fakes.apiserver import pod

PODS = KINDS["pods"]
SETS = KINDS["statefulsets.apps"]
WIDGETS = kind_of(Resource(group="example.com", version="v1", plural="widgets", kind="Widget"))


def listed(items: Any, **meta: str) -> bytes:
    return json.dumps({"metadata": meta, "items": items}, separators=(",", ":")).encode()


def read(kind: Kind, items: Any, stretch: int | None = None, *, raw: bool = False) -> list[Batch]:
    page = decoding.page(listed(items))
    return list(ObjectDecoder(kind, raw=raw).batches(page.items, stretch))


def test_the_envelope() -> None:
    page = decoding.page(listed([], resourceVersion="7", **{"continue": "token"}))
    assert (page.resource_version, page.go_on) == ("7", "token")


@pytest.mark.parametrize("body", [b"", b"{", b"<html></html>", b"[]", b'{"items":[{"metadata":{}}', b'{"metadata":{}}'])
def test_what_is_no_list_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        decoding.page(body)


@pytest.mark.parametrize("items", [None, []])
def test_no_items(items: Any) -> None:
    assert read(PODS, items) == []


def test_items_that_are_no_list_are_a_broken_answer() -> None:
    with pytest.raises(BrokenAnswer):
        read(PODS, {"a": 1})


@pytest.mark.parametrize("stretch", [None, 1, 500, 5000, 10**9])
def test_stretches_lose_nothing(stretch: int | None) -> None:
    batches = read(PODS, [pod(f"p{number}") for number in range(40)], stretch)
    assert [one.metadata.name for batch in batches for one in batch.objects] == [f"p{number}" for number in range(40)]
    if stretch == 500:
        assert len(batches) > 5


@pytest.mark.parametrize("stretch", [1, 100, 1000])
def test_a_cut_never_falls_inside_an_object(stretch: int) -> None:
    claims = [{"metadata": {"name": f"claim-{number}"}, "spec": {}} for number in range(5)]
    sets = [{"metadata": {"name": f"s{number}"}, "spec": {"volumeClaimTemplates": claims}} for number in range(9)]
    batches = read(SETS, sets, stretch)
    assert [one.metadata.name for batch in batches for one in batch.objects] == [f"s{number}" for number in range(9)]
    assert not any(batch.malformed for batch in batches)


def test_text_that_looks_like_a_seam_is_text() -> None:
    tricky = [pod(f"p{number}", annotations={"a": 'x"},{"metadata":{"name":"no"}'}) for number in range(9)]
    batches = read(PODS, tricky, 1)
    assert sum(len(batch.objects) for batch in batches) == 9


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"spec": {"containers": "none"}}, "containers"),
        ({"spec": []}, "spec"),
        ({"status": {"phase": 3}}, "phase"),
        ({"metadata": {"name": "odd", "labels": {"a": 1}}}, "labels"),
    ],
)
def test_a_wrongly_typed_object_is_malformed_and_its_neighbours_are_not(change: dict[str, Any], problem: str) -> None:
    (batch,) = read(PODS, [pod("before"), pod("odd") | change, pod("after")])
    assert [one.metadata.name for one in batch.objects] == ["before", "after"]
    assert [one.metadata.name for one in batch.malformed] == ["odd"]
    assert problem in batch.malformed[0].problem


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"containers": None, "nodeName": "n"}},
        {"spec": {"containers": [None, {"name": "c", "env": None}], "nodeName": "n"}},
        {"status": None, "spec": {"nodeName": "n"}},
    ],
)
def test_null_means_absent(change: dict[str, Any]) -> None:
    (batch,) = read(PODS, [pod("a") | change])
    assert batch.malformed == []
    assert batch.objects[0].spec.node_name == "n"


@pytest.mark.parametrize(
    "item", [7, "text", [], None, {}, {"metadata": {}}, {"metadata": None}, {"metadata": {"name": 3}}]
)
@pytest.mark.parametrize("kind", [PODS, WIDGETS])
def test_a_nameless_thing_is_kept_under_its_number(kind: Kind, item: Any) -> None:
    first, second = read(kind, [{"metadata": {"name": "a"}}, item])[0], item
    assert [one.metadata.name for one in first.malformed] == ["(item 1)"], second


def test_problems_are_plain_text() -> None:
    (batch,) = read(PODS, [{"metadata": {"name": "a", "labels": {"\x1b[31m": 1}}}])
    assert "\x1b" not in batch.malformed[0].problem


def test_custom_objects_know_what_they_are_even_in_typed_lists() -> None:
    kind = KINDS["storageclasses.storage.k8s.io"]
    (batch,) = read(kind, [{"metadata": {"name": "fast"}, "provisioner": "x", "parameters": None}])
    (fast,) = batch.objects
    assert isinstance(fast, Custom)
    assert (fast.api_version, fast.kind) == ("storage.k8s.io/v1", "StorageClass")
    assert fast.body == {"provisioner": "x", "parameters": None}


def test_managed_fields_are_reduced_to_who_and_when() -> None:
    entry = {"manager": "kubectl", "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {}}}
    (batch,) = read(WIDGETS, [{"metadata": {"name": "w", "managedFields": [entry]}}])
    assert batch.objects[0].metadata.managed_fields[0].manager == "kubectl"


def test_raw_json_comes_along_on_request() -> None:
    (batch,) = read(PODS, [pod("a"), {"metadata": {"name": "b"}, "spec": 1}], raw=True)
    assert [json.loads(raw)["metadata"]["name"] for raw in batch.raw] == ["a", "b"]
    assert len(batch.objects) == len(batch.malformed) == 1


@pytest.mark.parametrize("line", [b"{}", b"<html>", b'{"type":"ADDED"}', b'{"type":1,"object":{}}'])
def test_what_is_no_watch_event_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        decoding.watch_event(line)


def test_watch_events() -> None:
    event = decoding.watch_event(json.dumps({"type": "ADDED", "object": pod("a")}).encode())
    assert isinstance(ObjectDecoder(PODS).single(bytes(event.object)), Pod)
    broken = decoding.watch_event(b'{"type":"ADDED","object":{"metadata":{"name":"b"},"spec":3}}')
    assert isinstance(ObjectDecoder(PODS).single(bytes(broken.object)), Malformed)
    assert decoding.version_in(b'{"metadata":{"resourceVersion":"9"}}') == "9"
    assert decoding.version_in(b"[]") == ""
    assert decoding.status_code(b'{"code":410}') == 410
    assert decoding.status_code(b"[]") == 0


@pytest.mark.parametrize("raw", [True, False])
def test_the_copy_of_a_secret_in_its_annotations_is_dropped(raw: bool) -> None:
    annotations = {decoding.LAST_APPLIED: "c2VjcmV0", "kept": "yes"}
    for kind, expected in (("secrets", {"kept": "yes"}), ("configmaps", annotations)):
        (batch,) = read(KINDS[kind], [{"metadata": {"name": "a", "annotations": dict(annotations)}}], raw=raw)
        assert batch.objects[0].metadata.annotations == expected
