"""Objects of every floor with wrongly typed fields anywhere: judged or reported as malformed, never a crash."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from k8sview.catalog.compile import CompiledTest
from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.catalog.selftest import evaluate_test
from k8sview.model.kinds import KINDS
from k8sview.model.status import Reason, Status

Place = tuple[str | int, ...]
WRONG: tuple[Any, ...] = ("x", 3, [], {}, None, [1], ["x"], [None], {"a": 1}, True)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Every place below ``spec``, ``status`` and the like; what names an object stays as it is."""
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        if above or step not in ("apiVersion", "kind", "metadata"):
            yield (*above, step)
            yield from places(inner, (*above, step))


def replaced(obj: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(obj)
    inner: Any = result
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return result


def spoiled(test: CompiledTest) -> Iterator[tuple[str, CompiledTest]]:
    """The test with one field of one object at a time of another type, a different one each time."""
    number = 0
    for at, obj in enumerate(test.spec.objects):
        for place in places(obj):
            number += 1
            wrong = WRONG[number % len(WRONG)]
            objects = (*test.spec.objects[:at], replaced(obj, place, wrong), *test.spec.objects[at + 1 :])
            spec = msgspec.structs.replace(test.spec, objects=objects)
            yield f"{test.spec.name}: {place} = {wrong!r}", msgspec.structs.replace(test, spec=spec)


def test_no_check_crashes_on_wrongly_typed_fields(catalog: Catalog) -> None:
    crashed = []
    tests = [test for test in catalog.tests if not test.spec.denied]
    assert tests
    for test in tests:
        for words, case in spoiled(test):
            evaluation = evaluate_test(catalog, case)
            if evaluation.reason is Reason.CRASHED:
                crashed.append(f"{test.check_id} [{words}]: {evaluation.message}")
    assert crashed == []


ODD_STATUS: tuple[Any, ...] = ("text", ["x"], {"conditions": {"a": 1}}, {"conditions": ["x"]}, {"conditions": "Ready"})


def test_no_custom_resource_passes_with_a_status_of_another_shape(catalog: Catalog) -> None:
    green, tried = [], 0
    for test in catalog.tests:
        check = catalog.check(test.check_id)
        if test.spec.expect is not Status.FAIL or check is None:
            continue
        required = {name.partition(".")[2] for name in check.requires if name not in KINDS}
        for at, obj in enumerate(test.spec.objects):
            if obj["apiVersion"].rpartition("/")[0] not in required or "status" not in obj:
                continue
            for odd in ODD_STATUS:
                objects = (*test.spec.objects[:at], {**obj, "status": odd}, *test.spec.objects[at + 1 :])
                spec = msgspec.structs.replace(test.spec, objects=objects)
                evaluation = evaluate_test(catalog, msgspec.structs.replace(test, spec=spec))
                tried += 1
                if evaluation.status is Status.PASS or evaluation.reason is Reason.CRASHED:
                    green.append(f"{test.check_id} [{test.spec.name}: {odd!r}]: {evaluation.status}")
    assert tried > 100
    assert green == []
