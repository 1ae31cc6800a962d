"""What a ResourceQuota and a LimitRange hold, set against a refusal. Reads only what lies in one namespace."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from k8sview.model.kinds import ref_to
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.workloads import DaemonSet, Deployment, Job, StatefulSet
from k8sview.model.quantities import parse_quantity
from k8sview.model.resources import Ref
from k8sview.model.view import View

_MAKERS = ("deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch")
_TOP = 3


class Consumer(msgspec.Struct, frozen=True):
    """``amount`` in the base unit, of ``pods`` pods as their template asks for it."""

    resource: str
    name: str
    pods: int
    amount: Decimal

    def shown(self, resource: str) -> str:
        """``6`` or ``512Mi``."""
        if "memory" in resource or "storage" in resource:
            return f"{self.amount / 2**20:.0f}Mi"
        return f"{self.amount.normalize():f}"


def has_room(quota: Custom, amounts: dict[str, tuple[str, str, str]]) -> bool:
    """Whether what was refused would fit by now, as far as the quota's own status tells."""
    status = quota.body.get("status")
    if not isinstance(status, dict) or not amounts:
        return False
    hard, used = status.get("hard"), status.get("used")
    if not isinstance(hard, dict) or not isinstance(used, dict):
        return False
    return all(_fits(parse_quantity(asked), used.get(name), hard.get(name)) for name, (asked, _, _) in amounts.items())


def exceeded(amounts: dict[str, tuple[str, str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """``(resource, asked, used, allowed)`` of what did not fit; of everything where no number can be read."""
    tight = [name for name, (asked, used, hard) in amounts.items() if not _fits(parse_quantity(asked), used, hard)]
    for name in tight or amounts:
        yield (name, *amounts[name])


def consumers(view: View, namespace: str, resource: str) -> tuple[Consumer, ...]:
    """The workloads of a namespace that ask most of a quota's resource (``requests.cpu``, ``pods``), three at most."""
    found: list[Consumer] = []
    for table in _MAKERS:
        for obj in view.in_namespace(table, namespace):
            pods = _pods(obj)
            each = _asked(obj, resource)
            if pods and each:
                found.append(Consumer(table, obj.metadata.name, pods, each * pods))
    return tuple(sorted(found, key=lambda one: (-one.amount, one.resource, one.name))[:_TOP])


def limiting(view: View, namespace: str, words: str) -> Ref | None:
    """The LimitRange of a namespace that says what a refusal says: same bound, resource, type and amount."""
    bound, _, rest = words.partition(" ")
    resource, _, rest = rest.partition(" usage per ")
    if bound not in ("maximum", "minimum"):
        bound, resource, rest = "ratio", words.partition(" ")[0], words.partition(" ratio per ")[2]
    kind, _, rest = rest.partition(" is ")
    amount = parse_quantity(rest.split(",")[0].split(". ")[0].strip().rstrip("."))
    field = {"maximum": "max", "minimum": "min", "ratio": "maxLimitRequestRatio"}[bound]
    for one in view.in_namespace("limitranges", namespace):
        spec = one.body.get("spec") if isinstance(one, Custom) else None
        items = spec.get("limits") if isinstance(spec, dict) else None
        for item in items if isinstance(items, list) else ():
            bounds = item.get(field) if isinstance(item, dict) else None
            if not isinstance(bounds, dict) or item.get("type") != kind:
                continue
            stated = parse_quantity(bounds.get(resource))
            if stated is not None and stated == amount:
                return ref_to("LimitRange", namespace, one.metadata.name)
    return None


def _fits(asked: Decimal | None, used: Any, hard: Any) -> bool:
    taken, limit = parse_quantity(used), parse_quantity(hard)
    return asked is not None and taken is not None and limit is not None and asked + taken <= limit


def _pods(obj: Any) -> int:
    match obj:
        case Deployment() | StatefulSet():
            return obj.status.replicas
        case DaemonSet():
            return obj.status.current_number_scheduled
        case Job():
            return obj.status.active
    return 0


def _asked(obj: Any, resource: str) -> Decimal:
    """What one pod of the template counts for in a quota; its containers alone, which is what mostly counts."""
    if resource in ("pods", "count/pods"):
        return Decimal(1)
    kind, name = "requests", resource
    for prefix in ("requests", "limits"):
        if resource.startswith(f"{prefix}."):
            kind, name = prefix, resource.removeprefix(f"{prefix}.")
    total = Decimal(0)
    for container in obj.spec.template.spec.containers:
        stated = container.resources.limits if kind == "limits" else container.resources.requests
        total += parse_quantity(stated.get(name)) or 0
    return total
