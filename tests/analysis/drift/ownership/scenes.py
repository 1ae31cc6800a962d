"""Objects and the writes done to them, by an independent client under many names; the bodies that the server then has.

``made`` plays all of them on a control plane. ``recorded.json`` holds what one real 1.37 server answered.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.analysis.drift.ownership.hand import (
    FLUX,
    HELM_LABELS,
    HELM_NOTES,
    JSON,
    MERGE,
    SPACE,
    STRATEGIC,
    Hand,
    Raw,
    app,
    config,
    deployment,
    labelled,
    set_at,
)
from tests.controlplane.writer import ApiError, ApiWriter

GROUP = "ownership.example.org"


def recorded() -> dict[str, Raw]:
    """The bodies by scene, as a real server answered them."""
    found = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


CONTAINERS = ("spec", "template", "spec", "containers")
GITOPS = "kustomize-controller"
SCALED = {"spec": {"replicas": 3}}


async def edited(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    return await hand.put("kubectl-edit", set_at(*CONTAINERS, 0, "image", "r/x:2"))


async def container_added(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    side = {"containers": [{"name": "side", "image": "r/side:1"}]}
    return await hand.patch("kubectl-patch", {"spec": {"template": {"spec": side}}}, STRATEGIC)


async def list_rewritten(api: ApiWriter, name: str) -> Raw:
    """The patch leaves out the probe: nobody signs that."""
    raw = deployment(name)
    raw["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = {"tcpSocket": {"port": 80}}
    hand = Hand(api, raw)
    await hand.apply(GITOPS)
    rewritten = [{"name": "app", "image": "r/x:3"}, {"name": "side", "image": "r/side:1"}]
    return await hand.patch("kubectl-patch", {"spec": {"template": {"spec": {"containers": rewritten}}}})


async def restarted(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    note = {"kubectl.kubernetes.io/restartedAt": "2026-03-01T11:00:00Z"}
    return await hand.patch("kubectl-rollout", {"spec": {"template": {"metadata": {"annotations": note}}}}, STRATEGIC)


async def undone(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    change = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "r/x:0"}]
    return await hand.patch("kubectl", change, JSON)


async def scaled_by_kubectl(api: ApiWriter, name: str) -> Raw:
    return await _scaled(api, deployment(name), "kubectl")


async def scaled_by_browser(api: ApiWriter, name: str) -> Raw:
    return await _scaled(api, deployment(name), "Mozilla")


async def scaled_by_autoscaler(api: ApiWriter, name: str) -> Raw:
    return await _scaled(api, deployment(name), "kube-controller-manager")


async def scaled_unowned(api: ApiWriter, name: str) -> Raw:
    raw = deployment(name)
    del raw["spec"]["replicas"]
    return await _scaled(api, raw, "kubectl")


async def scaled_to_zero(api: ApiWriter, name: str) -> Raw:
    return await _scaled(api, deployment(name), "kubectl", 0)


async def _scaled(api: ApiWriter, raw: Raw, agent: str, replicas: int = 3) -> Raw:
    hand = Hand(api, raw)
    await hand.apply(GITOPS)
    await hand.agent(agent, {"spec": {"replicas": replicas}}, "scale")
    return await hand.get()


async def scaled_directly(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    return await hand.patch("kubectl-patch", SCALED)


async def agreed(api: ApiWriter, name: str) -> Raw:
    """A person was faster than the commit."""
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    await hand.patch("kubectl-set", app(image="r/x:2"), STRATEGIC)
    return await hand.apply(GITOPS, deployment(name, "r/x:2"))


async def forced_back(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    await hand.patch("kubectl-set", app(image="r/x:2"), STRATEGIC)
    return await hand.apply(GITOPS)


async def adopted(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.post("kubectl-create")
    return await hand.apply(GITOPS)


async def equal_write(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    return await hand.patch("kubectl-patch", app(image="r/x:1"), STRATEGIC)


async def respelled(api: ApiWriter, name: str) -> Raw:
    raw = deployment(name)
    raw["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "1"}}
    hand = Hand(api, raw)
    await hand.apply(GITOPS)
    return await hand.patch("kubectl-patch", app(resources={"limits": {"cpu": "1000m"}}), STRATEGIC)


async def account_changed(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    change = {"spec": {"template": {"spec": {"serviceAccountName": "other"}}}}
    return await hand.patch("kubectl-set", change, STRATEGIC)


async def arguments_edited(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    return await hand.put("kubectl-edit", set_at(*CONTAINERS, 0, "args", 1, "--c"))


async def edited_twice(api: ApiWriter, name: str) -> Raw:
    """One name, two leaves: the entry's time is that of the later write."""
    hand = Hand(api, deployment(name))
    await hand.apply(GITOPS)
    await asyncio.sleep(1.1)
    await hand.patch("kubectl-edit", {"spec": {"revisionHistoryLimit": 3}})
    return await hand.patch(
        "kubectl-edit", {"spec": {"template": {"spec": {"priorityClassName": None, "dnsPolicy": "Default"}}}}
    )


async def labelled_by_gitops(api: ApiWriter, name: str) -> Raw:
    """The deliverer writes again after a person did: what it does not state stays."""
    raw = config(name)
    hand = Hand(api, raw)
    await hand.apply(GITOPS)
    await hand.patch("kubectl-annotate", {"metadata": {"annotations": {"note": "by hand"}}})
    await asyncio.sleep(1.1)
    raw["metadata"]["labels"]["version"] = "2"
    return await hand.apply(GITOPS, raw)


async def label_removed(api: ApiWriter, name: str) -> Raw:
    raw = config(name)
    raw["metadata"]["labels"]["team"] = "shop"
    hand = Hand(api, raw)
    await hand.apply(GITOPS)
    return await hand.put("kubectl-edit", set_at("metadata", "labels", "team", None))


async def secret_changed(api: ApiWriter, name: str) -> Raw:
    hand = await _secret(api, name)
    await asyncio.sleep(1.1)  # the resolution of times
    return await hand.patch("kubectl-patch", {"stringData": {"password": "by-hand-0"}})


async def secret_put_back(api: ApiWriter, name: str) -> Raw:
    hand = await _secret(api, name)
    await hand.patch("kubectl-patch", {"stringData": {"password": "by-hand-0"}})
    await asyncio.sleep(1.1)
    return await hand.apply(GITOPS)


async def _secret(api: ApiWriter, name: str) -> Hand:
    raw = labelled({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}})
    hand = Hand(api, {**raw, "stringData": {"password": "from-git-0"}})
    await hand.apply(GITOPS)
    return hand


async def many_managers(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, config(name))
    await hand.post("helm")
    for number in range(12):
        await hand.patch(f"kubectl-plugin{number}", {"data": {f"k{number}": "1"}})
    return await hand.get()


async def emptied(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, config(name))
    await hand.apply(GITOPS)
    await hand.patch("kubectl-patch", {"metadata": {"managedFields": [{}]}})
    return await hand.patch("kubectl-edit", {"data": {"a": "2"}})


async def emptied_then_applied(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, config(name))
    await hand.apply(GITOPS)
    await hand.patch("kubectl-patch", {"metadata": {"managedFields": [{}]}})
    return await hand.apply(GITOPS)


async def status_written(api: ApiWriter, name: str) -> Raw:
    budget = {"metadata": {"name": name}, "apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    whole = labelled({**budget, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"nobody": "x"}}}})
    hand = Hand(api, whole)
    await hand.apply(GITOPS)
    return await hand.patch("kubectl-patch", {"status": {"desiredHealthy": 7}}, MERGE, "status")


async def debugged(api: ApiWriter, name: str) -> Raw:
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}
    hand = Hand(api, labelled({**raw, "spec": {"containers": [{"name": "app", "image": "r/x:1"}]}}))
    await hand.apply(GITOPS)
    extra = {"spec": {"ephemeralContainers": [{"name": "look", "image": "r/shell:1"}]}}
    await hand.agent("kubectl", extra, "ephemeralcontainers", STRATEGIC)
    return await hand.get()


async def pod_made(api: ApiWriter, name: str) -> Raw:
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}
    hand = Hand(api, labelled({**raw, "spec": {"containers": [{"name": "app", "image": "r/x:1"}]}}))
    return await hand.apply(GITOPS)


async def service_labelled(api: ApiWriter, name: str) -> Raw:
    raw = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}}
    ports = [{"port": 80, "name": "a"}, {"port": 53, "protocol": "UDP", "name": "b"}, {"port": 53, "name": "c"}]
    hand = Hand(api, labelled({**raw, "spec": {"selector": {"app": name}, "ports": ports}}))
    await hand.apply(GITOPS)
    return await hand.put("kubectl-edit", set_at("spec", "ports", 1, "targetPort", 5353))


async def of_helm(api: ApiWriter, name: str) -> Raw:
    raw = labelled(config(name, level="info", size="1"), HELM_LABELS, HELM_NOTES)
    hand = Hand(api, raw)
    await hand.post("helm")
    await hand.patch("node-fetch", {"data": {"level": "debug"}})
    return await hand.patch("OpenAPI-Generator", {"metadata": {"labels": {"seen": "yes"}}})


async def of_kubectl_apply(api: ApiWriter, name: str) -> Raw:
    raw = labelled(config(name), {}, {"kubectl.kubernetes.io/last-applied-configuration": "{}"})
    hand = Hand(api, raw)
    await hand.post("kubectl-client-side-apply")
    return await hand.patch("kubectl-edit", {"data": {"a": "2"}})


async def of_people(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, labelled(config(name), {}))
    await hand.post("kubectl-create")
    return await hand.patch("kubectl-edit", {"data": {"a": "2"}})


async def of_a_pipeline(api: ApiWriter, name: str) -> Raw:
    hand = Hand(api, labelled(config(name, a="1", b="1"), {}))
    await hand.post("ci-deployer")
    return await hand.patch("kubectl-edit", {"data": {"a": "2"}})


async def injected(api: ApiWriter, name: str) -> Raw:
    """An injector nobody knows fills in the bundle; the caBundle is base64 of nothing much."""
    hook = {
        "name": "gate.example.org",
        "clientConfig": {"url": "https://gate.example.org/"},
        "rules": [{"apiGroups": ["none"], "apiVersions": ["v1"], "operations": ["DELETE"], "resources": ["none"]}],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    metadata = {"name": f"{SPACE}-{name}", "labels": dict(FLUX)}
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    hand = Hand(api, {**kind, "metadata": metadata, "webhooks": [hook]})
    await hand.apply(GITOPS)
    try:
        bundle = {"webhooks": [{"name": hook["name"], "clientConfig": {"caBundle": "e30="}}]}
        with_manager = await hand.patch("some-injector", bundle, STRATEGIC)
    finally:
        await api.request("DELETE", hand.path)
    return with_manager


async def custom_overridden(api: ApiWriter, name: str) -> Raw:
    """Its one field taken, the deliverer's entry keeps the labels alone."""
    hand = Hand(
        api, labelled({"apiVersion": f"{GROUP}/v1", "kind": "Widget", "metadata": {"name": name}, "spec": {"size": 1}})
    )
    await hand.apply(GITOPS)
    return await hand.patch("kubectl-edit", {"spec": {"size": 2}})


async def custom_reconciled(api: ApiWriter, name: str) -> Raw:
    """Its controller never chose a name; it writes the status, and the spec a little."""
    hand = Hand(
        api, labelled({"apiVersion": f"{GROUP}/v1", "kind": "Widget", "metadata": {"name": name}, "spec": {"size": 1}})
    )
    await hand.apply(GITOPS)
    await hand.patch("manager", {"spec": {"chosen": "here"}})
    return await hand.patch("manager", {"status": {"ready": True}}, MERGE, "status")


async def admitted(api: ApiWriter, name: str) -> Raw:
    """A policy adds a label and prefixes images; a person changes the image."""
    raw = deployment(name)
    raw["metadata"]["labels"]["admitted"] = "please"
    await _policy(api)
    hand = Hand(api, raw)
    await hand.apply(GITOPS)
    return await hand.patch("kubectl-set", app(image="r/x:77"), STRATEGIC)


async def _policy(api: ApiWriter) -> None:
    group, name = "admissionregistration.k8s.io/v1", SPACE
    label = 'Object{metadata: Object.metadata{labels: {"by-admission": "yes"}}}'
    image = (
        '[JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/image", value: '
        '"mirror/" + object.spec.template.spec.containers[0].image.replace("mirror/", "")}]'
    )
    rule = {
        "apiGroups": ["apps"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["deployments"],
    }
    chosen = {"matchLabels": {"admitted": "please"}}
    policy = {
        "apiVersion": group,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule], "objectSelector": chosen},
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "mutations": [
                {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": label}},
                {"patchType": "JSONPatch", "jsonPatch": {"expression": image}},
            ],
        },
    }
    bound = {"policyName": name}
    binding = {"apiVersion": group, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": bound}
    await api.apply([policy, binding])
    trial = deployment("trial")
    trial["metadata"]["labels"]["admitted"] = "please"
    hand = Hand(api, trial)

    async def works() -> bool:
        headers = {"Content-Type": "application/json"}
        answer = await api.request("POST", hand.collection, trial, headers, dryRun="All")
        return "by-admission" in answer["metadata"]["labels"]

    await api.until(works, 20, 0.2)


SCENES: tuple[Callable[[ApiWriter, str], Awaitable[Raw]], ...] = (
    edited, container_added, list_rewritten, restarted, undone, scaled_by_kubectl, scaled_by_browser,
    scaled_by_autoscaler, scaled_unowned, scaled_to_zero, scaled_directly, agreed, forced_back, adopted,
    equal_write, respelled, edited_twice, labelled_by_gitops, account_changed, arguments_edited, label_removed,
    secret_changed, secret_put_back, many_managers, emptied, emptied_then_applied, status_written, debugged,
    pod_made, service_labelled, of_helm, of_kubectl_apply, of_people, of_a_pipeline, injected, custom_overridden,
    custom_reconciled, admitted,
)  # fmt: skip


async def made(api: ApiWriter) -> dict[str, Raw]:
    """Plays every scene; the bodies by the scenes' names."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget"}
    await api.apply(
        [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}},
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"widgets.{GROUP}"},
                "spec": {
                    "group": GROUP,
                    "scope": "Namespaced",
                    "names": names,
                    "versions": [{**version, "subresources": {"status": {}}}],
                },
            },
        ]
    )
    account = Hand(
        api, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": SPACE}}
    )

    async def ready() -> Raw | None:
        try:
            return await account.get()
        except ApiError:
            return None

    bodies = {"leafless": await api.until(ready)}
    try:
        found = await asyncio.gather(*(one(api, one.__name__.replace("_", "-")) for one in SCENES))
    finally:
        for plural in ("mutatingadmissionpolicybindings", "mutatingadmissionpolicies"):
            await _gone(api, f"/apis/admissionregistration.k8s.io/v1/{plural}/{SPACE}")
        await _gone(api, f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{GROUP}")
        await _gone(api, f"/api/v1/namespaces/{SPACE}")
    return {**bodies, **{one.__name__: copy.deepcopy(body) for one, body in zip(SCENES, found, strict=True)}}


async def _gone(api: ApiWriter, path: str) -> None:
    try:
        await api.request("DELETE", path)
    except ApiError as error:
        if error.status != 404:
            raise
