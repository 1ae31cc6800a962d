"""Admission webhooks: who answers, who is trusted, and what it means when nobody does."""

from __future__ import annotations

import pytest

from tests.analysis.clusters import NOON
from tests.analysis.health.authorities import bundle
from tests.analysis.health.objects import Raw, judge
from tests.analysis.health.platform_objects import configuration, endpoints, named, service, serving, webhook

TRUSTED = {"caBundle": bundle(NOON.year + 5)}
EXPIRED = {"caBundle": bundle(NOON.year - 1)}
LIVE = (service(), endpoints(True))
DEAD = (service(), endpoints(False))
INJECTED: Raw = {"annotations": {"cert-manager.io/inject-ca-from": "platform/adapter"}}


@pytest.mark.parametrize(
    ("raw", "others", "verdict", "reason"),
    [
        (configuration(webhook(client=TRUSTED)), LIVE, "Healthy", ""),
        (configuration(), (), "Healthy", ""),
        (configuration(webhook(client=TRUSTED)), DEAD, "Down", "NoBackend"),
        (configuration(webhook(client=TRUSTED)), (service(),), "Down", "NoBackend"),
        (configuration(webhook(client=TRUSTED)), (), "Down", "NoBackend"),
        (configuration(webhook(client=TRUSTED), age="1m"), (), "Progressing", "NoBackend"),
        (configuration(webhook(client=TRUSTED, failurePolicy="Ignore")), DEAD, "Waiting", "NoBackend"),
        (configuration(webhook(client=TRUSTED, failurePolicy="Ignore")), LIVE, "Healthy", ""),
        (configuration(webhook(client=EXPIRED)), LIVE, "Down", "Untrusted"),
        (configuration(webhook(client={"caBundle": "bm8gUEVN"})), LIVE, "Down", "Untrusted"),
        # The API server's own roots may know it: nobody here can tell.
        (configuration(webhook()), LIVE, "Unknown", "NoTrust"),
        (configuration(webhook(), **INJECTED), LIVE, "Degraded", "NoTrust"),
        (configuration(webhook(), **INJECTED, age="3m"), LIVE, "Progressing", "NoTrust"),
        (
            configuration(webhook(client=TRUSTED), webhook("b", client=TRUSTED, failurePolicy="Ignore")),
            DEAD,
            "Down",
            "NoBackend",
        ),
        (
            configuration({"name": "far", "clientConfig": {"url": "https://policy.example.com"}}),
            (),
            "Unknown",
            "BackendUnseen",
        ),
        (configuration(webhook(client=TRUSTED)), (service(type="ExternalName"),), "Unknown", "BackendUnseen"),
        (
            configuration(webhook(client=TRUSTED)),
            (service(ports=[{"port": 8443}]), endpoints(True)),
            "Down",
            "NoBackend",
        ),
    ],
)
def test_webhooks(raw: Raw, others: tuple[Raw, ...], verdict: str, reason: str) -> None:
    health = judge(raw, *others)
    assert (health.verdict, health.reason) == (verdict, reason)
    assert bool(health.message) is (verdict != "Healthy")


def test_what_is_refused_is_said() -> None:
    message = judge(configuration(webhook(client=TRUSTED)), *DEAD, serving(0)).message
    assert message == (
        "Service platform/adapter has no ready endpoint (Deployment platform/adapter is scaled to 0): "
        "the API server refuses CREATE of pods cluster-wide"
    )
    picky = webhook(client=TRUSTED, objectSelector={"matchLabels": {"policy": "on"}})
    assert judge(configuration(picky), *DEAD).message.endswith("CREATE of pods where its selectors match")


def test_namespaces_that_opted_in() -> None:
    narrow = configuration(webhook(client=TRUSTED, namespaceSelector={"matchLabels": {"policy": "on"}}))
    shop = {"kind": "Namespace", "metadata": named("shop", labels={"policy": "on"})}
    assert judge(narrow, *DEAD, shop).message.endswith("refuses CREATE of pods in namespace shop")
    # There is no such namespace: nobody is refused anything.
    assert judge(narrow, *DEAD).verdict == "Waiting"
    unseen = judge(narrow, *DEAD, denied=("namespaces",))
    assert (unseen.verdict, unseen.message.endswith("where it applies")) == ("Down", True)
    rules = [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["nodes"]}]
    wide = configuration(webhook(client=TRUSTED, rules=rules, namespaceSelector={"matchLabels": {"policy": "on"}}))
    assert judge(wide, *DEAD).verdict == "Down"


@pytest.mark.parametrize("denied", ["services", "endpointslices.discovery.k8s.io"])
def test_backends_that_may_not_be_seen_are_neither_well_nor_dead(denied: str) -> None:
    health = judge(configuration(webhook(client=TRUSTED)), *LIVE, denied=(denied,))
    assert (health.verdict, health.missing) == ("Unknown", (denied,))
