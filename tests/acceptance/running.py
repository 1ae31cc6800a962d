"""The program as CI runs it: a process of its own, with a kubeconfig, an exit code, and a document."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Ended(NamedTuple):
    code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        return document

    def statuses(self) -> dict[str, str]:
        """Status of every check by id."""
        return {check["id"]: check["status"] for check in self.report["checks"]}


async def k8sview(kubeconfig: Path, *arguments: str) -> Ended:
    """Run ``k8sview`` with these arguments to its end."""
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "k8sview", *arguments),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    stdout, stderr = await asyncio.wait_for(process.communicate(), 100)
    return Ended(process.returncode or 0, stdout.decode(), stderr.decode())


def binding(role: dict[str, Any], user: str) -> dict[str, Any]:
    """Binds a Role or ClusterRole to a user, where the role is."""
    kind = f"{role['kind']}Binding"
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {**role["metadata"], "name": f"{role['metadata']['name']}-{user}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [{"kind": "User", "name": user}],
    }


async def role_from_access(kubeconfig: Path, *arguments: str) -> list[dict[str, Any]]:
    """The roles that ``k8sview access`` prints."""
    ended = await k8sview(kubeconfig, "access", "-o", "yaml", *arguments)
    assert ended.code == 0, ended.stderr
    return [role for role in yaml.safe_load_all(ended.stdout) if role]


def requests_of(audit_log: Path, user: str) -> list[dict[str, Any]]:
    """Every request of a user in an audit log."""
    lines = audit_log.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    return [event for event in events if event["user"]["username"] == user]
