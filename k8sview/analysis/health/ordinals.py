"""Which pod of a StatefulSet holds up the others, and which one its controller will never replace."""

from __future__ import annotations

import re
from datetime import timedelta

from k8sview.analysis.health.behind import Behind
from k8sview.analysis.health.moments import ago, specified
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import StatefulSet
from k8sview.model.view import View

_AT_ONCE = timedelta(minutes=5)
REVISION = "controller-revision-hash"
_ORDINAL = re.compile(r"-(\d+)$")
# A pod that a lost node holds, or that is on its way out, is not broken by what is in its template.
_NOT_ITS_TEMPLATE = frozenset({"NodeNotReady", "Terminating", "TerminatingStuck"})


def ordinal(pod: Pod) -> int:
    """``web-2`` is 2; -1 for a name without a number."""
    found = _ORDINAL.search(pod.metadata.name)
    return int(found[1]) if found else -1


def first_ill(behind: Behind) -> tuple[Pod, Health] | None:
    """With OrderedReady the lowest ordinal that is not ready holds up every one above it, and every update."""
    ill = [one for one in behind.judged if one[1].verdict is not HealthVerdict.HEALTHY]
    return min(ill, key=lambda one: ordinal(one[0]), default=None)


def in_order(stateful_set: StatefulSet) -> bool:
    """Whether pods come one after the other."""
    return stateful_set.spec.pod_management_policy != "Parallel"


def trapped(view: View, stateful_set: StatefulSet, behind: Behind) -> tuple[Pod, Health] | None:
    """The broken pod of an older revision for which an update waits, though only its end would mend it.

    In order, the controller waits for every pod to be ready before it replaces any of them; otherwise it may still hold
    that as many are unavailable as may be, which shows in that nothing happens. The pod's revision need be neither the
    current nor the updated one: the current one is the last that was complete. Below the partition an older revision is
    meant.
    """
    if stateful_set.spec.update_strategy.type == "OnDelete":
        return None
    if not in_order(stateful_set) and not _long_written(view, stateful_set):
        return None
    wanted, lowest = stateful_set.status.update_revision, held_back(stateful_set)
    for pod, health in sorted(behind.faulty, key=lambda one: ordinal(one[0])):
        revision = pod.metadata.labels.get(REVISION)
        if not wanted or not revision or revision == wanted or ordinal(pod) < lowest:
            continue
        if health.reason not in _NOT_ITS_TEMPLATE:
            return pod, health
    return None


def _long_written(view: View, stateful_set: StatefulSet) -> bool:
    """Whether the spec was written so long ago that a controller which replaces pods at once would have."""
    age = ago(view, specified(stateful_set))
    return age is not None and age > _AT_ONCE


def held_back(stateful_set: StatefulSet) -> int:
    """Ordinals below the partition keep their revision on purpose: how many."""
    rolling = stateful_set.spec.update_strategy.rolling_update
    return min(max((rolling.partition if rolling else None) or 0, 0), stateful_set.spec.replicas)
