"""What a session publishes; apart from it, so that an interface can know it before anything is loaded."""

from __future__ import annotations

import msgspec

from k8sview.model.components import ComponentStatus
from k8sview.model.health import ClusterHealth
from k8sview.model.living_drift import LivingDrift
from k8sview.model.report import Report
from k8sview.model.view import View


class Picture(msgspec.Struct, frozen=True):
    """One publish: the state as it is, and the newest judgement (of this view or an earlier one)."""

    view: View
    report: Report | None = None
    report_pending: bool = True
    components: tuple[ComponentStatus, ...] = ()
    health: ClusterHealth | None = None
    drift: LivingDrift | None = None
    """None: not looked at yet, or by nobody."""
