"""Pull secrets of a pod whose image a registry denies: which are missing, and what to do. Never looks into one."""

from __future__ import annotations

import re

from k8sview.analysis.health.diagnoses import told
from k8sview.analysis.health.diagnoses.wording import word
from k8sview.model.kinds import ref_to
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Ref
from k8sview.model.view import View

_SECRETS_LISTED = re.compile(r"pull secrets \(([^)]*)\)")


def credentials(view: View, pod: Pod, registry: str) -> tuple[str, tuple[Ref, ...], str, tuple[str, ...]]:
    """A clause, the Secrets that are missing, the next step, and what could not be read."""
    namespace = pod.metadata.namespace or ""
    names = [secret.name for secret in pod.spec.image_pull_secrets if secret.name]
    if not names:
        account = pod.spec.service_account_name or "default"
        clause = f"no pull secret is named, neither by the pod nor by its service account {account}"
        advice = f"{_create('a Secret', registry, namespace)} and name it in imagePullSecrets"
        return clause, (), f"{advice}; or correct the image's name", ()
    if not view.readable("secrets", namespace):
        gone = _not_retrieved(view, pod, names)
        if gone:
            listed = ", ".join(gone)
            clause = f"the kubelet could not retrieve pull secret {listed} of namespace {namespace}"
            return clause, _secrets(namespace, gone), _create(f"Secret {gone[0]}", registry, namespace), ("secrets",)
        clause = f"whether its pull secret {', '.join(names)} exists cannot be told without secrets"
        return clause, (), f"kubectl get secret -n {word(namespace)} {word(names[0])}", ("secrets",)
    gone = [name for name in names if view.get("secrets", name, namespace) is None]
    if gone:
        listed = ", ".join(gone)
        clause = f"pull secret {listed} does not exist in namespace {namespace}"
        return clause, _secrets(namespace, gone), _create(f"Secret {gone[0]}", registry, namespace), ()
    clause = f"the credentials in pull secret {', '.join(names)} are wrong, expired or for another registry"
    advice = f"kubectl describe secret -n {word(namespace)} {word(names[0])}; renew its credentials for {registry}"
    return clause, (), advice, ()


def _create(what: str, registry: str, namespace: str) -> str:
    return f"Create {what} of type kubernetes.io/dockerconfigjson for {registry} in namespace {namespace}"


def _secrets(namespace: str, names: list[str]) -> tuple[Ref, ...]:
    return tuple(ref_to("Secret", namespace, name) for name in names)


def _not_retrieved(view: View, pod: Pod, names: list[str]) -> list[str]:
    for event in told.told(view, pod, "FailedToRetrieveImagePullSecret"):
        found = _SECRETS_LISTED.search(told.text(event))
        listed = {name.strip(" <>") for name in found[1].split(",")} if found else set()
        return [name for name in names if name in listed]
    return []
