"""One JSON value a line, each with its ``event``: run, component, check, finding, and summary as the last.

For readers that stream. The values are those of the JSON document; a stream without a summary was cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from k8sview.model.report import Report
from k8sview.reports.formats import DEFAULT_LOOK, Look
from k8sview.reports.order import in_order


def render(report: Report, look: Look = DEFAULT_LOOK) -> str:
    """The report as lines."""
    return "".join(f"{msgspec.json.encode(event).decode()}\n" for event in _events(in_order(report)))


def _events(report: Report) -> Iterator[dict[str, Any]]:
    document = msgspec.to_builtins(report)
    head = ("apiVersion", "kind", "schemaVersion", "tool", "run", "cluster")
    yield {"event": "run", **{key: document[key] for key in head}}
    for event, key in (("component", "components"), ("check", "checks"), ("finding", "findings")):
        for value in document[key]:
            yield {"event": event, **value}
    tail = ("summary", "access", "resolved", "exemptions", "errors")
    yield {"event": "summary", **{key: document[key] for key in tail}}
