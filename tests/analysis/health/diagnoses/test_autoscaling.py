"""Why autoscalers do not scale: each link of the chain from the condition to what is missing."""

from __future__ import annotations

import pytest

from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import ROLLED_OUT, Raw, condition, deployment, pod, waiting
from tests.analysis.health.platform_objects import ABLE, api_service, autoscaler, available, custom, inactive

NO_API = inactive(
    "FailedGetResourceMetric",
    "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for "
    "resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource",
)
EMPTY = inactive("FailedGetResourceMetric", "unable to get metrics for resource cpu: no metrics returned from the API")
NO_VERSION = inactive("FailedGetPodsMetric", "unable to get metric requests: no known available metric versions found")
NO_REQUEST = inactive(
    "FailedGetResourceMetric", "failed to get cpu utilization: missing request for cpu in container log of Pod web-0"
)
SERVED = api_service("metrics.k8s.io", available())
DOWN = api_service("metrics.k8s.io", available("False", "1h", "MissingEndpoints"))
TARGET = deployment(2, 2, 2, ROLLED_OUT)


@pytest.mark.parametrize(
    ("raw", "others", "slug", "blamed"),
    [
        (autoscaler(ABLE, NO_API), (), "hpa.metrics-api-missing", ("APIService v1beta1.metrics.k8s.io",)),
        (autoscaler(ABLE, NO_API), (DOWN,), "hpa.metrics-api-down", ("APIService v1beta1.metrics.k8s.io",)),
        (
            autoscaler(ABLE, NO_VERSION),
            (SERVED,),
            "hpa.metrics-api-missing",
            ("APIService v1beta1.custom.metrics.k8s.io",),
        ),
        (
            autoscaler(ABLE, NO_VERSION),
            (api_service("custom.metrics.k8s.io", available(), version="v1beta2"),),
            "hpa.metric-missing",
            (),
        ),
        (
            autoscaler(ABLE, inactive("FailedGetExternalMetric", "no matching metrics found")),
            (api_service("external.metrics.k8s.io", available("False")),),
            "hpa.metrics-api-down",
            ("APIService v1beta1.external.metrics.k8s.io",),
        ),
        # It answers, and collects nothing: the server of figures, not this autoscaler.
        (autoscaler(ABLE, EMPTY), (SERVED, pod()), "hpa.figures-missing", ("APIService v1beta1.metrics.k8s.io",)),
        (autoscaler(ABLE, EMPTY), (SERVED,), "hpa.cannot-compute", ()),
        (autoscaler(ABLE, NO_REQUEST), (SERVED,), "hpa.request-missing", ()),
        (
            autoscaler(ABLE, inactive("AmbiguousSelector")),
            (autoscaler(name="too", age="1d"),),
            "hpa.rivals",
            ("HorizontalPodAutoscaler shop/too",),
        ),
        (
            autoscaler(ABLE, inactive("AmbiguousSelector"), name="too", age="1d"),
            (autoscaler(name="web"),),
            "hpa.rivals",
            (),
        ),
        (autoscaler(ABLE, inactive("InvalidSelector")), (), "hpa.cannot-compute", ()),
    ],
)
def test_figures(raw: Raw, others: tuple[Raw, ...], slug: str, blamed: tuple[str, ...]) -> None:
    found = why(raw, TARGET, *others)
    assert (found.id, because(found)) == (slug, blamed)


def test_pods_that_are_not_well_give_no_figures() -> None:
    broken = deployment(2, 2, 0, ROLLED_OUT, condition("Available", "False"))
    crashed = pod(waiting("CrashLoopBackOff"))
    found = why(autoscaler(ABLE, EMPTY), broken, crashed, SERVED)
    assert (found.id, because(found)) == ("hpa.target-ill", ("Deployment shop/web",))


def test_the_words_name_what_is_missing() -> None:
    assert why(autoscaler(ABLE, NO_API), TARGET).message == (
        "no APIService serves metrics.k8s.io: is metrics-server installed?"
    )
    bare = deployment(2, 2, 2, ROLLED_OUT)
    bare["spec"]["template"] = {
        "spec": {
            "containers": [
                {"name": "app", "resources": {"requests": {"cpu": "100m"}}},
                {"name": "log", "resources": {"requests": {"memory": "1Gi"}}},
            ]
        }
    }
    assert why(autoscaler(ABLE, NO_REQUEST), bare, SERVED).message.endswith(
        "container log of Deployment shop/web has no cpu request"
    )
    wanted = {"type": "Pods", "pods": {"metric": {"name": "requests_per_second"}}}
    served = api_service("custom.metrics.k8s.io", available())
    message = why(autoscaler(ABLE, NO_VERSION, spec={"metrics": [wanted]}), TARGET, served).message
    assert "Pods requests_per_second" in message
    rivals = why(autoscaler(ABLE, inactive("AmbiguousSelector")), TARGET, autoscaler(name="too", age="1d"))
    assert "autoscaler shop/too and web scale the same pods" in rivals.message


def test_without_the_right_to_see_api_services_nobody_is_blamed_for_their_absence() -> None:
    found = why(autoscaler(ABLE, NO_API), TARGET, denied=("apiservices.apiregistration.k8s.io",))
    assert (found.because, found.confidence) == ((), "inferred")
    assert found.missing == ("apiservices.apiregistration.k8s.io",)


NO_SCALE = condition("AbleToScale", "False", reason="FailedGetScale", message='deployments.apps "web" not found')


def test_a_target_that_does_not_exist() -> None:
    found = why(autoscaler(NO_SCALE))
    assert (found.id, because(found)) == ("hpa.target-missing", ("Deployment shop/web",))
    assert found.message == "Deployment shop/web does not exist, and autoscaler shop/web is to scale it"
    denied = why(autoscaler(NO_SCALE), denied=("deployments.apps",))
    assert (denied.id, denied.because, denied.missing) == ("hpa.cannot-scale", (), ("deployments.apps",))
    rollout = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}
    unserved = why(autoscaler(NO_SCALE, spec={"scaleTargetRef": rollout}))
    assert "a kind that this cluster does not serve" in unserved.message


def test_at_its_ceiling() -> None:
    raw = autoscaler(
        ABLE,
        condition("ScalingActive", "True"),
        condition("ScalingLimited", "True", reason="TooManyReplicas"),
    )
    found = why(raw, TARGET)
    assert found.id == "hpa.at-maximum"
    assert "has been at its ceiling of 5 replicas since 11:00 UTC" in found.message
    pending = pod(phase="Pending", node="", ready="False")
    assert "no node has room for 1 pod of it" in why(raw, TARGET, pending).message


def test_keda_is_the_cause_of_what_its_own_autoscaler_lacks() -> None:
    owner = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "web", "uid": "web", "controller": True}
    raw = autoscaler(
        ABLE,
        inactive("FailedGetExternalMetric", "unable to fetch metrics"),
        name="keda-hpa-web",
        metadata={"ownerReferences": [owner]},
    )
    conditions = [{"type": "Ready", "status": "False", "reason": "TriggerError", "message": "refused"}]
    ill = custom("keda.sh/v1alpha1", "ScaledObject", "web", status={"conditions": conditions})
    found = why(raw, TARGET, ill)
    assert (found.id, because(found)) == ("hpa.scaler-ill", ("ScaledObject shop/web",))
    mirrored = [
        {"type": "Ready", "status": "True"},
        {"type": "HPAActive", "status": "False", "reason": "FailedGetExternalMetric"},
    ]
    well = custom("keda.sh/v1alpha1", "ScaledObject", "web", status={"conditions": mirrored})
    assert why(raw, TARGET, well).id == "hpa.metrics-api-missing"


@pytest.mark.parametrize(("container", "slug"), [("appp", "hpa.container-missing"), ("app", "hpa.figures-missing")])
def test_figures_of_a_container_that_the_target_does_not_have(container: str, slug: str) -> None:
    metric = {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": container}}
    template = {"spec": {"containers": [{"name": "app", "image": "registry.example/x:1"}]}}
    target = deployment(2, 2, 2, ROLLED_OUT, spec={"template": template})
    found = why(autoscaler(ABLE, EMPTY, spec={"metrics": [metric]}), target, SERVED, pod())
    assert found.id == slug
    if container == "appp":
        assert "container appp, but Deployment shop/web has no such container" in found.message
        assert because(found) == ()
