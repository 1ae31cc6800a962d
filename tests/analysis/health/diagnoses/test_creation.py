"""Why pods are not even created, in the API server's own words: who is to blame, and who is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from k8sview.analysis.health.diagnoses.rejections import rejection
from k8sview.model.status import Confidence
from tests.analysis.clusters import NOON, ago
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import ALWAYS_READY, Raw, condition, deployment, event, judge, pod, rolling, workload

FORBIDDEN = 'Error creating: pods "web-5d8-" is forbidden: '
COMBINED = "(combined from similar events): "
QUOTA_WORDS = "exceeded quota: team, requested: requests.cpu=2, used: requests.cpu=7, limited: requests.cpu=8"


def replica_set(replicas: int = 2, there: int = 0, **status: Any) -> Raw:
    owner = {"kind": "Deployment", "name": "web", "uid": "web", "controller": True, "apiVersion": "apps/v1"}
    shown = {"replicas": there, "availableReplicas": there, **status}
    return workload("ReplicaSet", {"replicas": replicas}, shown, name="web-5d8", uid="rs", ownerReferences=[owner])


def refused(there: int = 0, *conditions: Raw) -> Raw:
    return deployment(2, there, there, rolling("5m"), *conditions, total=there)


def failure(message: str, since: str = "5m") -> Raw:
    return condition("ReplicaFailure", "True", since, reason="FailedCreate", message=message)


def failed(message: str, span: str = "1m", about: str = "rs") -> Raw:
    return event(about, "FailedCreate", message, span)


def quota(used: str = "7", hard: str = "8", name: str = "team") -> Raw:
    status = {"hard": {"requests.cpu": hard}, "used": {"requests.cpu": used}}
    return {"kind": "ResourceQuota", "metadata": {"name": name, "namespace": "shop"}, "status": status}


def sizes(**item: Any) -> Raw:
    spec = {"limits": [{"type": "Container", **item}]}
    return {"kind": "LimitRange", "metadata": {"name": "sizes", "namespace": "shop"}, "spec": spec}


def webhooks(kind: str = "ValidatingWebhookConfiguration", name: str = "policy", **client: Any) -> Raw:
    hook = {"name": "pods.policy.example.com", "clientConfig": client}
    return {"kind": kind, "metadata": {"name": name}, "webhooks": [hook]}


DEAD = (
    'Error creating: Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook:'
    ' Post "https://policy.shop.svc:443/validate?timeout=3s": no endpoints available for service "policy"'
)

TEXTS = [
    ("quota", FORBIDDEN + QUOTA_WORDS, "quota", "team", "requested: requests.cpu=2"),
    (
        "two resources of a quota",
        "exceeded quota: q, requested: limits.cpu=2,pods=1, used: limits.cpu=1,pods=3, limited: limits.cpu=2,pods=9",
        "quota",
        "q",
        "",
    ),
    ("limits wanted", "failed quota: q: must specify limits.memory for: app", "must-specify", "q", "must specify"),
    ("no scope", "insufficient quota to match these scopes: [{PriorityClass In [high]}]", "quota-scope", "", ""),
    (
        "a range",
        FORBIDDEN + "maximum cpu usage per Container is 500m, but limit is 2",
        "limit-range",
        "cpu",
        "maximum cpu",
    ),
    (
        "two bounds of a range",
        FORBIDDEN + "[maximum cpu usage per Container is 1, but limit is 2, minimum memory usage per Pod is 1Gi]",
        "limit-range",
        "cpu",
        "maximum cpu",
    ),
    (
        "a ratio",
        FORBIDDEN + "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
        "limit-range",
        "cpu",
        "cpu max",
    ),
    (
        "pod security",
        FORBIDDEN + 'violates PodSecurity "restricted:latest": privileged (container "app" must not set it)',
        "pod-security",
        "restricted:latest",
        "privileged",
    ),
    (
        "a policy",
        FORBIDDEN + "ValidatingAdmissionPolicy 'owners' with binding 'all' denied request: every pod needs an owner",
        "policy",
        "owners",
        "every pod needs an owner",
    ),
    (
        "a webhook's no",
        'Error creating: admission webhook "v.kyverno.svc" denied the request: resource Pod/x was blocked',
        "webhook-denied",
        "v.kyverno.svc",
        "resource Pod/x",
    ),
    (
        "a webhook's no without words",
        'admission webhook "v.kyverno.svc" denied the request without explanation',
        "webhook-denied",
        "v.kyverno.svc",
        "",
    ),
    ("a dead webhook", DEAD, "webhook-down", "pods.policy.example.com", "Post"),
    (
        "a webhook that is too slow",
        'Internal error occurred: failed calling webhook "x.y": context deadline exceeded',
        "webhook-down",
        "x.y",
        "context deadline exceeded",
    ),
    (
        "no service account",
        FORBIDDEN + 'error looking up service account shop/deployer: serviceaccount "deployer" not found',
        "service-account",
        "shop/deployer",
        "",
    ),
    ("no priority class", FORBIDDEN + "no PriorityClass with name high was found", "priority-class", "high", ""),
    ("no runtime class", FORBIDDEN + 'pod rejected: RuntimeClass "gvisor" not found', "runtime-class", "gvisor", ""),
    (
        "a namespace that goes",
        FORBIDDEN + "unable to create new content in namespace shop because it is being terminated",
        "terminating",
        "shop",
        "",
    ),
    (
        "no right",
        'pods is forbidden: User "system:serviceaccount:x:y" cannot create resource "pods" in API group ""',
        "rbac",
        "system:serviceaccount:x:y",
        "",
    ),
    ("OpenShift", FORBIDDEN + "unable to validate against any security context constraint: []", "constraint", "", ""),
    ("invalid", 'Pod "web-0" is invalid: spec.containers[0].image: Required value', "invalid", 'Pod "web-0"', "spec."),
    ("anything else", FORBIDDEN + "the moon is in the wrong phase", "other", "", ""),
]


@pytest.mark.parametrize(
    ("text", "kind", "subject", "words"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS]
)
def test_what_a_refusal_means(text: str, kind: str, subject: str, words: str) -> None:
    found = rejection(text)
    assert (found.kind, found.subject) == (kind, subject)
    assert found.words.startswith(words)


def test_the_amounts_of_a_quota() -> None:
    assert rejection(TEXTS[1][1]).amounts == {"limits.cpu": ("2", "1", "2"), "pods": ("1", "3", "9")}


def test_a_quota_is_named_with_what_it_has_and_who_asks_most() -> None:
    container = {"name": "app", "resources": {"requests": {"cpu": "1500m"}}}
    big = deployment(
        4, metadata={"name": "big", "uid": "big"}, spec={"template": {"spec": {"containers": [container]}}}
    )
    found = why(refused(), replica_set(), failed(COMBINED + FORBIDDEN + QUOTA_WORDS), quota(), big)
    assert (found.id, because(found)) == ("creation.quota-exceeded", ("ResourceQuota shop/team",))
    assert "requests.cpu: 2 asked, 7 of 8 used" in found.message
    assert "resourcequotas/team status.used[requests.cpu] = 7 of 8" in found.evidence
    assert "deployments.apps/big requests.cpu of all its pods = 6" in found.evidence
    assert found.confidence is Confidence.OBSERVED
    assert found.next == "kubectl describe -n shop resourcequota team"


def test_each_maker_of_pods_blames_alike() -> None:
    words = failed(FORBIDDEN + QUOTA_WORDS, about="web")
    makers = [
        workload("StatefulSet", {"replicas": 3}, {"replicas": 1, "availableReplicas": 1}),
        workload("DaemonSet", {}, {"desiredNumberScheduled": 3, "currentNumberScheduled": 2, "numberAvailable": 2}),
        {"kind": "Job", "metadata": {"name": "web", "namespace": "shop", "uid": "web", "creationTimestamp": ago("5m")}},
        {"kind": "CronJob", "metadata": {"name": "web", "namespace": "shop", "uid": "web"}},
        workload("ReplicaSet", {"replicas": 2}, {"replicas": 1, "availableReplicas": 1}),
    ]
    for maker in makers:
        found = why(maker, words, quota())
        assert (found.id, because(found)) == ("creation.quota-exceeded", ("ResourceQuota shop/team",)), maker["kind"]


def test_some_replicas_do_not_hide_that_others_are_refused() -> None:
    raw = refused(1)
    health = judge(raw, replica_set(2, 1), failed(FORBIDDEN + QUOTA_WORDS), quota())
    assert (health.verdict, health.reason) == ("Degraded", "ReplicaFailure")
    assert because(why(raw, replica_set(2, 1), failed(FORBIDDEN + QUOTA_WORDS), quota())) == (
        "ResourceQuota shop/team",
    )


def test_a_new_revision_that_is_refused_while_the_old_one_serves() -> None:
    raw = deployment(2, 0, 2, rolling("5m"), failure(QUOTA_WORDS), total=2)
    assert because(why(raw, replica_set(), failed(FORBIDDEN + QUOTA_WORDS), quota())) == ("ResourceQuota shop/team",)


def test_the_newest_refusal_counts_and_the_quota_of_the_stale_condition_is_innocent() -> None:
    raw = refused(0, failure(f'pods "x" is forbidden: {QUOTA_WORDS}', "50m"))
    newest = failed(COMBINED + FORBIDDEN + "maximum cpu usage per Container is 500m, but limit is 2")
    older = failed(FORBIDDEN + QUOTA_WORDS, "40m")
    found = why(raw, replica_set(), older, newest, quota("1"), sizes(max={"cpu": "0.5"}))
    assert (found.id, because(found)) == ("creation.limit-range", ("LimitRange shop/sizes",))


def test_a_quota_with_room_by_now_is_not_accused() -> None:
    raw = refused(0, failure(f'pods "x" is forbidden: {QUOTA_WORDS}', "10m"))
    for others in ((quota("1"),), ()):
        found = why(raw, replica_set(), *others)
        assert (found.id, because(found), found.confidence) == ("creation.retry-pending", (), Confidence.INFERRED)


def test_without_events_the_condition_is_all_there_is() -> None:
    raw = refused(0, failure(f'pods "x" is forbidden: {QUOTA_WORDS}', "10m"))
    found = why(raw, replica_set(), quota(), denied=("events",))
    assert because(found) == ("ResourceQuota shop/team",)
    assert (found.confidence, found.missing) == (Confidence.INFERRED, ("events",))
    unseen = why(raw, replica_set(), denied=("events", "resourcequotas"))
    assert (because(unseen), unseen.missing) == (("ResourceQuota shop/team",), ("events", "resourcequotas"))


def test_a_range_that_cannot_be_told_apart_accuses_no_object() -> None:
    words = failed(FORBIDDEN + "maximum cpu usage per Container is 500m, but limit is 2")
    other = why(refused(), replica_set(), words, sizes(max={"cpu": "4"}))
    assert (other.id, other.because, other.missing) == ("creation.limit-range", (), ())
    denied = why(refused(), replica_set(), words, denied=("limitranges",))
    assert (denied.because, denied.missing) == ((), ("limitranges",))


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ("minimum memory usage per Container is 1Gi, but request is 10Mi", {"min": {"memory": "1024Mi"}}),
        ("minimum cpu usage per Container is 1.  No request is specified", {"min": {"cpu": "1"}}),
        (
            "cpu max limit to request ratio per Container is 2, but provided ratio is 4",
            {"maxLimitRequestRatio": {"cpu": "2"}},
        ),
    ],
)
def test_the_range_that_says_so(words: str, bounds: Raw) -> None:
    assert because(why(refused(), replica_set(), failed(FORBIDDEN + words), sizes(**bounds))) == (
        "LimitRange shop/sizes",
    )


def test_what_a_quota_counts_must_be_stated() -> None:
    found = why(refused(), replica_set(), failed(FORBIDDEN + "failed quota: team: must specify limits.memory for: app"))
    assert (found.id, found.because) == ("creation.must-specify", ())
    assert "limits.memory for: app" in found.message


def test_a_level_of_pod_security_that_the_namespace_enforces() -> None:
    label = "pod-security.kubernetes.io/enforce"
    space = {"kind": "Namespace", "metadata": {"name": "shop", "labels": {label: "restricted"}}}
    words = 'violates PodSecurity "restricted:latest": privileged (container "app" must not set privileged=true)'
    found = why(refused(), replica_set(), failed(FORBIDDEN + words), space)
    assert (found.id, found.because) == ("creation.pod-security", ())
    assert 'violate PodSecurity "restricted:latest"' in found.message
    assert f"namespaces/shop metadata.labels[{label}] = restricted" in found.evidence


def test_a_policy_or_a_webhook_that_says_no_is_quoted_and_named() -> None:
    policy = failed(FORBIDDEN + "ValidatingAdmissionPolicy 'owners' with binding 'all' denied request: no owner")
    found = why(refused(), replica_set(), policy)
    assert (found.id, found.because) == ("creation.admission-denied", ())
    assert "ValidatingAdmissionPolicy owners denies pods of Deployment shop/web: no owner" in found.message
    said_no = failed('Error creating: admission webhook "pods.policy.example.com" denied the request: no owner')
    found = why(refused(), replica_set(), said_no, webhooks())
    assert (found.id, found.because) == ("creation.admission-denied", ())
    assert "validatingwebhookconfiguration policy" in found.next


def test_a_webhook_that_does_not_answer_is_the_cause() -> None:
    found = why(refused(), replica_set(), failed(DEAD), webhooks(), webhooks("MutatingWebhookConfiguration", "other"))
    assert found.id == "creation.webhook-down"
    assert because(found) == ("ValidatingWebhookConfiguration policy", "MutatingWebhookConfiguration other")
    gone = why(refused(), replica_set(), failed(DEAD))
    assert (gone.id, gone.because) == ("creation.retry-pending", ())


def test_of_two_webhooks_of_one_name_the_one_that_was_called_is_the_cause() -> None:
    ours = webhooks(service={"namespace": "shop", "name": "policy"})
    theirs = webhooks(name="theirs", service={"namespace": "other", "name": "policy"})
    found = why(refused(), replica_set(), failed(DEAD), ours, theirs)
    assert because(found) == ("ValidatingWebhookConfiguration policy",)
    address = "https://hooks.example.com/validate"
    words = (
        f'failed calling webhook "pods.policy.example.com": failed to call webhook: Post "{address}?timeout=3s": EOF'
    )
    outside = webhooks(name="outside", url=address)
    found = why(refused(), replica_set(), failed(f"Error creating: Internal error occurred: {words}"), ours, outside)
    assert because(found) == ("ValidatingWebhookConfiguration outside",)


def test_who_may_not_see_webhooks_is_told_so() -> None:
    group = "admissionregistration.k8s.io"
    hidden = (f"mutatingwebhookconfigurations.{group}", f"validatingwebhookconfigurations.{group}")
    found = why(refused(), replica_set(), failed(DEAD), denied=hidden)
    assert (found.id, found.because, found.confidence) == ("creation.webhook-down", (), Confidence.INFERRED)
    assert set(found.missing) == set(hidden)


MISSING = [
    (
        'error looking up service account shop/deployer: serviceaccount "deployer" not found',
        "creation.service-account-missing",
        "ServiceAccount shop/deployer",
        {"kind": "ServiceAccount", "metadata": {"name": "deployer", "namespace": "shop"}},
        "serviceaccounts",
    ),
    (
        "no PriorityClass with name high was found",
        "creation.priority-class-missing",
        "PriorityClass high",
        {"kind": "PriorityClass", "metadata": {"name": "high"}},
        "priorityclasses.scheduling.k8s.io",
    ),
    (
        'pod rejected: RuntimeClass "gvisor" not found',
        "creation.runtime-class-missing",
        "RuntimeClass gvisor",
        {"kind": "RuntimeClass", "metadata": {"name": "gvisor"}},
        "runtimeclasses.node.k8s.io",
    ),
]


@pytest.mark.parametrize(("words", "known", "blamed", "there", "table"), MISSING, ids=[case[1] for case in MISSING])
def test_a_name_that_does_not_exist(words: str, known: str, blamed: str, there: Raw, table: str) -> None:
    told = failed(FORBIDDEN + words)
    found = why(refused(), replica_set(), told)
    assert (found.id, because(found)) == (known, (blamed,))
    assert any(line.endswith(" is absent = true") for line in found.evidence)
    assert why(refused(), replica_set(), told, there).id == "creation.retry-pending"
    unseen = why(refused(), replica_set(), told, denied=(table,))
    assert (because(unseen), unseen.missing) == ((blamed,), (table,))
    assert not any("absent" in line for line in unseen.evidence)


@pytest.mark.parametrize(
    ("words", "known", "blamed"),
    [
        (
            FORBIDDEN + "unable to create new content in namespace shop because it is being terminated",
            "creation.namespace-terminating",
            ("Namespace shop",),
        ),
        ('Error creating: pods is forbidden: User "x" cannot create resource "pods" in API', "creation.forbidden", ()),
        ('Error creating: Pod "web-1" is invalid: spec.x: Required value', "creation.invalid", ()),
        (FORBIDDEN + "insufficient quota to match these scopes: []", "creation.quota-scope", ()),
        (FORBIDDEN + "the moon is in the wrong phase", "creation.refused", ()),
    ],
)
def test_other_refusals(words: str, known: str, blamed: tuple[str, ...]) -> None:
    found = why(refused(), replica_set(), failed(words))
    assert (found.id, because(found)) == (known, blamed)


def test_nobody_is_accused_of_what_is_over() -> None:
    old = failed(FORBIDDEN + QUOTA_WORDS, "50m")
    young = deployment(2, 1, 1, rolling("1m"), total=1, age="1m")
    assert judge(young, replica_set(2, 1), old).verdict == "Progressing"
    stateful = workload("StatefulSet", {"replicas": 3}, {"replicas": 1, "availableReplicas": 1}, "3m")
    went_on = event("web", "SuccessfulCreate", "create Pod web-0 in StatefulSet web successful", "30s", "Normal")
    words = "create Pod web-0 in StatefulSet web failed error: pods is forbidden: " + QUOTA_WORDS
    assert judge(stateful, failed(words, "2m", "web"), went_on).verdict == "Progressing"
    assert judge(stateful, failed(words, "2m", "web")).reason == "ReplicaFailure"
    ran = {"kind": "CronJob", "metadata": {"name": "web", "namespace": "shop", "uid": "web"}}
    ran["status"] = {"lastScheduleTime": ago("30s")}
    assert judge(ran, failed(FORBIDDEN + QUOTA_WORDS, "2m", "web")).reason != "FailedCreate"


def test_all_there_is_well_whatever_was_said_before() -> None:
    raw = deployment(2, 2, 2, rolling("1d", "NewReplicaSetAvailable"))
    pods = [pod(ALWAYS_READY, name=f"web-{number}") for number in range(2)]
    assert judge(raw, replica_set(2, 2), *pods, failed(FORBIDDEN + QUOTA_WORDS)).verdict == "Healthy"


def test_a_replica_set_that_is_itself_refused() -> None:
    """Its first words stay in the condition; the newest event tells."""
    first = rolling("50m", "ReplicaSetCreateError", "False")
    first["message"] = 'Failed to create new replica set "web-5d8": replicasets.apps "web-5d8" is forbidden: it rains'
    raw = deployment(2, 0, 0, first, total=0, age="50m")
    raw["status"]["observedGeneration"] = 0  # the controller gives up before it says so
    words = "exceeded quota: team, requested: count/replicasets.apps=1, used: count/replicasets.apps=9, limited: count/"
    head = 'Failed to create new replica set "web-5d8": replicasets.apps "web-5d8" is forbidden: '
    said = f"{head}{words}replicasets.apps=9"
    found = why(raw, event("web", "ReplicaSetCreateError", said), quota())
    assert (found.id, because(found)) == ("creation.quota-exceeded", ("ResourceQuota shop/team",))
    assert "count/replicasets.apps: 1 asked, 9 of 9 used" in found.message
    alone = why(raw)
    assert alone.message.startswith("ReplicaSets of Deployment shop/web cannot be created: it rains")


def test_a_claim_that_a_stateful_set_may_not_have() -> None:
    raw = workload("StatefulSet", {"replicas": 3}, {"replicas": 1, "availableReplicas": 1})
    words = (
        "create Claim data-web-1 for Pod web-1 in StatefulSet web failed error: persistentvolumeclaims"
        ' "data-web-1" is forbidden: exceeded quota: disks, requested: requests.storage=10Gi, used:'
        " requests.storage=10Gi, limited: requests.storage=15Gi"
    )
    disks = {"kind": "ResourceQuota", "metadata": {"name": "disks", "namespace": "shop"}}
    assert because(why(raw, failed(words, about="web"), disks)) == ("ResourceQuota shop/disks",)
    assert judge(raw, failed(words, about="web")).message.startswith(
        '1 of 3 replicas available: persistentvolumeclaims "data-web-1" is forbidden'
    )


def test_refusals_began_with_the_first_of_their_wordings() -> None:
    raw = workload("StatefulSet", {"replicas": 3}, {"replicas": 1, "availableReplicas": 1})
    made = event("web", "SuccessfulCreate", "create Pod web-0 in StatefulSet web successful", "2h", "Normal")
    over, first, newest = (failed(FORBIDDEN + QUOTA_WORDS, span, "web") for span in ("3h", "40m", "1m"))
    assert why(raw, made, over, first, newest, quota()).since == NOON - timedelta(minutes=40)
