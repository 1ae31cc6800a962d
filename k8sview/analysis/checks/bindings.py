"""RoleBindings and ClusterRoleBindings: what they grant to whom, indexed once for each rule. Reading only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from k8sview.analysis.checks.custom import items, text
from k8sview.analysis.checks.outcome import Context, ref_to
from k8sview.model.resources import Key, Ref

BINDINGS = ("rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io")
_RBAC = "rbac.authorization.k8s.io"
ROLES = {"Role": f"roles.{_RBAC}", "ClusterRole": f"clusterroles.{_RBAC}"}
_BOOTSTRAPPING = "kubernetes.io/bootstrapping"
_ALL_ACCOUNTS = "system:serviceaccounts"


class Binding(msgspec.Struct, frozen=True):
    """``namespace`` None: a ClusterRoleBinding. ``bootstrap``: the API server itself wrote it, and would again."""

    subject: Ref
    namespace: str | None
    role_kind: str
    role: str
    grantees: tuple[dict[str, Any], ...]
    bootstrap: bool = False


def each_binding(context: Context) -> Iterator[Binding]:
    """Every binding, sorted; ones that could not be read are missing: check the tables' states."""
    for resource in BINDINGS:
        table = context.table(resource)
        for key in sorted(table.objects):
            one = table.objects[key]
            yield Binding(
                subject=ref_to(table, one),
                namespace=one.metadata.namespace,
                role_kind=text(one, "roleRef.kind"),
                role=text(one, "roleRef.name"),
                grantees=tuple(items(one, "subjects")),
                bootstrap=one.metadata.labels.get(_BOOTSTRAPPING) == "rbac-defaults",
            )


class Granted:
    """Which ServiceAccounts have rights of their own, beyond what every account in the cluster has."""

    def __init__(self, context: Context) -> None:
        self._by_account: dict[Key, list[Binding]] = {}
        self._by_namespace: dict[str, list[Binding]] = {}
        for binding in each_binding(context):
            for grantee in binding.grantees:
                kind, name = grantee.get("kind"), str(grantee.get("name") or "")
                if kind == "ServiceAccount":
                    place = (str(grantee.get("namespace") or binding.namespace or ""), name)
                    self._by_account.setdefault(place, []).append(binding)
                elif kind == "Group" and name.startswith(f"{_ALL_ACCOUNTS}:"):
                    self._by_namespace.setdefault(name.removeprefix(f"{_ALL_ACCOUNTS}:"), []).append(binding)
                elif kind == "User" and name.startswith("system:serviceaccount:"):
                    namespace, _, account = name.removeprefix("system:serviceaccount:").partition(":")
                    self._by_account.setdefault((namespace, account), []).append(binding)

    def to(self, namespace: str, account: str) -> list[Binding]:
        """What is bound to an account by its name or by its namespace's group."""
        return [*self._by_account.get((namespace, account), ()), *self._by_namespace.get(namespace, ())]
