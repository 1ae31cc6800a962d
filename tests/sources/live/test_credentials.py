"""Credentials: where they come from, and that refused ones are never tried in a loop."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from k8sview.sources.live.configuration import Target
from k8sview.sources.live.credentials import Credential, Credentials
from k8sview.sources.live.failures import LoginRequired
from k8sview.sources.live.kubeconfig import Located, UserEntry
from k8sview.sources.live.limits import Timing

V1 = "client.authentication.k8s.io/v1"


class Someone:
    """A user whose kubeconfig entry may change, and a clock."""

    def __init__(self, folder: Path, **user: Any) -> None:
        self.user = user
        self.folder = folder
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.credentials = Credentials(self.load, timing=Timing(exec_plugin=2.0), now=lambda: self.now)

    def load(self) -> Target:
        user = msgspec.convert(self.user, UserEntry)
        return Target("c", "https://h", user_name="jane", user=Located(user, self.folder), ca_pem="PEM")


def plugin(folder: Path, body: str, **entry: Any) -> dict[str, Any]:
    """An exec entry whose program notes each of its runs and then does ``body``."""
    program = folder / "plugin.py"
    program.write_text(f"import json, os, sys, time\nopen({str(folder / 'runs')!r}, 'a').write('x')\n{body}\n")
    return {"command": sys.executable, "args": [str(program)], "apiVersion": V1, **entry}


def says(**status: Any) -> str:
    answer = {"apiVersion": V1, "kind": "ExecCredential", "status": status}
    return f"print({json.dumps(answer)!r})"


def runs(folder: Path) -> int:
    path = folder / "runs"
    return len(path.read_text()) if path.exists() else 0


async def header(someone: Someone) -> str | None:
    return (await someone.credentials.current()).headers.get("Authorization")


async def test_static_ones(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    assert await header(Someone(tmp_path)) is None
    assert await header(Someone(tmp_path, token="t")) == "Bearer t"
    assert await header(Someone(tmp_path, tokenFile="token")) == "Bearer from-file"
    basic = base64.b64encode(b"u:p").decode()
    assert await header(Someone(tmp_path, username="u", password="p")) == f"Basic {basic}"


async def test_client_certificates(tmp_path: Path) -> None:
    (tmp_path / "crt").write_text("C")
    data = base64.b64encode(b"K").decode()
    someone = Someone(tmp_path, **{"client-certificate": "crt", "client-key-data": data})
    credential = await someone.credentials.current()
    assert (credential.certificate, credential.key) == (b"C", b"K")
    with pytest.raises(LoginRequired, match="together"):
        await Someone(tmp_path, **{"client-certificate": "crt"}).credentials.current()


async def test_a_token_file_is_read_again_when_it_was_rotated(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("one")
    someone = Someone(tmp_path, tokenFile="token")
    await someone.credentials.current()
    (tmp_path / "token").write_text("two")
    assert await header(someone) == "Bearer one"
    someone.now += timedelta(minutes=2)
    assert await header(someone) == "Bearer two"


async def test_impersonation(tmp_path: Path) -> None:
    credential = await Someone(tmp_path, token="t", **{"as": "eve", "as-groups": ["g"]}).credentials.current()
    assert credential.headers["Impersonate-User"] == "eve"
    assert credential.headers["Impersonate-Group"] == "g"


async def test_a_plugin_runs_once_for_all_who_ask(tmp_path: Path) -> None:
    someone = Someone(tmp_path, exec=plugin(tmp_path, f"time.sleep(0.05)\n{says(token='t')}"))
    found = await asyncio.gather(*(header(someone) for _ in range(8)))
    assert set(found) == {"Bearer t"}
    assert runs(tmp_path) == 1


async def test_a_plugin_is_told_about_the_cluster_and_gets_no_terminal(tmp_path: Path) -> None:
    body = (
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "spec = info['spec']\n"
        "seen = [spec['interactive'], spec['cluster']['server'], sys.stdin.read(), os.environ['EXTRA']]\n"
        "status = {'token': json.dumps(seen)}\n"
        "print(json.dumps({'apiVersion': info['apiVersion'], 'kind': 'ExecCredential', 'status': status}))"
    )
    entry = plugin(tmp_path, body, provideClusterInfo=True, env=[{"name": "EXTRA", "value": "e"}])
    found = await header(Someone(tmp_path, exec=entry))
    assert found is not None
    assert json.loads(found.removeprefix("Bearer ")) == [False, "https://h", "", "e"]


async def test_an_expired_token_is_obtained_anew(tmp_path: Path) -> None:
    someone = Someone(tmp_path, exec=plugin(tmp_path, says(token="t", expirationTimestamp="2026-01-01T01:00:00Z")))
    await someone.credentials.current()
    assert someone.credentials.expires_at == datetime(2026, 1, 1, 1, tzinfo=UTC)
    someone.now += timedelta(minutes=30)
    await someone.credentials.current()
    assert runs(tmp_path) == 1
    someone.now += timedelta(minutes=30)
    await someone.credentials.current()
    assert runs(tmp_path) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit('token cache is \\x1b[31mempty')", ["exit code 1", "token cache is ␛[31mempty"]),
        ("print('hello')", ["no ExecCredential"]),
        (says(), ["neither a token nor a certificate"]),
        (says(clientCertificateData="C"), ["neither a token nor a certificate"]),
        (says(token="t", clientKeyData="K"), ["key without one"]),
        (says(token="t").replace("/v1", "/v1beta1"), ["not client.authentication.k8s.io/v1 "]),
    ],
)
async def test_a_failing_plugin_is_quoted_and_not_run_again(tmp_path: Path, body: str, words: list[str]) -> None:
    someone = Someone(tmp_path, exec=plugin(tmp_path, body))
    for _ in range(3):
        with pytest.raises(LoginRequired) as caught:
            await someone.credentials.current()
        assert all(word in caught.value.reason for word in words), caught.value.reason
    assert runs(tmp_path) == 1
    someone.credentials.unlock()
    with pytest.raises(LoginRequired):
        await someone.credentials.current()
    assert runs(tmp_path) == 2


async def test_a_hanging_plugin_is_ended_with_its_children(tmp_path: Path) -> None:
    someone = Someone(tmp_path, exec=plugin(tmp_path, "os.spawnlp(os.P_WAIT, 'sleep', 'sleep', '30')"))
    someone.credentials._timing = Timing(exec_plugin=0.2)
    with pytest.raises(LoginRequired, match=r"no answer in 0\.2 s"):
        await someone.credentials.current()


async def test_a_missing_plugin_says_how_to_get_it(tmp_path: Path) -> None:
    entry = {"command": "no-such-login", "apiVersion": V1, "installHint": "get it from the shop"}
    with pytest.raises(LoginRequired, match=r"No such file.*get it from the shop"):
        await Someone(tmp_path, exec=entry).credentials.current()


async def test_a_plugin_that_needs_a_terminal_is_not_run(tmp_path: Path) -> None:
    entry = plugin(tmp_path, says(token="t"), interactiveMode="Always")
    with pytest.raises(LoginRequired, match="wants a terminal"):
        await Someone(tmp_path, exec=entry).credentials.current()
    assert runs(tmp_path) == 0


async def test_a_refusal_is_answered_by_one_run_for_all(tmp_path: Path) -> None:
    someone = Someone(tmp_path, exec=plugin(tmp_path, says(token="t")))
    first = await someone.credentials.current()
    program = tmp_path / "plugin.py"
    program.write_text(program.read_text().replace('"t"', '"fresh"'))
    renewed = await asyncio.gather(*(someone.credentials.renew(first, "401") for _ in range(5)))
    assert {one.headers["Authorization"] for one in renewed} == {"Bearer fresh"}
    assert runs(tmp_path) == 2


async def test_the_same_refused_token_again_means_log_in(tmp_path: Path) -> None:
    someone = Someone(tmp_path, exec=plugin(tmp_path, says(token="t")))
    first = await someone.credentials.current()
    with pytest.raises(LoginRequired, match="401"):
        await someone.credentials.renew(first, "401")
    for _ in range(3):
        with pytest.raises(LoginRequired, match="401"):
            await someone.credentials.current()
    assert runs(tmp_path) == 2


async def test_a_new_token_in_the_kubeconfig_is_found_without_asking(tmp_path: Path) -> None:
    someone = Someone(tmp_path, token="old")
    first = await someone.credentials.current()
    with pytest.raises(LoginRequired):
        await someone.credentials.renew(first, "401")
    with pytest.raises(LoginRequired):
        await someone.credentials.current()
    someone.user = {"token": "new"}
    assert await header(someone) == "Bearer new"


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ({"name": "gcp"}, "'gcp'.*not supported"),
        ({"name": "oidc", "config": {}}, "missing or has expired"),
        ({"name": "oidc", "config": {"id-token": "TOKEN"}}, "missing or has expired"),
    ],
)
async def test_legacy_providers(tmp_path: Path, provider: dict[str, Any], words: str) -> None:
    claims = base64.urlsafe_b64encode(b'{"exp": 1000}').decode().rstrip("=")
    if provider.get("config"):
        provider = {"name": "oidc", "config": {"id-token": f"h.{claims}.s"}}
    with pytest.raises(LoginRequired, match=words):
        await Someone(tmp_path, **{"auth-provider": provider}).credentials.current()


def test_credentials_are_compared_by_what_the_server_sees() -> None:
    assert Credential({"a": "b"}).same_as(Credential({"a": "b"}, expires=datetime(2026, 1, 1, tzinfo=UTC)))
    assert not Credential({"a": "b"}).same_as(None)
