"""Differences of pod templates: the paths that YAML has, what differs and no more, and no secrets."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from k8sview.analysis.drift.covering import covered, covered_words
from k8sview.analysis.drift.fields import FieldChange, differences
from k8sview.analysis.drift.phrases import sentence_of
from k8sview.model.objects.pods import PodTemplateSpec

Raw = dict[str, Any]
APP = "spec.template.spec.containers[name=app]"


def pod_template(container: Raw | None = None, **spec: Any) -> PodTemplateSpec:
    raw = {"spec": {"containers": [{"name": "app", "image": "shop/web:1", **(container or {})}], **spec}}
    return msgspec.convert(raw, PodTemplateSpec)


def changes(before: PodTemplateSpec, after: PodTemplateSpec) -> list[tuple[str, str | None, str | None]]:
    found = differences(before.spec, after.spec, "spec.template.spec")
    return [(one.path, one.before, one.after) for one in found]


PROBE = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
FROM_SECRET = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
FROM_CONFIG = {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "web", "key": "level"}}}
DIGEST = f"sha256:{'0a' * 32}"
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
AFFINITY = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"x": "y"}]}}}
TERMS = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"

CASES: list[tuple[Raw, Raw, list[tuple[str, str | None, str | None]]]] = [
    ({}, {}, []),
    ({}, {"image": f"shop/web@{DIGEST}"}, [(f"{APP}.image", "shop/web:1", f"shop/web@{DIGEST}")]),
    ({}, {"image": "shop/web:2"}, [(f"{APP}.image", "shop/web:1", "shop/web:2")]),
    (
        {"resources": {"limits": {"memory": "1Gi"}}},
        {"resources": {"limits": {"memory": "256Mi", "nvidia.com/gpu": "1"}}},
        [
            (f"{APP}.resources.limits.memory", "1Gi", "256Mi"),
            (f"{APP}.resources.limits[nvidia.com/gpu]", None, "1"),
        ],
    ),
    ({}, {"env": [FROM_SECRET]}, [(f"{APP}.env[name=PASSWORD]", None, "key password of secret db")]),
    ({"env": [{"name": "A", "value": "1"}]}, {"env": []}, [(f"{APP}.env[name=A]", "a literal value", None)]),
    # Values are never read: nothing tells that one moved.
    ({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "A", "value": "2"}]}, []),
    (
        {"env": [FROM_CONFIG]},
        {"env": [{**FROM_CONFIG, "valueFrom": {"configMapKeyRef": {"name": "web", "key": "debug"}}}]},
        [(f"{APP}.env[name=LEVEL].valueFrom.configMapKeyRef.key", "level", "debug")],
    ),
    # The order of variables, and a list that was empty, are no differences.
    ({"env": [FROM_SECRET, FROM_CONFIG]}, {"env": [FROM_CONFIG, FROM_SECRET]}, []),
    ({"readinessProbe": PROBE}, {"readinessProbe": {**PROBE, "periodSeconds": 1}},
     [(f"{APP}.readinessProbe.periodSeconds", "10", "1")]),
    ({"livenessProbe": PROBE}, {},
     [(f"{APP}.livenessProbe", "GET /healthz on port 8080, every 10s, 3 failures", None)]),
    ({"args": ["serve", "--level=info", "-v"]}, {"args": ["serve", "--level=debug", "-v"]},
     [(f"{APP}.args", "--level=info", "--level=debug")]),
    ({"command": ["sh"]}, {}, [(f"{APP}.command", "sh", None)]),
    ({"securityContext": {"runAsUser": 0}}, {"securityContext": {"runAsUser": 1000}},
     [(f"{APP}.securityContext.runAsUser", "0", "1000")]),
    ({"volumeMounts": [{"name": "a", "mountPath": "/a"}]}, {"volumeMounts": [{"name": "b", "mountPath": "/a"}]},
     [(f"{APP}.volumeMounts[mountPath=/a].name", "a", "b")]),
    # One port number with two protocols: the number alone does not tell them apart.
    (
        {"ports": [{"containerPort": 53, "protocol": "UDP"}]},
        {"ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "TCP"}]},
        [(f"{APP}.ports[containerPort=53,protocol=TCP]", None, "53/TCP")],
    ),
    ({"envFrom": [{"configMapRef": {"name": "old"}}]}, {"envFrom": [{"configMapRef": {"name": "new"}}]},
     [(f"{APP}.envFrom", "configmap old", "configmap new")]),
    ({"env": [{"name": "A"}, {"name": "A"}]}, {"env": [{"name": "A"}]}, [(f"{APP}.env", "a literal value", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_of_a_container(before: Raw, after: Raw, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert changes(pod_template(before), pod_template(after)) == expected


POD_CASES: list[tuple[Raw, Raw, list[tuple[str, str | None, str | None]]]] = [
    ({"nodeSelector": {"disk": "ssd"}}, {"nodeSelector": {"disk": "hdd"}}, [("nodeSelector.disk", "ssd", "hdd")]),
    ({}, {"nodeSelector": {"example.org/pool": "a"}}, [("nodeSelector[example.org/pool]", None, "a")]),
    ({"volumes": [{"name": "c", "configMap": {"name": "old"}}]},
     {"volumes": [{"name": "c", "configMap": {"name": "new"}}]},
     [("volumes[name=c].configMap.name", "old", "new")]),
    ({}, {"volumes": [{"name": "s", "secret": {"secretName": "tls"}}]}, [("volumes[name=s]", None, "secret tls")]),
    ({"tolerations": [{"key": "a", "effect": "NoSchedule"}]},
     {"tolerations": [{"key": "b", "value": "1", "effect": "NoSchedule"}, {"key": "a", "effect": "NoSchedule"}]},
     [("tolerations", None, "b=1:NoSchedule")]),
    ({"tolerations": [{"key": "a"}, {"key": "b"}]}, {"tolerations": [{"key": "b"}, {"key": "a"}]}, []),
    ({"tolerations": [{"key": "a", "tolerationSeconds": 300}]}, {"tolerations": [{"key": "a", "tolerationSeconds": 5}]},
     [("tolerations", "a", "a")]),
    ({}, {"affinity": AFFINITY}, [("affinity", None, None)]),
    ({"affinity": AFFINITY}, {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"x": "z"}]}}}}, [(TERMS, '{"x":"y"}', '{"x":"z"}')]),
    ({"topologySpreadConstraints": [SPREAD]}, {"topologySpreadConstraints": [{**SPREAD, "maxSkew": 2}]},
     [("topologySpreadConstraints[topologyKey=zone].maxSkew", "1", "2")]),
    ({"securityContext": {"runAsNonRoot": True}}, {"securityContext": {"runAsNonRoot": False}},
     [("securityContext.runAsNonRoot", "true", "false")]),
    ({"serviceAccountName": "a"}, {"serviceAccountName": "b"}, [("serviceAccountName", "a", "b")]),
    ({"imagePullSecrets": [{"name": "a"}]}, {}, [("imagePullSecrets[name=a]", None, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), POD_CASES)
def test_of_a_pod(before: Raw, after: Raw, expected: list[tuple[str, str | None, str | None]]) -> None:
    found = changes(pod_template(None, **before), pod_template(None, **after))
    told = [(path, old, new) for path, old, new in expected if (old, new) != (None, None)]
    assert [path for path, _, _ in found] == [f"spec.template.spec.{path}" for path, _, _ in expected]
    if told:
        assert [(old, new) for _, old, new in found] == [(old, new) for _, old, new in told]


def test_a_container_put_first_is_one_addition() -> None:
    """A strategic merge patch puts what it adds before what is there: indices would show three differences."""
    before = pod_template()
    both = [{"name": "agent", "image": "agent:3"}, {"name": "app", "image": "shop/web:1"}]
    after = msgspec.convert({"spec": {"containers": both}}, PodTemplateSpec)
    assert changes(before, after) == [("spec.template.spec.containers[name=agent]", None, "agent:3")]


SENTENCES = [
    ((f"{APP}.image", "shop/web:1", "shop/web:2"), "container app: image shop/web:1 → shop/web:2"),
    ((f"{APP}.resources.limits.memory", "1Gi", None), "container app: resources.limits.memory 1Gi removed"),
    ((f"{APP}.env[name=A]", None, "key a of secret b"), "container app: variable A added (key a of secret b)"),
    ((f"{APP}.env[name=A].valueFrom", "key a of secret b", None),
     "container app: variable A key a of secret b → a literal value"),
    ((f"{APP}.volumeMounts[mountPath=/etc/x]", "volume x", None), "container app: mount /etc/x removed"),
    ((APP, "shop/web:1", None), "container app removed"),
    (("spec.template.spec.initContainers[name=wait]", None, "busybox"), "init container wait added (busybox)"),
    (("spec.template.spec.volumes[name=c].configMap.name", "a", "b"), "volume c configMap.name a → b"),
    (("spec.template.spec.nodeSelector.disk", None, "ssd"), "nodeSelector.disk set to ssd"),
    (("spec.template.metadata.annotations[checksum/config]", "1a", "2b"), "annotation checksum/config 1a → 2b"),
    (("spec.template.metadata.labels.tier", "a", None), "label tier a removed"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), SENTENCES)
def test_plain_words(change: tuple[str, str | None, str | None], sentence: str) -> None:
    assert sentence_of(FieldChange(*change)) == sentence


def headers(value: str) -> Raw:
    handler = {"path": "/", "httpHeaders": [{"name": "X-Key", "value": value}]}
    return {"lifecycle": {"preStop": {"httpGet": handler}}}


def test_literal_values_are_covered_wherever_they_stand() -> None:
    path = f"{APP}.lifecycle.preStop"
    changed = changes(pod_template(headers("one")), pod_template(headers("two")))
    assert changed == [(f"{path}.httpGet.httpHeaders[name=X-Key].value", "…", "…")]
    ((_, _, added),) = changes(pod_template({"lifecycle": {}}), pod_template(headers("hunter2")))
    assert added == '{"httpGet":{"httpHeaders":[{"name":"X-Key","value":"…"}],"path":"/"}}'
    annotations = {"example.org/api-token": "one"}, {"example.org/api-token": "two"}
    (change,) = differences(*annotations, "spec.template.metadata.annotations")
    assert (change.before, change.after) == ("…", "…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--db=postgres://shop:hunter2@db:5432/shop", "--db=postgres://…@db:5432/shop"),
        ("--api-key=abc", "--api-key=…"),
        ("curl -H 'Authorization: Bearer abcdef'", "curl -H 'Authorization: …'"),
        ("sha256:0123456789abcdef0123456789abcdef", "sha256:01234567…"),
        ("--level=debug", "--level=debug"),
        ("registry.example.com/shop/very-long-name-of-an-image:2026", None),
    ],
)
def test_what_may_be_secret_is_covered(text: str, expected: str | None) -> None:
    assert covered(text) == (text if expected is None else expected)


def test_the_word_after_a_flag_for_a_password_is_covered() -> None:
    assert covered_words(["run", "--password", "hunter2", "--level", "debug"]) == (
        "run", "--password", "…", "--level", "debug",
    )  # fmt: skip
    old, new = pod_template({"args": ["--password", "one"]}), pod_template({"args": ["--password", "two"]})
    assert changes(old, new) == [(f"{APP}.args", "…", "…")]
