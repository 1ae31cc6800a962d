"""A redacted recording holds no secret, wherever one was put."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8sview.model.events import Connected
from k8sview.model.resources import Resource
from k8sview.sources.recording.redaction import REDACTED, redact
from k8sview.sources.recording.writer import RecordingWriter
from tests.sources.recording.playing import CLUSTER, SECRETS

SECRET = "hunter2-Correct-Horse"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIH\n-----END EC PRIVATE KEY-----\n"

HIDDEN: dict[str, dict[str, Any]] = {
    "Secret data": {"kind": "Secret", "data": {"password": SECRET}, "stringData": {"x": SECRET}},
    "ConfigMap data": {"kind": "ConfigMap", "data": {"app.conf": SECRET}, "binaryData": {"b": SECRET}},
    "environment": {"spec": {"containers": [{"env": [{"name": "A", "value": SECRET}]}]}},
    "environment of a template": {"spec": {"template": {"spec": {"initContainers": [{"env": [{"value": SECRET}]}]}}}},
    "probe header": {"spec": {"httpGet": {"httpHeaders": [{"name": "X-Key", "value": SECRET}]}}},
    "last applied": {
        "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": f'{{"x":"{SECRET}"}}'}}
    },
    "a JSON list": {"metadata": {"annotations": {"argocd.argoproj.io/x": f'["{SECRET}"]'}}},
    "an unknown annotation": {"metadata": {"annotations": {"example.com/note": SECRET, "note": SECRET}}},
    "a long annotation": {"metadata": {"annotations": {"helm.sh/x": f"{SECRET} " * 20}}},
    "an annotation that says so": {"metadata": {"annotations": {"keda.sh/api-token": SECRET}}},
    "an annotation of a pod template": {"spec": {"template": {"metadata": {"annotations": {"x.example/y": SECRET}}}}},
    "chart values": {"spec": {"values": {"db": {"hosts": [SECRET]}}}},
    "chart values as text": {"spec": {"source": {"helm": {"values": SECRET, "valuesObject": {"a": SECRET}}}}},
    "chart parameters": {"spec": {"source": {"helm": {"parameters": [{"name": "p", "value": SECRET}]}}}},
    "workflow arguments": {"spec": {"arguments": {"parameters": [{"name": "p", "value": SECRET, "default": SECRET}]}}},
    "a key that says so": {"spec": {"auth": {"password": SECRET, "apiKey": SECRET, "client_secret": SECRET}}},
    "a flag": {"spec": {"containers": [{"args": [f"--db-password={SECRET}", f"--token='{SECRET}'"]}]}},
    "a flag and its value": {"spec": {"containers": [{"command": ["run", "--password", SECRET]}]}},
    "a flag of one letter": {"spec": {"containers": [{"args": ["-p", SECRET]}, {"args": ["mysql", f"-p{SECRET}"]}]}},
    "a login": {"spec": {"containers": [{"args": ["curl", "-u", f"admin:{SECRET}"]}]}},
    "a short name": {"spec": {"psk": SECRET, "pin": SECRET}},
    "a shell line": {"spec": {"containers": [{"command": ["sh", "-c", f"export API_KEY={SECRET}; run"]}]}},
    "a URL": {"spec": {"url": f"https://bot:{SECRET}@git.example.com/x.git"}},
    "a bearer in a message": {"status": {"conditions": [{"message": f"sent Authorization: Bearer {SECRET}"}]}},
    "an external template": {"kind": "ExternalSecret", "spec": {"target": {"template": {"data": {"a": SECRET}}}}},
}


@pytest.mark.parametrize("obj", HIDDEN.values(), ids=HIDDEN.keys())
def test_hidden(obj: dict[str, Any]) -> None:
    assert SECRET.encode() not in msgspec.json.encode(redact(obj))


@pytest.mark.parametrize("payload", [JWT, PEM, "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "AKIAABCDEFGHIJKLMNOP"])
@pytest.mark.parametrize("place", ["message", "script", "url"])
def test_hidden_by_its_look_wherever_it_stands(payload: str, place: str) -> None:
    kept = msgspec.json.encode(redact({"spec": {place: [f"before {payload} after"]}}))
    assert msgspec.json.encode(payload)[1:-1] not in kept
    assert b"before" in kept


KEPT: dict[str, dict[str, Any]] = {
    "references to secrets": {"spec": {"secretName": "db", "tokenSecretRef": {"name": "db", "key": "token"}}},
    "a variable's source": {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]},
    "a selector's values": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "y"]}]},
    "labels": {"metadata": {"name": "a", "labels": {"team": "shop", "pod-template-hash": "7d9f8c6b5d"}}},
    "a plain annotation": {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "3"}}},
    "an external secret's data": {"spec": {"data": [{"secretKey": "password", "remoteRef": {"key": "shop/db"}}]}},
    "conditions": {"status": {"conditions": [{"type": "Ready", "status": "False", "message": "secret not found"}]}},
    "flags": {"args": ["--metrics-bind-address=:8080", "--leader-elect"]},
    "images": {"containers": [{"image": "quay.io/cilium/cilium:v1.19.1@sha256:" + "0" * 64}]},
    "a CA bundle": {"webhooks": [{"clientConfig": {"caBundle": base64.b64encode(b"-----BEGIN CERTIFICATE").decode()}}]},
}


@pytest.mark.parametrize("obj", KEPT.values(), ids=KEPT.keys())
def test_kept(obj: dict[str, Any]) -> None:
    assert redact(obj) == obj


def test_keys_remain_visible() -> None:
    secret = redact({"kind": "Secret", "data": {"password": "eA=="}, "metadata": {"annotations": {"note": "x"}}})
    assert secret["data"] == {"password": REDACTED}
    assert secret["metadata"]["annotations"] == {"note": REDACTED}


def test_who_wrote_stays_and_what_was_written_goes() -> None:
    entry = {"manager": "kubectl", "operation": "Update", "time": "2026-01-01T00:00:00Z"}
    found = redact({"metadata": {"managedFields": [{**entry, "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]}})
    assert found["metadata"]["managedFields"] == [{**entry, "fieldsType": "FieldsV1"}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(["metadata", "spec", "env", "data", "args", "values", "annotations", "managedFields", "kind"])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, JSON, max_size=4) | JSON, max_size=4))
def test_no_shape_breaks_it_and_the_argument_is_left_alone(obj: dict[str, Any]) -> None:
    before = msgspec.json.encode(obj)
    redact(obj)
    assert msgspec.json.encode(obj) == before


@settings(deadline=None)
@given(
    secret=st.text("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789", min_size=12, max_size=60).map(lambda text: f"zq{text}"),
    place=st.sampled_from(sorted(HIDDEN)),
)
def test_no_secret_is_in_the_bytes_of_a_redacted_object(secret: str, place: str) -> None:
    hidden = msgspec.json.encode(HIDDEN[place]).replace(SECRET.encode(), secret.encode())
    assert secret.encode() not in msgspec.json.encode(redact(msgspec.json.decode(hidden)))


@pytest.mark.parametrize("redacted", [True, False])
def test_a_secret_never_reaches_the_file(tmp_path: Path, redacted: bool) -> None:
    path = tmp_path / "r"
    writer = RecordingWriter(path, redact=redacted)
    writer.event(Connected(CLUSTER, (SECRETS,)))
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": f'{{"stringData":{{"a":"{SECRET}"}}}}'}
    metadata = {"name": "db", "namespace": "shop", "annotations": annotations}
    writer.tap("LISTED", SECRETS, msgspec.json.encode({"metadata": metadata, "data": {"password": SECRET}}))
    writer.close()
    content = gzip.decompress(path.read_bytes())
    assert SECRET.encode() not in content
    assert b'"name":"db"' in content


@pytest.mark.parametrize("raw", [b"5", b"[]", b"not json", b'{"metadata": 3}', b'{"metadata": {"name": null}}'])
def test_an_object_of_any_shape_is_written(tmp_path: Path, raw: bytes) -> None:
    pods = Resource("", "v1", "pods", "Pod")
    writer = RecordingWriter(tmp_path / "r")
    writer.event(Connected(CLUSTER, (pods,)))
    writer.tap("LISTED", pods, raw)
    writer.close()
    assert writer.objects == 1
