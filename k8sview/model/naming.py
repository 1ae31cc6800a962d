"""What people call a resource, from the words that kubectl knows. Pure; asks no server."""

from __future__ import annotations

from collections.abc import Mapping

from k8sview.model.kinds import KINDS
from k8sview.model.resources import Resource

LOOKED_IN = (
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "cronjobs.batch",
    "jobs.batch",
    "pods",
    "services",
    "nodes",
)
"""Where a bare name is looked for, in this order: the first kind that has it is meant."""


def find_resource(word: str, resources: Mapping[str, Resource]) -> Resource | None:
    """The resource people mean by a word: exact name first, then kinds known beforehand, then the shortest group."""
    exact = resources.get(word)
    if exact is not None:
        return exact
    candidates = [one for one in resources.values() if word in one.called()]
    dotted = word.partition(".")
    if not candidates and dotted[1]:  # deploy.apps, certificates.cert-manager
        candidates = [
            one for one in resources.values() if dotted[0] in one.called() and one.group.startswith(dotted[2])
        ]
    return min(candidates, key=preference, default=None)


def preference(resource: Resource) -> tuple[bool, int, str]:
    """Order among resources that one word may mean: known kinds, then short groups."""
    return (resource.name not in KINDS, len(resource.group), resource.name)
