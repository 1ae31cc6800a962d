"""How a value is written in a difference: short, and as people say it. Never a value that may be secret."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import msgspec

from k8sview.analysis.drift.covering import covered, covered_tree
from k8sview.model.objects.pods import (
    Container,
    ContainerPort,
    EnvFromSource,
    EnvVar,
    EnvVarSource,
    Probe,
    Toleration,
    Volume,
    VolumeMount,
)


@singledispatch
def shown(value: Any) -> str:
    """One line for any value of an API object. Free-form values are compact JSON."""
    return msgspec.json.encode(covered_tree("", msgspec.to_builtins(value)), order="sorted").decode()


@shown.register
def _(value: str) -> str:
    return covered(value)


@shown.register
def _(value: bool) -> str:
    return "true" if value else "false"


@shown.register
def _(value: Container) -> str:
    return value.image


@shown.register
def _(value: EnvVar) -> str:
    return shown(value.value_from) if value.value_from else "a literal value"


@shown.register
def _(value: EnvVarSource) -> str:
    if value.secret_key_ref:
        return f"key {value.secret_key_ref.key} of secret {value.secret_key_ref.name}"
    if value.config_map_key_ref:
        return f"key {value.config_map_key_ref.key} of configmap {value.config_map_key_ref.name}"
    return "a field of the pod"


@shown.register
def _(value: EnvFromSource) -> str:
    if value.secret_ref:
        return f"secret {value.secret_ref.name}"
    return f"configmap {value.config_map_ref.name}" if value.config_map_ref else "nothing"


@shown.register
def _(value: VolumeMount) -> str:
    return f"volume {value.name}" + (" (read-only)" if value.read_only else "")


@shown.register
def _(value: ContainerPort) -> str:
    return f"{value.container_port}/{value.protocol}" + (f" ({value.name})" if value.name else "")


@shown.register
def _(value: Toleration) -> str:
    taint = f"{value.key}={value.value}" if value.value else value.key or "everything"
    return f"{taint}:{value.effect}" if value.effect else taint


@shown.register
def _(value: Probe) -> str:
    if value.http_get:
        handler = f"GET {value.http_get.path} on port {value.http_get.port}"
    elif value.tcp_socket:
        handler = f"TCP port {value.tcp_socket.port}"
    elif value.grpc:
        handler = f"gRPC port {value.grpc.port}"
    else:
        handler = "a command"
    return f"{handler}, every {value.period_seconds}s, {value.failure_threshold} failures"


@shown.register
def _(value: Volume) -> str:
    if value.config_map:
        return f"configmap {value.config_map.name}"
    if value.secret:
        return f"secret {value.secret.secret_name}"
    if value.persistent_volume_claim:
        return f"claim {value.persistent_volume_claim.claim_name}"
    if value.host_path:
        return f"hostPath {value.host_path.path}"
    if value.csi:
        return f"CSI driver {value.csi.driver}"
    if value.projected:
        return "projected sources"
    if value.ephemeral:
        return "an ephemeral claim"
    return "emptyDir" if value.empty_dir is not None else "another source"
