"""Leaves of pod templates that were applied server-side and are gone: only revisions, and the applier's time, tell."""

from __future__ import annotations

import asyncio
from typing import Any

from k8sview.model.drift import DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Drifted, Expected, Lookalike, Step
from tests.drifts.deliver import argo, flux, helm, posted
from tests.drifts.families.flux import band
from tests.drifts.place import JSON, Place
from tests.drifts.shapes import DB, NEW, WEB, app, autoscaler, box, daemons, deployment, named, stateful
from tests.drifts.writes import CONTAINER, agent, at_path, merged, patched, put

Raw = dict[str, Any]
_POD = "spec.template.spec"
_BOX = f"{_POD}.containers[name=app]"
_PROBE = {"httpGet": {"path": "/healthz", "port": 8080}}
_PROBED, _PLAIN = deployment("web", box(readinessProbe=_PROBE)), deployment()
_AGENT = daemons("agent", box(env=[{"name": "LEVEL", "value": "info"}, {"name": "SIZE", "value": "1"}]))
_NOTED = deployment("web", box(), annotations={"team": "a"})


def _out(*path: str | int) -> list[Raw]:
    """A JSON patch that takes one place of the container away."""
    return [{"op": "remove", "path": "/".join(("/spec/template/spec/containers/0", *map(str, path)))}]


def _gone(of: str, path: str, **more: Any) -> Expected:
    told = {"change": "removal", "sure": (Confidence.INFERRED,), **more}
    return Expected(kind=DriftKind.OUT_OF_BAND, of=of, path=path, **told)


def _lost(name: str, what: str, delivered: Step, step: Step | tuple[Step, ...], *expected: Expected) -> Case:
    steps = step if isinstance(step, tuple) else (step,)
    return Drifted(name=name, what=what, long_ago=(delivered,), recently=steps, expected=expected)


async def _labelled_then_delivered(at: Place) -> None:
    await at.patch("kubectl-label", WEB, {"metadata": {"labels": {"team": "a"}}})
    await at.patch("kubectl-label", WEB, {"metadata": {"labels": {"team": None}}})
    await asyncio.sleep(1.1)
    await flux(_PLAIN, note="again", listed=False)(at)


async def _settled(at: Place) -> None:
    """Until the controller has made a revision of it, and a second more: times have no more digits."""
    await at.answered()
    await asyncio.sleep(1.1)


CASES: tuple[Case, ...] = (
    _lost(
        "flux-probe-removed",
        "kubectl patch removes a probe that Flux applied: no entry at all",
        flux(_PROBED),
        patched("kubectl-patch", WEB, _out("readinessProbe"), JSON),
        _gone("Deployment/web", f"{_BOX}.readinessProbe", says="Flux"),
    ),
    _lost(
        "argo-ssa-limit-removed",
        "kubectl edit removes a limit that Argo CD applied server-side",
        argo(deployment("web", box(resources={"limits": {"memory": "1Gi"}})), server_side=True),
        put("kubectl-edit", WEB, at_path(*CONTAINER, "resources", "limits", None)),
        _gone("Deployment/web", f"{_BOX}.resources.limits.memory", before="1Gi"),
    ),
    _lost(
        "flux-container-removed",
        "a console removes a container that Flux applied",
        flux(deployment("web", box(), box("r/s:1", "side"))),
        put("node-fetch", WEB, at_path("spec", "template", "spec", "containers", 1, None)),
        _gone("Deployment/web", f"{_POD}.containers[name=side]", before="r/s:1"),
    ),
    _lost(
        "flux-note-removed",
        "an annotation of a pod template is removed",
        flux(_NOTED),
        merged("kubectl-annotate", WEB, {"spec": {"template": {"metadata": {"annotations": {"team": None}}}}}),
        _gone("Deployment/web", "spec.template.metadata.annotations.team", before="a"),
    ),
    _lost(
        "flux-daemon-env-removed",
        "kubectl set env of a DaemonSet, with a minus",
        flux(_AGENT),
        patched("kubectl-set", named(_AGENT), _out("env", 1), JSON),
        _gone("DaemonSet/agent", f"{_BOX}.env[name=SIZE]"),
    ),
    _lost(
        "flux-stateful-probe-removed",
        "a merge patch that rewrites a StatefulSet's containers leaves the probe out",
        flux(stateful("db", box(readinessProbe=_PROBE))),
        merged("kubectl-patch", DB, app(image=NEW)),
        band("StatefulSet/db", f"{_BOX}.image", "kubectl-patch", after=NEW),
        _gone("StatefulSet/db", f"{_BOX}.readinessProbe", manager="kubectl-patch"),
    ),
    _lost(
        "helm4-probe-removed",
        "a probe of a Helm 4 release's Deployment: the release states it, and tells it once",
        helm(_PROBED, server_side=True),
        patched("kubectl-patch", WEB, _out("readinessProbe"), JSON),
        Expected(kind=DriftKind.HELM, of="Deployment/web", path=f"{_BOX}.readinessProbe", change="removal"),
    ),
    Drifted(
        name="flux-probe-undone",
        what="kubectl rollout undo takes away what Flux added, and leaves no entry: an event dates it",
        long_ago=(flux(_PLAIN, note="first", listed=False), _settled, flux(_PROBED)),
        recently=(patched("kubectl", WEB, _out("readinessProbe"), JSON),),
        expected=(_gone("Deployment/web", f"{_BOX}.readinessProbe"),),
    ),
    Lookalike(
        name="flux-takes-itself-back",
        what="Flux itself goes back to a template that it delivered before",
        long_ago=(flux(_PLAIN, note="first", listed=False), _settled, flux(_PROBED)),
        recently=(flux(_PLAIN, note="again", listed=False),),
    ),
    Lookalike(
        name="flux-removes-itself",
        what="Flux itself no longer states a probe",
        long_ago=(flux(_PROBED),),
        recently=(flux(_PLAIN, note="again", listed=False),),
    ),
    Lookalike(
        name="argo-ssa-removes-itself",
        what="Argo CD itself no longer states a container",
        long_ago=(argo(deployment("web", box(), box("r/s:1", "side")), server_side=True),),
        recently=(argo(_PLAIN, server_side=True, note="again", listed=False),),
    ),
    Lookalike(
        name="terraform-removes-itself",
        what="Terraform itself updates a Deployment and leaves a probe out: an Update has no new time then",
        long_ago=(posted("Terraform", _PROBED),),
        recently=(patched("Terraform", WEB, _out("readinessProbe"), JSON),),
    ),
    Lookalike(
        name="flux-removes-after-a-label",
        what="Flux no longer states a probe just after a person added a label and took it back",
        long_ago=(flux(_PROBED),),
        recently=(_labelled_then_delivered,),
    ),
    Lookalike(
        name="flux-added-and-taken-back",
        what="a person adds a variable to what Flux applied and takes it away again",
        long_ago=(flux(_PLAIN),),
        recently=(
            patched("kubectl-set", WEB, app(env=[{"name": "DEBUG", "value": "1"}])),
            _settled,
            patched("kubectl-set", WEB, _out("env"), JSON, note="back"),
        ),
    ),
    Lookalike(
        name="flux-probed-and-scaled",
        what="an autoscaler writes the number of pods, which changes no template",
        long_ago=(flux(deployment("web", box(readinessProbe=_PROBE), replicas=None)), flux(autoscaler())),
        recently=(agent("kube-controller-manager/v1.37.2", WEB, {"spec": {"replicas": 2}}, "scale"),),
    ),
)
