"""Whether workloads survive that their pods move: replicas, spread, probes, volumes, shutdown. Templates are judged,
not pods, wherever that is enough: one finding for each workload.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from k8sview.analysis.checks.applications import Serving, applications, is_system, template
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, ref_to, warns
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import PodSpec
from k8sview.model.resources import Key
from k8sview.model.status import Severity
from k8sview.model.view import View

_DEPLOYMENTS = ("deployments.apps",)
_REPLICATED = ("deployments.apps", "statefulsets.apps")
_ALL = (*_REPLICATED, "daemonsets.apps")
_HOSTNAME = "kubernetes.io/hostname"


class NoParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to state."""


class ReplicasParameters(Parameters, frozen=True, kw_only=True):
    """``least``: replicas that a Deployment behind a Service needs. None at all is deliberately off, and passes."""

    least: int = 2


@rule("replicas-enough", ReplicasParameters)
def replicas_enough(context: Context, parameters: ReplicasParameters) -> Iterator[Judged]:
    serving = Serving(context.view)
    for subject, workload in applications(context, _DEPLOYMENTS):
        replicas, services = workload.spec.replicas, serving.of(workload)
        if replicas == 0 or replicas >= parameters.least or not services:
            yield Judged(subject, PASS)
            continue
        words = f"{replicas} replica{'s' * (replicas != 1)} behind Service {_listed(services)}: "
        yield Judged(
            subject,
            fails(
                f"{words}traffic stops while its pod moves",
                path="spec.replicas",
                observed=str(replicas),
                expected=f"at least {parameters.least}",
            ),
        )


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    return ", ".join(known[:3]) + (f" and {len(known) - 3} more" if len(known) > 3 else "")


@rule("spread-stated", NoParameters)
def spread_stated(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    for subject, workload in applications(context, _REPLICATED):
        if workload.spec.replicas < 2 or states_spread(template(workload)):
            yield Judged(subject, PASS)
            continue
        words = f"{workload.spec.replicas} replicas, and neither a spread constraint nor anti-affinity"
        path = "spec.template.spec.topologySpreadConstraints"
        yield Judged(subject, fails(words, path=path, observed="not set", expected="spread over nodes or zones"))


def states_spread(spec: PodSpec) -> bool:
    return bool(spec.topology_spread_constraints) or bool((spec.affinity or {}).get("podAntiAffinity"))


@rule("spread-over-nodes", NoParameters)
def spread_over_nodes(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    nodes_state = context.table("nodes").state
    readable = nodes_state.state.readable
    free = sum(1 for node in context.table("nodes") if not node.spec.unschedulable)
    if not readable:
        free = len(context.view.indices.pods_by_node)  # at least the nodes on which pods are seen
    for subject, workload in applications(context, _REPLICATED):
        if workload.spec.replicas < 2 or (free < 2 and readable):
            yield Judged(subject, PASS)
            continue
        running, nodes = nodes_of(context.view, subject.namespace or "", workload.spec.selector)
        if running < 2 or len(nodes) != 1:
            yield Judged(subject, PASS)
            continue
        (node,) = nodes
        if free < 2:
            words = f"all {running} running pods are on node {node}; whether there are others: nodes {nodes_state}"
            yield Judged(subject, cannot_tell(words, path="spec.template.spec.topologySpreadConstraints"))
            continue
        stated = "" if states_spread(template(workload)) else "; nothing in its template asks for a spread"
        yield Judged(
            subject,
            fails(
                f"all {running} running pods are on node {node}{stated}",
                path="spec.template.spec.topologySpreadConstraints",
                observed=f"{running} pods on 1 of {free} nodes" if readable else f"{running} pods on 1 node",
                expected="at least 2 nodes",
                evidence=(f"spec.nodeName = {node} for all of them",),
            ),
        )


def nodes_of(view: View, namespace: str, selector: LabelSelector) -> tuple[int, set[str]]:
    """Running pods and their nodes, counted only until two nodes are seen: a healthy workload costs two look-ups."""
    nodes: set[str] = set()
    running = 0
    pods = view.table("pods").objects
    for key in _candidates(view, namespace, selector):
        pod = pods.get(key)
        if pod is None or pod.status.phase != "Running" or pod.metadata.deletion_timestamp:
            continue
        if not selector.matches(pod.metadata.labels):
            continue
        running += 1
        nodes.add(pod.spec.node_name)
        if len(nodes) > 1:
            break
    return running, nodes


def _candidates(view: View, namespace: str, selector: LabelSelector) -> Iterable[Key]:
    if not selector.match_labels:
        return [(namespace, pod.metadata.name) for pod in view.pods_of(namespace, selector)]
    pairs = selector.match_labels.items()
    return min((view.indices.labels.get((namespace, *pair), frozenset()) for pair in pairs), key=len)


@rule("readiness-stated", NoParameters)
def readiness_stated(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    serving = Serving(context.view)
    for subject, workload in applications(context, _ALL):
        spec, services = template(workload), serving.of(workload)
        probed = any(one.readiness_probe is not None for one in (*spec.containers, *spec.init_containers))
        if probed or not services:
            yield Judged(subject, PASS)
            continue
        words = f"behind Service {_listed(services)}, and no container has a readiness probe"
        yield Judged(
            subject,
            fails(words, path="spec.template.spec.containers", observed="no readinessProbe", expected="readinessProbe"),
        )


@rule("claims-follow", NoParameters)
def claims_follow(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """Deployments on volumes that one node at a time can mount."""
    claims = context.table("persistentvolumeclaims")
    for subject, workload in applications(context, _DEPLOYMENTS):
        single = []
        for volume in template(workload).volumes:
            name = volume.persistent_volume_claim.claim_name if volume.persistent_volume_claim else ""
            claim = claims.get(name, subject.namespace) if name else None
            if claim is not None and not {"ReadWriteMany", "ReadOnlyMany"} & set(claim.spec.access_modes):
                single.append(name)
        yield Judged(subject, _pinned(workload, single) if single else PASS)


def _pinned(workload: Any, claims: list[str]) -> Outcome:
    details: dict[str, Any] = {"evidence": tuple(f"claim {name} is ReadWriteOnce" for name in claims)}
    replicas = workload.spec.replicas
    if replicas > 1:
        words = f"{replicas} replicas share the ReadWriteOnce claim {claims[0]}: they can only run on one node"
        return fails(words, path="spec.replicas", observed=str(replicas), expected="1, or a StatefulSet", **details)
    if workload.spec.strategy.type != "Recreate":
        words = f"its ReadWriteOnce claim {claims[0]} is still attached when a rollout starts the next pod elsewhere"
        strategy = workload.spec.strategy.type or "RollingUpdate"
        return fails(words, path="spec.strategy.type", observed=strategy, expected="Recreate", **details)
    words = f"one pod on the ReadWriteOnce claim {claims[0]}: it is down while the volume moves with it"
    return warns(words, path="spec.replicas", severity=Severity.INFO, **details)


@rule("shutdown-graceful", NoParameters)
def shutdown_graceful(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    serving = Serving(context.view)
    for subject, workload in applications(context, _ALL):
        yield Judged(subject, _shutdown(template(workload)) if serving.of(workload) else PASS)


def _shutdown(spec: PodSpec) -> Outcome:
    grace = 30 if spec.termination_grace_period_seconds is None else spec.termination_grace_period_seconds
    path = "spec.template.spec.terminationGracePeriodSeconds"
    if grace < 2:
        return fails(
            f"is killed {grace} s after it was told to stop: open requests are cut",
            path=path,
            observed=str(grace),
            expected="long enough to finish open requests",
        )
    for container in spec.containers:
        hook = container.lifecycle.pre_stop if container.lifecycle else None
        sleep = hook.get("sleep") if hook else None
        seconds = sleep.get("seconds") if isinstance(sleep, dict) else None
        if isinstance(seconds, int) and seconds >= grace:
            return fails(
                f"preStop of container {container.name} sleeps {seconds} s of a grace period of {grace} s",
                path=path,
                observed=f"{seconds} s of {grace} s",
                expected="a sleep shorter than the grace period",
            )
    return PASS


@rule("pods-owned", NoParameters)
def pods_owned(context: Context, parameters: NoParameters) -> Iterator[Judged]:
    """No running pod outside system namespaces is without a controller that would replace it."""
    table = context.table("pods")
    for key in sorted(table.objects):
        pod = table.objects[key]
        if pod.metadata.owner_references or is_system(key[0]) or pod.status.phase in ("Succeeded", "Failed"):
            yield Judged(None, PASS)
            continue
        words = "no controller owns this pod: a drain or a lost node ends it for good"
        yield Judged(
            ref_to(table, pod),
            fails(words, path="metadata.ownerReferences", observed="none", expected="a controller"),
        )
