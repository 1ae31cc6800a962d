"""What all cases share: nodes to run on, the kinds that tools bring along, namespaces, and the tools' own books."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.controlplane.commands import BY_HAND
from tests.drifts.case import Case
from tests.drifts.deliver import ARGO_SPACE, FLUX_SPACE
from tests.drifts.families.gitops import HEALING, app_status, application, kustomization
from tests.drifts.families.nodes import node
from tests.drifts.place import Place, World
from tests.drifts.shapes import definition, made

Raw = dict[str, Any]

KINDS = (
    definition("kustomizations", "kustomize.toolkit.fluxcd.io", "Kustomization", "v1"),
    definition("helmreleases", "helm.toolkit.fluxcd.io", "HelmRelease", "v2"),
    definition("applications", "argoproj.io", "Application", "v1alpha1"),
    definition("scaledobjects", "keda.sh", "ScaledObject", "v1alpha1"),
    definition("verticalpodautoscalers", "autoscaling.k8s.io", "VerticalPodAutoscaler", "v1"),
    definition("nodeclaims", "karpenter.sh", "NodeClaim", "v1", scope="Cluster"),
    definition("widgets", "drifts.example.org", "Widget", "v1"),
)


async def lay(world: World, cases: Iterable[Case]) -> None:
    """The ground, long before anything happens."""
    at = Place("ground", world)
    for raw in KINDS:
        await at.apply("kustomize-controller", raw)
    for raw in KINDS:
        await world.api.established(raw)
    for number in range(4):
        await _node(at, f"node-{number}", "arm64" if number == 3 else "amd64", "yes" if number < 2 else "no")
    labels: dict[str, Raw] = {FLUX_SPACE: {}, ARGO_SPACE: {}}
    labels.update({case.name: dict(case.labels) for case in cases})
    for name, own in labels.items():
        await at.apply("argocd-controller", made("v1", "Namespace", name, labels={"team": "shop", **own}))


async def _node(at: Place, name: str, architecture: str, daemons: str) -> None:
    """A node that kwok plays, but for what its kubelet says of the machine."""
    raw = node(name, architecture=architecture)
    labels = {key: value for key, value in raw["metadata"]["labels"].items() if key != BY_HAND}
    marks = {**labels, "kubernetes.io/arch": architecture, "daemons": "here" if daemons == "yes" else "elsewhere"}
    await at.post("kubelet", made("v1", "Node", name, labels=marks, spec={}))
    await at.shows(raw, lambda one: one.get("status", {}).get("nodeInfo", {}).get("kubeletVersion"), "is played")
    await at.patch("kubelet", raw, {"status": raw["status"]}, "strategic-merge-patch", "status")


async def begin_books(world: World) -> None:
    """The tools' own objects for what they have delivered so far."""
    for key in world.delivered:
        tool, _, name = key.partition("/")
        if tool == "flux":
            interval = "1h" if name == "hourly" else "10m"
            await Place(FLUX_SPACE, world).apply("kustomize-controller", kustomization(name, interval=interval))
        else:
            await Place(ARGO_SPACE, world).apply("kustomize-controller", application(name, HEALING))


async def keep_books(world: World) -> None:
    """Inventories and verdicts, as fresh as the tools' rhythm asks."""
    for key, raws in world.delivered.items():
        tool, _, name = key.partition("/")
        if tool == "flux":
            await _flux_inventory(Place(FLUX_SPACE, world), name, raws)
        else:
            known = [_listed(raw) for raw in _once(raws)]
            at = Place(ARGO_SPACE, world)
            await at.status("argocd-application-controller", application(name), app_status(at, "Synced", *known))


async def _flux_inventory(at: Place, name: str, raws: list[Raw]) -> None:
    entries = []
    for raw in _once(raws):
        group, _, version = raw["apiVersion"].rpartition("/")
        metadata = raw["metadata"]
        spelled = metadata["name"].replace(":", "__")
        entries.append({"id": f"{metadata.get('namespace', '')}_{spelled}_{group}_{raw['kind']}", "v": version})
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "ReconciliationSucceeded",
        "observedGeneration": 1,
        "lastTransitionTime": at.world.before(30 if name == "hourly" else 2),
    }
    history = {
        "lastReconciled": at.world.before(31 if name == "hourly" else 2),
        "lastReconciledStatus": ready["reason"],
    }
    status = {"conditions": [ready], "observedGeneration": 1, "inventory": {"entries": entries}, "history": [history]}
    await at.status("kustomize-controller", kustomization(name), status)


def _once(raws: list[Raw]) -> list[Raw]:
    """Each object once, whatever was delivered of it."""
    found = {
        (
            raw["apiVersion"].rpartition("/")[0],
            raw["kind"],
            raw["metadata"].get("namespace"),
            raw["metadata"]["name"],
        ): raw
        for raw in raws
    }
    return list(found.values())


def _listed(raw: Raw) -> Raw:
    group, _, version = raw["apiVersion"].rpartition("/")
    metadata = raw["metadata"]
    where = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
    return {
        "group": group,
        "version": version,
        "kind": raw["kind"],
        **where,
        "name": metadata["name"],
        "status": "Synced",
    }
