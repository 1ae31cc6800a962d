"""Names for findings that survive pod restarts and rollouts: a hash of what stays the same."""

from __future__ import annotations

import hashlib

from k8sview.model.resources import Ref
from k8sview.model.view import View


def fingerprint(what: str, view: View, subject: Ref | None, path: str | None) -> str:
    """``fp1:`` and 16 hexadecimal digits of what it is, cluster uid, kind, namespace, workload, container and path."""
    parts = [what, view.cluster.uid or view.cluster.server, path or ""]
    if subject is not None:
        kind, name = lasting(view, subject)
        parts += [kind, subject.namespace or "", name, subject.container or ""]
    return "fp1:" + hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]


def lasting(view: View, subject: Ref) -> tuple[str, str]:
    """Kind and name of the workload behind a pod or ReplicaSet; of anything else its own."""
    kind, name = subject.kind, subject.name
    for resource, seen in (("pods", "Pod"), ("replicasets.apps", "ReplicaSet")):
        if kind != seen:
            continue
        obj = view.get(resource, name, subject.namespace)
        owner = obj.metadata.controller if obj else None
        if owner is not None:
            kind, name = owner.kind, owner.name
            if kind == "ReplicaSet" and view.get("replicasets.apps", name, subject.namespace) is None:
                # ReplicaSets may be unreadable; their names are the Deployment's plus a hash of the template.
                kind, name = "Deployment", name.rpartition("-")[0] or name
    return kind, name
