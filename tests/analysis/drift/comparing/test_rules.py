"""Every rule of the table by itself: with it the two sides are the same, without it they are not."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.comparing.compare import compare, drifting
from k8sview.analysis.drift.comparing.difference import Comparing, Difference
from k8sview.analysis.drift.comparing.rules import IDS, RULES
from tests.analysis.drift.comparing.bodies import (
    ADMISSION,
    CONTAINER,
    RBAC,
    Raw,
    deployment,
    entry,
    obj,
    owned,
    with_entries,
)

_CPU = {"type": "Resource", "resource": {"name": "cpu"}}
_MEMORY = {"type": "Resource", "resource": {"name": "memory"}}


def claims(*names: str) -> Raw:
    templates = [{"metadata": {"name": name}, "spec": {"accessModes": ["ReadWriteOnce"]}} for name in names]
    return obj("StatefulSet", "apps/v1", spec={"volumeClaimTemplates": templates})


def spreading(**more: object) -> Raw:
    return deployment(pod={"topologySpreadConstraints": [{"topologyKey": "z", "whenUnsatisfiable": "x", **more}]})


ALL = Comparing(additions=True)
AGGREGATED = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}

CASES: list[tuple[str, Raw, Raw, Comparing]] = [
    ("N1", obj("ConfigMap", metadata={"uid": "1"}), obj("ConfigMap", metadata={"uid": "2"}), Comparing()),
    ("N2", obj("Widget", "example.org/v1", status={"a": 1}), obj("Widget", "example.org/v1"), Comparing()),
    ("N3", obj("ConfigMap"), obj("ConfigMap", metadata={"namespace": "shop"}), ALL),
    ("N4", obj("Secret", stringData={"a": "b"}), obj("Secret", data={"a": "Yg=="}), Comparing()),
    (
        "N5",
        deployment({"resources": {"limits": {"cpu": "1"}}}),
        deployment({"resources": {"limits": {"cpu": "1000m"}}}),
        Comparing(),
    ),
    (
        "N6",
        obj("Widget", "example.org/v1", spec={"every": "60s", "port": 80}),
        obj("Widget", "example.org/v1", spec={"every": "1m", "port": "80"}),
        Comparing(),
    ),
    ("N7", deployment({"env": [], "stdin": False}, pod={"nodeSelector": None}), deployment(), Comparing()),
    ("N8", deployment(), deployment({"imagePullPolicy": "Always"}), Comparing()),
    (
        "N9",
        deployment({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
        deployment({"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}),
        Comparing(),
    ),
    (
        "N10",
        obj("Service", spec={"ports": [{"port": 80}]}),
        obj("Service", spec={"ports": [{"port": 80, "protocol": "TCP"}]}),
        ALL,
    ),
    ("N11", obj("Service", spec={"clusterIP": ""}), obj("Service", spec={"clusterIP": "10.0.0.1"}), Comparing()),
    (
        "N12",
        obj("MutatingWebhookConfiguration", ADMISSION, webhooks=[{"name": "a", "clientConfig": {"caBundle": "a"}}]),
        obj("MutatingWebhookConfiguration", ADMISSION, webhooks=[{"name": "a", "clientConfig": {"caBundle": "b"}}]),
        Comparing(),
    ),
    (
        "N12a",
        deployment(),
        with_entries(
            deployment({"securityContext": {"runAsUser": 1}}), entry("helm", owned(*CONTAINER, below={"f:image": {}}))
        ),
        Comparing(),
    ),
    (
        "N13",
        obj("ClusterRole", RBAC, aggregationRule=AGGREGATED, rules=[]),
        obj("ClusterRole", RBAC, aggregationRule=AGGREGATED, rules=[{"verbs": ["get"]}]),
        Comparing(),
    ),
    (
        "N14",
        obj("Endpoints", subsets=[{"addresses": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.2"}]}]),
        obj("Endpoints", subsets=[{"addresses": [{"ip": "1.1.1.2"}, {"ip": "1.1.1.1"}]}]),
        Comparing(),
    ),
    (
        "N15",
        obj("HorizontalPodAutoscaler", "autoscaling/v2", spec={"metrics": [_CPU, _MEMORY, _CPU]}),
        obj("HorizontalPodAutoscaler", "autoscaling/v2", spec={"metrics": [_MEMORY, _CPU]}),
        Comparing(),
    ),
    ("N16", deployment(replicas=2), deployment(replicas=3), Comparing(autoscaled=True)),
    ("N17", claims("a", "b"), claims("b", "a"), Comparing()),
    (
        "N18",
        deployment(metadata={"annotations": {"meta.helm.sh/release-name": "a"}}),
        deployment(metadata={"annotations": {"meta.helm.sh/release-name": "b"}}),
        Comparing(),
    ),
    ("N19", obj("ConfigMap"), obj("ConfigMap", metadata={"labels": {"a": "b"}}), ALL),
    ("N20", spreading(matchLabelKeys=["a"]), spreading(), Comparing()),
]


def differences(rule_off: str, desired: Raw, live: Raw, context: Comparing) -> tuple[Difference, ...]:
    off = frozenset({rule_off}) if rule_off else frozenset()
    return drifting(
        compare(
            desired,
            live,
            Comparing(off=off, additions=context.additions, autoscaled=context.autoscaled),
        )
    )


@pytest.mark.parametrize(("rule", "desired", "live", "context"), CASES, ids=[one[0] for one in CASES])
def test_each_rule_makes_the_difference_by_itself(rule: str, desired: Raw, live: Raw, context: Comparing) -> None:
    assert differences("", desired, live, context) == ()
    assert differences(rule, desired, live, context) != ()
    for other in set(IDS) - {rule}:
        assert differences(other, desired, live, context) == () or other == "N8", f"{other} is not needed for {rule}"


def test_every_rule_of_the_table_has_its_case() -> None:
    assert {one[0] for one in CASES} == set(IDS)
    assert set(IDS) == {*(f"N{number}" for number in range(1, 21)), "N12a"}


def test_every_rule_says_what_it_is_for() -> None:
    assert all(rule.purpose and rule.paths for rule in RULES)


def test_a_field_that_the_openapi_lacks_is_stated_as_such() -> None:
    desired = obj("Widget", "example.org/v1", spec={"items": [{"name": "a", "fresh": 1, "size": 2}]})
    live = obj("Widget", "example.org/v1", spec={"items": [{"name": "a", "size": 2}]})
    found = compare(desired, live, Comparing(unsupported=frozenset({"spec.items[*].fresh"})))
    assert [(one.path, one.excuse) for one in found] == [("spec.items[name=a].fresh", "N20")]
    assert drifting(found) == ()
