"""What a pod needs by name from its namespace: read off its spec alone, for the store's index and for judgement."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.model.objects.pods import Container, PodSpec, Volume


def references(spec: PodSpec) -> Iterator[tuple[str, str]]:
    """``(resource name, object name)`` of everything in its namespace that a pod with this spec needs."""
    yield "serviceaccounts", spec.service_account_name
    for secret in spec.image_pull_secrets:
        yield "secrets", secret.name
    for volume in spec.volumes:
        yield from _mounted(volume)
    for container in (*spec.init_containers, *spec.containers):
        yield from _imported(container)


def _mounted(volume: Volume) -> Iterator[tuple[str, str]]:
    if volume.config_map:
        yield "configmaps", volume.config_map.name
    if volume.secret:
        yield "secrets", volume.secret.secret_name
    if volume.persistent_volume_claim:
        yield "persistentvolumeclaims", volume.persistent_volume_claim.claim_name
    for source in volume.projected.sources if volume.projected else ():
        if source.config_map:
            yield "configmaps", source.config_map.name
        if source.secret:
            yield "secrets", source.secret.name


def _imported(container: Container) -> Iterator[tuple[str, str]]:
    for imported in container.env_from:
        if imported.config_map_ref:
            yield "configmaps", imported.config_map_ref.name
        if imported.secret_ref:
            yield "secrets", imported.secret_ref.name
    for variable in container.env:
        if variable.value_from and variable.value_from.config_map_key_ref:
            yield "configmaps", variable.value_from.config_map_key_ref.name
        if variable.value_from and variable.value_from.secret_key_ref:
            yield "secrets", variable.value_from.secret_key_ref.name
