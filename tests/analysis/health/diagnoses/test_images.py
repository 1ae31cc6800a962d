"""Images that cannot be used, in the words that container runtimes and registries really use."""

from __future__ import annotations

import pytest

from k8sview.analysis.health.diagnoses.images import registry_of
from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, pod_of, said, waits, why
from tests.analysis.health.objects import Raw, node

IMAGE = "registry.example/shop/app:1.4.2"
PULL = f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}"'


def pulling(text: str, image: str = IMAGE, **spec: object) -> Raw:
    message = f'Back-off pulling image "{image}": ErrImagePull: {text}'
    status = waits("ImagePullBackOff", message)
    return pod_of(status, phase="Pending", age="20m", container={"image": image}, spec=dict(spec))


WORDS = [
    (
        "no such tag, containerd",
        f"rpc error: code = NotFound desc = {PULL}: {IMAGE}: not found",
        "image.not-found",
        "image registry.example/shop/app:1.4.2 does not exist in the registry registry.example",
    ),
    (
        "no such tag, CRI-O",
        "reading manifest 1.4.2 in registry.example/shop/app: manifest unknown",
        "image.not-found",
        "",
    ),
    (
        "denied, Docker Hub",
        "pull access denied, repository does not exist or may require authorization: insufficient_scope",
        "image.denied",
        "denies access to image",
    ),
    (
        "denied, token",
        (
            f"{PULL}: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
            "https://registry.example/token?scope=repository%3Ashop%2Fapp%3Apull: 401 Unauthorized"
        ),
        "image.denied",
        "no pull secret is named, neither by the pod nor by its service account default",
    ),
    (
        "denied, head request",
        f"{PULL}: unexpected status from HEAD request to https://registry.example/v2/shop/app: 403 Forbidden",
        "image.denied",
        "",
    ),
    (
        "limited",
        (
            "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example/v2/shop/app: "
            "sha256:0a1b: 429 Too Many Requests - Server message: toomanyrequests: You have reached your rate limit"
        ),
        "image.registry-limit",
        "the registry registry.example limits how often it may be asked",
    ),
    (
        "unknown authority",
        (
            f'{PULL}: failed to do request: Head "https://registry.example/v2/": tls: failed to '
            "verify certificate: x509: certificate signed by unknown authority"
        ),
        "image.untrusted-certificate",
        "node n1 does not trust the certificate of the registry registry.example",
    ),
    (
        "no such host",
        (
            f'{PULL}: failed to do request: Head "https://registry.example/v2/": dial tcp: lookup registry.example on '
            "10.96.0.10:53: no such host"
        ),
        "image.registry-unknown",
        "does not resolve on node n1",
    ),
    (
        "no registry, CRI-O",
        'short-name "shop/app:1.4.2" did not resolve to an alias and no unqualified-search registries are defined',
        "image.invalid-name",
        "names no registry",
    ),
    (
        "time-out",
        f'{PULL}: failed to do request: Head "https://registry.example/v2/": dial tcp 192.0.2.7:443: i/o timeout',
        "image.registry-unreachable",
        "does not reach the registry registry.example (image registry.example/shop/app:1.4.2): no answer in time",
    ),
    (
        "refused",
        f'{PULL}: failed to do request: Head "https://registry.example/v2/": dial tcp 192.0.2.7: connection refused',
        "image.registry-unreachable",
        ": connection refused",
    ),
    (
        "server error",
        f"{PULL}: unexpected status from HEAD request to https://registry.example/v2/: 503 Service Unavailable",
        "image.registry-failing",
        "the registry registry.example is in trouble itself",
    ),
    (
        "expired token",
        "denied: Your authorization token has expired. Reauthenticate and try again.",
        "image.denied",
        "whose credentials have expired",
    ),
    (
        "plain HTTP",
        f'{PULL}: failed to do request: Head "https://registry": http: server gave HTTP response to HTTPS client',
        "image.registry-plain-http",
        "speaks HTTP where node n1 expects HTTPS",
    ),
    (
        "another platform",
        f"rpc error: code = NotFound desc = {PULL}: no match for platform in manifest: not found",
        "image.wrong-architecture",
        "has no variant for the platform (arm64) of node n1",
    ),
    (
        "disk full",
        "failed to extract layer sha256:40329: write /usr/lib/libx.so: no space left on device: unknown",
        "image.no-space",
        "node n1 has no disk space left",
    ),
    ("words of tomorrow", "the registry is made of cheese", "image.pull-failed", "the registry is made of cheese"),
]


@pytest.mark.parametrize(("text", "slug", "words"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS])
def test_what_the_registry_says(text: str, slug: str, words: str) -> None:
    arm = node()
    arm["status"]["nodeInfo"] = {"architecture": "arm64"}
    found = why(pulling(text), arm)
    assert found.id == slug
    assert words in found.message
    assert found.message.startswith("container app cannot start since 11:40 UTC: ")
    assert found.container == "app"
    assert found.confidence is Confidence.CERTAIN
    assert because(found) == (("Node n1",) if slug == "image.no-space" else ())


def test_a_name_that_sounds_like_an_error_is_none() -> None:
    image = "registry.example/denied/429-toomanyrequests:x509"
    found = why(pulling(f'failed to resolve reference "{image}": {image}: not found', image))
    assert found.id == "image.not-found"


REASONS = [
    (
        "InvalidImageName",
        (
            'Failed to apply default image tag "registry.example/Shop/App:1": couldn\'t parse image name: invalid '
            "reference format: repository name must be lowercase"
        ),
        "image.invalid-name",
        "is not a valid image reference",
    ),
    (
        "ErrImageNeverPull",
        'Container image "registry.example/shop/app:1.4.2" is not present with pull policy of Never',
        "image.never-pull",
        "imagePullPolicy Never forbids pulling it",
    ),
    (
        "SignatureValidationFailed",
        "SignatureValidationFailed: image signature is not valid",
        "image.signature-refused",
        "refuses the signature",
    ),
    (
        "RegistryUnavailable",
        "image pull failed for registry.example/shop/app:1.4.2 because the registry is unavailable.",
        "image.registry-failing",
        "is in trouble itself",
    ),
    ("ImageInspectError", 'Failed to inspect image "x": rpc error: code = Unknown', "image.pull-failed", "rpc error"),
]


@pytest.mark.parametrize(("reason", "message", "slug", "words"), REASONS, ids=[case[0] for case in REASONS])
def test_reasons_that_need_no_words(reason: str, message: str, slug: str, words: str) -> None:
    found = why(pod_of(waits(reason, message), phase="Pending"))
    assert found.id == slug
    assert words in found.message


def test_before_kubernetes_1_32_the_back_off_hides_the_error_and_the_event_tells_it() -> None:
    raw = pod_of(waits("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'), phase="Pending", age="20m")
    told = said("Failed", f'Failed to pull image "{IMAGE}": {PULL}: {IMAGE}: not found', container="app")
    combined = {**told, "message": f"(combined from similar events): {told['message']}"}
    assert (why(raw, told).id, why(raw, told).confidence) == ("image.not-found", Confidence.OBSERVED)
    assert why(raw, combined).id == "image.not-found"
    unsure = why(raw, denied=("events",))
    assert (unsure.id, unsure.missing, unsure.confidence) == ("image.pull-failed", ("events",), Confidence.INFERRED)


def test_the_image_of_an_init_container_is_told_with_its_step() -> None:
    raw = pod_of(waits("PodInitializing"), phase="Pending", age="20m")
    raw["spec"]["initContainers"] = [{"name": "prepare"}, {"name": "migrate", "image": "registry.example/migrate:9"}]
    raw["status"]["initContainerStatuses"] = [
        {"name": "prepare", "state": {"terminated": {"exitCode": 0}}},
        {"name": "migrate", **waits("ErrImagePull", "registry.example/migrate:9: not found")},
    ]
    found = why(raw)
    assert found.message.startswith("init container migrate (step 2 of 2) cannot start")
    assert found.container == "migrate"


DENIED = f"{PULL}: pull access denied, repository does not exist or may require authorization"
SECRET = {"kind": "Secret", "metadata": {"name": "registry-key", "namespace": "shop"}}
UNRETRIEVED = said(
    "FailedToRetrieveImagePullSecret",
    "Unable to retrieve some image pull secrets (registry-key); attempting to pull the image may not succeed.",
)


def test_a_missing_pull_secret_is_the_cause() -> None:
    found = why(pulling(DENIED, imagePullSecrets=[{"name": "registry-key"}]))
    assert because(found) == ("Secret shop/registry-key",)
    assert found.message.startswith(
        "pull secret registry-key does not exist in namespace shop: container app cannot start"
    )
    assert found.next.startswith("Create Secret registry-key of type kubernetes.io/dockerconfigjson")


def test_a_pull_secret_that_exists_is_not_blamed_as_missing() -> None:
    found = why(pulling(DENIED, imagePullSecrets=[{"name": "registry-key"}]), SECRET)
    assert because(found) == ()
    assert "are wrong, expired or for another registry" in found.message


def test_a_pull_secret_nobody_may_read_is_told_by_the_kubelet_or_not_at_all() -> None:
    raw = pulling(DENIED, imagePullSecrets=[{"name": "registry-key"}])
    told = why(raw, UNRETRIEVED, denied=("secrets",))
    assert (because(told), told.missing) == (("Secret shop/registry-key",), ("secrets",))
    untold = why(raw, denied=("secrets",))
    assert (because(untold), untold.missing) == ((), ("secrets",))
    assert "cannot be told without secrets" in untold.message


def test_a_workload_says_how_to_find_its_last_good_image() -> None:
    raw = pulling(f"{IMAGE}: not found")
    raw["metadata"]["ownerReferences"] = [
        {"kind": "StatefulSet", "name": "web", "uid": "u", "apiVersion": "apps/v1", "controller": True}
    ]
    assert why(raw).next == "kubectl rollout history -n shop statefulset/web"


def test_a_container_that_ran_before_waits_since_its_end() -> None:
    last = {"terminated": {"exitCode": 0, "finishedAt": ago("7m")}}
    raw = pod_of(waits("ImagePullBackOff", "x: not found", restartCount=1, lastState=last), age="9d")
    assert "since 11:53 UTC" in why(raw).message


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("nginx", "docker.io"),
        ("library/nginx:1", "docker.io"),
        ("quay.io/a/b@sha256:0", "quay.io"),
        ("localhost/a", "localhost"),
        ("box:5000/a", "box:5000"),
    ],
)
def test_the_registry_of_a_reference(image: str, registry: str) -> None:
    assert registry_of(image) == registry


def test_a_pull_that_does_not_end() -> None:
    raw = pod_of(waits("ContainerCreating"), phase="Pending", age="20m")
    pulling_now = said("Pulling", f'Pulling image "{IMAGE}"', "19m", first="19m", kind="Normal", container="app")
    found = why(raw, pulling_now)
    assert (found.id, found.confidence) == ("image.slow-pull", Confidence.OBSERVED)
    assert "which node n1 pulls since 11:41 UTC" in found.message
    pulled = said("Pulled", f'Successfully pulled image "{IMAGE}"', "18m", kind="Normal", container="app")
    assert why(raw, pulling_now, pulled).id != "image.slow-pull"
