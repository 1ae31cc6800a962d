"""What changed just before: every source of evidence, and what is left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.before import MOST, MOST_FAR, changed_before
from k8sview.model.health import ChangeBefore
from k8sview.model.kinds import ref_to
from k8sview.model.resources import Ref
from k8sview.model.view import Change
from tests.analysis.clusters import NOON, ago, view_of
from tests.analysis.drift.shapes import (
    Raw,
    controller_revision,
    deployment,
    entry,
    event,
    replica_set,
    scaled,
    workload,
)

WEB = ref_to("Deployment", "shop", "web")
DB = ref_to("StatefulSet", "shop", "db")
MAPS = [{"name": "c", "configMap": {"name": "web-config"}}, {"name": "s", "secret": {"secretName": "web-tls"}}]
IMAGE = "spec.template.spec.containers[name=app].image"


def before(*raws: Raw, about: tuple[Ref, ...] = (WEB,), denied: tuple[str, ...] = ()) -> list[ChangeBefore]:
    return list(changed_before(view_of(*raws, denied=denied), about, NOON))


def sentences(*raws: Raw, about: tuple[Ref, ...] = (WEB,), denied: tuple[str, ...] = ()) -> list[str]:
    return [change.sentence for change in before(*raws, about=about, denied=denied)]


def using_maps() -> Raw:
    """The Deployment web, whose pods use a ConfigMap and a Secret."""
    return deployment(template={"spec": {"containers": [{"name": "app"}], "volumes": MAPS}})


def named(kind: str, name: str, *entries: Raw, namespace: str | None = "shop", age: str = "9d", **rest: Any) -> Raw:
    metadata = {"name": name, "namespace": namespace, "uid": name, "creationTimestamp": ago(age)}
    return {"kind": kind, "metadata": {**metadata, "managedFields": list(entries)}, **rest}


# Revisions


def test_a_new_image_with_its_time_its_writer_and_old_and_new() -> None:
    (change,) = before(
        deployment(entry("helm", "9d"), entry("kubectl-set", "5m"), entry("kube-controller-manager", "1m", "status")),
        replica_set(1, "9d", app="shop/web:1"),
        replica_set(2, "5m", app="shop/web:2"),
    )
    assert (change.at, change.object, change.path) == (NOON - timedelta(minutes=5), WEB, IMAGE)
    assert (change.before, change.after, change.actor) == ("shop/web:1", "shop/web:2", "kubectl-set")
    assert change.basis == "revision"
    assert change.sentence == (
        "Deployment shop/web got new pods (kubectl-set): container app: image shop/web:1 → shop/web:2"
    )


def test_a_restart_by_hand_is_no_change_of_configuration() -> None:
    path = "kubectl.kubernetes.io/restartedAt"
    old = {"metadata": {"annotations": {path: ago("3d")}}}
    new = {"metadata": {"annotations": {path: ago("4m")}}}
    (change,) = before(
        deployment(entry("kubectl-rollout", "4m")),
        replica_set(1, "3d", template=old),
        replica_set(2, "4m", template=new),
    )
    assert change.sentence == "Deployment shop/web was restarted by hand (kubectl-rollout)"
    assert (change.actor, change.after) == ("kubectl-rollout", ago("4m"))


def test_each_field_of_a_revision_is_told_the_most_telling_first_and_many_are_summed_up() -> None:
    container = {"name": "app", "image": "a:1"}
    labels = {f"label-{number}": "x" for number in range(6)}
    new = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{**container, "image": "a:2", "resources": {"limits": {"memory": "1Mi"}}}]},
    }
    found = before(
        deployment(),
        replica_set(1, "9d", template={"spec": {"containers": [container]}}),
        replica_set(2, "5m", template=new),
    )
    assert {change.path for change in found} >= {
        IMAGE,
        "spec.template.spec.containers[name=app].resources.limits.memory",
    }
    (rest,) = [change for change in found if change.path == "spec.template"]
    assert "4 other fields differ, metadata.labels.label-2" in rest.sentence
    assert len(found) == 5


def test_a_rollback_is_dated_by_the_event_of_the_set_that_came_back() -> None:
    web = deployment(entry("kubectl", "6m"), age="9d")
    sets = (
        replica_set(3, "9d", entry("kube-controller-manager", "5m"), name="web-1", history="1", app="a:1"),
        replica_set(2, "2h", app="a:2"),
    )
    steps = scaled(web, "web-1", 0, 1, "6m"), scaled(web, "web-1", 1, 2, "5m"), scaled(web, "web-2", 1, 0, "5m")
    (change,) = before(web, *sets, *steps)
    assert change.sentence == "Deployment shop/web went back to earlier pods (kubectl): container app: image a:2 → a:1"
    assert (change.at, change.basis, change.actor) == (NOON - timedelta(minutes=6), "event", "kubectl")
    # Without events: the write of the Deployment that the controller followed.
    (change,) = before(web, *sets, denied=("events",))
    assert (change.at, change.basis, change.actor) == (NOON - timedelta(minutes=6), "managedFields", "kubectl")
    # A rollback that only takes fields away leaves no entry: the set's own write is the bound.
    (change,) = before(deployment(), *sets)
    assert (change.at, change.actor) == (NOON - timedelta(minutes=5), "")


def test_a_rollback_in_the_middle_of_a_rollout_is_not_dated_by_the_first_life() -> None:
    web = deployment(entry("helm", "25m"), entry("kubectl", "6m"), age="25m")
    sets = (
        replica_set(3, "25m", entry("k3s", "5m"), name="web-1", history="1", app="a:1"),
        replica_set(2, "9m", app="a:2"),
    )
    steps = scaled(web, "web-1", 0, 3, "25m"), scaled(web, "web-2", 0, 1, "9m"), scaled(web, "web-2", 1, 0, "6m")
    back, _, _ = found = before(web, *sets, *steps)
    assert (back.at, back.after, back.actor) == (NOON - timedelta(minutes=6), "a:1", "kubectl")
    assert [one.basis for one in found] == ["managedFields", "revision", "creation"]


def test_both_steps_of_a_change_that_was_rolled_back() -> None:
    web = deployment()
    bad = replica_set(2, "20m", app="a:2")
    good = replica_set(3, "9d", entry("kube-controller-manager", "10m"), name="web-1", history="1", app="a:1")
    assert [(one.before, one.after) for one in before(web, good, bad)] == [("a:2", "a:1"), ("a:1", "a:2")]


def test_a_revision_of_a_statefulset_and_its_rollback() -> None:
    db = workload("StatefulSet", "db", entry("argocd-controller", "5m", operation="Apply"))
    (change,) = before(
        db,
        controller_revision("db", 1, "9d", image="pg:16"),
        controller_revision("db", 2, "5m", image="pg:17"),
        about=(DB,),
    )
    assert (change.path, change.before, change.after) == (IMAGE, "pg:16", "pg:17")
    assert change.actor == "argocd-controller"
    back = controller_revision("db", 3, "9d", entry("kube-controller-manager", "2m"), image="pg:16")
    (change, first) = before(workload("StatefulSet", "db"), back, controller_revision("db", 2, "5m", image="pg:17"),
                             about=(DB,))  # fmt: skip
    assert change.sentence == "StatefulSet shop/db went back to earlier pods: container app: image pg:17 → pg:16"
    assert (first.before, first.after) == ("pg:16", "pg:17")


def test_a_workload_that_was_created() -> None:
    (change,) = before(deployment(entry("helm", "5m"), age="5m"), replica_set(1, "5m", app="a:1"))
    assert (change.sentence, change.basis) == ("Deployment shop/web was created by helm", "creation")


def test_a_paused_deployment_that_was_written_has_no_revision_yet() -> None:
    assert sentences(deployment(entry("kubectl-edit", "5m"), paused=True), replica_set(1, "9d", app="a:1")) == [
        "Deployment shop/web was written by kubectl-edit"
    ]


def test_a_pod_tells_of_its_workload() -> None:
    owner = [{"kind": "ReplicaSet", "name": "web-2", "uid": "web-2", "controller": True, "apiVersion": "apps/v1"}]
    pod = named("Pod", "web-2-x", entry("kube-controller-manager", "5m"), age="5m")
    pod["metadata"]["ownerReferences"] = owner
    sets = replica_set(1, "9d", app="a:1"), replica_set(2, "5m", app="a:2")
    for one in sets:
        one["metadata"]["ownerReferences"][0]["apiVersion"] = "apps/v1"
    about = (ref_to("Pod", "shop", "web-2-x"),)
    assert [change.path for change in before(deployment(), *sets, pod, about=about)] == [IMAGE]


# Scaling


def test_scaling_by_hand_and_by_an_autoscaler() -> None:
    web = deployment(entry("kubectl", None, "scale"), age="9d")
    hpa = named("HorizontalPodAutoscaler", "web", spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}})
    told = event(hpa, "SuccessfulRescale", "New size: 5; reason: cpu above target", "20m")
    steps = scaled(web, "web-1", 3, 5, "20m"), scaled(web, "web-1", 5, 1, "4m")
    found = before(web, replica_set(1, "9d", app="a:1"), hpa, told, *steps)
    assert [(one.before, one.after, one.actor, one.path) for one in found] == [
        ("5", "1", "kubectl", "spec.replicas"),
        ("3", "5", "", "spec.replicas"),
    ]
    assert [one.sentence for one in found] == [
        "Deployment shop/web was scaled from 5 to 1 by kubectl",
        "Deployment shop/web was scaled from 3 to 5 by HorizontalPodAutoscaler web: cpu above target",
    ]


def test_an_entry_of_scaling_outlives_only_the_last_write_of_the_number() -> None:
    """A direct write of the number evicts it: where there is one, whoever wrote something else is not the author."""
    web = deployment(entry("kubectl-edit", "4m3s"), entry("Mozilla", None, "scale"), age="9d")
    steps = scaled(web, "web-1", 1, 2, "9m"), scaled(web, "web-1", 2, 4, "4m")
    found = before(web, replica_set(1, "9d", app="a:1"), *steps)
    assert [(one.after, one.actor) for one in found] == [("4", "Mozilla"), (None, "kubectl-edit"), ("2", "")]
    direct = deployment(entry("kubectl-edit", "4m"), age="9d")
    (change, _) = before(direct, replica_set(1, "9d", app="a:1"), *steps)
    assert (change.after, change.actor) == ("4", "kubectl-edit")


def test_what_a_rollout_scales_is_no_scaling() -> None:
    web = deployment(age="9d")
    sets = replica_set(1, "9d", app="a:1"), replica_set(2, "9m", app="a:2")
    steps = (
        scaled(web, "web-2", 0, 1, "9m"),
        scaled(web, "web-1", 2, 1, "8m50s"),
        scaled(web, "web-2", 1, 2, "8m40s"),
        scaled(web, "web-1", 1, 0, "8m30s"),
    )
    assert [one.path for one in before(web, *sets, *steps)] == [IMAGE]
    later = scaled(web, "web-2", 2, 4, "5m")
    earlier = scaled(web, "web-1", 1, 2, "15m")
    assert [(one.path, one.before, one.after) for one in before(web, *sets, *steps, earlier, later)] == [
        ("spec.replicas", "2", "4"),
        (IMAGE, "a:1", "a:2"),
        ("spec.replicas", "1", "2"),
    ]
    recreated = (scaled(web, "web-1", 2, 0, "9m"), scaled(web, "web-2", 0, 2, "8m20s"))
    assert [one.path for one in before(web, *sets, *recreated)] == [IMAGE]


def test_scaling_in_the_middle_of_a_rollout_is_spread_over_all_sets() -> None:
    web = deployment(entry("kubectl", None, "scale"), age="9d", replicas=3)
    sets = replica_set(1, "9d", app="a:1"), replica_set(2, "9m", app="a:2")
    stuck = scaled(web, "web-2", 0, 1, "9m")
    spread = scaled(web, "web-1", 1, 2, "4m"), scaled(web, "web-2", 1, 2, "4m")
    found = before(web, *sets, stuck, *spread)
    assert [(one.path, one.before, one.after, one.actor) for one in found] == [
        ("spec.replicas", None, "3", "kubectl"),
        (IMAGE, "a:1", "a:2", ""),
    ]
    fewer = scaled(web, "web-1", 3, 2, "4m"), scaled(web, "web-2", 2, 1, "4m")
    assert [one.path for one in before(web, *sets, stuck, *fewer)] == ["spec.replicas", IMAGE]
    # One grows while another shrinks: a rollout, be it back.
    undone = scaled(web, "web-1", 2, 3, "4m"), scaled(web, "web-2", 1, 0, "4m")
    assert [one.path for one in before(web, *sets, stuck, *undone)] == [IMAGE]


@pytest.mark.parametrize("numbers", ["to 0 from 3", "from 3 to 0"])
def test_scaling_to_zero_leaves_no_entry_but_an_event(numbers: str) -> None:
    web = deployment(age="9d")
    message = f"(combined from similar events): Scaled down replica set web-1 {numbers}"
    told = event(web, "ScalingReplicaSet", message, "3m")
    (change,) = before(web, replica_set(1, "9d", app="a:1"), told)
    assert (change.before, change.after, change.actor) == ("3", "0", "")


def test_an_autoscaler_dates_its_last_change_where_events_are_gone() -> None:
    hpa = named(
        "HorizontalPodAutoscaler",
        "db",
        spec={"scaleTargetRef": {"kind": "StatefulSet", "name": "db"}},
        status={"lastScaleTime": ago("7m"), "desiredReplicas": 4},
    )
    (change,) = before(workload("StatefulSet", "db"), hpa, about=(DB,))
    assert (change.before, change.after, change.basis) == (None, "4", "field")


def test_a_statefulset_that_was_scaled_down_and_one_that_merely_rolls() -> None:
    db = workload("StatefulSet", "db", entry("kubectl", None, "scale"), replicas=2)
    gone = [
        event(db, "SuccessfulDelete", f"{verb} Pod db-{ordinal} in StatefulSet db successful", age)
        for verb, ordinal, age in (("Delete", 3, "6m"), ("delete", 2, "5m"), ("Delete", 1, "4m"))
    ]
    (change,) = before(db, *gone, about=(DB,))
    assert (change.before, change.after, change.actor) == ("4", "2", "kubectl")
    assert change.at == NOON - timedelta(minutes=6)


# Writes


def test_configuration_that_the_pods_use() -> None:
    used = named("ConfigMap", "web-config", entry("helm", "9d"), entry("kubectl-edit", "6m"))
    tls = named("Secret", "web-tls", entry("cert-manager-certificates-issuing", "12m"))
    other = named("ConfigMap", "unrelated", entry("kubectl-edit", "6m"))
    leader = named("ConfigMap", "web-tls", entry("kubectl-edit", "6m"))
    assert sentences(using_maps(), used, tls, other, leader) == [
        "ConfigMap shop/web-config was written by kubectl-edit",
        "Secret shop/web-tls was written by cert-manager-certificates-issuing",
    ]


def test_created_and_written_since() -> None:
    made = named("ConfigMap", "web-config", entry("helm", "9m"), entry("kubectl-edit", "6m"), age="9m")
    found = before(using_maps(), made)
    assert [(one.sentence, one.basis) for one in found] == [
        ("ConfigMap shop/web-config was written by kubectl-edit", "managedFields"),
        ("ConfigMap shop/web-config was created by helm", "creation"),
    ]


def test_what_is_no_write_by_anybody() -> None:
    """Controllers keep their own objects; entries without time, of other subresources, or older, tell nothing."""
    quiet = (
        entry("kube-controller-manager", "3m"),
        entry("kubelet", "3m"),
        entry("widget-operator", "3m"),
        entry("widget-operator", "3m", "status"),
        entry("kubectl", None, operation="Apply"),
        entry("kubectl-edit", "31m"),
        entry("ancient-changes", "3m"),
    )
    assert sentences(using_maps(), named("ConfigMap", "web-config", *quiet)) == []


def test_only_the_window_before_counts_give_or_take_the_clocks() -> None:
    entries = [entry(f"kubectl-{age}", age) for age in ("31m", "29m", "1m")]
    view = view_of(using_maps(), named("ConfigMap", "web-config", *entries))
    since = NOON - timedelta(minutes=10)
    assert [one.actor for one in changed_before(view, [WEB], since)] == ["kubectl-29m", "kubectl-31m"]
    assert [one.actor for one in changed_before(view, [WEB], since, timedelta(minutes=20))] == ["kubectl-29m"]
    assert [one.actor for one in changed_before(view, [WEB], NOON - timedelta(seconds=61))][:1] == ["kubectl-1m"]


def test_a_pod_that_was_debugged_or_resized() -> None:
    pod = named("Pod", "once", entry("kubectl", "3m", "ephemeralcontainers"), entry("kubectl-patch", "2m", "resize"))
    assert sentences(pod, about=(ref_to("Pod", "shop", "once"),)) == [
        "Pod shop/once was resized in place by kubectl-patch",
        "Pod shop/once was given a debugging container by kubectl",
    ]


def test_limits_of_the_namespace() -> None:
    rules = [
        named("ResourceQuota", "few", entry("kubectl-patch", "4m"), entry("kube-controller-manager", "1m", "status")),
        named("NetworkPolicy", "deny", entry("kubectl-create", "3m"), age="3m"),
        named("LimitRange", "elsewhere", entry("kubectl-edit", "2m"), namespace="other"),
    ]
    assert sentences(deployment(), *rules) == [
        "NetworkPolicy shop/deny was created by kubectl-create",
        "ResourceQuota shop/few was written by kubectl-patch",
    ]


def hook(name: str, group: str, resource: str, age: str = "4m") -> Raw:
    rules = [{"apiGroups": [group], "resources": [resource], "operations": ["CREATE"]}]
    webhooks = [{"name": "x.example.org", "rules": rules}]
    made = named("ValidatingWebhookConfiguration", name, entry("kubectl-edit", age), namespace=None)
    return {**made, "webhooks": webhooks}


def policy(kind: str, name: str, **spec: Any) -> Raw:
    return named(kind, name, entry("kubectl-edit", "4m"), namespace=None, spec=spec)


def test_only_admission_that_is_asked_about_these_objects() -> None:
    assert sentences(
        deployment(), hook("gate", "", "pods"), hook("ours", "apps", "*"), hook("no", "batch", "jobs")
    ) == [
        "ValidatingWebhookConfiguration gate was written by kubectl-edit",
        "ValidatingWebhookConfiguration ours was written by kubectl-edit",
    ]
    rules = {"resourceRules": [{"apiGroups": ["apps"], "resources": ["deployments"]}]}
    other = {"resourceRules": [{"apiGroups": ["batch"], "resources": ["jobs"]}]}
    assert sentences(
        deployment(),
        policy("ValidatingAdmissionPolicy", "strict", matchConstraints=rules),
        policy("ValidatingAdmissionPolicy", "jobs", matchConstraints=other),
        policy("ValidatingAdmissionPolicyBinding", "jobs", policyName="jobs"),
    ) == ["ValidatingAdmissionPolicy strict was written by kubectl-edit"]


def test_many_edits_of_admission_do_not_crowd_out_the_rest() -> None:
    hooks = [hook(f"gate-{number}", "*", "*", f"{number}m") for number in range(1, 6)]
    found = sentences(deployment(entry("kubectl-edit", "20m")), *hooks)
    assert found == [
        "ValidatingWebhookConfiguration gate-1 was written by kubectl-edit",
        "ValidatingWebhookConfiguration gate-2 was written by kubectl-edit",
        "Deployment shop/web was written by kubectl-edit",
    ]


def test_the_definition_of_a_custom_kind_and_the_api_of_metrics() -> None:
    widget = named("Widget", "w", entry("helm", "2h"))
    widget["apiVersion"] = "example.org/v1"
    crd = named(
        "CustomResourceDefinition", "widgets.example.org", entry("kubectl-replace", "4m"), namespace=None,
        spec={"group": "example.org", "names": {"plural": "widgets"}},
    )  # fmt: skip
    about = (Ref("example.org/v1", "Widget", "shop", "w"),)
    assert sentences(widget, crd, about=about) == [
        "CustomResourceDefinition widgets.example.org was written by kubectl-replace"
    ]
    assert sentences(deployment(), crd) == []
    service = named(
        "APIService", "v1beta1.metrics.k8s.io", entry("kubectl-edit", "4m"), namespace=None,
        spec={"group": "metrics.k8s.io", "service": {"name": "metrics-server"}},
    )  # fmt: skip
    hpa = named("HorizontalPodAutoscaler", "web")
    assert sentences(hpa, service, about=(ref_to("HorizontalPodAutoscaler", "shop", "web"),)) == [
        "APIService v1beta1.metrics.k8s.io was written by kubectl-edit"
    ]


# Nodes


def node(*entries: Raw, age: str = "9d", taints: tuple[Raw, ...] = ()) -> Raw:
    made = named("Node", "n1", *entries, namespace=None, age=age, spec={"taints": list(taints)})
    return {**made, "status": {"nodeInfo": {"kubeletVersion": "v1.37.2"}}}


NODE = ref_to("Node", None, "n1")


def test_what_happened_to_a_node() -> None:
    cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago("5m")}
    mirrored = {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute", "timeAdded": ago("1m")}
    drained = {"key": "karpenter.sh/disrupted", "effect": "NoSchedule", "timeAdded": ago("7m")}
    made = node(
        entry("kubelet", "1m", "status"), entry("kubectl", "5m"), entry("cilium-agent", "2m"),
        entry("kubectl-label", "9m"), taints=(cordon, mirrored, drained),
    )  # fmt: skip
    rebooted = event(made, "Rebooted", "Node n1 has been rebooted", "3m", "kubelet", uid="n1")
    proxy = event(made, "Starting", "", "2m", "kube-proxy")
    cordoned = event(made, "NodeNotSchedulable", "", "5m", "kubelet", uid="n1")
    view = view_of(made, rebooted, proxy, cordoned)
    patched = Change(NOON - timedelta(minutes=4), "nodes", ("", "n1"), "status.nodeInfo.osImage", "A 1", "A 2")
    found = changed_before(msgspec.structs.replace(view, changes=(patched,)), [NODE], NOON)
    assert [(one.sentence, one.actor, one.basis) for one in found] == [
        ("Node n1 rebooted", "", "event"),
        ("Node n1 changed in place: OS image A 1 → A 2", "", "watch"),
        ("Node n1 was cordoned", "kubectl", "field"),
        ("Node n1 was tainted karpenter.sh/disrupted:NoSchedule", "", "field"),
        ("Node n1 was written by kubectl-label", "kubectl-label", "managedFields"),
    ]


def test_the_nodes_that_carry_the_pods() -> None:
    pod = named("Pod", "web-x", spec={"nodeName": "n1"})
    pod["metadata"]["labels"] = {"app": "web"}
    assert sentences(deployment(), pod, node(age="8m")) == ["Node n1 joined with kubelet v1.37.2"]
    assert sentences(deployment(), node(age="8m")) == []


# The whole


def test_newest_first_and_what_is_near_is_kept() -> None:
    effects = [workload("Deployment", f"effect-{number}", entry("helm", f"{number}m")) for number in range(1, 20)]
    about = (WEB, *(ref_to("Deployment", "shop", one["metadata"]["name"]) for one in effects))
    found = before(deployment(entry("kubectl-edit", "25m")), *effects, about=about)
    assert len(found) == 1 + MOST_FAR
    assert found[-1].sentence == "Deployment shop/web was written by kubectl-edit"
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)


def test_no_more_is_told_than_can_be_read_at_night() -> None:
    volumes = [{"name": f"c{number}", "configMap": {"name": f"c{number}"}} for number in range(2 * MOST)]
    web = deployment(template={"spec": {"volumes": volumes}})
    maps = [named("ConfigMap", f"c{number}", entry("kubectl-edit", f"{number + 1}m")) for number in range(2 * MOST)]
    found = before(web, *maps, hook("gate", "*", "*"))
    assert [one.object.name for one in found] == [f"c{number}" for number in range(MOST)]


def test_objects_that_do_not_exist_or_are_of_unknown_kinds() -> None:
    gone = ref_to("ConfigMap", "shop", "missing")
    assert sentences(about=(gone, Ref("example.org/v1", "Unknown", None, "x"), NODE)) == []
    assert sentences(about=()) == []


def test_asking_changes_nothing() -> None:
    view = view_of(using_maps(), named("ConfigMap", "web-config", entry("kubectl-edit", "6m")))
    copy = msgspec.structs.replace(view)
    assert changed_before(view, [WEB], NOON) == changed_before(view, [WEB], NOON)
    assert view == copy
