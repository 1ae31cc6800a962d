"""A change that its controller has not seen yet: what the status says is about the past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from k8sview.analysis.health.moments import ago, created, grace_end, specified
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.times import format_age
from k8sview.model.view import View

_SEEN_WITHIN = timedelta(minutes=2)


def unobserved(view: View, obj: Any, observed: int | None) -> Health | None:
    """Verdict on an object whose controller lags behind its spec; None where it is up to date.

    ``observed`` None: this kind does not say. Controllers take milliseconds; minutes mean that none is at work.
    """
    generation = obj.metadata.generation
    if generation is None or observed is None or observed >= generation:
        return None
    since = specified(obj) or (created(obj) if not observed else None)
    end = grace_end(view, since, _SEEN_WITHIN)
    span = ago(view, since)
    evidence = (f"metadata.generation = {generation}", f"status.observedGeneration = {observed}")
    if end is None and span is not None:
        return Health(
            HealthVerdict.DEGRADED,
            "NotObserved",
            f"its controller has not acted on the latest change for {format_age(span)}",
            since,
            rollout="stalled",
            evidence=evidence,
            grace=_SEEN_WITHIN,
        )
    return Health(
        HealthVerdict.PROGRESSING,
        "NotObserved",
        "its controller has not seen the latest change yet",
        since,
        rollout="moving",
        evidence=evidence,
        recheck_at=end,
        grace=_SEEN_WITHIN,
    )
