"""Who refers to ConfigMaps, Secrets, ServiceAccounts and claims: pods, templates, Ingresses, accounts, arguments, and
whatever a custom resource says. Errs on the side of "refers": a mention by name in the same namespace is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from k8sview.analysis.checks.applications import TEMPLATED, pod_template
from k8sview.analysis.checks.outcome import Context
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.pods import PodSpec
from k8sview.model.references import references

TEMPLATES = (*TEMPLATED, "replicasets.apps")
ACCOUNTS = "serviceaccounts"
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_LONGEST = 253
_DEEPEST = 40


class Mentions:
    """Everything that the read objects refer to, collected once for a rule. ``also``: custom resources to read."""

    def __init__(self, context: Context, also: Iterable[str]) -> None:
        self._view = context.view
        self._named: set[tuple[str, str, str]] = set()
        self._words: dict[str, set[str]] = {}
        for resource in TEMPLATES:
            for one in context.table(resource):
                self._template(one.metadata.namespace or "", pod_template(one).spec)
        for account in context.table(ACCOUNTS):
            namespace = account.metadata.namespace or ""
            for secret in (*account.secrets, *account.image_pull_secrets):
                self._named.add(("secrets", namespace, secret.name))
        for resource in also:
            for one in context.table(resource):
                if isinstance(one, Custom):
                    said = self._words.setdefault(one.metadata.namespace or "", set())
                    said.update(_texts(one.body, _DEEPEST))
                    for note in one.metadata.annotations.values():
                        said.update(_words(note))

    def _template(self, namespace: str, spec: PodSpec) -> None:
        for resource, name in references(spec):
            self._named.add((resource, namespace, name or "default"))
        said = self._words.setdefault(namespace, set())
        for container in (*spec.init_containers, *spec.containers):
            for text in (*container.args, *container.command):
                said.update(_words(text))

    def has(self, resource: str, namespace: str, name: str) -> bool:
        """Whether anything refers to the object. What a cluster-wide object says may be meant for any namespace."""
        return (
            (resource, namespace, name) in self._named
            or name in self._words.get(namespace, ())
            or name in self._words.get("", ())
            or bool(self._view.users_of(resource, name, namespace))
        )


def _words(text: str) -> Iterator[str]:
    """``--config=shop/settings`` → ``config``, ``shop``, ``settings``."""
    if len(text) <= 4 * _LONGEST:
        yield from _WORD.findall(text)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) <= _LONGEST:
            yield value
    elif depth and isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner, depth - 1)
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth - 1)
