"""Stored releases are decoded, and nothing of them is kept that could be a secret."""

from __future__ import annotations

import base64
import gzip
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.analysis.drift.helm import release as releases
from k8sview.analysis.drift.helm.release import Release, decode, objects
from tests.analysis.drift.helm.storage import HOOK, PASSWORD, packed, payload, release_of, stored

MANIFEST = """---
# Source: webshop/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {app: web}
spec:
  ports:
  - port: 80
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one}
  data: {time: 12:30, day: 2024-01-01, mode: 0644}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: two, namespace: other}
---
"""


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("wrap", [payload, packed], ids=["Secret", "ConfigMap"])
def test_every_storage_form(wrap: object, zipped: bool) -> None:
    assert callable(wrap)
    release = decode(wrap(stored(MANIFEST), zipped=zipped))
    assert (release.problem, release.name, release.namespace, release.version) == ("", "web", "shop", 3)
    assert (release.chart, release.chart_version, release.app_version) == ("webshop", "1.2.3", "4.5")
    assert (release.status, release.apply_method) == ("deployed", "csa")
    assert decode(wrap(stored(MANIFEST), zipped=zipped).encode()) == release


def test_values_templates_and_notes_are_dropped() -> None:
    release = release_of(MANIFEST)
    assert PASSWORD not in msgspec.json.encode(release).decode()
    assert base64.b64encode(PASSWORD.encode()).decode() not in msgspec.json.encode(release).decode()


def test_printing_a_release_or_its_objects_shows_no_manifest() -> None:
    release = release_of(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{p: {PASSWORD}}}\n")
    assert PASSWORD not in f"{release!r} {release} {objects(release)!r}"
    assert PASSWORD in release.manifest


def test_the_manifest_taken_apart() -> None:
    found = objects(release_of(MANIFEST + "---" + HOOK))
    assert found.problems == ()
    assert [(one["kind"], one["metadata"]["name"]) for one in found.bodies] == [
        ("Service", "web"),
        ("ConfigMap", "one"),
        ("ConfigMap", "two"),
    ]
    service = found.bodies[0]["metadata"]
    assert service["labels"] == {"app": "web", "app.kubernetes.io/managed-by": "Helm"}
    assert service["annotations"] == {
        "meta.helm.sh/release-name": "web",
        "meta.helm.sh/release-namespace": "shop",
    }
    # As the tools of Kubernetes read YAML: no clock times, no dates, octal numbers.
    assert found.bodies[1]["data"] == {"time": "12:30", "day": "2024-01-01", "mode": 420}


def test_one_broken_document_does_not_hide_the_others() -> None:
    found = objects(release_of(f"a: [{PASSWORD}\n{MANIFEST}"))
    assert len(found.bodies) == 3
    assert found.problems == ("document 1 is no YAML at its line 2",)


def test_a_document_that_unfolds_without_end() -> None:
    layers = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    found = objects(release_of(f"a0: &a0 [x]\n{layers}\n---\na: &a [*a]\n"))
    assert found.bodies == ()
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        ("%%%", "not base64"),
        ("", "not base64"),
        (base64.b64encode(b"hello").decode(), "not base64"),
        (base64.b64encode(b"\x1f\x8b\x08garbage").decode(), "cannot be unzipped"),
        (base64.b64encode(gzip.compress(json.dumps(stored("")).encode())[:-20]).decode(), "ends too early"),
        (base64.b64encode(b"{not json").decode(), "no JSON"),
        (base64.b64encode(b'{"name": 5}').decode(), "no JSON"),
        (base64.b64encode(b'{"name": "web"}').decode(), "no name or no version"),
        (base64.b64encode(gzip.compress(b"\xff\xfe")).decode(), "no JSON"),
    ],
)
def test_what_is_damaged_is_stated(damaged: str, problem: str) -> None:
    assert problem in decode(damaged).problem
    assert decode(damaged).manifest == ""


def test_a_bomb_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "_LONGEST_RELEASE", 1 << 16)
    bomb = base64.b64encode(gzip.compress(b" " * (1 << 20))).decode()
    assert "unpacks to more" in decode(bomb).problem
    assert "larger than" in decode("A" * ((8 << 20) + 1)).problem


@given(st.binary(max_size=200))
def test_no_payload_raises(junk: bytes) -> None:
    assert isinstance(decode(junk), Release)
    assert isinstance(decode(base64.b64encode(b"\x1f\x8b\x08" + junk)), Release)


@given(st.text(max_size=200))
def test_no_manifest_raises(text: str) -> None:
    assert objects(Release(name="web", namespace="shop", version=1, manifest=text)) is not None
