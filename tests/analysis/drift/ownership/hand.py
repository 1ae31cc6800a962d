"""Objects of the scenes, and a hand that writes them: by every verb and kind of patch, under any name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.controlplane.writer import ApiError, ApiWriter

Raw = dict[str, Any]
SPACE = "fixture-ownership"
FLUX = {"kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
HELM_LABELS = {"app.kubernetes.io/managed-by": "Helm"}
HELM_NOTES = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": SPACE}
MERGE, STRATEGIC, JSON, APPLY = "merge-patch", "strategic-merge-patch", "json-patch", "apply-patch"


def deployment(name: str, image: str = "r/x:1", **more: Any) -> Raw:
    container = {"name": "app", "image": image, "args": ["--a", "--b"], "ports": [{"containerPort": 80}]}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template, **more}
    return labelled({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec})


def config(name: str, **data: str) -> Raw:
    return labelled({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data or {"a": "1"}})


def labelled(raw: Raw, labels: Raw | None = None, notes: Raw | None = None) -> Raw:
    raw["metadata"] = {
        **raw["metadata"], "namespace": SPACE, "labels": dict(FLUX if labels is None else labels),
        **({"annotations": notes} if notes else {}),
    }  # fmt: skip
    return raw


def app(**fields: Any) -> Raw:
    """A strategic patch of the container ``app``."""
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", **fields}]}}}}


class Hand:
    """One object, and whoever writes it next."""

    def __init__(self, api: ApiWriter, raw: Raw) -> None:
        self.api, self.raw = api, raw
        group = raw["apiVersion"]
        plural = f"{raw['kind'].lower()}s"
        root = f"/apis/{group}" if "/" in group else f"/api/{group}"
        space = raw["metadata"].get("namespace")
        self.collection = f"{root}/namespaces/{space}/{plural}" if space else f"{root}/{plural}"
        self.path = f"{self.collection}/{raw['metadata']['name']}"

    async def post(self, manager: str) -> Raw:
        return await self._send("POST", self.collection, self.raw, manager)

    async def apply(self, manager: str, raw: Raw | None = None, *, force: bool = True) -> Raw:
        params = {"force": "true"} if force else {}
        return await self._send("PATCH", self.path, raw or self.raw, manager, APPLY, **params)

    async def patch(self, manager: str, body: Any, kind: str = MERGE, subresource: str = "") -> Raw:
        path = f"{self.path}/{subresource}" if subresource else self.path
        return await self._send("PATCH", path, body, manager, kind)

    async def agent(self, agent: str, body: Any, subresource: str, kind: str = MERGE) -> Raw:
        """A write that names no manager: the user agent is taken."""
        headers = {"User-Agent": f"{agent}/v1.37 (linux)", "Content-Type": f"application/{kind}+json"}
        return _object(await self.api.request("PATCH", f"{self.path}/{subresource}", body, headers))

    async def put(self, manager: str, change: Callable[[Raw], None]) -> Raw:
        """GET, change, PUT, again where somebody else was faster."""
        for _ in range(20):
            body = await self.get()
            change(body)
            try:
                return await self._send("PUT", self.path, body, manager)
            except ApiError as error:
                if error.status != 409:
                    raise
        raise TimeoutError(f"never written: {self.path}")

    async def get(self) -> Raw:
        return _object(await self.api.request("GET", self.path))

    async def _send(self, method: str, path: str, body: Any, manager: str, kind: str = "", **params: str) -> Raw:
        headers = {
            "Content-Type": f"application/{kind}+{'yaml' if kind == APPLY else 'json'}" if kind else "application/json"
        }
        return _object(await self.api.request(method, path, body, headers, fieldManager=manager, **params))


def _object(answer: Any) -> Raw:
    assert isinstance(answer, dict)
    return answer


def set_at(*way: Any) -> Callable[[Raw], None]:
    """A change of a body: the last of ``way`` at the place before it; None takes it away."""

    def change(body: Raw) -> None:
        inner: Any = body
        for one in way[:-2]:
            inner = inner[one]
        if way[-1] is None:
            del inner[way[-2]]
        else:
            inner[way[-2]] = way[-1]

    return change
