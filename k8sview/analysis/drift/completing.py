"""From what single rooms found to what is told: each leaf once, dated as exactly as can be, with why it is still there.

The same for one look, for the app and for checks.
"""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.analysis.drift.dated import dated
from k8sview.analysis.drift.merging import merged
from k8sview.analysis.drift.ownership.managers import NOBODY, Known
from k8sview.analysis.drift.reclassing import reclassed
from k8sview.analysis.drift.standing import NO_OWNERS, Owners, explained
from k8sview.model.drift import Drift
from k8sview.model.view import View


def completed(
    view: View, drifts: Iterable[Drift], known: Known = NOBODY, owners: Owners = NO_OWNERS
) -> tuple[Drift, ...]:
    """All drifts of one view. ``known``: the user's own classes of managers. ``owners``: what delivers some of them and
    is not in the view."""
    told = (dated(view, one) for one in merged(reclassed(drifts, known)))
    return explained(view, told, known, owners)
