"""As whom we speak. One lock around everything that obtains credentials, so that a plugin never runs twice at once,
and a latch that keeps refused ones from being tried again in a loop.

A file may be read again at any time. A plugin may open a browser, so it runs when there is no credential yet, when the
last one expired, once after a refusal, and when the user asks for a refresh: never on a timer.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from k8sview.model.times import parse_time
from k8sview.sources.contract import ConfigurationError
from k8sview.sources.live import exec_plugin
from k8sview.sources.live.configuration import Target, file_or_base64
from k8sview.sources.live.failures import LoginRequired
from k8sview.sources.live.kubeconfig import UserEntry
from k8sview.sources.live.limits import Timing

_EXPIRES_EARLY = timedelta(seconds=10)


class Credential(msgspec.Struct, frozen=True):
    """What goes with a request: headers, and a client certificate for the connection."""

    headers: dict[str, str] = {}
    certificate: bytes | None = None
    key: bytes | None = None
    expires: datetime | None = None

    def same_as(self, other: Credential | None) -> bool:
        """Whether the server would be shown the same thing."""
        return other is not None and (self.headers, self.certificate, self.key) == (
            other.headers,
            other.certificate,
            other.key,
        )


class Credentials:
    """Keeps the current credential. ``load`` reads the configuration anew."""

    def __init__(
        self,
        load: Callable[[], Target],
        *,
        timing: Timing,
        interactive: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._load = load
        self._timing = timing
        self._interactive = interactive
        self._now = now
        self._lock = asyncio.Lock()
        self._current: Credential | None = None
        self._refused: Credential | None = None
        self._locked: str | None = None
        self._reread_at: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the current credential ends, where it says so."""
        return self._current.expires if self._current else None

    async def current(self) -> Credential:
        """A credential that has not been refused. Raises LoginRequired."""
        async with self._lock:
            if self._locked is None and self._current is not None and not self._outdated(self._current):
                return self._current
            return await self._obtain()

    async def renew(self, refused: Credential, reason: str) -> Credential:
        """Another credential than ``refused``, obtained once for all who were refused at the same time."""
        async with self._lock:
            if self._locked is None and self._current is not None and not self._current.same_as(refused):
                return self._current
            self._refused = refused
            self._locked = self._locked or reason
            return await self._obtain(asked=True)

    def refuse(self, credential: Credential, reason: str) -> None:
        """The server refused a fresh credential too: only its owner can help now."""
        self._refused, self._locked = credential, reason

    def unlock(self) -> None:
        """The user says: try again."""
        if self._locked is not None:
            self._locked = self._current = self._refused = None

    def _outdated(self, credential: Credential) -> bool:
        now = self._now()
        if credential.expires is not None and credential.expires - _EXPIRES_EARLY <= now:
            return True
        return self._reread_at is not None and self._reread_at <= now

    async def _obtain(self, *, asked: bool = False) -> Credential:
        try:
            target = await asyncio.to_thread(self._load)
            user = target.user.value
            if user.exec is not None and self._locked is not None and not asked:
                raise LoginRequired(self._locked)
            fresh = await self._read(target)
        except (LoginRequired, ConfigurationError) as problem:
            self._locked = str(problem)
            raise LoginRequired(self._locked) from problem
        if self._locked is not None and fresh.same_as(self._refused):
            raise LoginRequired(self._locked)
        self._locked, self._current = None, fresh
        rereads = user.token_file and not user.token
        self._reread_at = self._now() + timedelta(seconds=self._timing.token_reread) if rereads else None
        return fresh

    async def _read(self, target: Target) -> Credential:
        user, folder = target.user.value, target.user.folder
        who = f"of user {target.user_name!r}"
        headers = _impersonation(user)
        certificate = file_or_base64(
            user.client_certificate_data, user.client_certificate, folder, f"client-certificate {who}"
        )
        key = file_or_base64(user.client_key_data, user.client_key, folder, f"client-key {who}")
        if (certificate is None) != (key is None):
            raise ConfigurationError(f"client-certificate and client-key {who} must be given together")
        expires = None
        if user.token or user.token_file:
            text = user.token.encode() if user.token else file_or_base64("", user.token_file, folder, f"token {who}")
            headers["Authorization"] = f"Bearer {(text or b'').decode('ascii', 'replace').strip()}"
        elif user.username:
            pair = base64.b64encode(f"{user.username}:{user.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        elif user.exec is not None:
            status = await exec_plugin.run(
                user.exec, folder, target, patience=self._timing.exec_plugin, interactive=self._interactive
            )
            expires = parse_time(status.expiration_timestamp)
            if status.token:
                headers["Authorization"] = f"Bearer {status.token}"
            if status.client_certificate_data:
                certificate, key = status.client_certificate_data.encode(), status.client_key_data.encode()
        elif user.auth_provider is not None:
            headers["Authorization"], expires = self._id_token(user, who)
        return Credential(headers, certificate, key, expires)

    def _id_token(self, user: UserEntry, who: str) -> tuple[str, datetime | None]:
        """The id-token kubectl stored. Renewing it would mean to write the kubeconfig, which is kubectl's to do."""
        provider = user.auth_provider
        if provider is None or provider.name != "oidc":
            name = provider.name if provider else ""
            raise ConfigurationError(f"auth-provider {name!r} {who} is not supported: use its exec plugin")
        token = (provider.config or {}).get("id-token", "")
        expires = _jwt_expiry(token)
        if not token or (expires is not None and expires <= self._now()):
            raise LoginRequired(f"the id-token {who} is missing or has expired: run any kubectl command to renew it")
        return f"Bearer {token}", expires


def _impersonation(user: UserEntry) -> dict[str, str]:
    headers = {}
    if user.impersonate:
        headers["Impersonate-User"] = user.impersonate
    if user.impersonate_uid:
        headers["Impersonate-Uid"] = user.impersonate_uid
    if len(user.impersonate_groups or ()) > 1:
        raise ConfigurationError("as-groups with more than one group is not supported")
    for group in user.impersonate_groups or ():
        headers["Impersonate-Group"] = group
    return headers


def _jwt_expiry(token: str) -> datetime | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, msgspec.MsgspecError):
        return None
