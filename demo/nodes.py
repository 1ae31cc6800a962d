"""The demo's nodes: two pools, and what each says of its machine. Pure."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

POOLS = {"system": 3, "apps": 5}

_CAPACITY = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi"}

_SYSTEM = {
    "system": {"osImage": "Bottlerocket OS 1.52.0 (aws-k8s-1.37)", "kernelVersion": "6.12.58"},
    "apps": {"osImage": "Ubuntu 24.04.3 LTS", "kernelVersion": "6.8.0-88-generic"},
}

UPDATED = {"osImage": "Ubuntu 24.04.4 LTS", "kernelVersion": "6.8.0-101-generic", "bootID": "b7d2f1c0-after-update"}
"""What the story's nodes say after an unattended update and a reboot."""

DEDICATED = {"key": "dedicated", "value": "system", "effect": "NoSchedule"}
"""The taint that keeps applications off the pool ``system``."""


def names() -> list[tuple[str, str]]:
    """``(pool, node name)`` of every node."""
    return [(pool, f"{pool}-{number}") for pool, count in POOLS.items() for number in range(1, count + 1)]


def node(pool: str, name: str) -> Object:
    number = int(name.rsplit("-", 1)[1])
    zone = f"eu-central-1{'abc'[number % 3]}"
    system = {
        "architecture": "amd64",
        "operatingSystem": "linux",
        "containerRuntimeVersion": "containerd://2.3.1",
        "kubeletVersion": "v1.37.2",
        "kubeProxyVersion": "",
        "machineID": f"ec2{number:029x}",
        "systemUUID": f"ec2{number:029x}",
        "bootID": f"0000000{number}-first-boot",
        **_SYSTEM[pool],
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "m7i.2xlarge",
                "topology.kubernetes.io/region": "eu-central-1",
                "topology.kubernetes.io/zone": zone,
                "demo.example.com/pool": pool,
            },
        },
        "spec": {
            "providerID": f"aws:///{zone}/i-{pool.encode().hex():0>15}{number:02}",
            **({"taints": [DEDICATED]} if pool == "system" else {}),
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": f"10.64.{1 if pool == 'system' else 2}.{10 + number}"},
                {"type": "Hostname", "address": name},
            ],
            "allocatable": _CAPACITY,
            "capacity": _CAPACITY,
            "nodeInfo": system,
        },
    }


def companions(name: str) -> list[Object]:
    """What the storage driver and the network agent keep for each node."""
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "CSINode",
            "metadata": {"name": name},
            "spec": {
                "drivers": [
                    {
                        "name": "ebs.csi.aws.com",
                        "nodeID": f"i-{name}",
                        "topologyKeys": ["topology.kubernetes.io/zone"],
                        "allocatable": {"count": 25},
                    }
                ]
            },
        },
        {"apiVersion": "cilium.io/v2", "kind": "CiliumNode", "metadata": {"name": name}, "spec": {"ipam": {}}},
    ]
