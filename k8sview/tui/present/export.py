"""A table as CSV, as it is sorted and filtered now."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from k8sview.model.text import plain
from k8sview.tui.present.rows import Rows


def as_csv(rows: Rows, now: datetime) -> str:
    """Every column, full texts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.title for column in rows.spec.columns])
    for key in rows.order:
        writer.writerow([_safe(plain(cell.text)) for cell in rows.cells(key, now)])
    return out.getvalue()


def _safe(text: str) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text[:1] in ("=", "+", "@") else text
