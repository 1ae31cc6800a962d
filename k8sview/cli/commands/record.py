"""``k8sview record FILE``: the cluster as it is, and what happens meanwhile, in a file that may be passed on."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import tempfile
from pathlib import Path

from k8sview.cli.console import Console, OutputError
from k8sview.cli.exit_codes import ExitCode
from k8sview.cli.front import OpenApp
from k8sview.cli.opening import namespaces_of
from k8sview.reports.order import counted
from k8sview.sources.live import LiveSource
from k8sview.sources.recording import keys
from k8sview.sources.recording.record import Recorded
from k8sview.sources.recording.record import record as record_source


def record(arguments: argparse.Namespace, console: Console, open_app: OpenApp) -> ExitCode:
    """Record. What could not be read is said, and stands in the file as such: judging it will be incomplete."""
    path = Path(arguments.FILE)
    _writable(path)
    key = keys.made_or_read(Path(arguments.baseline_key).expanduser()) if arguments.baseline_key else b""
    done = asyncio.run(_record(arguments, path, key, console))
    for resource, scope, state in done.unreadable:
        console.say(f"not in the recording: {resource}{f' of {scope}' if scope else ''}: {state}")
    console.say(f"{path}: {counted(done.objects, 'state')} of objects, secrets and values left out")
    return ExitCode.OK


def _writable(path: Path) -> None:
    """Found out before a cluster is read for minutes."""
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


async def _record(arguments: argparse.Namespace, path: Path, key: bytes, console: Console) -> Recorded:
    stop = asyncio.Event()
    if arguments.seconds:
        # While changes are followed, Ctrl-C (or SIGTERM) means "enough": the file is finished. A second one breaks off.
        loop = asyncio.get_running_loop()

        def enough(number: signal.Signals) -> None:
            loop.remove_signal_handler(number)
            stop.set()

        for one in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # not on every system
                loop.add_signal_handler(one, enough, one)
    payloads = frozenset({"configmaps"}) if key else frozenset[str]()
    console.progress("connecting")
    return await record_source(
        lambda tap: LiveSource(
            arguments.kubeconfig,
            arguments.context,
            request_timeout=arguments.request_timeout,
            smooth=False,
            tap=tap,
            payloads=payloads,
        ),
        path,
        namespaces=namespaces_of(arguments),
        seconds=arguments.seconds,
        title=arguments.title,
        key=key,
        progress=lambda objects: console.progress(f"recorded {counted(objects, 'object')}"),
        stop=stop,
    )
