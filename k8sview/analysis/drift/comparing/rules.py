"""The table of normalisation, N1 to N20: what each rule is for, where it applies and what it does there.

Data alone. ``walk`` obeys it; a rule is switched off by its id (``Comparing.off``). Order does not matter: acts at one
place do not contradict each other. No act that hides reaches a security-relevant place (``security``), except those
whose two forms mean the same to the API server (``ZERO``, ``FILL``).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from k8sview.analysis.drift.comparing.places import matches
from k8sview.analysis.drift.comparing.security import RBAC, WEBHOOKS, of_kind, secured


class Act(StrEnum):
    """What a rule does at a place."""

    DROP = "drop"  # never compared
    UNSTATED = "unstated"  # allotted by the server: compared only where the desired side states it
    PRESENCE = "presence"  # that it is there matters, not what it is
    FILL = "fill"  # absent means this value, on both sides
    QUANTITY = "quantity"  # compared as exact numbers
    DURATION = "duration"  # compared as spans
    SPELLING = "spelling"  # 80 and "80", true and "true" are the same
    NULL = "null"  # null is absent
    EMPTY = "empty"  # {} and [] are absent
    ZERO = "zero"  # the API leaves out false, 0 and "" here
    SUBSET = "subset"  # what only live has is no difference
    LISTS = "lists"  # lists by what they are: associative, set, unordered; else by position
    UNOWNED = "unowned"  # what no manager claims came from admission or defaults
    AGGREGATED = "aggregated"  # filled by a controller where an aggregationRule is stated
    BAG = "bag"  # a list whose order and repetitions mean nothing
    AUTOSCALED = "autoscaled"  # written by an autoscaler, where one is
    STRING_DATA = "string-data"  # folded into data before comparing
    BY_NAME = "by-name"  # items by metadata.name, only what is stated of them
    EXTRA = "extra"  # what only live has here is never told
    UNSUPPORTED = "unsupported"  # stated, and not known to every server


class Rule(msgspec.Struct, frozen=True):
    """One row. ``kinds``: ``Kind``, ``Kind.group`` or ``.group``; () is every kind."""

    id: str
    purpose: str
    act: Act
    paths: tuple[str, ...] = ("**",)
    kinds: tuple[str, ...] = ()
    value: Any = None


_SCALED = ("Deployment.apps", "StatefulSet.apps", "ReplicaSet.apps", "ReplicationController", "Rollout.argoproj.io")
_CRD = "CustomResourceDefinition.apiextensions.k8s.io"
_ROLES = (f"Role{RBAC}", f"ClusterRole{RBAC}")

RULES: tuple[Rule, ...] = (
    Rule(
        "N1",
        "what the server keeps for itself",
        Act.DROP,
        (
            "apiVersion",
            "kind",
            *(
                f"**.metadata.{name}"
                for name in (
                    "managedFields",
                    "resourceVersion",
                    "uid",
                    "generation",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "selfLink",
                    "generateName",
                )
            ),
        ),
    ),
    Rule("N2", "what is reported is not desired", Act.DROP, ("status.**", "spec.volumeClaimTemplates[*].status.**")),
    Rule("N3", "a manifest without a namespace goes where it is applied", Act.UNSTATED, ("metadata.namespace",)),
    Rule("N4", "stringData is another way to write data", Act.STRING_DATA, kinds=("Secret",)),
    Rule(
        "N5",
        "quantities are numbers, however written",
        Act.QUANTITY,
        (
            "**.requests.*",
            "**.limits.*",
            "spec.hard.*",
            "spec.limits[*].*.*",
            "**.capacity.*",
            "**.overhead.podFixed.*",
            "**.sizeLimit",
            "**.divisor",
            "**.averageValue",
            "**.target.value",
            "**.minAllowed.*",
            "**.maxAllowed.*",
        ),
    ),
    Rule("N6", "durations are spans, however written", Act.DURATION),
    Rule("N6", "numbers and truth values may be quoted", Act.SPELLING),
    Rule("N7", "null is absent", Act.NULL),
    Rule("N7", "empty is absent", Act.EMPTY),
    Rule(
        "N7",
        "the API leaves these out when they are false, 0 or empty",
        Act.ZERO,
        (
            "**.hostNetwork",
            "**.hostPID",
            "**.hostIPC",
            "**.hostPath.type",
            "**.stdin",
            "**.stdinOnce",
            "**.tty",
            "**.readOnly",
            "**.subPath",
            "**.ports[*].hostPort",
            "**.ports[*].nodePort",
            "**.ports[*].name",
            "**.initialDelaySeconds",
            "**.minReadySeconds",
            "**.securityContext",
            "**.securityContext.capabilities.**",
            "**.securityContext.seLinuxOptions",
            "**.serviceAccountName",
            "**.serviceAccount",
            "**.env[*].value",
            "**.schedulerName",
            "**.priorityClassName",
            "**.imagePullPolicy",
            "**.terminationMessagePath",
            "**.dnsPolicy",
            "**.restartPolicy",
            "**.hostname",
            "**.subdomain",
            "**.caBundle",
            "spec.paused",
            "spec.unschedulable",
            "spec.type",
            "spec.sessionAffinity",
            "spec.externalTrafficPolicy",
            "spec.publishNotReadyAddresses",
            "spec.healthCheckNodePort",
            "spec.loadBalancerIP",
            "spec.externalName",
            "spec.externalIPs",
            "spec.loadBalancerSourceRanges",
            "spec.preserveUnknownFields",
            "**.additionalPrinterColumns[*].priority",
            "**.namespace",
            "**.apiGroup",
            "type",
        ),
    ),
    Rule(
        "N7",
        "an empty list here lets through or shuts out just as none at all",
        Act.ZERO,
        ("spec.ingress", "spec.egress", "spec.ingress[*].*", "spec.egress[*].*"),
        ("NetworkPolicy.networking.k8s.io",),
    ),
    Rule(
        "N7",
        "no selector and an empty one both mean every object",
        Act.ZERO,
        ("webhooks[*].namespaceSelector", "webhooks[*].objectSelector", "webhooks[*].matchConditions"),
        WEBHOOKS,
    ),
    Rule("N7", "no rules, no subjects", Act.ZERO, ("subjects", "rules[*].*"), (RBAC,)),
    Rule("N8", "a manifest states only what it cares for", Act.SUBSET),
    Rule("N9", "lists are compared as the API merges them", Act.LISTS),
    Rule(
        "N10",
        "a port's protocol is TCP where nothing is said",
        Act.FILL,
        ("**.ports[*].protocol",),
        value="TCP",
    ),
    Rule(
        "N11",
        "the server allots these",
        Act.UNSTATED,
        (
            "spec.clusterIP",
            "spec.clusterIPs",
            "spec.ports[*].nodePort",
            "spec.healthCheckNodePort",
            "spec.ipFamilies",
            "spec.ipFamilyPolicy",
        ),
        ("Service",),
    ),
    Rule("N11", "the server binds these", Act.UNSTATED, ("spec.volumeName",), ("PersistentVolumeClaim",)),
    Rule(
        "N11",
        "the server makes a Job's selector and the labels for it",
        Act.UNSTATED,
        (
            "spec.selector.**",
            "**.metadata.labels[controller-uid]",
            "**.metadata.labels[job-name]",
            "**.metadata.labels[batch.kubernetes.io/*]",
        ),
        ("Job.batch",),
    ),
    Rule(
        "N11",
        "scheduler and admission fill a Pod",
        Act.UNSTATED,
        (
            "spec.nodeName",
            "spec.tolerations",
            "spec.priority",
            "spec.preemptionPolicy",
        ),
        ("Pod",),
    ),
    Rule(
        "N11",
        "the server marks a namespace",
        Act.UNSTATED,
        ("spec.finalizers", "metadata.labels[kubernetes.io/metadata.name]"),
        ("Namespace",),
    ),
    Rule(
        "N12",
        "authorities are injected and renewed",
        Act.PRESENCE,
        ("webhooks[*].clientConfig.caBundle",),
        WEBHOOKS,
    ),
    Rule("N12", "authorities are injected and renewed", Act.PRESENCE, ("spec.caBundle",), (".apiregistration.k8s.io",)),
    Rule(
        "N12",
        "authorities are injected and renewed",
        Act.PRESENCE,
        ("spec.conversion.webhook.clientConfig.caBundle",),
        (_CRD,),
    ),
    Rule("N12a", "what nobody owns came from admission or a default", Act.UNOWNED),
    Rule("N13", "a role without rules may say so in two ways", Act.ZERO, ("rules",), _ROLES),
    Rule("N13", "a controller fills an aggregated role", Act.AGGREGATED, ("rules",), _ROLES),
    Rule("N14", "endpoints have no order", Act.BAG, ("subsets", "subsets[*].*"), ("Endpoints",)),
    Rule("N15", "metrics have no order, and repetitions mean nothing", Act.BAG, ("spec.metrics",), (".autoscaling",)),
    Rule("N16", "an autoscaler writes the replicas", Act.AUTOSCALED, ("spec.replicas",), _SCALED),
    Rule(
        "N17",
        "the server completes claim templates",
        Act.BY_NAME,
        ("spec.volumeClaimTemplates",),
        ("StatefulSet.apps",),
    ),
    Rule(
        "N18",
        "bookkeeping of tools and controllers",
        Act.DROP,
        tuple(
            f"**.metadata.annotations[{name}]"
            for name in (
                "deployment.kubernetes.io/*",
                "deprecated.daemonset.template.generation",
                "meta.helm.sh/*",
                "kubectl.kubernetes.io/last-applied-configuration",
                "kubectl.kubernetes.io/restartedAt",
                "kapp.k14s.io/*",
                "reconcile.fluxcd.io/requestedAt",
                "argocd.argoproj.io/refresh",
                "argocd.argoproj.io/tracking-id",
                "prometheus-operator-validated",
                "objectset.rio.cattle.io/*",
                "field.cattle.io/*",
                "autoscaling.alpha.kubernetes.io/*",
                "control-plane.alpha.kubernetes.io/leader",
                "endpoints.kubernetes.io/*",
                "pv.kubernetes.io/*",
                "volume.kubernetes.io/*",
                "volume.beta.kubernetes.io/storage-provisioner",
            )
        ),
    ),
    Rule(
        "N19",
        "controllers label and annotate what is not theirs",
        Act.EXTRA,
        ("metadata.labels.*", "metadata.annotations.*"),
    ),
    Rule(
        "N20",
        "fields that older servers drop without a word",
        Act.UNSUPPORTED,
        (
            "**.topologySpreadConstraints[*].matchLabelKeys",
            "**.topologySpreadConstraints[*].nodeTaintsPolicy",
            "**.topologySpreadConstraints[*].nodeAffinityPolicy",
            "**.topologySpreadConstraints[*].minDomains",
            "**.podAffinity.**.matchLabelKeys",
            "**.podAffinity.**.mismatchLabelKeys",
            "**.podAntiAffinity.**.matchLabelKeys",
            "**.podAntiAffinity.**.mismatchLabelKeys",
            "**.resizePolicy",
            "spec.trafficDistribution",
            "spec.unhealthyPodEvictionPolicy",
            "spec.podReplacementPolicy",
            "spec.updateStrategy.rollingUpdate.maxUnavailable",
        ),
    ),
)

IDS: tuple[str, ...] = tuple(dict.fromkeys(rule.id for rule in RULES))

_EVERYWHERE = frozenset({Act.SUBSET, Act.LISTS, Act.UNOWNED, Act.STRING_DATA})
"""Ways to go about it, not things done at a place."""

_AT_SECURITY = frozenset({Act.NULL, Act.FILL, Act.ZERO, Act.AGGREGATED, Act.BAG, Act.UNSUPPORTED, *_EVERYWHERE})
"""Acts after which a security-relevant change is still told."""

# Durations: the API groups that Kubernetes serves itself have none in these fields, only words that look like some.
_OWN_GROUPS = ("", "apps", "batch", "autoscaling", "policy")
_MEANT_EMPTY = ("**.emptyDir", "**.podSelector", "**.namespaceSelector", "**.objectSelector", "spec.selfSigned")
"""Where an empty object says something."""

_LITERAL = ("**.command", "**.args", "**.command[*]", "**.args[*]", "data.**", "binaryData.**", "**.metadata.name")
"""Text that programs read as it is: no two spellings are the same."""


@lru_cache(maxsize=65536)
def acts_at(full: str, generic: tuple[str, ...], off: frozenset[str]) -> dict[Act, Rule]:
    """What is done at a place of a kind (``Kind.group``), and by which rule."""
    guarded = secured(full, generic)
    found: dict[Act, Rule] = {}
    for rule in RULES:
        if rule.id in off or rule.act in found or not of_kind(rule.kinds, full):
            continue
        if guarded and rule.act not in _AT_SECURITY:
            continue
        if any(matches(pattern, generic) for pattern in rule.paths):
            found[rule.act] = rule
    _take_back(found, full, generic)
    return found


def _take_back(found: dict[Act, Rule], full: str, generic: tuple[str, ...]) -> None:
    """The few places where a rule for everything must not reach."""
    group = full.partition(".")[2]
    own = group in _OWN_GROUPS or group.endswith(".k8s.io")
    if own and group != "gateway.networking.k8s.io":
        found.pop(Act.DURATION, None)
    if Act.EMPTY in found and any(matches(pattern, generic) for pattern in _MEANT_EMPTY):
        del found[Act.EMPTY]
    if any(matches(pattern, generic) for pattern in _LITERAL):
        for act in (Act.DURATION, Act.SPELLING, Act.QUANTITY):
            found.pop(act, None)
