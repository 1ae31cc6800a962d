"""The table of switches that make drift invisible or keep it: annotations, and fields of the tools' own kinds.

Data alone; ``suspended`` reads it. An entry says what a switch means in plain words and what slips through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from k8sview.model.status import Severity


class Mark(NamedTuple):
    """An annotation or label on any object. ``holds``: which of its values make the hole."""

    key: str
    holds: Callable[[str], bool]
    message: str
    severity: Severity = Severity.LOW


class Switch(NamedTuple):
    """A field of one kind's objects that makes the hole where it has this value."""

    resource: str
    path: str
    value: object
    message: str
    covers: str
    severity: Severity = Severity.MEDIUM


def _is(*wanted: str) -> Callable[[str], bool]:
    known = frozenset(one.lower() for one in wanted)
    return lambda value: value.strip().lower() in known


def _has(*options: str) -> Callable[[str], bool]:
    """One of the options stands in a list separated by commas."""
    known = frozenset(one.lower() for one in options)
    return lambda value: any(part.strip().lower() in known for part in value.split(","))


def _set(value: str) -> bool:
    return True


_FLUX = "kustomize.toolkit.fluxcd.io"

MARKS: tuple[Mark, ...] = (
    Mark(f"{_FLUX}/reconcile", _is("disabled"), "Flux does not reconcile it", Severity.MEDIUM),
    Mark(f"{_FLUX}/ssa", _is("Ignore"), "Flux ignores it", Severity.MEDIUM),
    Mark(f"{_FLUX}/ssa", _is("IfNotPresent"), "Flux creates it and never corrects it", Severity.MEDIUM),
    Mark(f"{_FLUX}/ssa", _is("Merge"), "Flux keeps fields that others add"),
    Mark(f"{_FLUX}/prune", _is("disabled"), "Flux does not delete it when it leaves its source", Severity.INFO),
    Mark("helm.toolkit.fluxcd.io/driftDetection", _is("disabled"), "Flux does not look for drift of it"),
    Mark("fluxcd.controlplane.io/reconcile", _is("disabled"), "the Flux operator does not reconcile it"),
    Mark("argocd.argoproj.io/compare-options", _has("IgnoreExtraneous"), "Argo CD does not count it as out of sync"),
    Mark(
        "argocd.argoproj.io/sync-options",
        _has("Prune=false", "Prune=confirm"),
        "Argo CD does not delete it by itself",
        Severity.INFO,
    ),
    Mark("argocd.argoproj.io/skip-reconcile", _is("true"), "Argo CD does not reconcile it", Severity.MEDIUM),
    Mark("crossplane.io/paused", _is("true"), "Crossplane does not reconcile it", Severity.MEDIUM),
    Mark("cluster.x-k8s.io/paused", _set, "Cluster API does not reconcile it", Severity.MEDIUM),
    Mark("autoscaling.keda.sh/paused-replicas", _set, "KEDA does not scale it"),
    Mark("autoscaling.keda.sh/paused", _is("true"), "KEDA does not scale it"),
    Mark("strimzi.io/pause-reconciliation", _is("true"), "Strimzi does not reconcile it", Severity.MEDIUM),
    Mark("eck.k8s.elastic.co/managed", _is("false"), "the Elastic operator does not reconcile it", Severity.MEDIUM),
    Mark("kapp.k14s.io/noop", _set, "kapp does not apply it"),
    Mark("configmanagement.gke.io/managed", _is("disabled"), "Config Sync does not manage it", Severity.MEDIUM),
    Mark("client.lifecycle.config.k8s.io/mutation", _is("ignore"), "Config Sync creates it and never corrects it"),
    Mark("services.k8s.aws/read-only", _is("true"), "the AWS controller does not write it"),
)

_EVERYTHING = "everything it applies"
_ITSELF = "this object"


def _suspend(resource: str, covers: str) -> Switch:
    return Switch(resource, "spec.suspend", True, "it is suspended: nothing from its source arrives", covers)


SWITCHES: tuple[Switch, ...] = (
    _suspend("kustomizations.kustomize.toolkit.fluxcd.io", _EVERYTHING),
    _suspend("helmreleases.helm.toolkit.fluxcd.io", _EVERYTHING),
    _suspend("gitrepositories.source.toolkit.fluxcd.io", "what is applied from it"),
    _suspend("ocirepositories.source.toolkit.fluxcd.io", "what is applied from it"),
    _suspend("helmrepositories.source.toolkit.fluxcd.io", "what is applied from it"),
    _suspend("helmcharts.source.toolkit.fluxcd.io", "what is applied from it"),
    _suspend("buckets.source.toolkit.fluxcd.io", "what is applied from it"),
    Switch(
        "helmreleases.helm.toolkit.fluxcd.io",
        "spec.driftDetection.mode",
        "disabled",
        "helm-controller does not look for drift",
        _EVERYTHING,
        Severity.LOW,
    ),
    Switch(
        "helmreleases.helm.toolkit.fluxcd.io",
        "spec.driftDetection.mode",
        "warn",
        "helm-controller sees drift and does not correct it",
        _EVERYTHING,
        Severity.LOW,
    ),
    Switch(
        "applications.argoproj.io",
        "spec.syncPolicy.automated.enabled",
        False,
        "auto-sync is switched off",
        _EVERYTHING,
    ),
    Switch(
        "applications.argoproj.io",
        "spec.syncPolicy.automated.selfHeal",
        False,
        "self-heal is switched off: changes made in the cluster stay",
        _EVERYTHING,
        Severity.LOW,
    ),
    Switch("gitrepos.fleet.cattle.io", "spec.paused", True, "it is paused", _EVERYTHING),
    Switch("bundles.fleet.cattle.io", "spec.paused", True, "it is paused", _EVERYTHING),
    Switch("deployments.apps", "spec.paused", True, "it is paused: a changed template makes no new pods", _ITSELF),
    Switch("rollouts.argoproj.io", "spec.paused", True, "it is paused: a changed template makes no new pods", _ITSELF),
    Switch(
        "clusters.cluster.x-k8s.io", "spec.paused", True, "it is paused: its machines stay as they are", _EVERYTHING
    ),
    Switch(
        "machinedeployments.cluster.x-k8s.io",
        "spec.paused",
        True,
        "it is paused: its machines stay as they are",
        _ITSELF,
    ),
    Switch(
        "machineconfigpools.machineconfiguration.openshift.io",
        "spec.paused",
        True,
        "it is paused: new machine configuration does not reach its nodes",
        "all nodes of the pool",
    ),
    Switch(
        "prometheuses.monitoring.coreos.com", "spec.paused", True, "it is paused: its operator does nothing", _ITSELF
    ),
    Switch(
        "alertmanagers.monitoring.coreos.com", "spec.paused", True, "it is paused: its operator does nothing", _ITSELF
    ),
)

UNSET: tuple[Switch, ...] = (
    Switch(
        "applications.argoproj.io",
        "spec.syncPolicy.automated",
        None,
        "auto-sync is not configured: it is synced by hand",
        _EVERYTHING,
        Severity.INFO,
    ),
    Switch(
        "applications.argoproj.io",
        "spec.syncPolicy.automated.selfHeal",
        None,
        "self-heal is not configured: changes made in the cluster stay",
        _EVERYTHING,
        Severity.INFO,
    ),
    Switch(
        "helmreleases.helm.toolkit.fluxcd.io",
        "spec.driftDetection.mode",
        None,
        "drift detection is not configured: changes made in the cluster stay",
        _EVERYTHING,
        Severity.INFO,
    ),
)
"""Holes by default: nobody made them, but whoever believes in the fence should know."""

OWN_WRITERS: tuple[str, ...] = (
    "kustomize-controller",
    "helm-controller",
    "source-controller",
    "gotk-kustomize-controller",
    "gotk-helm-controller",
    "gotk-source-controller",
    "argocd-application-controller",
    "argocd-controller",
)
"""Controllers that keep books in the objects that carry such switches."""
