"""Why autoscalers do not scale: their target, the API of their figures, requests that are missing, or their ceiling."""

from __future__ import annotations

from typing import Any

from k8sview.analysis.health.conditions import find
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.explained import explain
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.hpas import target
from k8sview.analysis.health.keda import scaler_health
from k8sview.analysis.health.metrics_apis import GROUPS, MetricsAPI, metrics_api
from k8sview.analysis.health.phrases import counted, joined, one_line
from k8sview.analysis.health.targets import Target, target_health
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.workloads import HorizontalPodAutoscaler
from k8sview.model.resources import Ref
from k8sview.model.view import View

_AUTOSCALERS = "horizontalpodautoscalers.autoscaling"
_NO_FIGURES_YET = ("no metrics returned", "did not receive metrics", "no ready pods", "no pods returned")


def unscalable(view: View, autoscaler: HorizontalPodAutoscaler, health: Health) -> Diagnosis | None:
    """The target is missing, or may not be scaled."""
    able = find(autoscaler.status.conditions, "AbleToScale")
    if able is None or able.status != "False":
        return None
    scaled = target(view, autoscaler)
    look = _describe(autoscaler)
    name = _name(autoscaler)
    if scaled.absent:
        message = f"{scaled.words} does not exist, and autoscaler {name} is to scale it"
        look = f"kubectl get {word(scaled.resource)} -n {word(scaled.ref.namespace)}"
        return explain(health, "hpa.target-missing", message, look, because=(scaled.ref,))
    if not scaled.resource and view.resources:
        message = f"autoscaler {name} is to scale {scaled.words}, a kind that this cluster does not serve"
        return explain(health, "hpa.target-missing", message, look)
    missing = () if scaled.readable else (scaled.resource,) if scaled.resource else ()
    message = joined(f"autoscaler {name} cannot scale {scaled.words}", one_line(able.message))
    return explain(health, "hpa.cannot-scale", message, look, missing=missing)


def without_figures(view: View, autoscaler: HorizontalPodAutoscaler, health: Health) -> Diagnosis | None:
    """Nothing to compute by: which API, which request, which metric."""
    active = find(autoscaler.status.conditions, "ScalingActive")
    if active is None or active.status != "False":
        return None
    name, look, said = _name(autoscaler), _describe(autoscaler), one_line(active.message)
    if active.reason == "AmbiguousSelector":
        return _ambiguous(view, autoscaler, health, said)
    scaler = _scaler(view, autoscaler)
    if scaler is not None:
        message = f"KEDA's {scaler.name} gives autoscaler {name} no figures: {said}"
        return explain(health, "hpa.scaler-ill", message, look, because=(scaler,))
    scaled = target(view, autoscaler)
    strangers = _no_such_containers(autoscaler, scaled)
    if strangers:
        message = f"autoscaler {name} asks for the figures of {strangers} has no such container"
        return explain(health, "hpa.container-missing", message, look)
    if "missing request for" in active.message:
        message = joined(f"autoscaler {name} cannot compute a share of requests", _unrequested(scaled, said))
        return explain(health, "hpa.request-missing", message, look)
    group = GROUPS.get(active.reason, "")
    if group:
        found = metrics_api(view, group)
        unserved = _unserved(health, found, name)
        if unserved is not None:
            return unserved
        if any(words in active.message for words in _NO_FIGURES_YET):
            return _no_figures(view, autoscaler, health, found)
        words = f"{group} knows no metric that autoscaler {name} asks for ({_asked(autoscaler)})"
        slug = "hpa.metric-missing"
        return explain(health, slug, joined(words, said), look, missing=found.missing)
    return explain(health, "hpa.cannot-compute", joined(f"autoscaler {name} cannot compute", said), look)


def _unserved(health: Health, found: MetricsAPI, name: str) -> Diagnosis | None:
    """No APIService for the group, or one that is down: the condition never names it, so it is joined here."""
    ref = found.down
    if ref is None:
        return None
    if found.absent:
        message = f"no APIService serves {found.group}: {found.hint}"
        return explain(
            health,
            "hpa.metrics-api-missing",
            message,
            f"kubectl get apiservice {word(ref.name)}",
            because=(ref,),
            evidence=(f"apiservices.apiregistration.k8s.io/{ref.name} = absent",),
        )
    message = f"APIService {ref.name} is not available, so autoscaler {name} gets no figures"
    look = f"kubectl get apiservice {word(ref.name)} -o yaml"
    return explain(health, "hpa.metrics-api-down", message, look, because=(ref,), evidence=found.evidence)


def _no_figures(view: View, autoscaler: HorizontalPodAutoscaler, health: Health, found: MetricsAPI) -> Diagnosis:
    """The API answers, but has nothing: by pods that are not well, or by a server that collects nothing."""
    scaled, name, look = target(view, autoscaler), _name(autoscaler), _describe(autoscaler)
    state = target_health(view, scaled)
    if state is not None and state.verdict.faulty:
        message = f"{scaled.words} {state.message or 'is not well'}, so there are no figures to scale it by"
        return explain(health, "hpa.target-ill", message, look, because=(scaled.ref,))
    selector = getattr(getattr(scaled.obj, "spec", None), "selector", None)
    pods = view.pods_of(autoscaler.metadata.namespace or "", selector) if selector is not None else ()
    if any(pod.ready for pod in pods) and found.serving is not None:
        message = (
            f"{found.group} answers but has no figures of the ready pods of {scaled.words}: "
            "look whether its server reaches the kubelets"
        )
        look = f"kubectl top pods -n {word(autoscaler.metadata.namespace)}"
        return explain(health, "hpa.figures-missing", message, look, because=(found.serving,), inferred=True)
    message = f"{found.group} has no figures of {scaled.words} for autoscaler {name}"
    missing = () if view.readable("pods", autoscaler.metadata.namespace) else ("pods",)
    return explain(health, "hpa.cannot-compute", message, look, missing=(*found.missing, *missing))


def at_ceiling(view: View, autoscaler: HorizontalPodAutoscaler, health: Health) -> Diagnosis | None:
    """More load than the ceiling allows pods for; whether more would even fit, its pending pods tell."""
    if health.reason != "AtMaximum":
        return None
    scaled = target(view, autoscaler)
    selector = getattr(getattr(scaled.obj, "spec", None), "selector", None)
    pods = view.pods_of(autoscaler.metadata.namespace or "", selector) if selector is not None else ()
    pending = sum(pod.status.phase == "Pending" and not pod.spec.node_name for pod in pods)
    room = (
        f"; no node has room for {counted(pending, 'pod')} of it, so a higher one alone is no help" if pending else ""
    )
    message = (
        f"autoscaler {_name(autoscaler)} has been at its ceiling of {autoscaler.spec.max_replicas} replicas"
        f"{since(view, health.since)} and its metrics ask for more{room}"
    )
    return explain(health, "hpa.at-maximum", message, _describe(autoscaler))


def _ambiguous(view: View, autoscaler: HorizontalPodAutoscaler, health: Health, said: str) -> Diagnosis:
    """Both say so of each other: the younger one is held to be one too many, so that both read as one cause."""
    together = sorted(
        (autoscaler, *_rivals(view, autoscaler)),
        key=lambda one: (one.metadata.creation_timestamp or "", one.metadata.name),
    )
    youngest = together[-1]
    others = " and ".join(one.metadata.name for one in together[:-1]) or "another one"
    words = f"autoscaler {_name(youngest)} and {others} scale the same pods, so none of them works"
    because: tuple[Ref, ...] = ()
    if youngest is not autoscaler:
        because = (ref_to("HorizontalPodAutoscaler", youngest.metadata.namespace, youngest.metadata.name),)
    look = f"kubectl get hpa -n {word(autoscaler.metadata.namespace)}"
    return explain(health, "hpa.rivals", joined(words, said), look, because=because)


def _rivals(view: View, autoscaler: HorizontalPodAutoscaler) -> tuple[HorizontalPodAutoscaler, ...]:
    mine = autoscaler.spec.scale_target_ref
    return tuple(
        one
        for one in view.in_namespace(_AUTOSCALERS, autoscaler.metadata.namespace or "")
        if isinstance(one, HorizontalPodAutoscaler) and one.metadata.name != autoscaler.metadata.name
        if (one.spec.scale_target_ref.kind, one.spec.scale_target_ref.name) == (mine.kind, mine.name)
    )


def _scaler(view: View, autoscaler: HorizontalPodAutoscaler) -> Ref | None:
    """The ScaledObject that made this autoscaler, if it has a fault that it did not get from it."""
    for owner in autoscaler.metadata.owner_references:
        if owner.kind != "ScaledObject":
            continue
        scaler = view.get("scaledobjects.keda.sh", owner.name, autoscaler.metadata.namespace)
        if isinstance(scaler, Custom):
            state = scaler_health(view, scaler)
            own = not any("HPAActive" in path for path in state.evidence)
            if state.verdict.faulty and own:
                return Ref(owner.api_version, owner.kind, autoscaler.metadata.namespace, owner.name)
    return None


def _no_such_containers(autoscaler: HorizontalPodAutoscaler, scaled: Target) -> str:
    """``container appp, but Deployment shop/web``: what ContainerResource metrics name and the target's template lacks;
    "" where nothing is amiss. A mesh may add containers to pods: they are no strangers, but the template cannot tell.
    """
    template = getattr(getattr(scaled.obj, "spec", None), "template", None)
    if template is None:
        return ""
    known = {one.name for one in (*template.spec.containers, *template.spec.init_containers)}
    sources = [metric.get("containerResource") for metric in autoscaler.spec.metrics]
    asked = [str(one.get("container") or "") for one in sources if isinstance(one, dict)]
    lacking = sorted({one for one in asked if one and one not in known})
    return f"container {', '.join(lacking)}, but {scaled.words}" if lacking else ""


def _unrequested(scaled: Target, said: str) -> str:
    """Which containers of the target's template have no request for what the condition names."""
    resource = said.partition("missing request for ")[2].split(" ")[0].strip(".,") or "cpu"
    template = getattr(getattr(scaled.obj, "spec", None), "template", None)
    containers: Any = template.spec.containers if template is not None else ()
    bare = [one.name for one in containers if resource not in (one.resources.requests or {})]
    if not bare:
        return said
    noun = "container" if len(bare) == 1 else "containers"
    return f"{noun} {', '.join(bare)} of {scaled.words} {'has' if len(bare) == 1 else 'have'} no {resource} request"


def _asked(autoscaler: HorizontalPodAutoscaler) -> str:
    names = []
    for metric in autoscaler.spec.metrics:
        kind = str(metric.get("type") or "")
        source = metric.get(kind[:1].lower() + kind[1:])
        inner = source.get("metric") if isinstance(source, dict) else None
        name = (inner or source or {}).get("name") if isinstance(inner or source, dict) else None
        names.append(f"{kind} {name}" if name else kind)
    return ", ".join(names) or "none"


def _name(autoscaler: HorizontalPodAutoscaler) -> str:
    return f"{autoscaler.metadata.namespace}/{autoscaler.metadata.name}"


def _describe(autoscaler: HorizontalPodAutoscaler) -> str:
    return describe("hpa", autoscaler.metadata.namespace, autoscaler.metadata.name)


FAMILY = Family(
    known=(
        Known("hpa.target-missing", "What an autoscaler is to scale does not exist", "Correct its scaleTargetRef."),
        Known("hpa.cannot-scale", "An autoscaler may not or cannot scale its target", "Read its conditions."),
        Known(
            "hpa.container-missing",
            "An autoscaler asks for the figures of a container that its target does not have",
            "Correct the container's name in its metrics.",
        ),
        Known("hpa.rivals", "Two autoscalers scale the same pods and stand in each other's way", "Keep one of them."),
        Known("hpa.scaler-ill", "KEDA gives an autoscaler no figures", "Look at the ScaledObject."),
        Known(
            "hpa.request-missing",
            "An autoscaler is to keep a share of requests, and a container has none",
            "Give every container of the target a request, or scale by a ContainerResource metric.",
        ),
        Known(
            "hpa.metrics-api-missing",
            "Nothing serves the metrics API that autoscalers read",
            "Install what serves it: metrics-server, an adapter, or KEDA.",
        ),
        Known("hpa.metrics-api-down", "The metrics API that autoscalers read is down", "Look at the APIService."),
        Known("hpa.metric-missing", "The metrics API knows no such metric", "Check the metric's name and selector."),
        Known("hpa.target-ill", "Pods that are not well give no figures to scale by", "Look at the target."),
        Known("hpa.figures-missing", "The metrics API answers but has no figures", "Look at the metrics server."),
        Known("hpa.cannot-compute", "An autoscaler cannot compute", "Read its conditions and events."),
        Known("hpa.at-maximum", "The load asks for more replicas than allowed", "Raise the maximum, or find the load."),
    ),
    rules={_AUTOSCALERS: (unscalable, without_figures, at_ceiling)},
)
