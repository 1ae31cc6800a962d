"""PersistentVolumes that nobody has: free ones, released ones that are kept, and such as never came to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from k8sview.analysis.checks.custom import born
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, fails, passes, ref_to
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.core import PersistentVolume
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

_VOLUMES = "persistentvolumes"
_CREATION = timedelta(minutes=5)
_BY = "pv.kubernetes.io/provisioned-by"
# It makes a volume of every disk it finds, to be claimed one day.
_LOCAL = "local-volume-provisioner"


class ClaimedParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a volume may wait for a claim."""

    grace: str = "7d"

    def reads(self) -> tuple[str, ...]:
        return (_VOLUMES,)

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) is not None else f"grace: {self.grace!r} is no duration (24h, 7d)"


@rule("volumes-claimed", ClaimedParameters)
def volumes_claimed(context: Context, parameters: ClaimedParameters) -> Iterator[Judged]:
    """No volume is Available for longer than `grace`, Released and kept, or Pending. Failed ones are told elsewhere."""
    table, grace = context.table(_VOLUMES), parse_duration(parameters.grace) or timedelta()
    for key in sorted(table.objects):
        volume = table.objects[key]
        yield Judged(ref_to(table, volume), _judged(volume, context.now, grace))


def _judged(volume: PersistentVolume, now: datetime, grace: timedelta) -> Outcome:
    phase, since = volume.status.phase, born(volume)
    details: dict[str, Any] = {"path": "status.phase", "observed": phase, "expected": "Bound"}
    lasted = f" for {format_age(now - since)}" if since else ""
    if phase == "Released" and volume.spec.persistent_volume_reclaim_policy == "Retain":
        claim = volume.spec.claim_ref
        named = f" {claim.namespace}/{claim.name}" if claim is not None else ""
        words = f"its claim{named} is gone, and policy Retain keeps the volume: nobody gets it or its data by itself"
        return fails(words, **details)
    if phase == "Available" and not volume.metadata.annotations.get(_BY, "").startswith(_LOCAL):
        if since is not None and now - since < grace:
            return passes(recheck_at=since + grace)
        return fails(f"nobody has claimed it{lasted}", **details)
    if phase == "Pending":
        if since is not None and now - since < _CREATION:
            return passes(recheck_at=since + _CREATION)
        return fails(f"is Pending{lasted}: it never came to be", **details, severity=Severity.MEDIUM)
    return PASS
