"""What a pod needs from its namespace and does not find: ConfigMaps, Secrets, their keys, its service account.

The kubelet's words name it; where they cannot be read, what the pod's volumes require is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.contract import Family, Known
from k8sview.analysis.health.diagnoses.suspects import suspects, waiting_ones, waits_since
from k8sview.analysis.health.diagnoses.wording import describe, since, word
from k8sview.analysis.health.moments import created
from k8sview.analysis.health.phrases import one_line
from k8sview.model.health import Diagnosis, Health
from k8sview.model.kinds import RESOURCE_NAMES, ref_to
from k8sview.model.objects.pods import Pod, Volume
from k8sview.model.resources import Ref
from k8sview.model.status import Confidence
from k8sview.model.view import View

_MISSING = re.compile(r'\b(configmap|secret|serviceaccount)s? "([^"]+)" not found')
_NO_KEY = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) [^/\s]+/([^\s,]+)")
_NO_KEY_IN_VOLUME = re.compile(r'volume "([^"]+)"\s*:.*references non-existent (config|secret) key: (\S+)')
_KINDS = {"configmap": "ConfigMap", "config": "ConfigMap", "secret": "Secret", "serviceaccount": "ServiceAccount"}
_SLUGS = {
    "ConfigMap": "config.missing-configmap",
    "Secret": "config.missing-secret",
    "ServiceAccount": "config.missing-service-account",
}


class _Lack(NamedTuple):
    """What is missing and who says so; ``key`` "" for the whole object."""

    kind: str
    name: str
    key: str
    who: str
    evidence: str
    confidence: Confidence = Confidence.CERTAIN
    container: str | None = None


def missing_reference(view: View, pod: Pod, health: Health) -> Diagnosis | None:
    """A required object or key that is not there."""
    lack = next(_lacks(view, pod), None)
    if lack is None:
        return None
    namespace = pod.metadata.namespace or ""
    resource = RESOURCE_NAMES[lack.kind]
    readable = view.readable(resource, namespace)
    exists = view.get(resource, lack.name, namespace) is not None
    beginning = next((waits_since(pod, one) for one in suspects(pod)), created(pod))
    if exists and not lack.key:
        return _arrived(view, pod, lack)
    ref = ref_to(lack.kind, namespace, lack.name)
    shown = _KUBECTL[lack.kind]
    if lack.key:
        slug = "config.missing-key"
        fault = f"{lack.kind} {lack.name} in namespace {namespace} has no key {lack.key}"
        advice = describe(shown, namespace, lack.name)
        if readable and not exists:
            fault = f"{lack.kind} {lack.name} with key {lack.key} does not exist in namespace {namespace}"
    else:
        slug = _SLUGS[lack.kind]
        fault = f"{lack.kind} {lack.name} does not exist in namespace {namespace}{_similar(view, resource, ref)}"
        advice = f"kubectl get {shown}s -n {word(namespace)}"
    unheard = told.unread(view, pod) if lack.confidence is Confidence.INFERRED else ()
    return Diagnosis(
        id=slug,
        message=f"{fault}: {lack.who} cannot start without it{since(view, beginning)}",
        next=advice,
        container=lack.container,
        since=beginning,
        confidence=lack.confidence,
        evidence=(lack.evidence,),
        because=(ref,),
        missing=(*unheard, *(() if readable else (resource,))),
    )


_KUBECTL = {"ConfigMap": "configmap", "Secret": "secret", "ServiceAccount": "serviceaccount"}


def _arrived(view: View, pod: Pod, lack: _Lack) -> Diagnosis:
    """The kubelet's last word is older than the object: it looks again every few minutes."""
    return Diagnosis(
        id="config.now-present",
        message=f"{lack.kind} {lack.name}, which {lack.who} lacked, exists now; the kubelet tries again within minutes",
        next=describe("pod", pod.metadata.namespace, pod.metadata.name),
        container=lack.container,
        since=created(view.get(RESOURCE_NAMES[lack.kind], lack.name, pod.metadata.namespace)),
        confidence=Confidence.OBSERVED,
        evidence=(lack.evidence,),
    )


def _lacks(view: View, pod: Pod) -> Iterator[_Lack]:
    for one in waiting_ones(pod):
        if one.waits_for == "CreateContainerConfigError":
            yield from _in_words(pod, one.said, one.words, f"{one.path}.state.waiting.message", one.name)
            for event in told.told(view, pod, "Failed", container=one.name):
                yield from _in_words(pod, told.text(event), one.words, told.path(event), one.name)
    if not _not_begun(pod):
        return
    for event in told.told(view, pod, "FailedMount"):
        if told.fresh(view, event):
            found = _in_words(pod, told.text(event), "the pod", told.path(event))
            yield from (lack._replace(confidence=Confidence.OBSERVED) for lack in found)
    yield from _required(view, pod)


def _in_words(pod: Pod, text: str, who: str, path: str, container: str | None = None) -> Iterator[_Lack]:
    evidence = f"{path} = {one_line(text)}"
    found = _NO_KEY.search(text)
    if found:
        yield _Lack(found[2], found[3], found[1], who, evidence, container=container)
    found = _NO_KEY_IN_VOLUME.search(text)
    if found:
        kind = _KINDS[found[2]]
        name = next((name for one, name in _sources(pod, found[1]) if one == kind), "")
        if name:
            yield _Lack(kind, name, found[3].rstrip(","), who, evidence, container=container)
    found = _MISSING.search(text)
    if found:
        yield _Lack(_KINDS[found[1]], found[2], "", who, evidence, container=container)


def _not_begun(pod: Pod) -> bool:
    """No container has run: volumes are set up before the first does."""
    found = list(suspects(pod))
    return bool(found) and all(
        one.status.state.running is None and one.status.state.terminated is None and not one.waits_for for one in found
    )


def _required(view: View, pod: Pod) -> Iterator[_Lack]:
    """Volumes whose object is not there, where no word of the kubelet tells it."""
    namespace = pod.metadata.namespace or ""
    for volume in pod.spec.volumes:
        for kind, name in _sources(pod, volume.name, required=True):
            resource = RESOURCE_NAMES[kind]
            if view.readable(resource, namespace) and view.get(resource, name, namespace) is None:
                evidence = f"spec.volumes[name={volume.name}] = {kind} {name}"
                yield _Lack(kind, name, "", "the pod", evidence, Confidence.INFERRED)


def _sources(pod: Pod, volume: str, *, required: bool = False) -> Iterator[tuple[str, str]]:
    """``(kind, name)`` of what a volume takes its files from; with ``required`` what is not optional."""
    found = next((one for one in pod.spec.volumes if one.name == volume), Volume())
    if found.config_map and not (required and found.config_map.optional):
        yield "ConfigMap", found.config_map.name
    if found.secret and not (required and found.secret.optional):
        yield "Secret", found.secret.secret_name
    for source in found.projected.sources if found.projected else ():
        if source.config_map and not (required and source.config_map.optional):
            yield "ConfigMap", source.config_map.name
        if source.secret and not (required and source.secret.optional):
            yield "Secret", source.secret.name


def _similar(view: View, resource: str, ref: Ref) -> str:
    """`` (there is app-config)``: a typing error is the most frequent reason."""
    if not view.readable(resource, ref.namespace):
        return ""
    names = [one.metadata.name for one in view.in_namespace(resource, ref.namespace or "")]
    close = get_close_matches(ref.name, names, n=1, cutoff=0.8)
    return f" (there is {close[0]})" if close else ""


FAMILY = Family(
    known=(
        Known(
            "config.missing-configmap",
            "A ConfigMap that a pod requires does not exist",
            "Create it, or correct its name.",
        ),
        Known(
            "config.missing-secret", "A Secret that a pod requires does not exist", "Create it, or correct its name."
        ),
        Known("config.missing-key", "A ConfigMap or Secret lacks a required key", "Add the key, or correct its name."),
        Known("config.missing-service-account", "A pod's ServiceAccount does not exist", "Create it."),
        Known("config.now-present", "What a pod lacked exists now", "Wait for the kubelet's next try."),
    ),
    rules={"pods": (missing_reference,)},
)
