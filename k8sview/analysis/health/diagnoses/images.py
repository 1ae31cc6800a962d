"""Images that cannot be used: by the words of the runtime and the registry, most exact first."""

from __future__ import annotations

import re
from typing import NamedTuple

from k8sview.analysis.health.causes import lifted
from k8sview.analysis.health.containers import IMAGE_REASONS
from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.pull_secrets import credentials
from k8sview.analysis.health.diagnoses.suspects import Suspect, suspects, waiting_ones, waits_since
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.phrases import one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Node
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View


class _Sign(NamedTuple):
    """What the words of a failed pull mean. ``clause`` follows "container app cannot start"."""

    id: str
    pattern: re.Pattern[str]
    clause: str
    next: str


def _sign(slug: str, pattern: str, clause: str, next_step: str) -> _Sign:
    return _Sign(f"image.{slug}", re.compile(pattern, re.IGNORECASE), clause, next_step)


_BY_REASON = {
    "InvalidImageName": _sign(
        "invalid-name", "", "{image} is not a valid image reference", "Correct the image reference in the pod template"
    ),
    "ErrImageNeverPull": _sign(
        "never-pull",
        "",
        "image {image} is not on node {node} and imagePullPolicy Never forbids pulling it",
        "Set imagePullPolicy to IfNotPresent, or load the image onto every node",
    ),
    "SignatureValidationFailed": _sign(
        "signature-refused",
        "",
        "the node refuses the signature of image {image}",
        "Sign the image with a key that the node's policy trusts, or correct that policy",
    ),
}

# The order matters: a registry that limits or denies often says "not found" in the same breath.
_BY_WORDS = (
    _sign(
        "wrong-architecture",
        r"no match for platform|no matching manifest|does not match the specified platform"
        r"|no image found in (manifest|image index)",
        "image {image} has no variant for the platform{arch} of node {node}",
        "Build the image for that platform too, or select nodes of another with kubernetes.io/arch",
    ),
    _sign(
        "invalid-name",
        r"short-name",
        "image {image} names no registry, and node {node} does not guess one",
        "Write the registry into the image reference",
    ),
    _sign(
        "registry-limit",
        r"toomanyrequests|too many requests|\b429\b|rate limit|pull limit",
        "the registry {registry} limits how often it may be asked (image {image})",
        "Wait, pull with credentials, or pull through a mirror of your own",
    ),
    _sign(
        "untrusted-certificate",
        r"x509|failed to verify certificate|certificate (has expired|signed by|is (not )?valid)"
        r"|tls: (bad|unknown) certificate",
        "node {node} does not trust the certificate of the registry {registry} (image {image})",
        "Install the registry's CA for the container runtime of every node, or renew the registry's certificate",
    ),
    _sign(
        "no-space",
        r"no space left on device",
        "node {node} has no disk space left for image {image}",
        "kubectl describe node {node}",
    ),
    _sign(
        "registry-unknown",
        r"no such host|server misbehaving|name resolution",
        "the host name of the registry {registry} does not resolve on node {node} (image {image})",
        "Correct the registry's name in the image reference, or the node's DNS",
    ),
    _sign(
        "denied",
        r"unauthorized|access denied|\bdenied\b|forbidden|insufficient_scope|no basic auth credentials"
        r"|authentication required|authorization failed|\b40[13]\b",
        "the registry {registry} denies access to image {image}",
        "",
    ),
    _sign(
        "registry-plain-http",
        r"http response to https client|first record does not look like a tls handshake",
        "the registry {registry} speaks HTTP where node {node} expects HTTPS (image {image})",
        "Let the registry speak TLS, or name it as one without in the runtime's configuration of every node",
    ),
    _sign(
        "registry-failing",
        r"\b50[0234]\b|internal server error|bad gateway|service unavailable|registry (is )?unavailable",
        "the registry {registry} is in trouble itself (image {image})",
        "Look at the registry, or pull through a mirror of your own",
    ),
    _sign(
        "registry-unreachable",
        r"i/o timeout|timed? ?out|deadline exceeded|connection (refused|reset)|no route to host|network is unreachable"
        r"|unexpected eof|: eof\b|tls handshake",
        "node {node} does not reach the registry {registry} (image {image}){how}",
        "Try the registry from another node, and look at firewalls, proxies and the registry itself",
    ),
    _sign(
        "not-found",
        r"not found|manifest unknown|name unknown|does not exist|\b404\b",
        "image {image} does not exist in the registry {registry}",
        "Compare the tag with the registry's tags",
    ),
)

_LATE = re.compile(r"timed? ?out|deadline exceeded", re.IGNORECASE)
_FAILED = _sign("pull-failed", "", "image {image} cannot be pulled or used", "")
_BACK_OFF_ONLY = re.compile(r'^Back-off pulling image "[^"]*"$')


def image_problem(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """The first container, init containers included, that waits for its image."""
    one = next((one for one in waiting_ones(pod) if one.waits_for in IMAGE_REASONS), None)
    if one is None:
        return None
    words, confidence, unread = _said(view, pod, one)
    sign = _BY_REASON.get(one.waits_for) or _read(words, one)
    beginning = waits_since(pod, one)
    arch = _architecture(view, pod)
    place = {
        "image": one.image,
        "registry": registry_of(one.image),
        "node": pod.spec.node_name or "unknown",
        "arch": f" ({arch})" if arch else "",
        "how": ": connection refused" if "refused" in words else ": no answer in time" if _LATE.search(words) else "",
    }
    message = f"{one.words} cannot start{since(view, beginning)}: {sign.clause.format(**place)}"
    because: tuple[Ref, ...] = ()
    missing = unread
    advice = sign.next.format(**place)
    if sign.id == "image.denied":
        expired = ", whose credentials have expired" if "expired" in words else ""
        message += expired
        clause, because, advice, unsure = credentials(view, pod, place["registry"])
        message = f"{clause}: {message}" if because else f"{message}; {clause}"
        missing += unsure
    elif sign.id == "image.not-found":
        advice = _history(view, pod) or advice
    elif sign.id == "image.no-space":
        because = (ref_to("Node", None, pod.spec.node_name),)
    elif sign is _FAILED:
        message += f": {one_line(words)}" if words.strip() else "; why is told by the pod's events, which are not there"
    evidence = [f"{one.path}.state.waiting.reason = {one.waits_for}", f"{one.path}.image = {one.image}"]
    if words:
        evidence.append(f"{one.path}.state.waiting.message = {one_line(words)}")
    return Diagnosis(
        id=sign.id,
        message=message,
        next=advice or describe("pod", pod.metadata.namespace, pod.metadata.name),
        container=one.name,
        since=beginning,
        confidence=confidence,
        evidence=tuple(evidence),
        because=because,
        missing=missing,
    )


def slow_pull(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """Pulling since long ago, without an error: a large image, or a slow registry."""
    if not health.verdict.faulty:
        return None
    for one in suspects(pod):
        waiting = one.status.state.waiting
        events = told.told(view, pod, "Pulling", "Pulled", "Failed", container=one.name)
        if waiting is None or one.waits_for or not events or events[0].reason != "Pulling":
            continue
        beginning = told.last(events[0])
        return Diagnosis(
            id="image.slow-pull",
            message=f"{one.words} waits for image {one.image}, which node {pod.spec.node_name} pulls"
            f"{since(view, beginning)} without an error and without an end",
            next=describe("pod", pod.metadata.namespace, pod.metadata.name),
            container=one.name,
            since=beginning,
            confidence=Confidence.OBSERVED,
            evidence=(told.quoted(events[0]),),
        )
    return None


def _history(view: View, pod: Pod) -> str:
    """The command that lists the revisions of the pod's workload, of which one worked; "" where there are none."""
    top = lifted(view, ref_to("Pod", pod.metadata.namespace, pod.metadata.name))
    if top.kind not in ("Deployment", "StatefulSet", "DaemonSet"):
        return ""
    return f"kubectl rollout history -n {word(top.namespace)} {top.kind.lower()}/{word(top.name)}"


def _said(view: View, pod: Pod, one: Suspect) -> tuple[str, Confidence, tuple[str, ...]]:
    """What the runtime said, how that is known, and what could not be read for it.

    Before Kubernetes 1.32 the message of a back-off hides the error, and only an event tells it.
    """
    if one.waits_for in _BY_REASON or (one.said and not _BACK_OFF_ONLY.match(one.said)):
        return one.said, Confidence.CERTAIN, ()
    for event in told.told(view, pod, "Failed", "InspectFailed", container=one.name):
        text = told.text(event)
        if "pull image" in text or "inspect image" in text:
            return text, Confidence.OBSERVED, ()
    return "", Confidence.INFERRED, told.unread(view, pod)


def _read(words: str, one: Suspect) -> _Sign:
    if one.waits_for == "RegistryUnavailable":
        words = f"{words} registry unavailable"
    plain = _without_names(words, one.image)
    return next((sign for sign in _BY_WORDS if sign.pattern.search(plain)), _FAILED)


def _without_names(words: str, image: str) -> str:
    """The words without quoted names, addresses and the image: a tag or a repository may hold any number or word."""
    for name in (image, image.rpartition(":")[0]):
        words = words.replace(name, "") if name else words
    return re.sub(r'sha256:[0-9a-f]+|https?://[^\s"]+|"[^"]*"', "", words)


def registry_of(image: str) -> str:
    """The registry of an image reference, as container runtimes read it."""
    head, slash, _ = image.partition("/")
    return head if slash and ("." in head or ":" in head or head == "localhost") else "docker.io"


def _architecture(view: View, pod: Pod) -> str:
    node = view.get("nodes", pod.spec.node_name) if pod.spec.node_name else None
    return node.status.node_info.architecture if isinstance(node, Node) else ""


FAMILY = Family(
    known=(
        Known(
            "image.invalid-name",
            "The image reference cannot be read",
            "Repository names are lower case; check tag and digest.",
        ),
        Known("image.never-pull", "The image is not on the node and must not be pulled", "Allow pulling or load it."),
        Known("image.signature-refused", "The node refuses the image's signature", "Sign it, or correct the policy."),
        Known("image.wrong-architecture", "The image has no variant for the node's platform", "Build for it."),
        Known("image.registry-limit", "The registry limits the number of pulls", "Use credentials or a mirror."),
        Known("image.untrusted-certificate", "The node does not trust the registry's certificate", "Install its CA."),
        Known("image.no-space", "The node has no disk space for the image", "Free or add disk space on the node."),
        Known("image.registry-unknown", "The registry's host name does not resolve", "Correct the name or DNS."),
        Known("image.denied", "The registry denies access", "Create or renew the pull secret in the pod's namespace."),
        Known("image.registry-unreachable", "The node does not reach the registry", "Look at network and registry."),
        Known(
            "image.registry-plain-http", "The registry speaks HTTP, not HTTPS", "Give it TLS, or configure the nodes."
        ),
        Known("image.registry-failing", "The registry itself is in trouble", "Look at the registry."),
        Known("image.not-found", "The image or its tag does not exist", "Compare the tag with the registry's."),
        Known("image.slow-pull", "The image is being pulled for very long", "Look at its size and the registry."),
        Known("image.pull-failed", "The image cannot be pulled or used", "Read the kubelet's words."),
    ),
    rules={"pods": (image_problem, slow_pull)},
)
