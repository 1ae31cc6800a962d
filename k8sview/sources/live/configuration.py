"""Which cluster, as whom: the contexts there are, and everything needed to open a connection to one of them.

Contacts nothing. What is wrong is said in one line, with the nearest spelling where a name is unknown.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from k8sview.sources.contract import ConfigurationError
from k8sview.sources.live import kubeconfig as files
from k8sview.sources.live.kubeconfig import ClusterEntry, Kubeconfig, Located, UserEntry
from k8sview.sources.live.proxies import proxy_for


class ContextEntry(msgspec.Struct, frozen=True):
    name: str
    cluster: str
    user: str
    namespace: str | None
    server: str
    current: bool


class Contexts(msgspec.Struct, frozen=True):
    """What ``:ctx`` lists. Empty ``entries``: no kubeconfig was found in ``looked_at`` and we run outside a cluster."""

    entries: tuple[ContextEntry, ...]
    current: str | None
    looked_at: tuple[str, ...]


class Target(msgspec.Struct, frozen=True):
    """One context, resolved: everything but the credentials themselves."""

    context: str
    server: str
    namespace: str | None = None
    user_name: str = ""
    user: Located[UserEntry] = Located(UserEntry())
    ca_pem: str | None = None
    verify: bool = True
    server_name: str = ""
    proxy: str | None = None

    @property
    def loopback(self) -> bool:
        return urlsplit(self.server).hostname in ("localhost", "127.0.0.1", "::1")


def load_contexts(kubeconfig: str | None = None) -> Contexts:
    """Every context, without contacting anything. Raises ConfigurationError for files that cannot be read."""
    whole = files.read(kubeconfig)
    entries = tuple(
        ContextEntry(
            name=name,
            cluster=one.value.cluster,
            user=one.value.user,
            namespace=one.value.namespace,
            server=whole.clusters[one.value.cluster].value.server if one.value.cluster in whole.clusters else "",
            current=name == whole.current_context,
        )
        for name, one in whole.contexts.items()
    )
    current = whole.current_context or None
    if not entries and not kubeconfig and _in_cluster():
        target = _service_account()
        entries = (
            ContextEntry(files.IN_CLUSTER, files.IN_CLUSTER, target.user_name, target.namespace, target.server, True),
        )
        current = files.IN_CLUSTER
    return Contexts(entries, current, tuple(str(path) for path in whole.looked_at))


def resolve(kubeconfig: str | None, context: str | None) -> Target:
    """The context asked for, else the current one, else the service account of the pod we run in."""
    whole = files.read(kubeconfig)
    inside = not kubeconfig and _in_cluster()
    if inside and ((not whole.contexts and not context) or context == files.IN_CLUSTER):
        return _service_account()
    where = ", ".join(str(path) for path in whole.looked_at)
    if not whole.contexts:
        raise ConfigurationError(f"no kubeconfig context found (looked at {where}): set KUBECONFIG or use --kubeconfig")
    name = context or whole.current_context
    if not name:
        raise ConfigurationError(f"no current-context in {where}: use --context, one of {_some(whole.contexts)}")
    if name not in whole.contexts:
        which = "context" if context else "current-context"
        raise ConfigurationError(f"unknown {which} {name!r} in {where}{_nearest(name, whole.contexts)}")
    return _target(name, whole)


def _target(name: str, whole: Kubeconfig) -> Target:
    context = whole.contexts[name].value
    if not context.cluster:
        raise ConfigurationError(f"context {name!r} names no cluster")
    if context.cluster not in whole.clusters:
        nearest = _nearest(context.cluster, whole.clusters)
        raise ConfigurationError(f"context {name!r} names cluster {context.cluster!r}, which is missing{nearest}")
    if context.user and context.user not in whole.users:
        nearest = _nearest(context.user, whole.users)
        raise ConfigurationError(f"context {name!r} names user {context.user!r}, which is missing{nearest}")
    located = whole.clusters[context.cluster]
    cluster = located.value
    if not _is_web_address(cluster.server):
        what = f"has server {cluster.server!r}, which is no http(s) URL" if cluster.server else "has no server"
        raise ConfigurationError(f"cluster {context.cluster!r} {what}")
    server = cluster.server.rstrip("/")
    proxy = cluster.proxy_url or proxy_for(server, os.environ)
    if proxy and not _is_web_address(proxy):
        raise ConfigurationError(f"proxy {proxy} of cluster {context.cluster!r} is not supported: use an http(s) proxy")
    return Target(
        context=name,
        server=server,
        namespace=context.namespace or None,
        user_name=context.user,
        user=whole.users.get(context.user, Located(UserEntry())),
        ca_pem=_authority(context.cluster, located),
        verify=not cluster.insecure_skip_tls_verify,
        server_name=cluster.tls_server_name,
        proxy=proxy,
    )


def _is_web_address(text: str) -> bool:
    """Whether something can be connected to: a scheme that we speak, a host, a port that exists."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and bool(host) and not re.search(r"\s", host) and port != 0


def _authority(name: str, located: Located[ClusterEntry]) -> str | None:
    found = file_or_base64(
        located.value.certificate_authority_data,
        located.value.certificate_authority,
        located.folder,
        f"certificate-authority of cluster {name!r}",
    )
    try:
        return found.decode("ascii") if found is not None else None
    except UnicodeDecodeError as problem:
        raise ConfigurationError(f"certificate-authority of cluster {name!r} is not PEM") from problem


def file_or_base64(data: str, path: str, folder: Path, what: str) -> bytes | None:
    """Inline data wins over a file, as in kubectl; None where neither is given."""
    if data:
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError) as problem:
            raise ConfigurationError(f"{what}: the inline data is not valid base64") from problem
    if not path:
        return None
    place = folder / Path(path).expanduser()
    try:
        return place.read_bytes()
    except OSError as problem:
        raise ConfigurationError(f"{what}: cannot read {place}: {problem.strerror}") from problem


def _in_cluster() -> bool:
    environ = os.environ
    found = environ.get("KUBERNETES_SERVICE_HOST") and environ.get("KUBERNETES_SERVICE_PORT")
    return bool(found) and (files.SERVICE_ACCOUNT / "token").is_file()


def _service_account() -> Target:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    folder = files.SERVICE_ACCOUNT
    try:
        namespace = (folder / "namespace").read_text(encoding="utf-8").strip() or None
    except OSError:
        namespace = None
    return Target(
        context=files.IN_CLUSTER,
        server=server,
        namespace=namespace,
        user_name="service account",
        user=Located(UserEntry(token_file=str(folder / "token")), folder),
        ca_pem=_authority(files.IN_CLUSTER, Located(ClusterEntry(certificate_authority=str(folder / "ca.crt")))),
        proxy=proxy_for(server, os.environ),
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{hint} (known: {_some(names)})"


def _some(names: Iterable[str], most: int = 12) -> str:
    known = sorted(names)
    rest = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + rest if known else "none"
