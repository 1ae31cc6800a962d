"""Kubeconfig files, read and merged as kubectl does. Contacts nothing, runs nothing, changes nothing.

Merging keeps the first entry of each name and the first current-context; relative paths belong to their own file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import yaml

from k8sview.sources.contract import ConfigurationError

IN_CLUSTER = "in-cluster"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class Entry(msgspec.Struct, frozen=True, rename="kebab"):
    """Base of what a kubeconfig holds; fields that we have no use for are skipped."""


class ClusterEntry(Entry, frozen=True):
    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""


class ExecVariable(msgspec.Struct, frozen=True):
    name: str
    value: str = ""


class ExecEntry(msgspec.Struct, frozen=True, rename="camel"):
    command: str
    api_version: str
    args: list[str] | None = None
    env: list[ExecVariable] | None = None
    install_hint: str | None = None
    provide_cluster_info: bool = False
    interactive_mode: str | None = None


class AuthProvider(msgspec.Struct, frozen=True):
    name: str = ""
    config: dict[str, str] | None = None


class UserEntry(Entry, frozen=True):
    token: str = ""
    token_file: str = msgspec.field(name="tokenFile", default="")
    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    username: str = ""
    password: str = ""
    impersonate: str = msgspec.field(name="as", default="")
    impersonate_uid: str = msgspec.field(name="as-uid", default="")
    impersonate_groups: list[str] | None = msgspec.field(name="as-groups", default=None)
    exec: ExecEntry | None = None
    auth_provider: AuthProvider | None = None


class ContextValue(Entry, frozen=True):
    cluster: str = ""
    user: str = ""
    namespace: str | None = None


_E = TypeVar("_E", ClusterEntry, UserEntry, ContextValue)


class Located(msgspec.Struct, Generic[_E], frozen=True):
    """An entry and the folder that its relative paths start from."""

    value: _E
    folder: Path = Path()


class _Cluster(msgspec.Struct):
    name: str
    cluster: ClusterEntry | None = None


class _User(msgspec.Struct):
    name: str
    user: UserEntry | None = None


class _Context(msgspec.Struct):
    name: str
    context: ContextValue | None = None


class _File(msgspec.Struct, rename="kebab"):
    current_context: str | None = None
    clusters: list[_Cluster] | None = None
    users: list[_User] | None = None
    contexts: list[_Context] | None = None


class Kubeconfig(msgspec.Struct):
    """All files together. ``looked_at`` names them, those that do not exist too."""

    looked_at: tuple[Path, ...] = ()
    current_context: str = ""
    clusters: dict[str, Located[ClusterEntry]] = {}
    users: dict[str, Located[UserEntry]] = {}
    contexts: dict[str, Located[ContextValue]] = {}


def read(explicit: str | None) -> Kubeconfig:
    """``explicit`` (``--kubeconfig``) alone and it must exist; else the files of KUBECONFIG that exist, else
    ``~/.kube/config``."""
    if explicit:
        path = Path(explicit).expanduser()
        if not path.is_file():
            raise ConfigurationError(f"cannot read kubeconfig {path}: no such file")
        return _merge((path,))
    listed = [Path(one).expanduser() for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    return _merge(tuple(listed) or (Path.home() / ".kube" / "config",))


def _merge(paths: tuple[Path, ...]) -> Kubeconfig:
    whole = Kubeconfig(looked_at=paths)
    for path in paths:
        if not path.exists():
            continue
        one = _read_file(path)
        folder = path.absolute().parent
        whole.current_context = whole.current_context or one.current_context or ""
        for cluster in one.clusters or ():
            whole.clusters.setdefault(cluster.name, Located(cluster.cluster or ClusterEntry(), folder))
        for user in one.users or ():
            whole.users.setdefault(user.name, Located(user.user or UserEntry(), folder))
        for context in one.contexts or ():
            whole.contexts.setdefault(context.name, Located(context.context or ContextValue(), folder))
    return whole


def _read_file(path: Path) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "not a text file"
        raise ConfigurationError(f"cannot read kubeconfig {path}: {why}") from problem
    try:
        plain = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as problem:
        line = f":{problem.problem_mark.line + 1}" if problem.problem_mark else ""
        raise ConfigurationError(f"{path}{line}: not valid YAML: {problem.problem or problem.context}") from problem
    except yaml.YAMLError as problem:
        raise ConfigurationError(f"{path}: not valid YAML: {str(problem).splitlines()[0]}") from problem
    except (ValueError, OverflowError, RecursionError) as problem:  # a date that is none, an endless nesting
        raise ConfigurationError(f"{path}: not valid YAML: {problem}") from problem
    return _shape(plain, path)


def _shape(plain: Any, path: Path) -> _File:
    if plain is None:
        return _File()
    try:
        return msgspec.convert(_without_nulls(plain), _File)
    except RecursionError as problem:
        raise ConfigurationError(f"{path}: not a kubeconfig: an alias holds itself") from problem
    except msgspec.ValidationError as problem:
        raise ConfigurationError(f"{path}: not a kubeconfig: {problem}") from problem


def _without_nulls(value: Any) -> Any:
    """YAML files written by hand leave keys empty (``users:``); that means absent."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value
