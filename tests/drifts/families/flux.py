"""Objects that Flux applies, and hands that are not Flux's, on one workload after the other."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected, Raw, Step
from tests.drifts.deliver import flux
from tests.drifts.place import JSON
from tests.drifts.shapes import (
    DB,
    IMAGE,
    NEW,
    OLD,
    WEB,
    app,
    deployment,
    made,
    named,
    stateful,
)
from tests.drifts.writes import CONTAINER, agent, applied, at_path, merged, patched, put

HUMAN, UI, SCRIPT = ActorClass.HUMAN, ActorClass.UI, ActorClass.SCRIPT
OVERRIDE = (None, "override")
"""Where nothing in the cluster says what Flux states, "changed" and "not known" are both honest."""
ADDITION = (None, "addition")


def band(of: str, path: str, manager: str, actor: ActorClass = HUMAN, **more: Any) -> Expected:
    """A write out of band."""
    return Expected(kind=DriftKind.OUT_OF_BAND, of=of, path=path, manager=manager, actor=actor, **more)


def over(name: str, what: str, raw: Raw, step: Step | tuple[Step, ...], *expected: Expected) -> Case:
    """Flux delivered it long ago; somebody wrote half an hour ago."""
    steps = step if isinstance(step, tuple) else (step,)
    return Drifted(name=name, what=what, long_ago=(flux(raw),), recently=steps, expected=expected)


_POD = "spec.template.spec"
_JSON_OPEN = [
    {"op": "add", "path": "/spec/template/spec/hostNetwork", "value": True},
    {"op": "add", "path": "/spec/template/spec/containers/0/securityContext", "value": {"privileged": True}},
]
_REWRITTEN = {
    "spec": {"template": {"spec": {"containers": [{"name": "app", "image": NEW}, {"name": "side", "image": "r/s:1"}]}}}
}
_PROBED = deployment("web", {"name": "app", "image": OLD, "readinessProbe": {"tcpSocket": {"port": 80}}})


async def _restart(at: Any) -> None:
    note = {"kubectl.kubernetes.io/restartedAt": at.world.clock()}
    await at.patch(
        "kubectl-rollout", WEB, {"spec": {"template": {"metadata": {"annotations": note}}}}, "strategic-merge-patch"
    )


CASES: tuple[Case, ...] = (
    over(
        "flux-image-edited",
        "kubectl edit of a Deployment's image",
        deployment(),
        put("kubectl-edit", WEB, at_path(*CONTAINER, "image", NEW)),
        band("Deployment/web", IMAGE, "kubectl-edit", after=NEW),
    ),
    over(
        "flux-sidecar-added",
        "kubectl patch adds a container, which lands first in the list",
        deployment(),
        patched(
            "kubectl-patch", WEB, {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "r/s:1"}]}}}}
        ),
        band("Deployment/web", f"{_POD}.containers[name=side]", "kubectl-patch", change="addition", after="r/s:1"),
    ),
    over(
        "flux-list-rewritten",
        "a merge patch writes the whole list of containers anew and so drops a probe, which nobody signs",
        _PROBED,
        merged("kubectl-patch", WEB, _REWRITTEN),
        band("Deployment/web", IMAGE, "kubectl-patch", after=NEW, dated=Dated.BOUNDED),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=side]",
            "kubectl-patch",
            change="addition",
            dated=Dated.BOUNDED,
        ),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=app].readinessProbe",
            "kubectl-patch",
            change="removal",
            sure=(Confidence.INFERRED,),
        ),
    ),
    over(
        "flux-env-set",
        "kubectl set env on a StatefulSet",
        stateful(),
        patched("kubectl-set", DB, app(env=[{"name": "DEBUG", "value": "1"}])),
        band("StatefulSet/db", f"{_POD}.containers[name=app].env[name=DEBUG]", "kubectl-set", change="addition"),
    ),
    over(
        "flux-resources-set",
        "kubectl set resources raises a limit that Flux states",
        deployment("web", {"name": "app", "image": OLD, "resources": {"limits": {"memory": "1Gi"}}}),
        patched("kubectl-set", WEB, app(resources={"limits": {"memory": "3Gi"}})),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=app].resources.limits.memory",
            "kubectl-set",
            change=OVERRIDE,
            after="3Gi",
        ),
    ),
    over(
        "flux-args-edited",
        "one argument of an atomic list, edited by k9s with a PUT",
        deployment("web", {"name": "app", "image": OLD, "args": ["--a", "--b"]}),
        put("k9s", WEB, at_path(*CONTAINER, "args", 1, "--c")),
        band("Deployment/web", f"{_POD}.containers[name=app].args", "k9s", UI, change=OVERRIDE),
    ),
    over(
        "flux-restarted",
        "kubectl rollout restart: no change of configuration, but a deed with a time",
        deployment(),
        _restart,
        band(
            "Deployment/web",
            f"{_POD.removesuffix('.spec')}.metadata.annotations[kubectl.kubernetes.io/restartedAt]",
            "kubectl-rollout",
            change=ADDITION,
            says="restarted",
        ),
    ),
    over(
        "flux-undone",
        "kubectl rollout undo takes the image back that Flux brought an hour before",
        deployment(),
        (
            flux(deployment("web", {"name": "app", "image": NEW}), note="upgrade"),
            patched(
                "kubectl",
                WEB,
                [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": OLD}],
                JSON,
            ),
        ),
        band("Deployment/web", IMAGE, "kubectl", after=OLD),
    ),
    over(
        "flux-account-set",
        "kubectl set serviceaccount: who the pods are",
        deployment(),
        patched("kubectl-set", WEB, {"spec": {"template": {"spec": {"serviceAccountName": "default"}}}}),
        band("Deployment/web", f"{_POD}.serviceAccountName", "kubectl-set", change=ADDITION, security=True),
    ),
    over(
        "flux-privileged",
        "a script opens the host to a pod with one JSON patch",
        deployment(),
        agent("curl/8.9.1", WEB, _JSON_OPEN, kind=JSON),
        band(
            "Deployment/web", f"{_POD}.hostNetwork", "curl", SCRIPT, change=OVERRIDE, security=True, dated=Dated.BOUNDED
        ),
        band(
            "Deployment/web",
            f"{_POD}.containers[name=app].securityContext.privileged",
            "curl",
            SCRIPT,
            change=ADDITION,
            security=True,
            dated=Dated.BOUNDED,
        ),
    ),
    over(
        "flux-nameless",
        "a client that says no name at all changes how the pods resolve names",
        deployment(),
        agent("", WEB, {"spec": {"template": {"spec": {"dnsPolicy": "Default"}}}}),
        band(
            "Deployment/web",
            f"{_POD}.dnsPolicy",
            "unknown",
            ActorClass.UNKNOWN,
            change=OVERRIDE,
            after="Default",
            sure=(Confidence.INFERRED,),
        ),
    ),
    over(
        "flux-forced",
        "kubectl apply --server-side --force-conflicts takes the image over",
        deployment(),
        applied("kubectl", {**deployment("web", {"name": "app", "image": NEW})}),
        band("Deployment/web", IMAGE, "kubectl", after=NEW, dated=Dated.BOUNDED),
    ),
    over(
        "flux-label-applied",
        "a script owns a label through server-side apply, without force",
        deployment(),
        applied(
            "python-deployer",
            {**named(deployment()), "metadata": {"name": "web", "labels": {"tier": "gold"}}},
            force=False,
        ),
        band("Deployment/web", "metadata.labels.tier", "python-deployer", SCRIPT, change=ADDITION),
    ),
    over(
        "flux-cron-suspended",
        "kubectl patch suspends a CronJob",
        made(
            "batch/v1",
            "CronJob",
            "nightly",
            spec={
                "schedule": "0 3 * * *",
                "jobTemplate": {
                    "spec": {
                        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": OLD}]}}
                    }
                },
            },
        ),
        merged("kubectl-patch", made("batch/v1", "CronJob", "nightly"), {"spec": {"suspend": True}}),
        band("CronJob/nightly", "spec.suspend", "kubectl-patch"),
    ),
)
