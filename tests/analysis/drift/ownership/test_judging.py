"""What is drift and what only looks like it, where a real server records it rarely; times, and covered values."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.model.drift import ActorClass, Drift, DriftKind
from k8sview.model.status import Confidence, Severity
from k8sview.model.times import format_time
from tests.analysis.clusters import ago
from tests.analysis.drift.ownership.bodies import Raw, body, entry, flux
from tests.analysis.drift.ownership.expected import resource_of

APP = 'spec/template/spec/containers/{"name":"app"}'


def judged(raw: Raw, **given: Any) -> tuple[Drift, ...]:
    return judge(raw, resource_of(raw), **given)


def deployment(*entries: Raw, **container: Any) -> Raw:
    spec = {"template": {"spec": {"containers": [{"name": "app", **container}]}}}
    return {**body(*entries, kind="Deployment", spec=spec), "apiVersion": "apps/v1"}


def bounds(drift: Drift) -> tuple[str | None, str | None, str]:
    at, start = drift.time.at, drift.time.not_before
    return (format_time(at) if at else None, format_time(start) if start else None, drift.time.basis)


def test_an_override_came_after_the_last_delivery_and_an_addition_after_the_creation() -> None:
    raw = body(
        flux("3d", "data/kept"), entry("kubectl-edit", "1h", "data/a", "data/b"), data={"a": "2", "b": "x", "kept": "1"}
    )
    override, addition = judged(raw, desired={"data.a": "1", "data.kept": "1"})
    assert (override.path, override.change, override.before, override.after) == ("data.a", "override", "1", "2")
    assert bounds(override) == (ago("1h"), ago("3d"), "managedFields")
    assert (addition.path, addition.change) == ("data.b", "addition")
    assert bounds(addition) == (ago("1h"), ago("10d"), "managedFields")


def test_a_delivery_after_the_write_bounds_nothing() -> None:
    raw = body(flux("10m", "data/kept"), entry("kubectl-edit", "1h", "data/a", "data/b"), data={"a": "2", "b": "x"})
    assert bounds(judged(raw, desired={"data.a": "1"})[0]) == (ago("1h"), ago("10d"), "managedFields")


def test_an_apply_without_a_time_is_after_the_creation_and_no_more() -> None:
    raw = body(flux("3d", "data/kept"), entry("kubectl", None, "data/a", operation="Apply"), data={"a": "2"})
    (drift,) = judged(raw)
    assert bounds(drift) == (None, ago("10d"), "none")
    assert drift.message.startswith("kubectl apply --server-side (a person or a pipeline) wrote data.a; Flux")


def test_a_removal_has_suspects_and_no_author() -> None:
    raw = body(
        flux("3d", "data/kept"),
        entry("kubectl-edit", "1h", "data/new"),
        entry("kubectl-label", "5d", "metadata/labels/x"),
        data={"kept": "1", "new": "1"},
    )
    (removal,) = (one for one in judged(raw, desired={"data.kept": "1", "data.a": "1"}) if one.change == "removal")
    assert (removal.path, removal.before, removal.after) == ("data.a", "1", None)
    assert removal.actor is not None
    assert removal.actor.manager == "kubectl-edit"
    assert removal.confidence is Confidence.INFERRED
    assert bounds(removal) == (None, ago("3d"), "none")
    assert removal.message == "data.a was removed; nobody signs a removal; kubectl edit wrote the object since"


def test_what_is_desired_empty_need_not_be_there() -> None:
    raw = body(flux("3d", "data/a"), data={"a": "1"})
    desired: Raw = {"data.a": "1", "metadata.annotations": {}, "spec.x": None, "spec.y": []}
    assert judged(raw, desired=desired) == ()


def test_the_callers_sameness_decides_whether_a_write_agrees() -> None:
    raw = deployment(flux("3d", f"{APP}/name"), entry("kubectl-set", "1h", f"{APP}/resources/limits/cpu"),
                     resources={"limits": {"cpu": "1000m"}})  # fmt: skip
    desired = {"spec.template.spec.containers[name=app].resources.limits.cpu": "1"}
    assert [one.change for one in judged(raw, desired=desired)] == ["override"]
    assert judged(raw, desired=desired, same=lambda path, one, other: {one, other} == {"1", "1000m"}) == ()


def test_a_person_may_own_what_a_deliverer_owns_as_well_at_any_time() -> None:
    for age in ("5d", "1h"):
        raw = body(flux("3d", "data/a"), entry("kubectl-edit", age, "data/a"), data={"a": "1"})
        assert judged(raw) == ()


@pytest.mark.parametrize(("age", "told"), [("1h", 1), ("5d", 0)])
def test_of_string_data_the_newer_write_holds(age: str, told: int) -> None:
    raw = body(
        flux("3d", "stringData/k"), entry("kubectl-edit", age, "data/k"), kind="Secret", data={"k": "c2VjcmV0LXZhbHVl"}
    )
    found = judged(raw)
    assert len(found) == told
    assert "c2VjcmV0" not in repr(found)


def test_of_two_hands_on_one_leaf_the_newer_is_told_and_both_are_evidence() -> None:
    raw = body(
        flux("3d", "data/kept"), entry("kubectl-edit", "2h", "data/a"), entry("k9s", "1h", "data/a"), data={"a": "2"}
    )
    (drift,) = judged(raw)
    assert drift.actor is not None
    assert drift.actor.manager == "k9s"
    assert f"metadata.managedFields[manager=kubectl-edit].time = {ago('2h')}" in drift.evidence
    assert f"metadata.managedFields[manager=k9s].time = {ago('1h')}" in drift.evidence


def test_who_made_an_object_that_a_tool_took_over_left_it_no_drift() -> None:
    created = entry("kubectl-create", "10d", "data/a", "data/old", "metadata/labels/x")
    raw = body(flux("3d", "data/a"), created, data={"a": "1", "old": "1"})
    assert judged(raw) == ()
    assert [one.path for one in judged(raw, desired={"data.a": "1", "data.old": "2"})] == ["data.old"]
    later = body(flux("3d", "data/a"), entry("kubectl-edit", "9d", "data/old"), data={"a": "1", "old": "1"})
    assert [one.path for one in judged(later)] == ["data.old"]


def test_what_nobody_can_be_meant_to_write_is_nobodys_drift() -> None:
    hand = entry("kubectl-edit", "1h", "data/a")
    assert judged(body(hand, data={"a": "1"}, labels={})) == ()
    assert judged(body(flux("3d"), entry("kube-controller-manager", "1h", "data/a"), data={"a": "1"})) == ()
    owner = {"ownerReferences": [{"kind": "Widget", "name": "w", "uid": "1", "controller": True}]}
    assert judged(body(flux("3d", "data/b"), hand, data={"a": "1"}, metadata=owner)) == ()


def test_what_people_do_to_a_node_is_told_as_a_change_in_place() -> None:
    kubelet = entry("kubelet", "10d", "spec/podCIDR")
    hands = (entry("kubectl", "1h", "spec/unschedulable"), entry("kubectl-label", "2h", "metadata/labels/zone"))
    spec = {"unschedulable": True, "podCIDR": "10.0.0.0/24"}
    node = body(kubelet, *hands, kind="Node", labels={"zone": "a"}, spec=spec)
    label, cordon = judged(node)
    assert (label.kind, label.path) == (DriftKind.NODE_IN_PLACE, "metadata.labels.zone")
    assert (cordon.path, cordon.severity) == ("spec.unschedulable", Severity.LOW)
    assert cordon.message == "kubectl cordon or drain keeps new pods off the node"
    assert cordon.confidence is Confidence.CERTAIN
    daemons = (entry("cilium-agent", "1h", "metadata/annotations/x"), entry("nfd-master", "1h", "metadata/labels/y"))
    assert judged(body(kubelet, *daemons, kind="Node", labels={"y": "1"}, spec=spec)) == ()


@pytest.mark.parametrize(
    ("manager", "path", "told"),
    [
        ("some-injector", 'webhooks/{"name":"x"}/clientConfig/caBundle', 0),
        ("kubectl-patch", 'webhooks/{"name":"x"}/clientConfig/caBundle', 1),
        ("some-program", 'metadata/finalizers/v:"mine"', 0),
        ("kubectl-edit", 'metadata/finalizers/v:"mine"', 1),
    ],
)
def test_what_programs_fill_in_by_design_only_people_can_drift(manager: str, path: str, told: int) -> None:
    hooks = [{"name": "x", "clientConfig": {"caBundle": "e30="}}]
    raw = body(
        flux("3d", "data/kept"), entry(manager, "1h", path), kind="ValidatingWebhookConfiguration", webhooks=hooks,
        metadata={"finalizers": ["mine"]},
    )  # fmt: skip
    assert len(judged(raw)) == told


def test_notes_of_tools_are_no_drift() -> None:
    notes = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kubernetes.io/change-cause": "x", "mine": "y"}
    fields = entry("kubectl-annotate", "1h")
    fields["fieldsV1"] = {"f:metadata": {"f:annotations": {f"f:{name}": {} for name in notes}}}
    raw = body(flux("3d", "data/kept"), fields, metadata={"annotations": notes})
    assert [one.path for one in judged(raw)] == ["metadata.annotations.mine"]


def test_an_added_item_is_one_report_even_with_all_its_parts() -> None:
    side = {"name": "DEBUG", "value": "hunter2"}
    raw = deployment(
        flux("3d", f"{APP}/name", f"{APP}/image"),
        entry("kubectl-set", "1h", f'{APP}/env/{{"name":"DEBUG"}}/.', f'{APP}/env/{{"name":"DEBUG"}}/name',
              f'{APP}/env/{{"name":"DEBUG"}}/value'),
        image="r/x:1", env=[side],
    )  # fmt: skip
    (drift,) = judged(raw)
    assert (drift.path, drift.change) == ("spec.template.spec.containers[name=app].env[name=DEBUG]", "addition")
    assert "hunter2" not in repr(drift)
    assert bounds(drift) == (ago("1h"), ago("10d"), "managedFields")


def test_the_parent_that_a_creator_is_left_with_is_nobodys_leaf() -> None:
    """A tool took over all keys of a map that a person made: ``f:data: {}`` stays in the person's entry."""
    raw = body(flux("3d", "data/a", "data/b"), entry("kubectl-create", "10d", "data"), data={"a": "1", "b": "2"})
    assert judged(raw) == ()
    alone = body(flux("3d", "metadata/labels/x"), entry("kubectl-edit", "1h", "data"), data={"a": "1"})
    assert [one.path for one in judged(alone)] == ["data"], "where nobody owns what is below, it is a leaf"


def test_what_one_tool_delivers_another_is_not_meant_to_write() -> None:
    other = entry("Terraform", "1h", "data/a")
    (drift,) = judged(body(flux("3d", "data/kept"), other, data={"a": "2"}))
    assert drift.actor is not None
    assert (drift.path, drift.actor.actor_class) == ("data.a", ActorClass.IAC)
    taken_over = body(flux("1h", "data/kept"), entry("Terraform", "3d", "data/a"), data={"a": "2"})
    assert judged(taken_over) == (), "it was there when Flux delivered last"
    shared = body(flux("3d", "data/a"), entry("Terraform", "1h", "data/a", operation="Apply"), data={"a": "2"})
    assert judged(shared) == (), "both state the same"
    charted = body(flux("3d", "data/kept"), entry("helm", "1h", "data/a"), data={"a": "2"})
    assert len(judged(charted)) == 1
    charted["metadata"]["labels"] = {"helm.toolkit.fluxcd.io/name": "shop"}
    assert judged(charted) == (), "Flux releases charts by Helm"


def test_an_operator_marks_objects_of_its_kind_in_its_own_name() -> None:
    own = entry("manager", "1h", "metadata/annotations/widgets.example/last", "metadata/annotations/note")
    raw = body(flux("3d", "spec/size"), own, spec={"size": 1})
    raw |= {"apiVersion": "widgets.example/v1", "kind": "Widget"}
    raw["metadata"]["annotations"] = {"widgets.example/last": "x", "note": "y"}
    assert [one.path for one in judged(raw)] == ["metadata.annotations.note"]


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("spec/command", ["run", "--password", "hunter2"], "run --password …"),
        ("spec/address", "https://user:hunter2@host/x", "https://…@host/x"),
        ("spec/password", "hunter2 and more", "…"),
        ("spec/auth", {"password": "hunter2", "user": "x"}, '{"password":"…","user":"x"}'),
        ("spec/vars", [{"name": "A", "value": "hunter2"}], '[{"name":"A","value":"…"}]'),
        ("spec/steps", [{"run": ["--token", "hunter2"]}], '[{"run":["--token","…"]}]'),
        ("spec/size", 3, "3"),
        ("spec/on", True, "true"),
        ("data/db_password", "hunter2 hunter2", "…"),
    ],
)
def test_values_that_may_be_secret_are_covered_wherever_they_stand(path: str, value: Any, shown: str) -> None:
    root, name = path.split("/")
    raw = {**body(flux("3d", "data/kept"), entry("kubectl-edit", "1h", path), kind="Widget"), root: {name: value}}
    (drift,) = judged(raw, desired={path.replace("/", "."): "hunter2 before"} if root == "data" else None)
    assert drift.after == shown
    assert "hunter2" not in repr(drift)


def test_long_values_are_cut() -> None:
    raw = body(flux("3d", "data/kept"), entry("kubectl-edit", "1h", "data/a"), data={"a": "x " * 5000})
    (drift,) = judged(raw)
    assert drift.after is not None
    assert len(drift.after) <= 200


def test_a_hand_on_the_status_or_in_a_living_pod_counts_whatever_manages_it() -> None:
    status = body(entry("kubectl-edit", "1h", "status/ready", subresource="status"), labels={}, status={"ready": True})
    (drift,) = judged(status)
    assert drift.message == "kubectl edit, through /status wrote the status by hand (status.ready)"
    by_operator = body(entry("odd", "1h", "status/ready", subresource="status"), labels={}, status={"ready": True})
    assert judged(by_operator) == ()
    limits = 'spec/containers/{"name":"app"}/resources/limits/cpu'
    containers = [{"name": "app", "resources": {"limits": {"cpu": "2"}}}]
    resized = body(entry("kubectl-patch", "1h", limits, subresource="resize"), kind="Pod", labels={},
                   spec={"containers": containers})  # fmt: skip
    (drift,) = judged(resized)
    assert (drift.path, drift.change) == ("spec.containers[name=app].resources.limits.cpu", "override")
    assert drift.message == "kubectl patch, through /resize resized a container in place"
    by_vpa = body(entry("vpa-updater", "1h", limits, subresource="resize"), kind="Pod", labels={},
                  spec={"containers": containers})  # fmt: skip
    assert judged(by_vpa) == ()


def test_names_nobody_knows_are_told_as_such() -> None:
    raw = deployment(flux("3d", f"{APP}/name"), entry("mystery", "1h", f"{APP}/image"), image="r/x:9")
    (drift,) = judged(raw)
    assert (drift.confidence, drift.severity) == (Confidence.INFERRED, Severity.MEDIUM)


def test_what_decides_who_may_do_what_weighs_more() -> None:
    raw = deployment(
        flux("3d", f"{APP}/name"),
        entry("kubectl-edit", "1h", f"{APP}/securityContext/privileged", "metadata/labels/team"),
        securityContext={"privileged": True},
    )
    raw["metadata"]["labels"] = {**raw["metadata"]["labels"], "team": "x"}
    label, privileged = judged(raw)
    assert (label.security, label.severity) == (False, Severity.LOW)
    assert (privileged.security, privileged.severity) == (True, Severity.HIGH)


def test_an_edit_that_flux_keeps_is_said_to_be_kept() -> None:
    raw = body(flux("3d", "data/kept"), entry("flux-client-side-apply", "1h", "data/a"), data={"a": "2"})
    (drift,) = judged(raw)
    assert drift.why_not_reverted == "Flux keeps what is written under this name"


def test_an_entry_of_another_version_is_evidence() -> None:
    raw = body(flux("3d", "data/kept"), entry("kubectl-edit", "1h", "data/a", version="v0"), data={"a": "2"})
    (drift,) = judged(raw)
    assert "metadata.managedFields[manager=kubectl-edit].apiVersion = v0" in drift.evidence


def test_nothing_at_all_is_judged_without_a_crash() -> None:
    for raw in ({}, {"metadata": None}, {"metadata": {"managedFields": [[]], "labels": 3, "ownerReferences": 5}}):
        assert judge(raw, "widgets.example.org") == ()
        assert isinstance(gaps(raw), tuple)
