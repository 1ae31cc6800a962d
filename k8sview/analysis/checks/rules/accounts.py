"""ServiceAccounts: that those which are named exist, that their secrets do, and that they may do what they are for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8sview.analysis.checks.applications import TEMPLATED, is_system, pod_template, templated, workloads
from k8sview.analysis.checks.bindings import BINDINGS, ROLES, Binding, Granted, each_binding
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.rules.containers import found
from k8sview.model.kinds import ref_to as known_ref
from k8sview.model.objects.pods import PodSpec

_ACCOUNTS = "serviceaccounts"
_DEFAULT = "default"
# Every account may read the keys that tokens are verified with: no right of anybody's own.
_SERVICE_DISCOVERY = "system:service-account-issuer-discovery"


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


class AccountsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_ACCOUNTS,)


def _account(spec: PodSpec) -> str:
    return spec.service_account_name or _DEFAULT


@rule("accounts-exist", AccountsParameters)
def accounts_exist(context: Context, parameters: AccountsParameters) -> Iterator[Judged]:
    """Every ServiceAccount that a template names exists. Running pods go on without; new ones are refused."""
    accounts = context.table(_ACCOUNTS)
    for resource, table, workload in workloads(context, TEMPLATED):
        if resource == "jobs.batch" and _over(workload):
            continue
        subject, name = ref_to(table, workload), pod_template(workload).spec.service_account_name
        if not name or accounts.get(name, subject.namespace) is not None:
            yield Judged(subject, PASS)
        elif not context.view.readable(_ACCOUNTS, subject.namespace):
            yield Judged(subject, cannot_tell(f"whether ServiceAccount {name} exists: {accounts.state}"))
        else:
            words = f"ServiceAccount {name} does not exist: no new pod of it can be created"
            yield Judged(subject, fails(words, path="spec.template.spec.serviceAccountName", observed=name))


def _over(job: Any) -> bool:
    return any(one.type in ("Complete", "Failed") and one.status == "True" for one in job.status.conditions)


class SecretsParameters(AccountsParameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_ACCOUNTS, "secrets")


@rule("accounts-secrets", SecretsParameters)
def accounts_secrets(context: Context, parameters: SecretsParameters) -> Iterator[Judged]:
    """Every Secret that a ServiceAccount names exists: its pull secrets, and token secrets of the old kind."""
    table, secrets = context.table(_ACCOUNTS), context.table("secrets")
    for key in sorted(table.objects):
        account = table.objects[key]
        lost = [
            f"{what} {one.name} does not exist"
            for what, named in (("pull secret", account.image_pull_secrets), ("Secret", account.secrets))
            for one in named
            if one.name and secrets.get(one.name, key[0]) is None
        ]
        if lost and not context.view.readable("secrets", key[0]):
            words = f"names Secrets, and whether they exist could not be read ({secrets.state})"
            yield Judged(ref_to(table, account), cannot_tell(words, path="secrets"))
            continue
        yield Judged(ref_to(table, account), found(lost, path="imagePullSecrets"))


class BoundParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return BINDINGS


@rule("default-accounts-unbound", BoundParameters)
def default_accounts_unbound(context: Context, parameters: BoundParameters) -> Iterator[Judged]:
    """No rights are bound to the account `default`: every pod of its namespace that names no account would have them.
    Rights of the whole namespace's group are nobody's accident and are not told."""
    for binding in each_binding(context):
        homes = [
            str(one.get("namespace") or binding.namespace or "")
            for one in binding.grantees
            if one.get("kind") == "ServiceAccount" and one.get("name") == _DEFAULT
        ]
        homes = [home for home in homes if not is_system(home)]
        if not homes or binding.role == _SERVICE_DISCOVERY:
            yield Judged(binding.subject, PASS)
            continue
        where = f"{', '.join(homes[:3])}{' and more' if len(homes) > 3 else ''}"
        words = f"gives {binding.role_kind} {binding.role} to every pod of {where} that names no account"
        path, observed = "subjects", f"ServiceAccount {homes[0]}/{_DEFAULT}"
        yield Judged(binding.subject, fails(words, path=path, observed=observed, expected="an account of its own"))


class TokensParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (_ACCOUNTS, *BINDINGS)


@rule("tokens-needed", TokensParameters)
def tokens_needed(context: Context, parameters: TokensParameters) -> Iterator[Judged]:
    """A token is mounted only where rights are bound to its account; one finding for each namespace. A projected token
    is asked for on purpose, and never told."""
    accounts, granted = context.table(_ACCOUNTS), Granted(context)
    seen: dict[str, tuple[int, list[str]]] = {}
    for subject, workload in templated(context):
        spec = pod_template(workload).spec
        namespace, name = subject.namespace or "", _account(spec)
        mounts = spec.automount_service_account_token
        if mounts is None:
            account = accounts.get(name, namespace)
            mounts = account is None or account.automount_service_account_token is not False
        idle = mounts and not granted.to(namespace, name)
        count, names = seen.get(namespace, (0, []))
        seen[namespace] = (count + 1, [*names, f"{subject.kind} {subject.name}"] if idle else names)
    for namespace, (count, names) in sorted(seen.items()):
        outcome = PASS
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            words = (
                f"{len(names)} of {count} workloads mount a token that gives no rights: {', '.join(names[:3])}{more}"
            )
            path = "spec.template.spec.automountServiceAccountToken"
            outcome = fails(words, path=path, expected="false", evidence=tuple(names[:10]))
        yield Judged(known_ref("Namespace", None, namespace), outcome)


class ResolveParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""

    def reads(self) -> tuple[str, ...]:
        return (*BINDINGS, *ROLES.values(), _ACCOUNTS)


@rule("bindings-resolve", ResolveParameters)
def bindings_resolve(context: Context, parameters: ResolveParameters) -> Iterator[Judged]:
    """Every role and every ServiceAccount that a binding names exists. Users and groups cannot be looked up."""
    for binding in each_binding(context):
        yield Judged(binding.subject, _resolved(context, binding))


def _resolved(context: Context, binding: Binding) -> Outcome:
    roles = context.table(ROLES.get(binding.role_kind, ROLES["ClusterRole"]))
    if roles.get(binding.role, binding.namespace if binding.role_kind == "Role" else None) is None:
        words = f"{binding.role_kind} {binding.role} does not exist: the binding grants nothing"
        return fails(words, path="roleRef.name", observed=binding.role)
    accounts = context.table(_ACCOUNTS)
    named = [
        (str(one.get("namespace") or binding.namespace or ""), str(one.get("name") or ""))
        for one in binding.grantees
        if one.get("kind") == "ServiceAccount"
    ]
    lost = [(namespace, name) for namespace, name in named if accounts.get(name, namespace) is None]
    unseen = [place for place in lost if not context.view.readable(_ACCOUNTS, place[0])]
    if unseen:
        return cannot_tell(f"whether ServiceAccount {'/'.join(unseen[0])} exists: {accounts.state}", path="subjects")
    if not lost or binding.bootstrap:
        return PASS  # the API server binds accounts of controllers that may run under another name
    # Whoever creates such an account gets the rights.
    problems = [f"ServiceAccount {namespace}/{name} does not exist" for namespace, name in lost]
    return found(problems, path="subjects[*].name")
