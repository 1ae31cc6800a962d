"""Custom objects that fail by what they name."""

from __future__ import annotations

from tests.analysis.health.diagnoses.asked import UNEXPLAINED, because, why
from tests.analysis.health.objects import Raw, condition
from tests.analysis.health.platform_objects import custom

NO_ARTIFACT = {
    "conditions": [condition("Ready", "False", reason="ArtifactFailed", message="Source artifact not found")]
}
REFUSED = {"conditions": [condition("Ready", "False", reason="GitOperationFailed", message="authentication required")]}
WELL = {"conditions": [condition("Ready", "True")]}


def kustomization(**spec: object) -> Raw:
    source = {"sourceRef": {"kind": "GitRepository", "name": "shop"}, **spec}
    return custom("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "shop", spec=source, status=NO_ARTIFACT)


def repository(status: Raw, name: str = "shop", namespace: str = "shop") -> Raw:
    return custom("source.toolkit.fluxcd.io/v1", "GitRepository", name, namespace, status=status)


def test_a_source_that_is_not_well_or_missing() -> None:
    found = why(kustomization(), repository(REFUSED))
    assert (found.id, because(found)) == ("reference.not-well", ("GitRepository shop/shop",))
    assert found.message.endswith("needs it: is not Ready: authentication required")
    gone = why(kustomization(), repository(WELL, "other"))
    assert (gone.id, because(gone)) == ("reference.missing", ("GitRepository shop/shop",))
    elsewhere = kustomization(sourceRef={"kind": "GitRepository", "name": "fleet", "namespace": "flux"})
    assert because(why(elsewhere, repository(REFUSED, "fleet", "flux"))) == ("GitRepository flux/fleet",)


def test_a_source_that_is_well_or_may_not_be_seen_is_not_blamed() -> None:
    assert why(kustomization(), repository(WELL)).id == UNEXPLAINED
    assert why(kustomization()).id == UNEXPLAINED
    denied = ("gitrepositorys.source.toolkit.fluxcd.io",)
    assert why(kustomization(), repository(WELL, "other"), denied=denied).id == UNEXPLAINED


def test_a_store_of_secrets() -> None:
    api = "external-secrets.io/v1"
    secret = custom(api, "ExternalSecret", "login", spec={"secretStoreRef": {"name": "vault"}}, status=NO_ARTIFACT)
    store = custom(api, "SecretStore", "vault", status=REFUSED)
    assert because(why(secret, store)) == ("SecretStore shop/vault",)
