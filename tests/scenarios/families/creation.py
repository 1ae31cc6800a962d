"""Pods that are refused before they exist. The API server's refusals are real."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.shapes import box, daemon_set, deployment, deploys, job, made, named, space, stateful_set
from tests.scenarios.site import Site


def quota(name: str, **hard: str) -> Raw:
    keys = {key.replace("__", "."): value for key, value in hard.items()}
    return made("v1", "ResourceQuota", name, "team-quota", spec={"hard": keys})


def refused(
    name: str, broken: str, words: str, *blame: Ref, row: int, more: tuple[Raw, ...] = (), **rest: Any
) -> Failure:
    """A Deployment whose pods may not be created. ``more`` must be in force before it; ``labels``: the namespace's."""
    workload = deployment(name, "api", *rest.pop("boxes", ()), **rest.pop("pods", {}))
    early, late = ((), (then(workload),)) if more else ((workload,), ())
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name, **rest.pop("labels", {})), *more, *early),
        steps=late,
        expected=Expected(blame=(*blame, deploys(name, "api")), words=words, found=(deploys(name, "api"),)),
    )


def then(*objects: Raw) -> Any:
    """Objects that come when the others are there and in force."""

    async def step(site: Site) -> None:
        await site.api.apply(objects)

    return step


def quota_first(*objects: Raw) -> Any:
    """Objects that come when the quota is counted."""

    async def step(site: Site) -> None:
        quota = named("v1", "ResourceQuota", objects[0]["metadata"]["namespace"], "team-quota")
        await site.shows(quota, lambda found: found.get("status", {}).get("used"))
        await site.api.apply(objects)

    return step


def over_quota(name: str, broken: str, words: str, workload: Raw, *, hard: dict[str, str]) -> Failure:
    kind = workload["kind"]
    return Failure(
        name=name,
        row=16,
        broken=broken,
        objects=(space(name), quota(name, **hard)),
        steps=(quota_first(workload),),
        expected=Expected(
            blame=(Ref("ResourceQuota", name, "team-quota"), Ref(kind, name, "api")),
            words=words,
            found=(Ref(kind, name, "api"),),
        ),
    )


def no_webhook(name: str, title: str = "policy", policed: str = "yes") -> Raw:
    """A webhook for pods of namespaces that are ``policed``; its Service is in the namespace ``name``."""
    rule = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
    hook = {
        "name": "pods.policy.example.com",
        "clientConfig": {"service": {"namespace": name, "name": "policy", "path": "/validate"}},
        "rules": [rule],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 3,
        "namespaceSelector": {"matchLabels": {"policed": policed}},
    }
    return made("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", None, title, webhooks=[hook])


def admission_policy() -> tuple[Raw, Raw]:
    """A policy that wants an owner label on pods of namespaces that are labelled so."""
    rule = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
    policy = made(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
        None,
        "owner-required",
        spec={
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [
                {"expression": "has(object.metadata.labels.owner)", "message": "every pod needs an owner label"}
            ],
        },
    )
    binding = made(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicyBinding",
        None,
        "owner-required",
        spec={
            "policyName": "owner-required",
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {"owned": "yes"}}},
        },
    )
    return policy, binding


async def policy_in_force(site: Site) -> None:
    """A policy takes a moment to be enforced: try until a pod is refused, then let the Deployment come."""
    name = "refused-policy"

    async def denied() -> bool:
        try:
            probe = made("v1", "Pod", name, "probe", spec={"containers": [box()]})
            await site.api.apply([probe])
        except Exception as error:
            return "denied request" in str(error)
        await site.api.delete(probe, gracePeriodSeconds="0")
        return False

    await site.until("the policy denies", denied)
    await site.api.apply([deployment(name, "api")])


_RANGE = {"limits": [{"type": "Container", "max": {"cpu": "500m"}, "min": {"cpu": "5m"}}]}

CASES: tuple[Case, ...] = (
    over_quota(
        "quota-none",
        "the quota leaves no room for a single pod",
        r"quota",
        deployment("quota-none", "api", box(resources={"requests": {"cpu": "2"}})),
        hard={"requests__cpu": "1"},
    ),
    over_quota(
        "quota-partial",
        "the quota lets two of five replicas be",
        r"quota",
        deployment("quota-partial", "api", replicas=5),
        hard={"pods": "2"},
    ),
    over_quota(
        "quota-stateful",
        "a StatefulSet's second pod exceeds the quota",
        r"quota",
        stateful_set("quota-stateful", "api"),
        hard={"pods": "1"},
    ),
    Failure(
        name="quota-wants-limits",
        row=17,
        broken="the quota counts limits, and the pods state none",
        objects=(space("quota-wants-limits"), quota("quota-wants-limits", limits__memory="4Gi")),
        steps=(quota_first(deployment("quota-wants-limits", "api")),),
        expected=Expected(
            blame=(
                deploys("quota-wants-limits", "api"),
                Ref("ResourceQuota", "quota-wants-limits", "team-quota"),
            ),
            words=r"must specify|limits\.memory|limit",
            found=(deploys("quota-wants-limits", "api"),),
        ),
    ),
    Failure(
        name="quota-no-job",
        row=16,
        broken="the quota refuses a Job's pod",
        objects=(space("quota-no-job"), quota("quota-no-job", pods="0")),
        steps=(quota_first(job("quota-no-job", "report")),),
        expected=Expected(
            blame=(Ref("ResourceQuota", "quota-no-job", "team-quota"), Ref("Job", "quota-no-job", "report")),
            words=r"quota",
            found=(Ref("Job", "quota-no-job", "report"),),
        ),
    ),
    refused(
        "limit-range",
        "asks for more CPU than the namespace's LimitRange allows a container",
        r"maximum|limit ?range|500m",
        Ref("LimitRange", "limit-range", "sizes"),
        row=17,
        more=(made("v1", "LimitRange", "limit-range", "sizes", spec=_RANGE),),
        boxes=(box(resources={"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}),),
    ),
    refused(
        "pod-security",
        "privileged, in a namespace that enforces the restricted level",
        r"PodSecurity|restricted|privileged|pod security",
        row=19,
        labels={"pod-security.kubernetes.io/enforce": "restricted"},
        boxes=(box(securityContext={"privileged": True}),),
    ),
    Failure(
        name="pod-security-daemon",
        row=19,
        broken="a DaemonSet with host paths, in a namespace that enforces the baseline level",
        objects=(
            space("pod-security-daemon", **{"pod-security.kubernetes.io/enforce": "baseline"}),
            daemon_set(
                "pod-security-daemon",
                "agent",
                nodeSelector={"kubernetes.io/os": "linux"},
                volumes=[{"name": "logs", "hostPath": {"path": "/var/log"}}],
            ),
        ),
        expected=Expected(
            blame=(Ref("DaemonSet", "pod-security-daemon", "agent"),), words=r"PodSecurity|baseline|hostPath|host ?path"
        ),
    ),
    refused(
        "no-service-account",
        "its ServiceAccount does not exist",
        r"deployer|service ?account",
        Ref("ServiceAccount", "no-service-account", "deployer"),
        row=15,
        pods={"serviceAccountName": "deployer"},
    ),
    refused(
        "no-priority-class",
        "its PriorityClass does not exist",
        r"very-important|priority ?class",
        Ref("PriorityClass", None, "very-important"),
        row=15,
        pods={"priorityClassName": "very-important"},
    ),
    Failure(
        name="refused-policy",
        row=18,
        broken="a ValidatingAdmissionPolicy denies pods without an owner label",
        objects=(space("refused-policy", owned="yes"), *admission_policy()),
        steps=(policy_in_force,),
        expected=Expected(
            blame=(deploys("refused-policy", "api"), Ref("ValidatingAdmissionPolicy", None, "owner-required")),
            words=r"owner",
            found=(deploys("refused-policy", "api"),),
        ),
    ),
    Failure(
        name="webhook-dead",
        row=48,
        broken="a webhook with failurePolicy Fail has no endpoints, so no pod can be created",
        objects=(
            space("webhook-dead", policed="yes"),
            made(
                "v1",
                "Service",
                "webhook-dead",
                "policy",
                spec={"selector": {"app": "policy"}, "ports": [{"port": 443}]},
            ),
            no_webhook("webhook-dead"),
        ),
        steps=(then(deployment("webhook-dead", "api"), deployment("webhook-dead", "worker")),),
        expected=Expected(
            blame=(
                Ref("ValidatingWebhookConfiguration", None, "policy"),
                Ref("Service", "webhook-dead", "policy"),
            ),
            words=r"webhook",
            found=(
                deploys("webhook-dead", "api"),
                Ref("ValidatingWebhookConfiguration", None, "policy"),
            ),
        ),
    ),
)
