"""Pods that are placed and never start: network plugins, runtimes, disk drivers and mounts, each in its own words."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.volumes import mounts, stays_creating, volume
from tests.scenarios.kubelet import Happened
from tests.scenarios.shapes import claim, deploys, scripted, space


def starts_not(name: str, broken: str, words: str, reason: str, text: str, *, row: int, **rest: Any) -> Failure:
    """A Deployment whose pods stay ContainerCreating: ``text`` is an event's."""
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name), *rest.pop("more", ()), scripted(name, "api", **rest)),
        plays={"api": stays_creating(Happened(reason, text, count=33))},
        expected=Expected(
            blame=(deploys(name, "api"), *(Ref(*one) for one in _ELSEWHERE.get(name, ()))),
            words=words,
            found=(deploys(name, "api"),),
        ),
    )


_ELSEWHERE: dict[str, tuple[tuple[str, str | None, str], ...]] = {
    "mount-no-driver": (
        ("CSIDriver", None, "*"),
        ("PersistentVolumeClaim", "mount-no-driver", "data"),
        ("PersistentVolume", None, "driverless-1"),
        ("Node", None, "*"),
    ),
    "mount-fsck": (("PersistentVolumeClaim", "mount-fsck", "data"), ("PersistentVolume", None, "torn-1")),
    "attach-gone": (("PersistentVolumeClaim", "attach-gone", "data"), ("PersistentVolume", None, "gone-1")),
    "mount-no-key": (("Secret", "mount-no-key", "web-tls"),),
    "sandbox-no-handler": (("RuntimeClass", None, "sandboxed"), ("Node", None, "*")),
    "sandbox-no-agent": (("Node", None, "*"), ("DaemonSet", "kube-system", "*")),
    "sandbox-unauthorised": (("Node", None, "*"), ("DaemonSet", "kube-system", "*")),
}


def disk(namespace: str, name: str) -> tuple[Raw, Raw]:
    return volume(name, namespace, "data"), claim(namespace, "data", "", volumeName=name)


CASES: tuple[Case, ...] = (
    starts_not(
        "sandbox-full",
        "Cilium has no address left on the node",
        r"address|IP\b|network",
        "FailedCreatePodSandBox",
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "9": plugin'
        ' type="cilium-cni" failed (add): unable to allocate IP via local cilium agent: [POST /ipam][502]'
        " postIpamFailure:"
        " range is full",
        row=32,
    ),
    starts_not(
        "sandbox-no-agent",
        "Flannel's agent has not written its file on the node",
        r"network|flannel|subnet",
        "FailedCreatePodSandBox",
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "9": plugin'
        ' type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file'
        " or directory",
        row=32,
    ),
    starts_not(
        "sandbox-unauthorised",
        "Calico may not ask the API server",
        r"network|calico|unauthori",
        "FailedCreatePodSandBox",
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "9": plugin'
        ' type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
        row=32,
    ),
    starts_not(
        "sandbox-no-handler",
        "the node has no such runtime handler",
        r"handler|runtime|gvisor",
        "FailedCreatePodSandBox",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for"
        ' "gvisor" is configured',
        row=32,
    ),
    starts_not(
        "mount-no-driver",
        "the disk's driver is not registered on the node",
        r"driver",
        "FailedMount",
        'MountVolume.MountDevice failed for volume "driverless-1" : kubernetes.io/csi: attacher.MountDevice'
        " failed to create"
        " newCsiDriverClient: driver name disk.csi.example.com not found in the list of registered CSI drivers",
        row=31,
        more=disk("mount-no-driver", "driverless-1"),
        **mounts(),
        replicas=1,
    ),
    starts_not(
        "mount-fsck",
        "the disk's file system is damaged",
        r"fsck|file ?system|error",
        "FailedMount",
        'MountVolume.MountDevice failed for volume "torn-1" : rpc error: code = Internal desc = format of disk'
        ' "/dev/xvdba" failed: fsck found errors on device /dev/xvdba but could not correct them',
        row=31,
        more=disk("mount-fsck", "torn-1"),
        **mounts(),
        replicas=1,
    ),
    starts_not(
        "mount-timeout",
        "a volume cannot be mounted in time, and nothing more is said",
        r"mount|time",
        "FailedMount",
        "Unable to attach or mount volumes: unmounted volumes=[files], unattached volumes=[], failed to process"
        " volumes=[]:"
        " timed out waiting for the condition",
        row=31,
        volumes=[{"name": "files", "nfs": {"server": "files.example.com", "path": "/exports/shop"}}],
    ),
    starts_not(
        "mount-host-path",
        "the directory of the node is not there",
        r"hostPath|/data|host ?path",
        "FailedMount",
        'MountVolume.SetUp failed for volume "data" : hostPath type check failed: /data is not a directory',
        row=31,
        volumes=[{"name": "data", "hostPath": {"path": "/data", "type": "Directory"}}],
    ),
    starts_not(
        "mount-no-key",
        "the mounted Secret lacks a key",
        r"tls\.crt|web-tls",
        "FailedMount",
        'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt',
        row=31,
        more=(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "web-tls", "namespace": "mount-no-key"},
                "stringData": {"ca.crt": "none"},
            },
        ),
        volumes=[
            {"name": "tls", "secret": {"secretName": "web-tls", "items": [{"key": "tls.crt", "path": "tls.crt"}]}}
        ],
    ),
    starts_not(
        "attach-gone",
        "the cloud no longer has the disk",
        r"attach|not found|vol-0a1b",
        "FailedAttachVolume",
        'AttachVolume.Attach failed for volume "gone-1" : rpc error: code = NotFound desc = Volume "vol-0a1b"'
        " not found",
        row=30,
        more=disk("attach-gone", "gone-1"),
        **mounts(),
        replicas=1,
    ),
)
