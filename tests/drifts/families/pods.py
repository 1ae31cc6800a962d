"""Living pods that are not what their template, their tag, their configuration or their revision says."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected, Step
from tests.drifts.deliver import flux, posted
from tests.drifts.place import JSON, STRATEGIC, Place
from tests.drifts.shapes import DB, NEW, OLD, box, config, daemons, deployment, secret, stateful
from tests.drifts.writes import merged

Raw = dict[str, Any]
_SEEN = (Confidence.OBSERVED,)
_MAYBE = (Confidence.INFERRED,)
"""Flux' one entry is of labels as well: what of them it wrote last, nobody can tell."""


def reported(app: str = "web", count: int = 1, *, ready: bool = True, digests: tuple[str, ...] = ("a",)) -> Step:
    """The kubelet's report on pods that nobody else plays; each pod in turn has the next digest."""

    async def step(at: Place) -> None:
        pods = await at.pods(app, count, lambda pod: pod["spec"].get("nodeName"))
        for place, pod in enumerate(pods):
            if not pod.get("status", {}).get("containerStatuses"):
                await report(at, pod, ready=ready, digest=digests[place % len(digests)])

    return step


async def report(at: Place, pod: Raw, *, ready: bool = True, digest: str = "a") -> None:
    """One pod runs."""
    since = at.world.clock()
    statuses = [
        {
            "name": one["name"],
            "image": one["image"],
            "imageID": f"registry.example/shop/app@sha256:{digest * 64}",
            "containerID": "containerd://0",
            "ready": ready,
            "started": True,
            "restartCount": 0,
            "resources": one.get("resources") or {},
            "state": {"running": {"startedAt": since}},
        }
        for one in pod["spec"]["containers"]
    ]
    told = "True" if ready else "False"
    conditions = [
        {"type": kind, "status": told if kind.endswith("eady") else "True", "lastTransitionTime": since}
        for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    status = {"phase": "Running", "startTime": since, "conditions": conditions, "containerStatuses": statuses}
    await at.patch("kubelet", pod, {"status": status}, STRATEGIC, "status", "report")


def on_first_pod(app: str, manager: str, body: Any, kind: str = STRATEGIC, subresource: str = "") -> Step:
    """Somebody writes the first of the pods."""

    async def step(at: Place) -> None:
        pod = (await at.pods(app))[0]
        if manager == "kubectl":
            await at.agent("kubectl/v1.37.2 (linux/amd64)", pod, body, subresource, kind)
        else:
            await at.patch(manager, pod, body, kind, subresource)

    return step


def _pod(name: str, path: str, manager: str, **more: Any) -> Expected:
    return Expected(
        kind=DriftKind.POD_TEMPLATE,
        of=f"Pod/{name}",
        path=path,
        manager=manager,
        actor=ActorClass.HUMAN,
        **{"sure": _SEEN, **more},
    )


def _two_labels() -> Raw:
    whole = deployment()
    whole["spec"]["template"]["metadata"]["labels"]["tier"] = "gold"
    return whole


_PATCHED = {"spec": {"containers": [{"name": "app", "image": NEW}]}}
_SIZED = box(resources={"requests": {"cpu": "100m"}})
_FROM: dict[str, Any] = {
    "env": [{"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "level"}}}]
}
_PASSWORD: dict[str, Any] = {"envFrom": [{"secretRef": {"name": "login"}}]}


def _stale(of: str, path: str, manager: str, **more: Any) -> Expected:
    known = {"kind": DriftKind.STALE_CONFIG, "of": of, "path": path, "change": None, "manager": manager, "sure": _SEEN}
    return Expected(**{**known, **more})


async def _renewed(at: Place) -> None:
    """The controller replaces one pod, and the new one is not ready. The old one goes as soon as it is told to."""

    async def question() -> list[Raw]:
        found = await at.api.list("v1", "Pod", at.name, labelSelector="app=agent")
        for one in found:
            if one["metadata"].get("deletionTimestamp"):
                await at.api.delete(one, gracePeriodSeconds="0")
        return [one for one in found if one["spec"]["containers"][0]["image"] == NEW and one["spec"].get("nodeName")]

    pods = await at.api.until(question, 60.0, 0.3)
    await report(at, pods[0], ready=False)


CASES: tuple[Case, ...] = (
    Drifted(
        name="pod-image-patched",
        what="kubectl set image on a living pod of a StatefulSet",
        long_ago=(flux(stateful(replicas=2)), lambda at: at.pods("db", 2)),
        recently=(on_first_pod("db", "kubectl-set", _PATCHED),),
        expected=(
            _pod("db-0", "spec.containers[name=app].image", "kubectl-set", before=OLD, after=NEW, dated=Dated.BOUNDED),
        ),
    ),
    Drifted(
        name="pod-image-patched-alone",
        what="the same on the only pod of a Deployment",
        long_ago=(flux(deployment()),),
        recently=(
            on_first_pod(
                "web", "kubectl-edit", [{"op": "replace", "path": "/spec/containers/0/image", "value": NEW}], JSON
            ),
        ),
        expected=(
            _pod(
                "web-*", "spec.containers[name=app].image", "kubectl-edit", before=OLD, after=NEW, dated=Dated.BOUNDED
            ),
        ),
    ),
    Drifted(
        name="pod-resized",
        what="kubectl patch --subresource=resize of a living pod",
        long_ago=(flux(deployment("web", _SIZED, by_hand=True)), reported()),
        recently=(
            on_first_pod(
                "web",
                "kubectl-patch",
                {"spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "200m"}}}]}},
                subresource="resize",
            ),
        ),
        expected=(
            _pod(
                "web-*",
                "spec.containers[name=app].resources.requests.cpu",
                "kubectl-patch",
                before="100m",
                after="200m",
                dated=Dated.BOUNDED,
                sure=(Confidence.OBSERVED, Confidence.CERTAIN),
            ),
        ),
    ),
    Drifted(
        name="pod-debugged",
        what="kubectl debug leaves a container in a living pod",
        long_ago=(flux(deployment()),),
        recently=(
            on_first_pod(
                "web",
                "kubectl",
                {"spec": {"ephemeralContainers": [{"name": "debugger-1", "image": "busybox:1"}]}},
                subresource="ephemeralcontainers",
            ),
        ),
        expected=(
            _pod(
                "web-*",
                "spec.ephemeralContainers[name=debugger-1]",
                "kubectl",
                change="addition",
                sure=(Confidence.CERTAIN, Confidence.OBSERVED),
                security=True,
            ),
        ),
    ),
    Drifted(
        name="pod-relabelled",
        what="kubectl label changes a label of a pod that its template states",
        long_ago=(flux(_two_labels()),),
        recently=(on_first_pod("web", "kubectl-label", {"metadata": {"labels": {"tier": "canary"}}}),),
        expected=(
            _pod("web-*", "metadata.labels.tier", "kubectl-label", before="gold", after="canary", dated=Dated.BOUNDED),
        ),
    ),
    Drifted(
        name="tag-moved",
        what="three pods of one tag, and one of them runs another content",
        long_ago=(
            flux(
                deployment(
                    "web",
                    box("registry.example/tag-moved:1"),
                    replicas=3,
                    by_hand=True,
                    nodeSelector={"kubernetes.io/arch": "amd64"},
                )
            ),
            reported("web", 3, digests=("a", "a", "b")),
        ),
        expected=(
            Expected(
                kind=DriftKind.IMAGE_DIGEST,
                of="Deployment/web",
                path="status.containerStatuses[name=app].imageID",
                change=None,
                dated=Dated.EXACTLY,
                written="report",
                sure=_SEEN,
            ),
        ),
    ),
    Drifted(
        name="config-stale",
        what="Flux changes a ConfigMap that a process read at its start as a variable",
        long_ago=(flux(config(), deployment("web", box(**_FROM))),),
        recently=(flux(config(level="debug"), note="drift", listed=False),),
        expected=(_stale("Deployment/web", "configmaps/settings", "kustomize-controller", sure=_MAYBE),),
    ),
    Drifted(
        name="config-stale-by-hand",
        what="kubectl patch of the same: then it is sure that the content was written",
        long_ago=(posted("Terraform", config()), flux(deployment("web", box(**_FROM)))),
        recently=(merged("kubectl-patch", config(), {"data": {"level": "debug"}}),),
        expected=(
            _stale("Deployment/web", "configmaps/settings", "kubectl-patch"),
            Expected(
                kind=DriftKind.OUT_OF_BAND,
                of="ConfigMap/settings",
                path="data.level",
                change=(None, "override"),
                manager="kubectl-patch",
            ),
        ),
    ),
    Drifted(
        name="secret-stale",
        what="a rotated Secret that a process read at its start with envFrom",
        long_ago=(flux(secret(), deployment("web", box(**_PASSWORD))),),
        recently=(flux(secret("login", password="rotated"), note="drift", listed=False),),
        expected=(_stale("Deployment/web", "secrets/login", "kustomize-controller", sure=_MAYBE),),
    ),
    Drifted(
        name="rollout-stuck",
        what="half a rollout: the first new pod never becomes ready",
        long_ago=(
            flux(
                deployment(
                    "web",
                    replicas=2,
                    by_hand=True,
                    deploy={"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}},
                )
            ),
            reported("web", 2),
        ),
        recently=(
            flux(
                deployment(
                    "web",
                    box(NEW),
                    replicas=2,
                    by_hand=True,
                    deploy={"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}},
                ),
                note="drift",
                listed=False,
            ),
            reported("web", 3, ready=False),
        ),
        expected=(
            Expected(
                kind=DriftKind.MIXED_REVISIONS,
                of="Deployment/web",
                path="metadata.labels[pod-template-hash]",
                change=None,
                sure=_SEEN,
            ),
        ),
    ),
    Drifted(
        name="rollout-by-nobody",
        what="a StatefulSet whose pods are renewed when somebody deletes them, which nobody did for a day",
        long_ago=(
            flux(stateful(replicas=2, deploy={"updateStrategy": {"type": "OnDelete"}})),
            lambda at: at.pods("db", 2, lambda pod: pod.get("status", {}).get("phase") == "Running"),
            flux(
                stateful("db", box(NEW), replicas=2, deploy={"updateStrategy": {"type": "OnDelete"}}),
                note="drift",
                listed=False,
            ),
            lambda at: at.shows(
                DB, lambda one: one["status"].get("updateRevision") != one["status"].get("currentRevision")
            ),
        ),
        expected=(
            Expected(
                kind=DriftKind.MIXED_REVISIONS,
                of="StatefulSet/db",
                path="metadata.labels[controller-revision-hash]",
                change=None,
                sure=_SEEN,
                says="OnDelete",
            ),
        ),
    ),
    Drifted(
        name="daemons-stuck",
        what="a DaemonSet's update stops at its first pod",
        long_ago=(flux(daemons("agent", by_hand=True, nodeSelector={"daemons": "here"})), reported("agent", 2)),
        recently=(
            flux(
                daemons("agent", box(NEW), by_hand=True, nodeSelector={"daemons": "here"}), note="drift", listed=False
            ),
            _renewed,
        ),
        expected=(
            Expected(
                kind=DriftKind.MIXED_REVISIONS,
                of="DaemonSet/agent",
                path="metadata.labels[controller-revision-hash]",
                change=None,
                sure=_SEEN,
            ),
        ),
    ),
)
