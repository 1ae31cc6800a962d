"""One control plane: its folder, its processes, its users."""

from __future__ import annotations

import http.client
import shutil
import ssl
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from tests.controlplane import aging, binaries, commands
from tests.controlplane.pki import Authority, Pair
from tests.controlplane.processes import Processes, free_ports
from tests.controlplane.writer import ApiWriter

_PATIENCE = 60.0


class ControlPlane:
    """Start with ``start()`` or ``with``; everything it made is gone after ``stop()``, also when the run is killed.

    ``audit``: write an audit log at level Metadata (large under load, so only where it is read).
    ``controllers``: run the controller manager (with ``controller_flags`` besides the usual) and the scheduler.
    ``kwok``: play kubelet for the nodes that the label selector ``kwok_nodes`` matches (if empty: for every node).
    ``ageable``: keep objects in etcd as JSON, so that ``grow_older`` can be used.
    """

    def __init__(
        self,
        *,
        audit: bool = False,
        controllers: bool = True,
        kwok: bool = True,
        kwok_nodes: str = "",
        ageable: bool = False,
        controller_flags: Sequence[str] = (),
    ) -> None:
        self._binaries = binaries.folder()
        self._audit = audit
        self._ageable = ageable
        self._controller_flags = tuple(controller_flags)
        self._controllers = controllers
        self._kwok = kwok
        self._kwok_nodes = kwok_nodes
        self._users: dict[str, Pair] = {}
        self.folder = Path()

    def start(self) -> None:
        """Returns when the API server is ready, after about five seconds."""
        self.folder = Path(tempfile.mkdtemp(prefix="k8sview-controlplane-"))
        self._port, *self._etcd_ports = free_ports(3)
        self._processes = Processes(self.folder)
        try:
            self._authority = Authority(self.folder / "pki")
            hosts = ["127.0.0.1", "localhost", "10.0.0.1", "kubernetes.default.svc"]
            self._authority.issue("server", common_name="kube-apiserver", hosts=hosts)
            self._authority.issue("front-proxy", common_name="front-proxy")
            self._authority.key_pair("service-accounts")
            self.kubeconfig = self.user("admin", groups=["system:masters"])
            if self._audit:
                (self.folder / "audit.yaml").write_text(commands.AUDIT_POLICY)
            self._processes.start("etcd", commands.etcd(self._binaries, *self._etcd_ports))
            self.start_apiserver()
            self._start_rest()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._processes.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> ControlPlane:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    @property
    def audit_log(self) -> Path:
        """One JSON event per line; grows while requests end."""
        assert self._audit, "start the control plane with audit=True"
        return self.folder / "audit.log"

    def start_apiserver(self) -> None:
        """Start the API server (again), on the same port, and wait until it is ready. Who gave up meanwhile, as some do
        that were only about to begin, is started again, as a kubelet would."""
        audit = ["--audit-policy-file=audit.yaml", "--audit-log-path=audit.log"] if self._audit else []
        storage = ["--storage-media-type=application/json"] if self._ageable else []
        command = commands.apiserver(self._binaries, self._port, self._etcd_ports[0])
        self._processes.start("kube-apiserver", [*command, *audit, *storage])
        for name, ended in self._wait_ready().items():
            self._processes.start(name, ended)

    def stop_apiserver(self) -> None:
        """End the API server at once, as a crash would: open watches break."""
        self._processes.kill("kube-apiserver")

    def start_kwok(self) -> None:
        """Let nodes and pods be played (again)."""
        stages = commands.stages(self._binaries, self.folder)
        self._processes.start("kwok", commands.kwok(self._binaries, str(self.kubeconfig), stages, self._kwok_nodes))

    def stop_kwok(self) -> None:
        """From now on pods stay as they are: the test writes their status."""
        self._processes.kill("kwok")

    def grow_older(self, by: timedelta) -> None:
        """All that the cluster holds was written ``by`` earlier: everything but etcd ends, each time is moved back, and
        everything starts again, with its memory lost as in a restart of a real control plane. Takes about five seconds.
        """
        assert self._ageable, "start the control plane with ageable=True"
        self._processes.check()
        for name in self._processes.pids():
            if name != "etcd":
                self._processes.kill(name)
        aging.move_back(f"http://127.0.0.1:{self._etcd_ports[0]}", by)
        self.start_apiserver()
        self._start_rest()

    def backdate(self, resource: str, by: timedelta) -> None:
        """The objects of one resource were written ``by`` earlier; nothing is restarted (see aging.move_back)."""
        assert self._ageable, "start the control plane with ageable=True"
        aging.move_back(f"http://127.0.0.1:{self._etcd_ports[0]}", by, resource)

    def pids(self) -> dict[str, int]:
        """Process ids of what runs, by program."""
        return self._processes.pids()

    def user(
        self, name: str, groups: Sequence[str] = (), *, context: str = "test", namespace: str | None = None
    ) -> Path:
        """A kubeconfig for a user with a client certificate; what the user may do is for RBAC objects to say."""
        pair = self._users.get(name) or self._authority.issue(f"user-{name}", common_name=name, groups=groups)
        self._users[name] = pair
        cluster = {"server": self.server, "certificate-authority": str(self._authority.pair.certificate)}
        credentials = {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
        where = {"namespace": namespace} if namespace else {}
        config: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [{"name": context, "cluster": cluster}],
            "users": [{"name": name, "user": credentials}],
            "contexts": [{"name": context, "context": {"cluster": context, "user": name, **where}}],
        }
        path = self.folder / f"{name}-{context}-{namespace or 'all'}.kubeconfig"
        path.write_text(yaml.safe_dump(config))
        return path

    def tls(self, name: str = "admin") -> ssl.SSLContext:
        """The TLS side of a user made by ``user``."""
        context = ssl.create_default_context(cafile=str(self._authority.pair.certificate))
        context.load_cert_chain(*self._users[name])
        return context

    def credentials(self, name: str = "admin") -> tuple[str, str, str]:
        """Paths of a user's certificate, its key, and the authority, for a client in another process."""
        pair = self._users[name]
        return str(pair.certificate), str(pair.key), str(self._authority.pair.certificate)

    def writer(self, name: str = "admin") -> ApiWriter:
        """A client that writes: ``async with controlplane.writer() as api: await api.apply(objects)``."""
        return ApiWriter(self.server, self.tls(name))

    def _start_rest(self) -> None:
        if self._controllers:
            config = str(self.kubeconfig)
            managing = commands.controller_manager(self._binaries, config, self._controller_flags)
            self._processes.start("kube-controller-manager", managing)
            self._processes.start("kube-scheduler", commands.scheduler(self._binaries, config))
        if self._kwok:
            self.start_kwok()

    def _wait_ready(self) -> dict[str, Sequence[str]]:
        """The commands of those that could not wait as long."""
        until = time.monotonic() + _PATIENCE
        answer, ended = "no answer", dict[str, Sequence[str]]()
        while time.monotonic() < until:
            ended |= self._processes.take_ended(besides=("etcd", "kube-apiserver"))
            self._processes.check()
            try:
                answer = self._readyz()
            except OSError as error:
                answer = str(error)
            if answer == "ok":
                return ended
            time.sleep(0.05)
        raise RuntimeError(f"the API server was not ready within {_PATIENCE:.0f} s: {answer}")

    def _readyz(self) -> str:
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self.tls(), timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().read().decode()
        finally:
            connection.close()
