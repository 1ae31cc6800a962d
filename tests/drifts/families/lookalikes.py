"""Not drift: defaults, spellings, orders, admission, agreement with what is delivered, and releases on their way."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.drifts.case import Case, Lookalike, Step
from tests.drifts.deliver import argo, flux, helm, helm_marked, posted, revision
from tests.drifts.place import MERGE, STRATEGIC, Place
from tests.drifts.shapes import (
    NEW,
    OLD,
    SETTINGS,
    WEB,
    app,
    autoscaler,
    box,
    config,
    daemons,
    deployment,
    made,
    named,
    policy,
    role,
    secret,
    service,
    stateful,
    webhooks,
    widget,
)
from tests.drifts.writes import CONTAINER, applied, at_path, merged, patched, put

Raw = dict[str, Any]


def innocent(name: str, what: str, *long_ago: Step, recently: tuple[Step, ...] = (), **more: Any) -> Case:
    return Lookalike(name=name, what=what, long_ago=long_ago, recently=recently, **more)


_SPELLED = {"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": {"cpu": "2", "memory": "2048Mi"}}
_CLAIM = made(
    "v1",
    "PersistentVolumeClaim",
    "data",
    spec={
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1024Mi"}},
        "storageClassName": "local",
    },
)
_LOTS = (
    deployment(
        "web", box(resources=_SPELLED, ports=[{"containerPort": 8080}], livenessProbe={"httpGet": {"port": 8080}})
    ),
    service(),
    role(),
    policy(),
    autoscaler("nobody"),
)


def admission(*mutations: Raw, resources: tuple[str, ...] = ("deployments",), group: str = "apps") -> Step:
    """A MutatingAdmissionPolicy for the case's namespace, in force when the step returns."""

    async def step(at: Place) -> None:
        rule = {
            "apiGroups": [group],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": list(resources),
        }
        space = {"matchLabels": {"kubernetes.io/metadata.name": at.name}}
        spec = {
            "matchConstraints": {"resourceRules": [rule], "namespaceSelector": space},
            "failurePolicy": "Ignore",
            "reinvocationPolicy": "Never",
            "mutations": list(mutations),
        }
        api = "admissionregistration.k8s.io/v1"
        await at.apply("kustomize-controller", made(api, "MutatingAdmissionPolicy", at.name, spec=spec))
        bound = made(api, "MutatingAdmissionPolicyBinding", at.name, spec={"policyName": at.name})
        await at.apply("kustomize-controller", bound)
        trial = at.own(deployment("trial") if group == "apps" else service("trial"))
        path = (await at.api.path(trial)).rpartition("/")[0]

        async def works() -> bool:
            answer = await at.api.request("POST", path, trial, {"Content-Type": "application/json"}, dryRun="All")
            return any("mutated" in str(answer.get(part)) for part in ("metadata", "spec"))

        await at.api.until(works, 30, 0.2)

    return step


def overlay(expression: str) -> Raw:
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


_LABEL = overlay('Object{metadata: Object.metadata{labels: {"mutated": "yes"}}}')
_SIDECAR = overlay(
    "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: ["
    'Object.spec.template.spec.containers{name: "mutated-proxy", image: "mesh/proxy:1"}]}}}}'
)
_MIRROR = {
    "patchType": "JSONPatch",
    "jsonPatch": {
        "expression": '[JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/image", value: "mutated/" + '
        'object.spec.template.spec.containers[0].image.replace("mutated/", "")}]'
    },
}


async def _agreed(at: Place) -> None:
    """A person was faster than the commit."""
    await at.patch("kubectl-set", WEB, app(image=NEW), STRATEGIC)
    await flux(deployment("web", box(NEW)), note="again", listed=False)(at)


def upgraded(*raws: Raw) -> Step:
    """``helm upgrade`` as Helm 3 does it: a patch of what the chart changed."""

    async def step(at: Place) -> None:
        for raw in raws:
            await at.patch("helm", raw, helm_marked(at.own(raw), "web", at.name), STRATEGIC, note="upgrade")
        await revision("web", 2, "deployed", *raws)(at)

    return step


_HOOK = """
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}
"""
_DONE_JOB = made(
    "batch/v1",
    "Job",
    "once",
    spec={"ttlSecondsAfterFinished": 60, "template": {"spec": {"restartPolicy": "Never", "containers": [box()]}}},
)


async def _put_back(at: Place) -> None:
    await at.patch("kubectl-patch", named(secret()), {"stringData": {"password": "s3ntinel-hand"}}, MERGE)
    await asyncio.sleep(1.1)  # the resolution of times
    await flux(secret("login", password="first"), note="again", listed=False)(at)


DEFAULTS: tuple[Case, ...] = (
    innocent("defaults-posted", "a POST by Helm owns its defaults as well", helm(*_LOTS)),
    innocent("defaults-argo", "a client-side apply by Argo CD owns its defaults as well", argo(*_LOTS)),
    innocent("defaults-applied", "after a server-side apply nobody owns the defaults", flux(*_LOTS)),
    innocent(
        "defaults-helm4", "after Helm 4's server-side apply nobody owns the defaults", helm(*_LOTS, server_side=True)
    ),
    innocent("quantities", "1000m is 1, and 1024Mi is 1Gi", helm(deployment("web", box(resources=_SPELLED)), _CLAIM)),
    innocent(
        "service-allotted",
        "cluster IPs and node ports are allotted by the server",
        helm(service("web", {"name": "http", "port": 80, "targetPort": "http"}, type="NodePort")),
    ),
    innocent(
        "stated-empty",
        "what is stated empty need not be there",
        helm(
            {
                **deployment(
                    "web",
                    box(resources={}, env=[], volumeMounts=[], securityContext={}),
                    volumes=[{"name": "tmp", "emptyDir": {}}],
                )
            },
            {**config(), "binaryData": {}},
        ),
    ),
    innocent(
        "manifest-spelled",
        "a manifest in hand that spells the same otherwise",
        flux(
            deployment(
                "web",
                box(
                    resources={"limits": {"cpu": "1", "memory": "1Gi"}},
                    env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                ),
            ),
            role(),
        ),
        manifests=(
            deployment(
                "web",
                box(
                    resources={"limits": {"cpu": "1000m", "memory": "1024Mi"}},
                    env=[{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
                ),
            ),
            role("reader", {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "get"]}),
        ),
    ),
    innocent(
        "manifest-widget",
        "a custom resource in hand whose duration and list of finalizers are spelled otherwise",
        flux(widget("one", interval="1h0m0s", size=1)),
        manifests=(widget("one", interval="60m", size=1),),
    ),
    innocent(
        "manifest-as-exported",
        "a manifest as kubectl get prints it, status and server's fields included",
        flux(config()),
        manifests=(
            {
                **config(),
                "metadata": {"name": "settings", "creationTimestamp": None, "uid": "1", "resourceVersion": "7"},
                "status": {},
            },
        ),
    ),
    innocent(
        "secret-string-data",
        "a Secret in a chart states stringData; the server keeps data",
        helm(secret("login", password="chart"), config()),
    ),
)

ADMISSION: tuple[Case, ...] = (
    innocent("admission-label", "a policy labels what Flux applies", admission(_LABEL), flux(deployment())),
    innocent(
        "admission-sidecar", "a policy adds a sidecar with all its defaults", admission(_SIDECAR), flux(deployment())
    ),
    innocent(
        "admission-image",
        "a policy sends images through a mirror; Flux owns the rewritten value",
        admission(_MIRROR),
        flux(deployment()),
    ),
    innocent(
        "admission-helm",
        "the same under a Helm release whose manifest states the other image",
        admission(_MIRROR, _LABEL),
        helm(deployment()),
    ),
    innocent(
        "admission-argo",
        "a policy's sidecar in what Argo CD applied client-side",
        admission(_SIDECAR),
        argo(deployment()),
    ),
    innocent(
        "admission-touched",
        "a policy's sidecar, and a controller that reports on the object since",
        admission(_SIDECAR),
        flux(deployment()),
        recently=(
            merged(
                "kube-controller-manager",
                WEB,
                {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "1"}}},
            ),
        ),
    ),
)

AGREED: tuple[Case, ...] = (
    innocent("agreed", "a person set the image, then it came through Git", flux(deployment()), recently=(_agreed,)),
    innocent(
        "reverted",
        "a person set the image, and Flux put it back",
        flux(deployment()),
        recently=(patched("kubectl-set", WEB, app(image=NEW)), flux(deployment(), note="again", listed=False)),
    ),
    innocent(
        "equal-patch",
        "a patch to the value that is there already",
        flux(deployment()),
        recently=(patched("kubectl-patch", WEB, app(image=OLD)), put("k9s", WEB, at_path(*CONTAINER, "image", OLD))),
    ),
    innocent(
        "equal-apply",
        "kubectl apply --server-side of the same: both own it now",
        flux(config()),
        recently=(applied("kubectl", config(), force=False),),
    ),
    innocent(
        "two-tools-apply",
        "a second delivery tool applies the same",
        flux(config()),
        recently=(applied("helm-controller", config()),),
    ),
    innocent("adopted", "kubectl create, then Flux took it over", posted("kubectl-create", config()), flux(config())),
    innocent(
        "applied-server-side-twice",
        "Flux applies its own again, twice",
        flux(deployment()),
        recently=(flux(deployment(), note="again", listed=False), flux(deployment(), note="again", listed=False)),
    ),
    innocent(
        "secret-put-back",
        "a Secret changed by hand, and applied again by Flux: the hand's entry stays",
        flux(secret("login", password="first")),
        recently=(_put_back,),
    ),
    innocent(
        "unlabelled-again",
        "a label set by hand and taken away again",
        flux(config()),
        recently=(
            merged("kubectl-label", SETTINGS, {"metadata": {"labels": {"tmp": "1"}}}),
            merged("kubectl-label", SETTINGS, {"metadata": {"labels": {"tmp": None}}}),
        ),
    ),
    innocent(
        "bookkeeping",
        "notes of tools: a cause of change, and a request to reconcile",
        flux(deployment()),
        recently=(
            merged("kubectl-annotate", WEB, {"metadata": {"annotations": {"kubernetes.io/change-cause": "release 7"}}}),
            merged("kubectl-annotate", WEB, {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "1"}}}),
        ),
    ),
)

RELEASES: tuple[Case, ...] = (
    innocent(
        "helm-upgraded",
        "an upgrade brought another image, and the old revision is superseded",
        helm(deployment()),
        recently=(upgraded(deployment("web", box(NEW))),),
    ),
    Lookalike(
        name="helm-under-way",
        what="an upgrade began a minute ago",
        long_ago=(helm(config()),),
        now=(revision("web", 2, "pending-upgrade", config(), ago=1),),
    ),
    innocent("helm-hook", "a hook is no object of the release", helm(config(), hooks=_HOOK)),
    innocent("helm-job-gone", "a Job with a time to live is done and gone", helm(config(), extra=(_DONE_JOB,))),
    innocent(
        "helm-kept",
        "a claim that the chart keeps on purpose when it leaves",
        helm({**_CLAIM, "metadata": {"name": "data", "annotations": {"helm.sh/resource-policy": "keep"}}}, config()),
        recently=(revision("web", 2, "deployed", config()),),
    ),
    innocent(
        "helm-rolled-back",
        "helm rollback: a third revision states what the first one did",
        helm(deployment()),
        recently=(
            upgraded(deployment("web", box(NEW))),
            patched("helm", WEB, app(image=OLD), note="rollback"),
            revision("web", 3, "deployed", deployment()),
        ),
    ),
    innocent(
        "helm-webhook",
        "defaults of a webhook, and a bundle that an injector filled in",
        helm(webhooks("helm-webhook")),
        recently=(
            patched(
                "cert-manager-cainjector",
                named(webhooks("helm-webhook")),
                {"webhooks": [{"name": "gate.example.org", "clientConfig": {"caBundle": "e30="}}]},
            ),
        ),
    ),
    innocent(
        "helm-sets", "a StatefulSet and a DaemonSet with all the server fills in", helm(stateful(), daemons("agent"))
    ),
)


CASES: tuple[Case, ...] = (*DEFAULTS, *ADMISSION, *AGREED, *RELEASES)
