"""The network underfoot: one CNI, an implementation of Services, names that resolve."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.checks.outcome import (
    PASS,
    Context,
    Judged,
    Outcome,
    cannot_tell,
    fails,
    not_applicable,
    ref_to,
)
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.components import Presence
from k8sview.model.objects.workloads import DaemonSet
from k8sview.model.status import Confidence


class SingleCNIParameters(Parameters, frozen=True, kw_only=True):
    """At most one of ``components`` runs: each of them wants to be the node's only network."""

    components: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return ("daemonsets.apps",)


@rule("single-cni", SingleCNIParameters)
def single_cni(context: Context, parameters: SingleCNIParameters) -> Iterator[Judged]:
    table = context.table("daemonsets.apps")
    known = [context.components[name] for name in parameters.components if name in context.components]
    running = [one for one in known if one.state is Presence.INSTALLED]
    if not running:
        yield Judged(None, not_applicable("none of the networks that exclude each other is installed"))
    places = [(one.title, part) for one in running for part in one.parts if part.resource == "daemonsets.apps"]
    for title, part in places:
        agent = table.get(part.workload, part.namespace)
        if agent is None:
            continue
        others = sorted({other for other, _ in places if other != title})
        words = f"{title} runs beside {' and '.join(others)}: two networks claim the same pods"
        yield Judged(ref_to(table, agent), fails(words, observed=title) if others else PASS)


class ServiceProxyParameters(Parameters, frozen=True, kw_only=True):
    """Something implements Services: ``component`` (kube-proxy), a distribution that has it built in
    (``server_versions``: parts of the server's version), a static pod (``pod_labels``), a DaemonSet known to replace it
    (``replacements``), Calico's eBPF data plane, or Cilium where its agents are told the API server's address."""

    component: str = "kube-proxy"
    server_versions: tuple[str, ...] = ()
    pod_labels: dict[str, str] = {}
    replacements: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:
        return ("nodes", "daemonsets.apps", "pods", "felixconfigurations.crd.projectcalico.org")


@rule("service-proxy", ServiceProxyParameters)
def service_proxy(context: Context, parameters: ServiceProxyParameters) -> Iterator[Judged]:
    view, found = context.view, context.components.get(parameters.component)
    agents = [context.table("daemonsets.apps").objects[key] for key in sorted(context.table("daemonsets.apps").objects)]
    if not context.table("nodes").objects:
        yield Judged(None, not_applicable("the cluster has no node"))
        return
    static = any(view.pods_of("kube-system", {key: value}) for key, value in parameters.pod_labels.items())
    built_in = any(mark in view.cluster.version for mark in parameters.server_versions)
    replaced = any(agent.metadata.name in parameters.replacements for agent in agents)
    felix = any(
        isinstance(spec := one.body.get("spec"), dict) and spec.get("bpfEnabled") is True
        for one in context.table("felixconfigurations.crd.projectcalico.org")
    )
    present = found is not None and found.state in (Presence.INSTALLED, Presence.MANAGED)
    if present or static or built_in or replaced or felix:
        yield Judged(None, PASS)
        return
    cilium = next((agent for agent in agents if _is_cilium(agent)), None)
    if cilium is not None:
        outcome = _cilium_proxy(cilium)
        yield Judged(ref_to(context.table("daemonsets.apps"), cilium), outcome)
    elif found is None or found.state is Presence.UNKNOWN or not context.table("pods").state.state.readable:
        yield Judged(None, cannot_tell("whether kube-proxy or a replacement runs could not be seen"))
    else:
        yield Judged(None, fails("neither kube-proxy nor a known replacement runs: Services lead nowhere"))


def _is_cilium(agent: DaemonSet) -> bool:
    labels = agent.spec.template.metadata.labels
    return labels.get("k8s-app") == "cilium" or labels.get("app.kubernetes.io/name") == "cilium-agent"


def _cilium_proxy(agent: DaemonSet) -> Outcome:
    """Without kube-proxy an agent cannot reach the API server through its Service: it must be told the address.
    That it is told proves the intent; Cilium's own settings are in a ConfigMap whose content is never read."""
    names = {variable.name for container in agent.spec.template.spec.containers for variable in container.env}
    if "KUBERNETES_SERVICE_HOST" in names:
        return PASS
    return cannot_tell(
        "no kube-proxy runs, and nothing shows that Cilium replaces it: its agents get no address of the API server",
        confidence=Confidence.INFERRED,
        next="kubectl get configmap -n {namespace} cilium-config -o yaml (kube-proxy-replacement)",
    )


class ServiceBackedParameters(Parameters, frozen=True, kw_only=True):
    """Services in ``namespace`` with these ``labels`` exist, and each has a ready endpoint."""

    namespace: str
    labels: dict[str, str]

    def reads(self) -> tuple[str, ...]:
        return ("services", "endpointslices.discovery.k8s.io")


@rule("service-backed", ServiceBackedParameters)
def service_backed(context: Context, parameters: ServiceBackedParameters) -> Iterator[Judged]:
    services, slices = context.table("services"), context.table("endpointslices.discovery.k8s.io")
    wanted = parameters.labels.items()
    found = [
        services.objects[key]
        for key in sorted(services.objects)
        if key[0] == parameters.namespace and wanted <= services.objects[key].metadata.labels.items()
    ]
    if not found:
        text = ",".join(f"{key}={value}" for key, value in wanted)
        yield Judged(None, fails(f"no Service with {text} exists in namespace {parameters.namespace}"))
        return
    ready: dict[str, int] = {}
    for one in slices:
        if one.metadata.namespace == parameters.namespace:
            name = one.metadata.labels.get("kubernetes.io/service-name", "")
            ready[name] = ready.get(name, 0) + sum(endpoint.ready for endpoint in one.endpoints)
    for service in found:
        count = ready.get(service.metadata.name, 0)
        words = "has no ready endpoint: every lookup of a name fails"
        yield Judged(ref_to(services, service), PASS if count else fails(words, observed="0", expected="at least 1"))
