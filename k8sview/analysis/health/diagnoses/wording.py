"""Words that diagnoses share: moments as people say them, and commands that can be copied. No judgement."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any

from k8sview.model.view import View


def clock(view: View, moment: datetime | None) -> str:
    """``02:10 UTC``, or with its day where that is not the view's; "" for None.

    Absolute, because a sentence outlives the moment at which it was written.
    """
    if moment is None:
        return ""
    pattern = "%H:%M UTC" if moment.date() == view.taken_at.date() else "%Y-%m-%d %H:%M UTC"
    return moment.strftime(pattern)


def since(view: View, moment: datetime | None) -> str:
    """`` since 02:10 UTC``, to be put behind a clause; "" where nobody knows."""
    return f" since {clock(view, moment)}" if moment is not None else ""


def logs(pod: Any, container: str, *, previous: bool = False) -> str:
    """The command that shows a container's log, that of its last run if ``previous``."""
    end = " --previous" if previous else ""
    return f"kubectl logs -n {word(pod.metadata.namespace)} {word(pod.metadata.name)} -c {word(container)}{end}"


def describe(kind: str, namespace: str | None, name: str) -> str:
    """The command that shows an object with its events."""
    place = f" -n {word(namespace)}" if namespace else ""
    return f"kubectl describe{place} {kind} {word(name)}"


def word(text: str | None) -> str:
    """A name as one word of a shell command: names come from the cluster and may hold anything."""
    return shlex.quote(text or "default")
