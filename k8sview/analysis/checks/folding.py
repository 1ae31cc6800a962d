"""Links findings to the most upstream one that explains them, so that one cause reads as one entry.

Links, strongest first: a check that states what it depends on; a pod or workload on a node that is itself a finding;
a webhook or APIService whose backend is a finding; an object of a component whose workloads are not ready; a component
that stands on another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from k8sview.analysis.checks.check import Check
from k8sview.model.components import ComponentStatus
from k8sview.model.kinds import RESOURCE_NAMES
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod
from k8sview.model.report import Finding
from k8sview.model.resources import Ref
from k8sview.model.status import Layer, Severity, Status
from k8sview.model.view import View

WORKLOADS_RULE = "workloads-ready"
NODES = "nodes"
"""The topic whose grave findings speak of the node itself."""
_WORKLOADS = {kind: RESOURCE_NAMES[kind] for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")}
_BACKED = {
    kind: RESOURCE_NAMES[kind]
    for kind in ("APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
}


class Causes:
    """Folds one run's findings. Only failures cause; only failures and warnings are caused."""

    def __init__(
        self,
        view: View,
        components: Mapping[str, ComponentStatus],
        depends_on: Mapping[str, tuple[str, ...]],
        upstream: Callable[[Ref], tuple[Ref, ...]] = lambda ref: (),
    ) -> None:
        self._view = view
        self._components = components
        self._depends_on = depends_on
        self._upstream_of = upstream
        self._nodes_down: dict[str, list[tuple[Check, Finding]]] = {}
        self._by_check: dict[str, list[Finding]] = {}
        self._workloads: dict[str, list[Finding]] = {}
        self._by_object: dict[tuple[str, str, str], list[Finding]] = {}

    def fold(self, checks: Sequence[Check], findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings in their order with ``caused_by`` and ``affects`` filled in."""
        for check, finding in zip(checks, findings, strict=True):
            if finding.status is Status.FAIL:
                self._by_check.setdefault(check.id, []).append(finding)
                if check.rule_name == WORKLOADS_RULE:
                    self._workloads.setdefault(check.component, []).append(finding)
                if _node_down(check, finding) and finding.object is not None:
                    self._nodes_down.setdefault(finding.object.name, []).append((check, finding))
                if finding.object is not None:
                    place = (finding.object.kind, finding.object.namespace or "", finding.object.name)
                    self._by_object.setdefault(place, []).append(finding)
        cause: dict[str, str] = {}
        for check, finding in zip(checks, findings, strict=True):
            if finding.status not in (Status.FAIL, Status.WARN):
                continue
            for upstream in self._upstream(check, finding):
                if upstream.fingerprint != finding.fingerprint and not _leads_to(
                    cause, upstream.fingerprint, finding.fingerprint
                ):
                    cause[finding.fingerprint] = upstream.fingerprint
                    break
        affects: dict[str, int] = {}
        for direct in cause.values():
            above: str | None = direct
            while above is not None:
                affects[above] = affects.get(above, 0) + 1
                above = cause.get(above)
        return tuple(
            msgspec.structs.replace(
                finding,
                caused_by=cause.get(finding.fingerprint),
                affects=affects.get(finding.fingerprint, 0),
            )
            for finding in findings
        )

    def _upstream(self, check: Check, finding: Finding) -> Iterable[Finding]:
        for name in check.depends_on:
            yield from _worst(self._by_check.get(name, ()))
        yield from self._by_health(finding)
        yield from self._nodes(check, finding)
        yield from self._backends(finding)
        yield from self._same_workload(check, finding)
        if check.rule_name != WORKLOADS_RULE:
            yield from _worst(self._workloads.get(check.component, ()))
        for component in self._depends_on.get(check.component, ()):
            yield from _worst(self._workloads.get(component, ()))

    def _by_health(self, finding: Finding) -> Iterable[Finding]:
        """Findings on the objects by which this one's object fails."""
        for ref in self._upstream_of(finding.object) if finding.object is not None else ():
            yield from _worst(self._by_object.get((ref.kind, ref.namespace or "", ref.name), ()))

    def _nodes(self, check: Check, finding: Finding) -> Iterable[Finding]:
        """Findings on the nodes where pods of this workload (or this pod) are not ready.

        The foundation's own agents are explained by the node alone: what else shows on a node may be of their making.
        """
        for pod in self._pods(finding):
            if pod.spec.node_name and not pod.ready:
                down = self._nodes_down.get(pod.spec.node_name, ())
                wide = check.layer is not Layer.FOUNDATION
                yield from _worst(found for about, found in down if wide or about.component == NODES)

    def _pods(self, finding: Finding) -> Iterable[Pod]:
        ref = finding.object
        if ref is None or ref.namespace is None:
            return ()
        if ref.kind == "Pod":
            pod = self._view.get("pods", ref.name, ref.namespace)
            return (pod,) if pod is not None else ()
        workload = self._view.get(_WORKLOADS.get(ref.kind, ""), ref.name, ref.namespace)
        selector = workload.spec.selector if workload is not None else LabelSelector()
        return self._view.pods_of(ref.namespace, selector)

    def _backends(self, finding: Finding) -> Iterable[Finding]:
        ref = finding.object
        registration = self._view.get(_BACKED.get(ref.kind, ""), ref.name) if ref is not None else None
        for namespace, name in _services(registration) if registration is not None else ():
            service = self._view.get("services", name, namespace)
            if service is None or not service.spec.selector:
                continue
            for (kind, where, workload), found in self._by_object.items():
                if where == namespace and kind in _WORKLOADS:
                    obj = self._view.get(_WORKLOADS[kind], workload, where)
                    labels = obj.spec.template.metadata.labels if obj is not None else {}
                    if LabelSelector(match_labels=service.spec.selector).matches(labels):
                        yield from _worst(found)

    def _same_workload(self, check: Check, finding: Finding) -> Iterable[Finding]:
        """A general finding on a workload folds under its component's own finding on the same workload."""
        ref = finding.object
        if ref is None or check.rule_name == WORKLOADS_RULE:
            return
        place = (ref.kind, ref.namespace or "", ref.name)
        owned = {found.fingerprint for found_all in self._workloads.values() for found in found_all}
        yield from (found for found in self._by_object.get(place, ()) if found.fingerprint in owned)


def _node_down(check: Check, finding: Finding) -> bool:
    """A grave finding of the foundation about a node: pods there cannot be well."""
    ref = finding.object
    grave = check.layer is Layer.FOUNDATION and finding.severity.at_least(Severity.HIGH)
    return grave and ref is not None and ref.kind == "Node"


def _services(registration: Any) -> Iterable[tuple[str, str]]:
    if hasattr(registration, "webhooks"):
        services = [webhook.client_config.service for webhook in registration.webhooks]
    else:
        services = [registration.spec.service]
    return [(one.namespace, one.name) for one in services if one is not None]


def _worst(findings: Iterable[Finding]) -> Iterable[Finding]:
    return sorted(findings, key=lambda finding: (finding.severity.rank, finding.fingerprint))[:1]


def _leads_to(cause: Mapping[str, str], start: str, target: str) -> bool:
    current: str | None = start
    while current is not None:
        if current == target:
            return True
        current = cause.get(current)
    return False
