"""Pods that a real API server refuses to real controllers: the engine blames what refused them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from k8sview.analysis.health.engine import HealthEngine
from k8sview.model import events
from k8sview.model.health import ClusterHealth, RootCause
from k8sview.model.kinds import KINDS
from k8sview.model.resources import key_of
from k8sview.model.view import View
from k8sview.store.store import Store
from tests.analysis.clusters import read
from tests.controlplane import ControlPlane
from tests.controlplane.writer import ApiError, ApiWriter

pytestmark = pytest.mark.controlplane

Raw = dict[str, Any]
PREFIX = "refusals-"
ADMISSION = "admissionregistration.k8s.io/v1"
ON_PODS = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
READ = ("Pod", "Event", "Deployment", "ReplicaSet", "ResourceQuota", "LimitRange", "ServiceAccount", "Service")
READ_WHOLE = ("Namespace", "PriorityClass", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def made(version: str, kind: str, name: str, space: str | None = None, **body: Any) -> Raw:
    metadata = {"name": name, **({"namespace": PREFIX + space} if space else {}), **body.pop("metadata", {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def space(name: str, **labels: str) -> Raw:
    return made("v1", "Namespace", PREFIX + name, metadata={"labels": labels})


def web(where: str, replicas: int = 1, cpu: str = "2", **spec: Any) -> Raw:
    container = {"name": "app", "image": "registry.example/x:1", "resources": {"limits": {"cpu": cpu, "memory": "1Gi"}}}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container], **spec}}
    body = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return made("apps/v1", "Deployment", "web", where, spec=body)


def only_in(where: str) -> Raw:
    """A selector of one namespace: other tests share this control plane."""
    return {"matchLabels": {"kubernetes.io/metadata.name": PREFIX + where}}


def dead_webhook(where: str) -> Raw:
    hook = {
        "name": "pods.refusals.example.com",
        "clientConfig": {"service": {"namespace": PREFIX + where, "name": "policy", "path": "/validate"}},
        "rules": [ON_PODS],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 3,
        "namespaceSelector": only_in(where),
    }
    return made(ADMISSION, "ValidatingWebhookConfiguration", "refusals-policy", webhooks=[hook])


def owner_policy(where: str) -> tuple[Raw, Raw]:
    validations = [{"expression": "has(object.metadata.labels.owner)", "message": "every pod needs an owner label"}]
    spec = {"matchConstraints": {"resourceRules": [ON_PODS]}, "validations": validations}
    policy = made(ADMISSION, "ValidatingAdmissionPolicy", "refusals-owner", spec=spec)
    bound = {
        "policyName": "refusals-owner",
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": only_in(where)},
    }
    return policy, made(ADMISSION, "ValidatingAdmissionPolicyBinding", "refusals-owner", spec=bound)


async def seen(api: ApiWriter, *spaces: str) -> View:
    """What the refusals need, of these namespaces; everything else is empty and read."""
    store = Store(lambda: datetime.now(UTC))
    store.apply(events.Connected(events.Cluster(), tuple(row.resource for row in KINDS.values())))
    for name, row in KINDS.items():
        kind, version = row.resource.kind, row.resource.api_version
        raws: list[Raw] = []
        if kind in READ:
            for one in spaces:
                raws += await api.list(version, kind, PREFIX + one)
        elif kind in READ_WHOLE:
            raws = [raw for raw in await api.list(version, kind) if kind != "Namespace" or _ours(raw, spaces)]
        found = [read({key: value for key, value in raw.items() if key != "apiVersion"})[1] for raw in raws]
        store.apply(events.Upserted(name, None, tuple(found)))
        store.apply(events.Synced(name, None, frozenset(key_of(obj) for obj in found)))
    return store.view()


def _ours(raw: Raw, spaces: tuple[str, ...]) -> bool:
    return raw["metadata"]["name"] in {PREFIX + one for one in spaces}


def judged(view: View) -> ClusterHealth:
    steps = HealthEngine().update(view)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: ClusterHealth = end.value
            return found


async def blamed(api: ApiWriter, where: str, wanted: Callable[[RootCause], bool]) -> RootCause:
    """The one root cause of a namespace, once it is what is wanted; what there was instead is in the error."""
    last: list[tuple[RootCause, ...]] = [()]

    async def question() -> RootCause | None:
        last[0] = judged(await seen(api, where)).causes
        return last[0][0] if len(last[0]) == 1 and wanted(last[0][0]) else None

    try:
        found = await api.until(question, 30)
    except TimeoutError:
        pytest.fail(f"{where}: " + "; ".join(f"{one.object} {one.diagnosis} {one.message}" for one in last[0]))
    assert isinstance(found, RootCause)
    return found


async def is_blamed(api: ApiWriter, where: str, diagnosis: str, blame: str, affects: int = 0) -> RootCause:
    def wanted(one: RootCause) -> bool:
        return (one.diagnosis, str(one.object)) == (diagnosis, blame) and one.affects >= affects

    return await blamed(api, where, wanted)


async def test_the_right_object_is_blamed_for_each_refusal(controlplane: ControlPlane) -> None:
    async with controlplane.writer() as api:
        hook, policy = dead_webhook("webhook"), owner_policy("policy")
        await api.apply(
            [
                space("quota"),
                space("security", **{"pod-security.kubernetes.io/enforce": "restricted"}),
                space("webhook"),
                space("policy"),
                space("account"),
                space("priority"),
                space("sets"),
                made("v1", "ResourceQuota", "team", "sets", spec={"hard": {"count/replicasets.apps": "0"}}),
                made("v1", "ResourceQuota", "team", "quota", spec={"hard": {"limits.cpu": "1"}}),
                made(
                    "v1", "Service", "policy", "webhook", spec={"selector": {"app": "none"}, "ports": [{"port": 443}]}
                ),
                hook,
                *policy,
            ]
        )
        try:
            await refusals(api)
        finally:
            for one in (hook, *policy):
                await api.delete(one)


async def refusals(api: ApiWriter) -> None:
    await api.until(lambda: counted(api, "quota"), 30)
    await api.until(lambda: counted(api, "sets"), 30)
    await api.until(lambda: denies(api, "policy", "denied request"), 30)
    await api.until(lambda: denies(api, "webhook", "failed calling webhook"), 30)
    await api.apply(
        [
            web("quota"),
            web("sets"),
            web("security"),
            web("webhook"),
            web("policy"),
            web("account", serviceAccountName="deployer"),
            web("priority", priorityClassName="refusals-high"),
        ]
    )
    found = await is_blamed(api, "quota", "creation.quota-exceeded", "ResourceQuota refusals-quota/team", 2)
    assert "limits.cpu: 2 asked, 0 of 1 used" in found.message
    assert [one.kind for one in found.objects] == ["Deployment", "ReplicaSet"]
    found = await is_blamed(api, "sets", "creation.quota-exceeded", "ResourceQuota refusals-sets/team")
    assert "count/replicasets.apps: 1 asked, 0 of 0 used" in found.message
    found = await is_blamed(api, "security", "creation.pod-security", "Deployment refusals-security/web")
    assert 'PodSecurity "restricted:latest"' in found.message
    found = await is_blamed(api, "policy", "creation.admission-denied", "Deployment refusals-policy/web")
    assert "every pod needs an owner label" in found.message
    await is_blamed(api, "account", "creation.service-account-missing", "ServiceAccount refusals-account/deployer")
    await is_blamed(api, "priority", "creation.priority-class-missing", "PriorityClass refusals-high")
    config = "ValidatingWebhookConfiguration refusals-policy"
    found = await blamed(api, "webhook", lambda one: str(one.object) == config and one.affects == 2)
    assert "policy" in found.message
    await another_refusal_than_the_condition_says(api)


async def counted(api: ApiWriter, where: str) -> Any:
    """A quota refuses nothing before it has been counted."""
    return (await api.get(made("v1", "ResourceQuota", "team", where))).get("status", {}).get("used")


async def denies(api: ApiWriter, where: str, words: str) -> bool:
    """A policy and a webhook take a moment to be in force."""
    pod = made("v1", "Pod", "probe", where, spec={"containers": [{"name": "app", "image": "registry.example/x:1"}]})
    try:
        await api.request("POST", f"/api/v1/namespaces/{PREFIX}{where}/pods", pod, dryRun="All")
    except ApiError as error:
        return words in str(error)
    return False


async def another_refusal_than_the_condition_says(api: ApiWriter) -> None:
    """The quota goes and a LimitRange refuses instead: the condition keeps accusing the quota, and is not believed."""
    await api.apply(
        [
            made(
                "v1", "LimitRange", "sizes", "quota", spec={"limits": [{"type": "Container", "max": {"cpu": "500m"}}]}
            ),
            made("v1", "ResourceQuota", "team", "quota", spec={"hard": {"limits.cpu": "100"}}),
        ]
    )
    await api.patch(web("quota"), {"spec": {"replicas": 2}})  # an edit makes the controller try at once
    found = await is_blamed(api, "quota", "creation.limit-range", "LimitRange refusals-quota/sizes")
    assert "maximum cpu usage per Container is 500m, but limit is 2" in found.message
    (replica_set,) = await api.list("apps/v1", "ReplicaSet", PREFIX + "quota")
    conditions = {one["type"]: one["message"] for one in replica_set["status"]["conditions"]}
    assert "exceeded quota: team" in conditions["ReplicaFailure"]
