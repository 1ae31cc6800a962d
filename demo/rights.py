"""What the recording's user may read: nearly everything. Secrets and Velero's backups are somebody else's. Pure."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

USER = "platform-viewer"

_CORE = """pods nodes namespaces services endpoints events configmaps serviceaccounts persistentvolumeclaims
persistentvolumes resourcequotas limitranges replicationcontrollers podtemplates"""

_VELERO = "schedules restores backupstoragelocations backuprepositories"


def viewer(groups: list[str]) -> list[Object]:
    """ClusterRole and binding; ``groups`` are the API groups that may be read as a whole."""
    read = ["get", "list", "watch"]
    rules: list[Object] = [
        {"apiGroups": [""], "resources": _CORE.split(), "verbs": read},
        {"apiGroups": ["velero.io"], "resources": _VELERO.split(), "verbs": read},
        {
            "apiGroups": sorted(group for group in groups if group not in ("", "velero.io")),
            "resources": ["*"],
            "verbs": read,
        },
    ]
    rbac = "rbac.authorization.k8s.io"
    name = {"name": "demo:platform-viewer"}
    return [
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": name, "rules": rules},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": name,
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", **name},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": USER}],
        },
    ]
