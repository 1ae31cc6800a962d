"""Field sets as entries hold them, and what no field set should be."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.ownership.fieldsets import Field, Index, Item, Member, field_set


def test_every_kind_of_path_element_is_read() -> None:
    found = field_set(
        {
            "f:metadata": {"f:finalizers": {".": {}, 'v:"a/b"': {}}},
            "f:spec": {
                "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}},
                "f:args": {},
                "f:rows": {"i:3": {}},
            },
        }
    )
    item = Item((("port", "80"), ("protocol", '"TCP"')))
    assert found.leaves == (
        (Field("metadata"), Field("finalizers"), Member('"a/b"')),
        (Field("spec"), Field("ports"), item, Field("port")),
        (Field("spec"), Field("args")),
        (Field("spec"), Field("rows"), Index(3)),
    )
    assert found.nodes == ((Field("metadata"), Field("finalizers")), (Field("spec"), Field("ports"), item))
    assert found.problems == ()


def test_values_that_python_holds_for_equal_stay_apart() -> None:
    found = field_set({"v:1": {}, "v:true": {}, 'v:"1"': {}, "v:1.0": {}})
    assert len(set(found.leaves)) == 4


def test_key_fields_are_the_same_in_any_order() -> None:
    one, other = field_set({'k:{"b":1,"a":2}': {}}), field_set({'k:{"a":2,"b":1}': {}})
    assert one.leaves == other.leaves


@pytest.mark.parametrize(
    ("fields", "leaves", "problems"),
    [
        (None, 0, 1),
        ([], 0, 1),
        ("f:spec", 0, 1),
        ({}, 0, 0),
        ({"f:a": None}, 0, 1),
        ({"f:a": 5, "f:b": {}}, 1, 1),
        ({"x:a": {}, "": {}, "f": {}, "f:b": {}}, 1, 3),
        ({"k:not json": {}, 'k:"text"': {}, "k:{}": {}, "k:[1]": {}}, 0, 4),
        ({"i:-1": {}, "i:x": {}, "i:²": {}, "i:99999999999999999999": {}}, 0, 4),
        ({"v:": {}, "v:{": {}}, 0, 2),
        ({7: {}}, 0, 1),
        ({".": {}}, 0, 0),
    ],
)
def test_what_is_malformed_is_a_stated_problem(fields: Any, leaves: int, problems: int) -> None:
    found = field_set(fields)
    assert (len(found.leaves), len(found.problems)) == (leaves, problems)


def test_depth_and_the_number_of_problems_are_bounded() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"f:a": deep}
    assert field_set(deep).problems == ("nested deeper than 128 levels",)
    assert len(field_set({f"x:{number}": {} for number in range(1000)}).problems) == 20
