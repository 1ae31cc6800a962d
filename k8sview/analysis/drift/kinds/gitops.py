"""The verdicts of GitOps controllers: imported, and audited for those that are stale or go round in a loop.

Blind spots that somebody made are in ``suspended``, with their age; here they are the reason why a difference stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.drift.kinds import argo, flux
from k8sview.analysis.drift.kinds.reading import absent, unread
from k8sview.model.drift import Drift, DriftKind, NotCheckable
from k8sview.model.view import View

READS = (argo.APPLICATIONS, *flux.APPLIERS)


def gitops(view: View) -> Iterator[Drift]:
    """What Argo CD and Flux say is drifted, and where they can no longer be believed."""
    yield from argo.verdicts(view)
    yield from flux.verdicts(view)


def not_checkable(view: View) -> Iterator[NotCheckable]:
    """Verdicts that may not be read, or that nobody gives."""
    if absent(view, READS):
        words = "neither Argo CD nor Flux serves its kinds here: nobody gives a verdict"
        yield NotCheckable(DriftKind.GITOPS, words, blind=False)
    for reason in unread(view, READS):
        yield NotCheckable(DriftKind.GITOPS, reason)
