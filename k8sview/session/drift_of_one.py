"""The drift that one object's whole body tells. The one place where the living look judges a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8sview.analysis.drift.last_applied import last_applied
from k8sview.analysis.drift.ownership.judging import gaps, judge
from k8sview.model.drift import Drifts
from k8sview.model.view import View


def drift_of_one(view: View, body: Mapping[str, Any], resource: str) -> Drifts:
    """Writes out of band, and what differs from the last kubectl apply."""
    return Drifts(judge(body, resource), gaps(body)) + last_applied(view, body)
