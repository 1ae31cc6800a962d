"""Paths of field sets in bodies: found by key fields, spelled as people write them, or stated as gone."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.ownership.fieldsets import field_set
from k8sview.analysis.drift.ownership.resolution import Gone, Resolved, resolve, spell, usual_keys
from tests.analysis.drift.ownership.bodies import fields

POD = {
    "kind": "Pod",
    "metadata": {"labels": {"app.kubernetes.io/name": "x"}, "finalizers": ["a/b", "c"]},
    "spec": {
        "containers": [
            {"name": "side", "image": "r/s:1"},
            {"name": "app", "image": "r/x:1", "args": ["-v"], "ports": [{"containerPort": 80}]},
        ],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}, {"port": 80}],
        "rows": ["x", "y"],
    },
}


def found(path: str, body: Any = POD) -> Resolved | Gone:
    parsed = field_set(fields(path))
    return resolve(body, (*parsed.leaves, *parsed.nodes)[0])


@pytest.mark.parametrize(
    ("path", "spelled", "value"),
    [
        ('spec/containers/{"name":"app"}/image', "spec.containers[name=app].image", "r/x:1"),
        ("metadata/labels/app.kubernetes.io~name", "", None),
        ("metadata/finalizers/v:\"c\"", "metadata.finalizers[c]", "c"),
        ('spec/ports/{"port":53,"protocol":"TCP"}/port', "spec.ports[port=53,protocol=TCP].port", 53),
        ('spec/ports/{"port":53,"protocol":"UDP"}/port', "spec.ports[port=53,protocol=UDP].port", 53),
        ('spec/ports/{"port":80,"protocol":"TCP"}/port', "spec.ports[port=80].port", 80),
        ('spec/containers/{"name":"app"}/args', "spec.containers[name=app].args", ["-v"]),
        ("spec/rows/i:1", "spec.rows[y]", "y"),
    ],
)  # fmt: skip
def test_a_path_is_found_by_what_its_items_are_called(path: str, spelled: str, value: Any) -> None:
    there = found(path)
    if not spelled:
        assert isinstance(there, Gone)
        return
    assert isinstance(there, Resolved)
    assert (there.path, there.value) == (spelled, value)


def test_names_with_dots_and_slashes_stand_in_brackets() -> None:
    (path,) = field_set({"f:metadata": {"f:labels": {"f:app.kubernetes.io/name": {}}}}).leaves
    there = resolve(POD, path)
    assert isinstance(there, Resolved)
    assert there.path == "metadata.labels[app.kubernetes.io/name]"


@pytest.mark.parametrize(
    ("path", "spelled", "rewritten"),
    [
        ('spec/ports/{"port":8080,"protocol":"TCP"}/port', "spec.ports[port=8080].port", True),
        ('spec/containers/{"name":"gone"}/image', "spec.containers[name=gone].image", True),
        ('spec/containers/{"name":"app"}/readinessProbe/httpGet/path', None, False),
        ('metadata/finalizers/v:"x"', "metadata.finalizers[x]", False),
        ("spec/rows/i:7", "spec.rows[7]", False),
        ("spec/nothing/below", "spec.nothing.below", False),
        ('spec/nothing/{"name":"a"}/x', "spec.nothing[name=a].x", False),
        ("spec/rows/name", "spec.rows.name", False),
        ('kind/{"name":"a"}', "kind[name=a]", False),
    ],
)
def test_what_is_no_longer_there_is_gone_and_no_error(path: str, spelled: str | None, rewritten: bool) -> None:
    gone = found(path)
    assert isinstance(gone, Gone)
    assert gone.rewritten is rewritten
    assert gone.path == (spelled or "spec.containers[name=app].readinessProbe.httpGet.path")


def test_a_secrets_string_data_is_found_where_the_server_keeps_it() -> None:
    secret = {"kind": "Secret", "data": {"k": "dg=="}}
    there = found("stringData/k", secret)
    assert isinstance(there, Resolved)
    assert (there.location, there.path) == (("data", "k"), "data.k")
    assert isinstance(found("stringData/k", {"kind": "Widget", "data": {"k": "x"}}), Gone)


def test_items_that_nothing_names_have_a_number() -> None:
    body = {"spec": {"tolerations": [{"operator": "Exists"}], "containers": [{"name": "a"}, {"name": "a"}]}}
    assert spell(body, ("spec", "tolerations", 0, "operator"), {}) == "spec.tolerations[0].operator"
    assert spell(body, ("spec", "containers", 1, "name"), {}) == "spec.containers[1].name"


def test_the_usual_keys_are_believed_only_where_all_items_have_them() -> None:
    assert usual_keys(("spec", "ports"), [{"containerPort": 80}]) == ("containerPort", "protocol")
    assert usual_keys(("spec", "ports"), [{"port": 80}, {"port": 81, "protocol": "UDP"}]) == ("port", "protocol")
    assert usual_keys(("spec", "ports"), [{"number": 80}]) == ()
    assert usual_keys(("spec", "env"), ["A=1"]) == ()
    assert usual_keys((), []) == ()
