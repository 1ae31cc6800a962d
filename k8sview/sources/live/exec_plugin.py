"""Runs a kubeconfig's exec plugin once: no terminal unless asked, a time limit, its words shown when it fails.

The client library's own runner has no time limit, inherits the terminal's input and turns failures into log lines.
When to run it is decided in ``credentials``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from k8sview.model.text import plain
from k8sview.sources.live.configuration import Target
from k8sview.sources.live.failures import LoginRequired
from k8sview.sources.live.kubeconfig import ExecEntry

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


class ExecStatus(msgspec.Struct, frozen=True, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: str | None = None


class ExecCredential(msgspec.Struct, frozen=True, rename="camel"):
    """What a plugin prints."""

    kind: str
    api_version: str
    status: ExecStatus | None = None


async def run(plugin: ExecEntry, folder: Path, target: Target, *, patience: float, interactive: bool) -> ExecStatus:
    """The plugin's credential. Raises LoginRequired with what it said on stderr."""
    if plugin.api_version not in API_VERSIONS:
        raise LoginRequired(f"exec plugin {plugin.command}: apiVersion {plugin.api_version} is not supported")
    if plugin.interactive_mode == "Always" and not interactive:
        raise LoginRequired(f"exec plugin {plugin.command} wants a terminal: log in with kubectl first, then refresh")
    output, errors, code = await _execute(plugin, folder, target, patience, interactive=interactive)
    if code != 0:
        said = plain(" ".join(errors.decode(errors="replace").split()))[-400:]
        raise LoginRequired(f"exec plugin {plugin.command} failed (exit code {code}){': ' + said if said else ''}")
    return _read(plugin, output)


def _read(plugin: ExecEntry, output: bytes) -> ExecStatus:
    try:
        answer = msgspec.json.decode(output, type=ExecCredential)
    except msgspec.MsgspecError as problem:
        raise LoginRequired(f"exec plugin {plugin.command} printed no ExecCredential: {problem}") from problem
    if answer.kind != "ExecCredential" or answer.api_version != plugin.api_version:
        raise LoginRequired(
            f"exec plugin {plugin.command} answered {answer.api_version} {answer.kind}, "
            f"not {plugin.api_version} ExecCredential"
        )
    status = answer.status or ExecStatus()
    pair = (status.client_certificate_data, status.client_key_data)
    if not status.token and not all(pair):
        raise LoginRequired(f"exec plugin {plugin.command} printed neither a token nor a certificate with its key")
    if any(pair) and not all(pair):
        raise LoginRequired(f"exec plugin {plugin.command} printed a certificate without key, or a key without one")
    return status


async def _execute(
    plugin: ExecEntry, folder: Path, target: Target, patience: float, *, interactive: bool
) -> tuple[bytes, bytes, int]:
    try:
        process = await asyncio.create_subprocess_exec(
            _command(plugin, folder),
            *(plugin.args or ()),
            env=_environment(plugin, target, os.environ, interactive=interactive),
            stdin=None if interactive else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=None if interactive else asyncio.subprocess.PIPE,
            start_new_session=not interactive,  # out of reach of our terminal, and killable with its children
        )
    except OSError as problem:
        hint = f". {plain(plugin.install_hint.strip())}" if plugin.install_hint else ""
        raise LoginRequired(f"exec plugin {plugin.command} cannot be run: {problem.strerror}{hint}") from problem
    try:
        async with asyncio.timeout(patience):
            output, errors = await process.communicate()
    except TimeoutError as problem:
        raise LoginRequired(f"exec plugin {plugin.command} gave no answer in {patience:g} s") from problem
    finally:
        if process.returncode is None:
            await _end(process, whole_group=not interactive)
    return output, errors or b"", process.returncode or 0


def _command(plugin: ExecEntry, folder: Path) -> str:
    """As kubectl: a path is relative to the kubeconfig, a bare name is looked up in PATH."""
    return str(folder / plugin.command) if os.sep in plugin.command else plugin.command


async def _end(process: asyncio.subprocess.Process, *, whole_group: bool) -> None:
    with contextlib.suppress(ProcessLookupError):
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()


def _environment(plugin: ExecEntry, target: Target, environ: Mapping[str, str], *, interactive: bool) -> dict[str, str]:
    spec: dict[str, Any] = {"interactive": interactive and plugin.interactive_mode != "Never"}
    if plugin.provide_cluster_info:
        cluster: dict[str, Any] = {"server": target.server}
        if target.server_name:
            cluster["tls-server-name"] = target.server_name
        if not target.verify:
            cluster["insecure-skip-tls-verify"] = True
        if target.ca_pem:
            cluster["certificate-authority-data"] = base64.b64encode(target.ca_pem.encode()).decode()
        if target.proxy:
            cluster["proxy-url"] = target.proxy
        spec["cluster"] = cluster
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    return {
        **environ,
        **{one.name: one.value for one in plugin.env or ()},
        "KUBERNETES_EXEC_INFO": msgspec.json.encode(info).decode(),
    }
