"""What files of the user's own rules have in common: how they are read, and when a rule ends."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from k8sview.catalog.problems import CatalogError, Problem
from k8sview.model.times import parse_time

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_rules(path: Path) -> str | None:
    """The text of a file; None where there is none. Raises CatalogError for what cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise CatalogError([Problem(str(path), 1, f"cannot be read: {reason}")]) from error


def end_of(text: str | None) -> datetime | None:
    """The moment from which a rule no longer holds: after a day its end, in UTC. None for what is no moment."""
    moment = parse_time(text)
    if text is not None and moment is not None and _DAY.fullmatch(text):
        return moment + timedelta(days=1)
    return moment
