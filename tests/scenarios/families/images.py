"""Images that cannot be pulled or used: ours to fix, somebody's to allow, or the registry's trouble."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Ref
from tests.scenarios.kubelet import Container, Happened, Play
from tests.scenarios.shapes import box, deploys, scripted, space

GONE = "registry.example/shop/app:1.4.2-rc9"


def pull(
    name: str,
    broken: str,
    words: str,
    text: str,
    *,
    row: int,
    image: str = GONE,
    blame: tuple[Ref, ...] = (),
    **rest: Any,
) -> Failure:
    """A Deployment whose image cannot be pulled: ``text`` is the runtime's."""
    said = f'Failed to pull image "{image}": {text}'
    waiting = f'Back-off pulling image "{image}": ErrImagePull: {text}'
    events = (
        Happened("Failed", said, container="app", count=7),
        Happened("Failed", "Error: ErrImagePull", container="app", count=7),
        Happened("BackOff", f'Back-off pulling image "{image}"', type="Normal", container="app", count=60),
        *rest.pop("events", ()),
    )
    more = rest.pop("more", ())
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name), *more, scripted(name, "api", box(image=image), **rest)),
        plays={"api": Play({"app": Container(waiting="ImagePullBackOff", message=waiting)}, events)},
        expected=Expected(blame=(*blame, deploys(name, "api")), words=words, found=(deploys(name, "api"),)),
    )


def refused(name: str, broken: str, words: str, reason: str, message: str, image: str, **container: Any) -> Failure:
    """A Deployment whose container waits with ``reason``, without any pull."""
    return Failure(
        name=name,
        row=7,
        broken=broken,
        objects=(space(name), scripted(name, "api", box(image=image, **container))),
        plays={
            "api": Play(
                {"app": Container(waiting=reason, message=message)},
                (Happened("Failed", f"Error: {reason}", container="app"),),
            )
        },
        expected=Expected(blame=(deploys(name, "api"),), words=words),
    )


CASES: tuple[Case, ...] = (
    pull(
        "pull-no-such-tag",
        "the tag does not exist",
        r"does not exist|not found|no such",
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{GONE}": failed to resolve reference'
        f' "{GONE}": {GONE}: not found',
        row=4,
    ),
    pull(
        "pull-no-such-host",
        "the registry's name does not resolve",
        r"resolve|no such host|host name|DNS",
        'failed to pull and unpack image "registri.example/app:1": failed to resolve reference'
        ' "registri.example/app:1": failed to do request: Head "https://registri.example/v2/app/manifests/1": dial tcp:'
        " lookup registri.example on 10.0.0.10:53: no such host",
        row=4,
        image="registri.example/app:1",
    ),
    pull(
        "pull-denied",
        "the registry wants credentials, and none are given",
        r"credential|unauthori[sz]ed|denied|pull secret|imagePullSecret",
        "failed to pull and unpack image: failed to resolve reference: pull access denied, repository does not exist or"
        " may require authorization: server message: insufficient_scope: authorization failed",
        row=5,
    ),
    pull(
        "pull-secret-missing",
        "the named pull secret does not exist",
        r"registry-key",
        "failed to pull and unpack image: failed to resolve reference: failed to authorize: failed to fetch anonymous"
        " token: unexpected status from GET request: 401 Unauthorized",
        row=5,
        blame=(Ref("Secret", "pull-secret-missing", "registry-key"),),
        imagePullSecrets=[{"name": "registry-key"}],
        events=(
            Happened(
                "FailedToRetrieveImagePullSecret",
                "Unable to retrieve some image pull secrets (registry-key); attempting to pull the image may not"
                " succeed.",
                count=70,
            ),
        ),
    ),
    pull(
        "pull-rate-limit",
        "the registry limits how often it may be asked",
        r"rate|limit|too ?many|429",
        "failed to pull and unpack image: failed to copy: httpReadSeeker: failed open: unexpected status code 429 Too"
        " Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.",
        row=6,
    ),
    pull(
        "pull-untrusted",
        "the registry's certificate is signed by nobody the node knows",
        r"certificate|x509|TLS|authority",
        "failed to pull and unpack image: failed to resolve reference: failed to do request: Head"
        ' "https://registry.example'
        '/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        row=6,
    ),
    pull(
        "pull-other-platform",
        "the image is not built for the node's platform",
        r"platform|architecture|manifest",
        "rpc error: code = NotFound desc = failed to pull and unpack image: no match for platform in manifest: not"
        " found",
        row=4,
    ),
    refused(
        "image-name-invalid",
        "the image's name is no valid reference",
        r"invalid|reference|name",
        "InvalidImageName",
        'Failed to apply default image tag "registry.example/Shop/App:1": couldn\'t parse image name: invalid reference'
        " format: repository name must be lowercase",
        "registry.example/Shop/App:1",
    ),
    refused(
        "image-never-pulled",
        "imagePullPolicy Never, and the image is not on the node",
        r"Never|not present|absent",
        "ErrImageNeverPull",
        'Container image "registry.example/shop/local:dev" is not present with pull policy of Never',
        "registry.example/shop/local:dev",
        imagePullPolicy="Never",
    ),
    Failure(
        name="image-init-missing",
        row=4,
        broken="the image of an init step does not exist",
        objects=(
            space("image-init-missing"),
            scripted("image-init-missing", "api", initContainers=[box("migrate", GONE)]),
        ),
        plays={
            "api": Play(
                {
                    "migrate": Container(
                        waiting="ImagePullBackOff",
                        message=f'Back-off pulling image "{GONE}": ErrImagePull: {GONE}: not found',
                    )
                },
                (Happened("Failed", f'Failed to pull image "{GONE}": {GONE}: not found'),),
            )
        },
        expected=Expected(blame=(deploys("image-init-missing", "api"),), words=r"migrate|1\.4\.2-rc9"),
    ),
)
