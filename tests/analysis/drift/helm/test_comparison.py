"""The cluster against a release: what drifted, what the next upgrade does about it, and what is somebody else's."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
import yaml

from k8sview.analysis.drift.helm.comparison import compare_release, covered, covered_secrets, wanted
from k8sview.analysis.drift.helm.leftovers import leftovers
from k8sview.analysis.drift.helm.prediction import repaired
from k8sview.model.drift import Drift, DriftKind
from k8sview.model.status import Confidence
from k8sview.model.view import View
from tests.analysis.clusters import view_of
from tests.analysis.drift.comparing.bodies import CONTAINER, Raw, entry, merged, obj, owned, with_entries
from tests.analysis.drift.helm.storage import PASSWORD, release_of

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: registry.example.org/web:1
        resources: {limits: {cpu: 1000m}}
"""
SECRET = f"""
apiVersion: v1
kind: Secret
metadata: {{name: web}}
stringData: {{password: {PASSWORD}}}
"""
CUSTOM = """
apiVersion: example.org/v1
kind: Widget
metadata: {name: web}
spec: {size: 3}
"""
HELM = entry("helm", merged(owned(*CONTAINER, below={"f:name": {}, "f:image": {}}), owned("f:spec", "f:replicas")))
HPA = {
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web", "namespace": "shop", "uid": "h"},
    "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 9},
}
WIDGET = {"kind": "Widget", "apiVersion": "example.org/v1", "metadata": {"name": "w", "namespace": "x", "uid": "w"}}


def live(manifest: str, **changes: Any) -> Raw:
    """What Helm made of a manifest of one object."""
    body: Raw = yaml.safe_load(manifest)
    body["metadata"] |= {
        "namespace": "shop",
        "uid": "u",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"},
    }
    return body | changes


def drifts(
    manifest: str, body: Raw | None, view: View | None = None, *, behind: bool = False, **more: Any
) -> tuple[Drift, ...]:
    view = view or view_of(WIDGET)
    release = release_of(manifest, **more)
    (one,) = wanted(view, release)
    found = compare_release(view, release, {one.identity: body}, behind=behind)
    assert found.not_checkable == ()
    assert PASSWORD not in msgspec.json.encode(found).decode()
    return found.drifts


def edited(image: str, *entries: Raw) -> Raw:
    body = live(DEPLOYMENT)
    body["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return with_entries(body, *entries) if entries else body


def test_as_installed_nothing_drifts() -> None:
    body = live(DEPLOYMENT)
    body["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "1"}}
    body["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "4"
    body["status"] = {"replicas": 2}
    assert drifts(DEPLOYMENT, body) == ()


def test_an_image_changed_by_hand() -> None:
    person = entry("kubectl-set", owned(*CONTAINER, "f:image"))
    (drift,) = drifts(DEPLOYMENT, edited("registry.example.org/web:2", HELM_WITHOUT_IMAGE, person))
    assert drift.kind is DriftKind.HELM
    assert drift.path == "spec.template.spec.containers[name=app].image"
    assert (drift.before, drift.after) == ("registry.example.org/web:1", "registry.example.org/web:2")
    assert drift.next_upgrade_repairs is True
    assert drift.confidence is Confidence.CERTAIN
    assert "while it upgrades" in drift.why_not_reverted


HELM_WITHOUT_IMAGE = entry("helm", merged(owned(*CONTAINER, "f:name"), owned("f:spec", "f:replicas")))


def test_an_image_that_admission_rewrote_is_none() -> None:
    assert drifts(DEPLOYMENT, edited("mirror.example.org/web:1", HELM)) == ()


def test_an_apply_over_everything_is_no_admission() -> None:
    everything = owned(*CONTAINER, below={"f:name": {}, "f:image": {}})
    for manager in ("kubectl-client-side-apply", "kubectl"):
        body = edited("registry.example.org/web:2", entry(manager, everything, "Apply"))
        assert [one.after for one in drifts(DEPLOYMENT, body)] == ["registry.example.org/web:2"]


def test_after_a_failed_upgrade_nothing_is_certain() -> None:
    (drift,) = drifts(DEPLOYMENT, edited("registry.example.org/web:2", HELM), behind=True)
    assert drift.confidence is Confidence.INFERRED


def test_the_autoscaler_may_scale() -> None:
    body = live(DEPLOYMENT)
    body["spec"]["replicas"] = 7
    assert drifts(DEPLOYMENT, body, view_of(HPA)) == ()
    assert [one.path for one in drifts(DEPLOYMENT, body)] == ["spec.replicas"]
    (doubtful,) = drifts(DEPLOYMENT, body, view_of(denied=["horizontalpodautoscalers.autoscaling"]))
    assert doubtful.confidence is Confidence.INFERRED


def test_what_is_missing_comes_back_with_the_next_upgrade() -> None:
    (drift,) = drifts(DEPLOYMENT, None)
    assert drift.kind is DriftKind.MISSING
    assert drift.next_upgrade_repairs is True
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {ttlSecondsAfterFinished: 60}\n"
    assert drifts(job, None) == ()


def test_a_secret_differs_without_a_word_of_it() -> None:
    body = live(SECRET)
    del body["stringData"]
    (drift,) = drifts(SECRET, body | {"data": {"password": "b3RoZXI="}, "type": "Opaque"})
    assert (drift.path, drift.before, drift.after, drift.security) == ("data.password", "…", "…", True)
    assert drift.message == "data.password is not what revision 3 of the Helm release web states"


def test_a_custom_resource_stays_as_it_is() -> None:
    (drift,) = drifts(CUSTOM, live(CUSTOM, spec={"size": 5}))
    assert drift.next_upgrade_repairs is False
    assert "by hand" in drift.next
    (forced,) = drifts(CUSTOM, live(CUSTOM, spec={"size": 5}), apply_method="ssa")
    assert forced.next_upgrade_repairs is None
    assert "conflict" in forced.next


@pytest.mark.parametrize(
    ("group", "method", "change", "expected"),
    [
        ("", "csa", "override", True),
        ("apps", "csa", "removal", True),
        ("rbac.authorization.k8s.io", "csa", "override", True),
        ("apps", "csa", "addition", False),
        ("cert-manager.io", "csa", "override", False),
        ("gateway.networking.k8s.io", "csa", "removal", False),
        ("apiextensions.k8s.io", "csa", "override", False),
        ("apps", "ssa", "override", None),
        ("cert-manager.io", "ssa", "override", None),
        ("apps", "ssa", "addition", False),
        ("apps", "ssa", "removal", True),
    ],
)
def test_the_prediction_table(group: str, method: str, change: str, expected: bool | None) -> None:
    assert repaired(group, method, change) is expected
    assert repaired(group, method, None, missing=True) is True


def test_an_object_of_another_release_is_not_compared() -> None:
    body = edited("x")
    body["metadata"]["annotations"]["meta.helm.sh/release-name"] = "other"
    (drift,) = drifts(DEPLOYMENT, body)
    assert drift.path == "metadata.annotations[meta.helm.sh/release-name]"
    assert (drift.before, drift.after) == ("shop/web", "shop/other")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({}, "drift detection of the HelmRelease hr is off"),
        ({"driftDetection": {"mode": "warn"}}, "drift detection of the HelmRelease hr is on, without correction"),
        (
            {"driftDetection": {"mode": "enabled"}},
            "Flux corrects drift of the HelmRelease hr at its next reconciliation",
        ),
        ({"driftDetection": {"mode": "enabled"}, "suspend": True}, "the HelmRelease hr is suspended"),
        (None, "whether Flux corrects drift of the HelmRelease hr could not be read"),
    ],
)
def test_why_flux_did_not_put_it_back(spec: Raw | None, why: str) -> None:
    body = edited("x")
    body["metadata"]["labels"] |= {"helm.toolkit.fluxcd.io/name": "hr", "helm.toolkit.fluxcd.io/namespace": "flux"}
    release: Raw = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "hr", "namespace": "flux", "uid": "hr"},
        "spec": spec,
    }
    (drift,) = drifts(DEPLOYMENT, body, view_of(release) if spec is not None else None)
    assert drift.why_not_reverted == why


def test_what_cannot_be_looked_at_is_stated() -> None:
    view = view_of()
    release = release_of(DEPLOYMENT + "---" + CUSTOM + "---\n- [")
    found = compare_release(view, release, {})
    assert found.drifts == ()
    assert [one.reason for one in found.not_checkable if one.kind is DriftKind.HELM] == [
        "release shop/web: document 3 is no YAML at its line 2",
        "release shop/web: Deployment shop/web: it was not read",
        "release shop/web: Widget shop/web: the cluster serves no Widget of example.org/v1",
    ]
    assert len([one for one in found.not_checkable if one.kind is DriftKind.MISSING]) == 3, "each may be missing"
    broken = msgspec.structs.replace(release, problem="damaged")
    (told, *_) = compare_release(view, broken, {}).not_checkable
    assert told.reason == "release shop/web: damaged"


def test_the_living_secrets_of_a_release_are_counted_and_not_read() -> None:
    release = release_of(SECRET + "---" + SECRET.replace("name: web", "name: gone"))
    held = obj("Secret", metadata={"namespace": "shop"})
    assert covered_secrets(view_of(held), release, {}) == 1
    assert covered(12).reason.startswith("values of 12 Secrets of Helm releases are never read")
    assert not covered(12).blind


def test_another_version_of_the_api_is_not_guessed_at() -> None:
    view = view_of()
    release = release_of(DEPLOYMENT)
    (one,) = wanted(view, release)
    found = compare_release(view, release, {one.identity: live(DEPLOYMENT) | {"apiVersion": "apps/v1beta1"}})
    assert found.drifts == ()
    assert len(found.not_checkable) == 1


def test_what_an_upgrade_left_behind() -> None:
    def marked(name: str, kind: str = "Service", **more: Any) -> Raw:
        body = deepcopy(live(DEPLOYMENT))["metadata"] | {"name": name, "uid": name}
        body["annotations"] |= more.pop("annotations", {})
        return {"kind": kind, "metadata": body | more}

    view = view_of(
        live(DEPLOYMENT),
        marked("old"),
        marked("kept", annotations={"helm.sh/resource-policy": "keep"}),
        marked("of-another", annotations={"meta.helm.sh/release-name": "other"}),
        marked("made", ownerReferences=[{"kind": "Widget", "name": "w", "uid": "w", "controller": True}]),
        marked("web-1", "ReplicaSet"),
        denied=["configmaps"],
    )
    found = leftovers(view, release_of(DEPLOYMENT))
    (drift,) = found.drifts
    assert str(drift.object) == "Service shop/old"
    assert drift.kind is DriftKind.ORPHAN
    assert [one.reason for one in found.not_checkable] == ["configmaps: denied: list configmaps is forbidden"]
