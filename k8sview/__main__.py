"""The front door of ``k8sview`` and ``kubectl k8sview``: the command line, and the app where it is asked for.

The one place that knows both; neither is loaded before it is needed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from k8sview.cli.front import AppRequest
from k8sview.cli.main import main as run

if TYPE_CHECKING:  # all of these are heavy, and --help passes here
    from collections.abc import Iterable

    from k8sview.catalog.loader import Catalog
    from k8sview.session.session import Session
    from k8sview.tui.contract import ContextEntry, Target


def main() -> int:
    """Run this process's command line; returns its exit code."""
    return run(open_app=open_app)


def open_app(request: AppRequest) -> int:
    """Run the terminal app on what the command line asked for, until the user leaves."""
    from k8sview.tui.app import run_app
    from k8sview.tui.contract import Target

    opener = _Opener(request)
    if request.checks:
        opener.catalog()  # mistakes in somebody's own catalogue are said before a screen covers them
    target = Target(request.context, request.recording, request.demo, request.namespaces)
    run_app(opener.session, target, list_contexts=opener.contexts)
    return 0


class _Opener:
    """Makes sessions for the app, with one catalogue for all of them. Called in a thread beside the interface."""

    def __init__(self, request: AppRequest) -> None:
        self._request = request
        self._catalog: Catalog | None = None

    def catalog(self) -> Catalog:
        """Loaded once, at the first need: after the first frame."""
        if self._catalog is None:
            from pathlib import Path

            from k8sview.catalog.loader import load_catalog

            self._catalog = load_catalog([Path(folder) for folder in self._request.checks])
        return self._catalog

    def session(self, target: Target) -> Session:
        """A session that is not connected yet. Raises SourceError."""
        from k8sview.catalog.config_path import config_path
        from k8sview.catalog.problems import CatalogError
        from k8sview.catalog.settings import load_drift_settings
        from k8sview.cli.opening import DEMO_NAME, recording
        from k8sview.session.session import Session
        from k8sview.sources.contract import ConfigurationError
        from k8sview.sources.live.configuration import resolve
        from k8sview.sources.live.whole import WholeSource

        try:
            catalog, drift = self.catalog(), load_drift_settings(config_path())
        except CatalogError as error:
            raise ConfigurationError(str(error)) from error
        if target.demo or target.recording:
            source, clock = recording(target.recording or DEMO_NAME)
            return Session(source, catalog, namespaces=target.namespaces, clock=clock, drift=drift)
        resolve(self._request.kubeconfig, target.context)
        live = WholeSource(self._request.kubeconfig, target.context, request_timeout=self._request.request_timeout)
        return Session(live, catalog, namespaces=target.namespaces, drift=drift)

    def contexts(self) -> Iterable[ContextEntry]:
        """What ``:ctx`` lists. Raises SourceError."""
        from k8sview.sources.live.configuration import load_contexts
        from k8sview.tui.contract import ContextEntry

        return [
            ContextEntry(one.name, one.cluster, one.user, one.namespace or "", one.current)
            for one in load_contexts(self._request.kubeconfig).entries
        ]


if __name__ == "__main__":
    sys.exit(main())
