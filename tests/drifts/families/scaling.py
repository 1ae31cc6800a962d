"""Numbers of replicas that people set, with and without an autoscaler, and a field that two write in turn."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import ActorClass, DriftKind
from k8sview.model.status import Confidence
from tests.drifts.case import Case, Dated, Drifted, Expected, Step
from tests.drifts.deliver import flux, helm
from tests.drifts.families.flux import band
from tests.drifts.place import Place
from tests.drifts.shapes import DB, IMAGE, WEB, app, autoscaler, deployment, made, stateful
from tests.drifts.writes import merged, scaled

_SEEN = (Confidence.OBSERVED,)


def _number(of: str, after: str, **more: Any) -> Expected:
    known: dict[str, Any] = {"sure": _SEEN, **more}
    return Expected(kind=DriftKind.REPLICAS, of=of, path="spec.replicas", after=after, **known)


def settled(target: dict[str, Any], replicas: int) -> Step:
    """Until the number is so, and the controllers have made it so."""

    async def step(at: Place) -> None:
        await at.shows(
            target,
            lambda one: (
                one["spec"]["replicas"] == replicas
                and one.get("status", {}).get("replicas", 0) == replicas
                and one.get("status", {}).get("observedGeneration") == one["metadata"]["generation"]
            ),
            f"has {replicas}",
        )

    return step


def noticed(target: dict[str, Any], replicas: int) -> Step:
    """Until its controller has told of the number in an event: so long the write took to have its effect."""

    async def step(at: Place) -> None:
        await settled(target, replicas)(at)

        async def told() -> bool:
            events = await at.api.list("v1", "Event", at.name, fieldSelector="reason=ScalingReplicaSet")
            return any(f" to {replicas}" in one["message"] for one in events)

        await at.api.until(told, 60.0, 0.2)
        write = at.world.written[(at.name, "drift")]
        at.world.written[(at.name, "drift")] = write._replace(seen=at.world.now())

    return step


def keda(lowest: int, highest: int, **more: Any) -> dict[str, Any]:
    target = {"kind": "Deployment", "name": "web"}
    spec = {
        "scaleTargetRef": target,
        "minReplicaCount": lowest,
        "maxReplicaCount": highest,
        "triggers": [{"type": "cron"}],
    }
    return made("keda.sh/v1alpha1", "ScaledObject", "web", spec=spec, **more)


async def _fought_over(at: Place) -> None:
    """Two that write one image in turn; each keeps something of its own as well."""
    await flux(deployment())(at)
    for turn in range(24):
        image = f"registry.example/shop/app:{turn + 2}"
        await at.patch("kubectl-edit", WEB, app(image=image), "strategic-merge-patch")
        if turn < 23:
            await at.apply("kustomize-controller", _flux_again(at), "again")


def _flux_again(at: Place) -> dict[str, Any]:
    found = [one for one in at.world.delivered["flux/apps"] if one["metadata"].get("namespace") == at.name]
    return found[-1]


CASES: tuple[Case, ...] = (
    Drifted(
        name="scaled-by-kubectl",
        what="kubectl scale of a Deployment whose number Flux states",
        long_ago=(flux(deployment(replicas=2)), settled(WEB, 2)),
        recently=(scaled("kubectl", WEB, 4), noticed(WEB, 4)),
        expected=(_number("Deployment/web", "4", before="2", manager="kubectl", actor=ActorClass.HUMAN),),
    ),
    Drifted(
        name="scaled-by-k9s-over-helm",
        what="k9s scales a Deployment of a Helm release",
        long_ago=(helm(deployment(replicas=2)), settled(WEB, 2)),
        recently=(scaled("k9s", WEB, 1), noticed(WEB, 1)),
        expected=(
            _number(
                "Deployment/web",
                "1",
                before="2",
                manager="k9s",
                actor=ActorClass.UI,
                sure=(Confidence.OBSERVED, Confidence.CERTAIN),
            ),
        ),
    ),
    Drifted(
        name="scaled-set",
        what="kubectl scale of a StatefulSet: no event says when",
        long_ago=(flux(stateful()),),
        recently=(scaled("kubectl", DB, 3),),
        expected=(_number("StatefulSet/db", "3", manager="kubectl", actor=ActorClass.HUMAN, dated=Dated.UNTOLD),),
    ),
    Drifted(
        name="scaled-directly",
        what="kubectl patch of spec.replicas, not through /scale",
        long_ago=(flux(deployment(replicas=2)), settled(WEB, 2)),
        recently=(merged("kubectl-patch", WEB, {"spec": {"replicas": 3}}), noticed(WEB, 3)),
        expected=(band("Deployment/web", "spec.replicas", "kubectl-patch", after="3"),),
    ),
    Drifted(
        name="scaled-to-zero",
        what="kubectl scale --replicas=0 over Flux leaves no name: only the event tells",
        long_ago=(flux(deployment(replicas=2)), settled(WEB, 2)),
        recently=(scaled("kubectl", WEB, 0), noticed(WEB, 0)),
        expected=(_number("Deployment/web", "0", before="2", sure=(Confidence.INFERRED, Confidence.OBSERVED)),),
    ),
    Drifted(
        name="scaled-within-bounds",
        what="kubectl scale where an autoscaler decides, within its bounds",
        long_ago=(flux(deployment(replicas=None), autoscaler()), settled(WEB, 2)),
        recently=(scaled("kubectl", WEB, 4), noticed(WEB, 4)),
        expected=(_number("Deployment/web", "4", before="2", sure=(Confidence.INFERRED,)),),
    ),
    Drifted(
        name="scaled-stated-within-bounds",
        what="the same where Flux states the number too: then the name is left",
        long_ago=(flux(deployment(replicas=1), autoscaler()), settled(WEB, 2)),
        recently=(scaled("kubectl", WEB, 4), noticed(WEB, 4)),
        expected=(_number("Deployment/web", "4", before="2", manager="kubectl", actor=ActorClass.HUMAN),),
    ),
    Drifted(
        name="scaled-autoscaler-off",
        what="somebody scales to 0, which switches the autoscaler off",
        long_ago=(flux(deployment(replicas=None), autoscaler()), settled(WEB, 2)),
        recently=(scaled("kubectl", WEB, 0), noticed(WEB, 0)),
        expected=(_number("Deployment/web", "0", before="2 to 5", says="switch"),),
    ),
    Drifted(
        name="scaled-beyond-keda",
        what="k9s sets more replicas than the ScaledObject allows, and KEDA does not answer",
        long_ago=(flux(deployment(replicas=2), keda(1, 5)), settled(WEB, 2)),
        recently=(scaled("k9s", WEB, 7), noticed(WEB, 7)),
        expected=(_number("Deployment/web", "7", before="1 to 5", manager="k9s", actor=ActorClass.UI),),
    ),
    Drifted(
        name="fought-over",
        what="Flux and a person write one image in turn, two dozen times within moments",
        now=(_fought_over,),
        expected=(
            Expected(
                kind=DriftKind.TUG_OF_WAR,
                of="Deployment/web",
                path="metadata.generation",
                change=None,
                manager="kubectl-edit",
                dated=Dated.BOUNDED,
                sure=(Confidence.INFERRED,),
            ),
            band("Deployment/web", IMAGE, "kubectl-edit", dated=Dated.BOUNDED),
        ),
    ),
)
