"""ConfigMaps, Secrets, keys and service accounts that are not there, in the kubelet's words."""

from __future__ import annotations

import pytest

from k8sview.model.status import Confidence
from tests.analysis.health.diagnoses.asked import because, pod_of, said, waits, why
from tests.analysis.health.objects import Raw


def named(kind: str, name: str) -> Raw:
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop"}}


def unconfigured(message: str) -> Raw:
    return pod_of(waits("CreateContainerConfigError", message), phase="Pending", age="20m")


def creating(*volumes: Raw) -> Raw:
    raw = pod_of(waits("ContainerCreating"), phase="Pending", age="20m", spec={"volumes": list(volumes)})
    raw["status"]["conditions"].append({"type": "PodReadyToStartContainers", "status": "False"})
    return raw


CONFIG = {"name": "settings", "configMap": {"name": "app-settings"}}
TLS = {"name": "tls", "secret": {"secretName": "web-tls"}}

WORDS = [
    (
        'configmap "settings" not found',
        "config.missing-configmap",
        "ConfigMap shop/settings",
        "ConfigMap settings does not exist in namespace shop",
    ),
    ('secret "db" not found', "config.missing-secret", "Secret shop/db", "Secret db does not exist in namespace shop"),
    (
        "couldn't find key LOG_LEVEL in ConfigMap shop/settings",
        "config.missing-key",
        "ConfigMap shop/settings",
        "LOG_LEVEL",
    ),
    ("couldn't find key password in Secret shop/db", "config.missing-key", "Secret shop/db", "key password"),
]


@pytest.mark.parametrize(("message", "slug", "blamed", "words"), WORDS)
def test_what_a_container_needs_and_lacks(message: str, slug: str, blamed: str, words: str) -> None:
    found = why(unconfigured(message))
    assert (found.id, because(found), found.container) == (slug, (blamed,), "app")
    assert words in found.message
    assert found.message.endswith("container app cannot start without it since 11:40 UTC")


def test_a_key_may_be_missing_in_an_object_that_is_there() -> None:
    found = why(unconfigured("couldn't find key password in Secret shop/db"), named("Secret", "db"))
    assert found.message.startswith("Secret db in namespace shop has no key password")
    assert because(found) == ("Secret shop/db",)
    assert found.next == "kubectl describe -n shop secret db"


def test_an_object_that_has_come_meanwhile_is_not_blamed() -> None:
    found = why(unconfigured('configmap "settings" not found'), named("ConfigMap", "settings"))
    assert (found.id, because(found), found.confidence) == ("config.now-present", (), Confidence.OBSERVED)
    assert "exists now; the kubelet tries again" in found.message


def test_the_kubelet_is_believed_where_objects_may_not_be_read() -> None:
    found = why(unconfigured('secret "db" not found'), denied=("secrets",))
    assert (because(found), found.missing) == (("Secret shop/db",), ("secrets",))


def test_a_typing_error_is_shown_with_the_name_that_was_meant() -> None:
    found = why(unconfigured('configmap "setings" not found'), named("ConfigMap", "settings"))
    assert "does not exist in namespace shop (there is settings)" in found.message


MOUNTS = [
    (
        'MountVolume.SetUp failed for volume "settings" : configmap "app-settings" not found',
        "config.missing-configmap",
        "ConfigMap shop/app-settings",
    ),
    (
        '(combined from similar events): MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
        "config.missing-secret",
        "Secret shop/web-tls",
    ),
    (
        'MountVolume.SetUp failed for volume "token" : failed to fetch token: serviceaccounts "web" not found',
        "config.missing-service-account",
        "ServiceAccount shop/web",
    ),
]


@pytest.mark.parametrize(("message", "slug", "blamed"), MOUNTS)
def test_what_a_volume_needs_and_lacks(message: str, slug: str, blamed: str) -> None:
    found = why(creating(), said("FailedMount", message))
    assert (found.id, because(found)) == (slug, (blamed,))


def test_a_volume_that_picks_a_key_that_is_not_there() -> None:
    message = 'MountVolume.SetUp failed for volume "settings" : configmap references non-existent config key: app.yaml'
    found = why(creating(CONFIG), named("ConfigMap", "app-settings"), said("FailedMount", message))
    assert (found.id, because(found)) == ("config.missing-key", ("ConfigMap shop/app-settings",))
    assert "has no key app.yaml" in found.message


def test_without_events_the_volumes_are_looked_up() -> None:
    found = why(creating(CONFIG, TLS), named("ConfigMap", "app-settings"), denied=("events",))
    assert (found.id, because(found)) == ("config.missing-secret", ("Secret shop/web-tls",))
    assert (found.confidence, found.missing) == (Confidence.INFERRED, ("events",))


def test_nothing_is_accused_that_is_optional_there_or_unreadable() -> None:
    optional = {"name": "extra", "configMap": {"name": "extra", "optional": True}}
    assert because(why(creating(optional), denied=("events",))) == ()
    assert because(why(creating(CONFIG), named("ConfigMap", "app-settings"), denied=("events",))) == ()
    assert because(why(creating(CONFIG), denied=("events", "configmaps"))) == ()


def test_an_old_word_on_a_mount_is_not_believed() -> None:
    old = said("FailedMount", 'MountVolume.SetUp failed for volume "x" : secret "gone" not found', "50m", first="55m")
    assert because(why(creating(), old)) == ()
