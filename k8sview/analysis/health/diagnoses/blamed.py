"""What rules about workloads share: which pods to name, what controllers are at work. Gives no diagnosis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from k8sview.analysis.health.moments import ago, created
from k8sview.analysis.health.pods import pod_health
from k8sview.model.health import Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.extension import Lease
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.times import format_age, parse_time
from k8sview.model.view import View

Judged = tuple[Pod, Health]
_MOST = 10
_LATELY = timedelta(minutes=20)
_CONTROLLERS = ("kube-system", "kube-controller-manager")
_LEADERLESS = timedelta(minutes=2)  # a lease is renewed every two seconds and lasts fifteen


def at_fault(obj: Any, health: Health) -> bool:
    """Whether a workload has a fault of the kind that these rules explain; what is being deleted has another."""
    return health.verdict.faulty and obj.metadata.deletion_timestamp is None


def worth_naming(pods: Iterable[Judged]) -> tuple[Judged, ...]:
    """Ten pods at most, worst first, one of each reason before a second of any: two different faults both show."""
    ordered = sorted(pods, key=lambda one: (-one[1].verdict.badness, one[0].metadata.name))
    seen: dict[str, int] = {}
    ranked: list[tuple[int, int]] = []
    for place, (_, health) in enumerate(ordered):
        seen[health.reason] = seen.get(health.reason, 0) + 1
        ranked.append((seen[health.reason], place))
    return tuple(ordered[place] for _, place in sorted(ranked)[:_MOST])


def lately_failed(view: View, obj: Any, makers: Iterable[Any]) -> tuple[Judged, ...]:
    """Pods of a workload that have failed in the last minutes and are replaced again and again: a node refuses them.

    Older ones are leftovers. ``obj`` has a selector; ``makers`` are what controls its pods.
    """
    uids = {maker.metadata.uid for maker in makers}
    found: list[Judged] = []
    for pod in view.pods_of(obj.metadata.namespace or "", obj.spec.selector):
        age = ago(view, created(pod))
        if pod.status.phase != "Failed" or age is None or age > _LATELY:
            continue
        if any(owner.controller and owner.uid in uids for owner in pod.metadata.owner_references):
            found.append((pod, pod_health(view, pod)))
    return tuple(one for one in found if one[1].verdict.faulty)


def pod_ref(pod: Pod) -> Ref:
    return ref_to("Pod", pod.metadata.namespace, pod.metadata.name)


def idle_controllers(view: View) -> tuple[tuple[Ref, ...], str, tuple[str, ...]]:
    """The controller manager's lease if nobody has renewed it for minutes: no controller is at work then.

    ``(the lease or nothing, what it says, evidence)``.
    """
    namespace, name = _CONTROLLERS
    lease = view.get("leases.coordination.k8s.io", name, namespace)
    age = ago(view, parse_time(lease.spec.renew_time)) if isinstance(lease, Lease) else None
    if not isinstance(lease, Lease) or age is None or age < _LEADERLESS:
        return (), "", ()
    told = f"leases.coordination.k8s.io/{name} spec.renewTime = {lease.spec.renew_time}"
    words = f"no controller manager is at work: its lease was last renewed {format_age(age)} ago"
    return (ref_to("Lease", namespace, name),), words, (told,)
