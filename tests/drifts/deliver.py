"""The tools that deliver, as steps: each writes and marks objects as the real one does, and keeps its own books."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from typing import Any

import yaml

from tests.drifts.case import Step
from tests.drifts.place import STRATEGIC, Place
from tests.drifts.shapes import SENTINEL, made

Raw = dict[str, Any]

FLUX_SPACE, ARGO_SPACE = "flux-system", "argocd"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_BY_FLUX = "kustomize.toolkit.fluxcd.io"


def flux(*raws: Raw, of: str = "apps", note: str = "delivered", listed: bool = True) -> Step:
    """As kustomize-controller applies: server-side, forced, with its Kustomization's labels."""

    async def step(at: Place) -> None:
        for raw in raws:
            whole = at.own(raw)
            marks = {f"{_BY_FLUX}/name": of, f"{_BY_FLUX}/namespace": FLUX_SPACE}
            whole["metadata"]["labels"] = {**whole["metadata"].get("labels", {}), **marks}
            await at.apply("kustomize-controller", whole, note)
            if listed:
                at.world.delivered.setdefault(f"flux/{of}", []).append(whole)

    return step


def argo(*raws: Raw, server_side: bool = False, note: str = "delivered", of: str = "shop", listed: bool = True) -> Step:
    """As Argo CD applies: client-side by default, with the annotation of what was applied; with its tracking id."""

    async def step(at: Place) -> None:
        for raw in raws:
            whole = at.own(raw)
            group = raw["apiVersion"].rpartition("/")[0]
            space, name = whole["metadata"].get("namespace", ""), whole["metadata"]["name"]
            marks = {"argocd.argoproj.io/tracking-id": f"{of}:{group}/{raw['kind']}:{space}/{name}"}
            whole["metadata"]["annotations"] = {**whole["metadata"].get("annotations", {}), **marks}
            if server_side:
                await at.apply("argocd-controller", whole, note)
            else:
                await at.post("argocd-controller", _annotated(whole), note)
            if listed:
                at.world.delivered.setdefault(f"argo/{of}", []).append(whole)

    return step


def kubectl_apply(*raws: Raw, note: str = "delivered", server_side: bool = False) -> Step:
    """For the first time."""

    async def step(at: Place) -> None:
        for raw in raws:
            if server_side:
                await at.apply("kubectl", raw, note, force=False)
            else:
                await at.post("kubectl-client-side-apply", _annotated(at.own(raw)), note)

    return step


def kubectl_apply_again(raw: Raw, note: str = "delivered", media: str = STRATEGIC) -> Step:
    """A patch with all that is stated; what is no longer stated must be taken away by the case itself."""

    async def step(at: Place) -> None:
        await at.patch("kubectl-client-side-apply", raw, _annotated(at.own(raw)), media, "", note)

    return step


def posted(manager: str, *raws: Raw, note: str = "delivered") -> Step:
    """Made under any name."""

    async def step(at: Place) -> None:
        for raw in raws:
            await at.post(manager, raw, note)

    return step


def _annotated(whole: Raw) -> Raw:
    text = json.dumps(whole, separators=(",", ":")) + "\n"
    marked = copy.deepcopy(whole)
    marked["metadata"]["annotations"] = {**whole["metadata"].get("annotations", {}), LAST_APPLIED: text}
    return marked


def helm(
    *raws: Raw, release: str = "web", server_side: bool = False, extra: tuple[Raw, ...] = (), hooks: str = ""
) -> Step:
    """``helm install``: objects made (Helm 3) or applied server-side (Helm 4), and the release stored.

    ``extra``: objects of the chart's manifest that are made otherwise, or not at all.
    """

    async def step(at: Place) -> None:
        for raw in raws:
            whole = helm_marked(at.own(raw), release, at.name)
            await (at.apply("helm", whole) if server_side else at.post("helm", whole))
        await store(at, release, 1, "deployed", (*raws, *extra), server_side=server_side, hooks=hooks)

    return step


def helm_marked(whole: Raw, release: str, namespace: str) -> Raw:
    metadata = whole["metadata"]
    labels = {**metadata.get("labels", {}), "app.kubernetes.io/managed-by": "Helm"}
    notes = {"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace}
    return {
        **whole,
        "metadata": {**metadata, "labels": labels, "annotations": {**metadata.get("annotations", {}), **notes}},
    }


def revision(release: str, version: int, status: str, *raws: Raw, server_side: bool = False, ago: float = 0) -> Step:
    """One more stored revision; the one before is superseded if this one is deployed."""

    async def step(at: Place) -> None:
        if status == "deployed" and version > 1:
            old = made("v1", "Secret", f"sh.helm.release.v1.{release}.v{version - 1}")
            await at.patch("helm", old, {"metadata": {"labels": {"status": "superseded"}}}, note="superseded")
        await store(at, release, version, status, raws, server_side=server_side, ago=ago, note=f"v{version}")

    return step


async def store(
    at: Place,
    release: str,
    version: int,
    status: str,
    raws: tuple[Raw, ...],
    *,
    server_side: bool = False,
    hooks: str = "",
    ago: float = 0,
    note: str = "stored",
) -> None:
    """A revision in Helm's storage: JSON, gzipped, in Helm's base64; the API puts its own around it."""
    manifest = "".join(f"---\n# Source: web/templates/x.yaml\n{yaml.safe_dump(raw)}" for raw in raws)
    moment = at.world.now().timestamp() - ago * 60
    told = at.world.now().isoformat().replace("+00:00", "Z")
    stored = {
        "name": release,
        "info": {
            "first_deployed": told,
            "last_deployed": told,
            "deleted": "",
            "status": status,
            "notes": "s3ntinel-notes",
        },
        "chart": {
            "metadata": {"name": "webshop", "version": "1.2.3", "appVersion": "4.5", "apiVersion": "v2"},
            "templates": [{"name": "t.yaml", "data": base64.b64encode(f"{SENTINEL}template".encode()).decode()}],
            "values": {"password": f"{SENTINEL}values"},
        },
        "config": {"database": {"password": f"{SENTINEL}config"}},
        "manifest": manifest,
        "hooks": [{"name": "migrate", "kind": "Job", "path": "job.yaml", "manifest": hooks}] if hooks else [],
        "version": version,
        "namespace": at.name,
        **({"apply_method": "ssa"} if server_side else {}),
    }
    packed = base64.b64encode(gzip.compress(json.dumps(stored).encode(), mtime=0)).decode()
    labels = {
        "name": release,
        "owner": "helm",
        "status": status,
        "version": str(version),
        "createdAt": str(int(moment)),
        "modifiedAt": str(int(moment)),
    }
    whole = made("v1", "Secret", f"sh.helm.release.v1.{release}.v{version}", labels=labels)
    await at.post("helm", {**whole, "type": "helm.sh/release.v1", "stringData": {"release": packed}}, note)
