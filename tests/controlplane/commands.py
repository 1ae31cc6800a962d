"""The command lines of the five programs. Paths are relative to the control plane's folder, their working directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
"""

BY_HAND = "controlplane-tests/by-hand"
"""A label: kwok leaves such a pod or node alone, its status is the test's to write. A node's lease is renewed still."""
_STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)


def etcd(folder: Path, client_port: int, peer_port: int) -> list[str]:
    client, peer = f"http://127.0.0.1:{client_port}", f"http://127.0.0.1:{peer_port}"
    return [
        str(folder / "etcd"),
        "--data-dir=etcd",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--quota-backend-bytes=8589934592",
        "--log-level=error",
    ]


def apiserver(folder: Path, port: int, etcd_port: int) -> list[str]:
    return [
        str(folder / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",  # without it the server refuses a loopback address
        "--tls-cert-file=pki/server.crt",
        "--tls-private-key-file=pki/server.key",
        "--client-ca-file=pki/ca.crt",
        "--service-account-key-file=pki/service-accounts.crt",
        "--service-account-signing-key-file=pki/service-accounts.key",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged",
        "--enable-aggregator-routing",
        "--requestheader-client-ca-file=pki/ca.crt",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--proxy-client-cert-file=pki/front-proxy.crt",
        "--proxy-client-key-file=pki/front-proxy.key",
        "--max-requests-inflight=1500",
        "--max-mutating-requests-inflight=800",
    ]


def controller_manager(folder: Path, kubeconfig: str, flags: Sequence[str] = ()) -> list[str]:
    return [
        str(folder / "kube-controller-manager"),
        f"--kubeconfig={kubeconfig}",
        "--leader-elect=false",
        "--use-service-account-credentials",
        "--service-account-private-key-file=pki/service-accounts.key",
        "--root-ca-file=pki/ca.crt",
        "--cluster-signing-cert-file=pki/ca.crt",
        "--cluster-signing-key-file=pki/ca.key",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--secure-port=0",
        *flags,
    ]


def scheduler(folder: Path, kubeconfig: str) -> list[str]:
    return [
        str(folder / "kube-scheduler"),
        f"--kubeconfig={kubeconfig}",
        "--leader-elect=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--secure-port=0",
    ]


def kwok(folder: Path, kubeconfig: str, stages: list[str], nodes: str = "") -> list[str]:
    """``nodes``: a label selector of those that kwok plays; all, if empty. (By kwok's own matching, a node without any
    label never matches a selector.)"""
    return [
        str(folder / "kwok"),
        f"--kubeconfig={kubeconfig}",
        f"--manage-nodes-with-label-selector={nodes}" if nodes else "--manage-all-nodes=true",
        "--node-lease-duration-seconds=40",
        *(f"--config={stage}" for stage in stages),
    ]


def stages(folder: Path, target: Path) -> list[str]:
    """kwok's quick stages, changed in two points: they pass over what is labelled BY_HAND, and a pending pod whose
    status a test wrote stays as written.

    Such a status carries the condition PodReadyToStartContainers, as a kubelet's does and kwok's own does not.
    """
    paths = []
    for name in _STAGES:
        stage: dict[str, Any] = yaml.safe_load((folder / "stage" / name).read_text())
        by_hand = {"key": f'.metadata.labels["{BY_HAND}"]', "operator": "DoesNotExist"}
        stage["spec"]["selector"]["matchExpressions"].append(by_hand)
        if name == "pod/fast/pod-ready.yaml":
            condition = '.status.conditions.[] | select( .type == "PodReadyToStartContainers" ) | .status'
            stage["spec"]["selector"]["matchExpressions"].append({"key": condition, "operator": "DoesNotExist"})
        path = target / Path(name).name
        path.write_text(yaml.safe_dump(stage))
        paths.append(str(path))
    return paths
