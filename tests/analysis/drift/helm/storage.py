"""Helm releases in their real storage format: JSON, gzipped, in Helm's base64, in the API's base64."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from k8sview.analysis.drift.helm.release import Release, decode
from tests.analysis.clusters import ago

Raw = dict[str, Any]

PASSWORD = "correct-horse-battery"
"""Stands in the values, the templates and a Secret of the test charts: it must come out nowhere."""

HOOK = """
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-upgrade
"""


def stored(manifest: str, *, name: str = "web", namespace: str = "shop", version: int = 3, **more: Any) -> Raw:
    """The JSON of a release as Helm writes it."""
    return {
        "name": name,
        "info": {
            "first_deployed": "2026-01-01T10:00:00.123456789Z",
            "last_deployed": "2026-02-01T10:00:00.123456789Z",
            "deleted": "",
            "description": "Upgrade complete",
            "status": "deployed",
            "notes": f"the password is {PASSWORD}",
        },
        "chart": {
            "metadata": {"name": "webshop", "version": "1.2.3", "appVersion": "4.5", "apiVersion": "v2"},
            "lock": None,
            "templates": [{"name": "templates/x.yaml", "data": base64.b64encode(PASSWORD.encode()).decode()}],
            "values": {"password": PASSWORD},
            "schema": None,
            "files": [],
        },
        "config": {"password": PASSWORD},
        "manifest": manifest,
        "hooks": [{"name": "migrate", "kind": "Job", "path": "templates/job.yaml", "manifest": HOOK}],
        "version": version,
        "namespace": namespace,
        **more,
    }


def packed(release: Raw, *, zipped: bool = True) -> str:
    """``data.release`` of a ConfigMap: Helm's own encoding alone."""
    plain = json.dumps(release).encode()
    return base64.b64encode(gzip.compress(plain, mtime=0) if zipped else plain).decode()


def payload(release: Raw, *, zipped: bool = True) -> str:
    """``data.release`` of a Secret, as the API returns it."""
    return base64.b64encode(packed(release, zipped=zipped).encode()).decode()


def release_of(manifest: str, **more: Any) -> Release:
    """A release that went through the storage format."""
    return decode(payload(stored(manifest, **more)))


def secret(name: str, version: int, status: str, age: str = "1d", *, kind: str = "Secret", **labels: str) -> Raw:
    """The metadata of a stored revision."""
    return {
        "kind": kind,
        "metadata": {
            "name": f"sh.helm.release.v1.{name}.v{version}",
            "namespace": "shop",
            "uid": f"{name}-{version}",
            "creationTimestamp": ago(age),
            "labels": {"name": name, "owner": "helm", "status": status, "version": str(version), **labels},
        },
    }
