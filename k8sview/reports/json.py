"""One JSON document: the report as it is, null keys included, so that every reader finds every key."""

from __future__ import annotations

import msgspec

from k8sview.model.report import Report
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.order import in_order


def render(report: Report, look: Look = DEFAULT_LOOK) -> str:
    """The document of ``k8sview schema``, indented, ending in a line feed."""
    return msgspec.json.format(msgspec.json.encode(in_order(report)), indent=2).decode() + "\n"
