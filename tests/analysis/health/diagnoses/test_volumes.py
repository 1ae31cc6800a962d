"""Pods that have a node and wait for their volumes or their network, in the kubelet's and the drivers' words."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, pod_of, said, waits, why
from tests.analysis.health.objects import Raw, condition, node

DRIVER = "disk.csi.example.com"
VOLUME = "pvc-1"


def waiting(**more: Any) -> Raw:
    """Pod web-0 on node n1, for twenty minutes."""
    spec = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}], **more.pop("spec", {})}
    raw = pod_of(waits("ContainerCreating"), phase="Pending", age="20m", spec=spec, **more)
    raw["status"]["conditions"].append({"type": "PodReadyToStartContainers", "status": "False"})
    return raw


CLAIM = {
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "shop"},
    "spec": {"volumeName": VOLUME},
    "status": {"phase": "Bound"},
}
DISK = {
    "kind": "PersistentVolume",
    "metadata": {"name": VOLUME},
    "spec": {"csi": {"driver": DRIVER, "volumeHandle": "vol-1"}},
    "status": {"phase": "Bound"},
}
MULTI = f'Multi-Attach error for volume "{VOLUME}" Volume is already exclusively attached to one node'


def attachment(at: str) -> Raw:
    spec = {"attacher": DRIVER, "nodeName": at, "source": {"persistentVolumeName": VOLUME}}
    return {"kind": "VolumeAttachment", "metadata": {"name": "csi-1"}, "spec": spec, "status": {"attached": True}}


def other(at: str) -> Raw:
    raw = waiting(name="web-1", node=at)
    raw["status"]["phase"] = "Running"
    return raw


def test_the_volume_is_on_another_node() -> None:
    found = why(waiting(), CLAIM, DISK, attachment("n2"), node("n2"), other("n2"), said("FailedAttachVolume", MULTI))
    assert (found.id, because(found), found.confidence) == ("volume.multi-attach", (), Confidence.CERTAIN)
    assert found.message == (
        "volume pvc-1 of claim data is still attached to node n2, where pod web-1 uses it; it can be on one node at a "
        "time, and pod web-0 waits for it on n1 since 11:40 UTC"
    )
    assert "volumeattachments/csi-1 spec.nodeName = n2" in found.evidence


def test_the_node_that_holds_the_volume_is_lost() -> None:
    found = why(waiting(), CLAIM, DISK, attachment("n2"), node("n2", "Unknown"), said("FailedAttachVolume", MULTI))
    assert because(found) == ("Node n2",)
    assert "still attached to node n2, which is not ready" in found.message
    gone = why(waiting(), CLAIM, DISK, attachment("n9"), said("FailedAttachVolume", MULTI))
    assert "n9, which is gone" in gone.message


def test_the_pod_that_has_the_volume_and_does_not_start_either() -> None:
    rival = waiting(name="web-1", node="n2", metadata={"uid": "web-1"})
    refused = said("FailedAttachVolume", MULTI)
    refused["involvedObject"] = {"uid": "web-1"}
    found = why(waiting(), CLAIM, DISK, attachment("n1"), rival, refused)
    assert (found.id, found.confidence) == ("volume.multi-attach", Confidence.INFERRED)
    assert "is wanted on two nodes: by pod web-0 on n1, which has not started, and by web-1 on n2" in found.message
    assert why(waiting(), CLAIM, DISK, attachment("n1"), rival).id != "volume.multi-attach"


def test_without_events_the_attachment_tells() -> None:
    found = why(waiting(), CLAIM, DISK, attachment("n2"), node("n2", "Unknown"), denied=("events",))
    assert (found.id, found.confidence, found.missing) == ("volume.multi-attach", Confidence.INFERRED, ("events",))
    assert because(found) == ("Node n2",)
    assert why(waiting(), CLAIM, DISK, attachment("n1"), denied=("events",)).id != "volume.multi-attach"
    shared = {**CLAIM, "spec": {"volumeName": VOLUME, "accessModes": ["ReadWriteMany"]}}
    assert why(waiting(), shared, DISK, attachment("n2"), denied=("events",)).id != "volume.multi-attach"


def test_attachments_may_be_hidden() -> None:
    words = f'Multi-Attach error for volume "{VOLUME}" Volume is already used by pod(s) web-1'
    found = why(waiting(), CLAIM, said("FailedAttachVolume", words), denied=("volumeattachments.storage.k8s.io",))
    assert found.missing == ("volumeattachments.storage.k8s.io",)
    assert found.confidence is Confidence.OBSERVED
    assert "is still attached to another node, where pod web-1 uses it" in found.message


@pytest.mark.parametrize(
    ("reason", "message", "slug", "words"),
    [
        (
            "FailedAttachVolume",
            f'AttachVolume.Attach failed for volume "{VOLUME}" : rpc error: code = Internal desc = volume limit',
            "volume.attach-failed",
            "volume pvc-1 of pod web-0 cannot be attached on n1 since 11:40 UTC: AttachVolume.Attach failed",
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "files" : mount failed: mount.nfs: access denied by server',
            "volume.mount-failed",
            "volume files of pod web-0 cannot be mounted on n1 since 11:40 UTC, access is denied: ",
        ),
        (
            "FailedMount",
            "Unable to attach or mount volumes: unmounted volumes=[data]: timed out waiting for the condition",
            "volume.mount-failed",
            "volume data of pod web-0 cannot be mounted on n1 since 11:40 UTC, it takes too long: ",
        ),
        (
            "FailedMount",
            f'MountVolume.MountDevice failed for volume "{VOLUME}" : wrong fs type, bad superblock',
            "volume.mount-failed",
            "its file system is damaged or not known",
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "h" : hostPath type check failed: /data is not a directory',
            "volume.mount-failed",
            "its path is not on the node",
        ),
    ],
)
def test_what_drivers_and_mounts_say(reason: str, message: str, slug: str, words: str) -> None:
    found = why(waiting(), CLAIM, DISK, said(reason, message))
    assert (found.id, because(found)) == (slug, ())
    assert words in found.message


def agent(ready: str = "True") -> tuple[Raw, Raw]:
    """The driver's DaemonSet and its pod on n1."""
    argument = f"--kubelet-registration-path=/var/lib/kubelet/plugins/{DRIVER}/csi.sock"
    template = {"spec": {"containers": [{"name": "app", "args": [argument]}]}}
    metadata = {"name": "disk-node", "namespace": "storage"}
    maker = {"kind": "DaemonSet", "metadata": metadata, "spec": {"template": template}}
    return maker, daemon("disk-node", "storage", ready)


def daemon(name: str, namespace: str, ready: str, image: str = "registry.example/x:1", **spec: Any) -> Raw:
    raw = pod_of({"ready": ready == "True"}, name=f"{name}-x", ready=ready, container={"image": image}, spec=spec)
    raw["metadata"] |= {
        "namespace": namespace,
        "ownerReferences": [{"kind": "DaemonSet", "name": name, "uid": name, "controller": True}],
    }
    return raw


NOT_REGISTERED = (
    f'MountVolume.MountDevice failed for volume "{VOLUME}" : kubernetes.io/csi: attacher.MountDevice failed to create '
    f"newCsiDriverClient: driver name {DRIVER} not found in the list of registered CSI drivers"
)


def test_the_drivers_agent_is_not_at_work_on_the_node() -> None:
    event = said("FailedMount", NOT_REGISTERED)
    found = why(waiting(), CLAIM, DISK, event, *agent("False"))
    assert (found.id, because(found)) == ("volume.driver-missing", ("Pod storage/disk-node-x",))
    assert found.message.startswith(f"storage driver {DRIVER} is not at work on node n1: pod web-0 waits for")
    nowhere = why(waiting(), CLAIM, DISK, event, agent()[0])
    assert because(nowhere) == ("DaemonSet storage/disk-node",)
    unknown = why(waiting(), CLAIM, DISK, event)
    assert (unknown.id, because(unknown)) == ("volume.driver-missing", ())


def test_old_events_and_running_containers_say_nothing() -> None:
    stale = said("FailedMount", NOT_REGISTERED, "2h")
    assert why(waiting(), CLAIM, stale).id not in ("volume.driver-missing", "volume.mount-failed")


NO_ADDRESS = (
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "1f2e": plugin '
    'type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container'
)
NO_PLUGIN = (
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "1f2e": plugin '
    'type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory'
)


def test_no_address_is_left() -> None:
    found = why(waiting(), said("FailedCreatePodSandBox", NO_ADDRESS))
    assert (found.id, because(found)) == ("pod.no-address", ())
    assert "network plugin aws-cni has no IP address left for it" in found.message
    assert "status.conditions[type=PodReadyToStartContainers].status = False" in found.evidence


def test_the_network_plugin_of_the_node_is_not_ready() -> None:
    event = said("FailedCreatePodSandBox", NO_PLUGIN)
    sick = daemon("calico-node", "kube-system", "False", hostNetwork=True)
    found = why(waiting(), event, sick)
    assert (found.id, because(found)) == ("pod.network-plugin-down", ("Pod kube-system/calico-node-x",))
    assert found.confidence is Confidence.INFERRED
    well = daemon("calico-node", "kube-system", "True", hostNetwork=True)
    assert because(why(waiting(), event, well)) == ()
    stranger = daemon("calico-node", "kube-system", "False")  # not on the node's own network
    assert because(why(waiting(), event, stranger)) == ()


@pytest.mark.parametrize(
    ("message", "slug"),
    [
        ('rpc error: code = Unknown desc = no runtime for "gvisor" is configured', "pod.runtime-handler-missing"),
        ('RuntimeHandler "kata" not supported', "pod.runtime-handler-missing"),
        ('plugin type="cilium-cni" failed (add): unable to connect: dial unix: refused', "pod.network-plugin-down"),
        ('plugin type="bridge" failed (add): no IP addresses available in range set', "pod.no-address"),
        ("rpc error: code = DeadlineExceeded desc = context deadline exceeded", "pod.sandbox-failed"),
    ],
)
def test_why_there_is_no_sandbox(message: str, slug: str) -> None:
    assert why(waiting(), said("FailedCreatePodSandBox", f"Failed to create pod sandbox: {message}")).id == slug


def test_a_sandbox_that_came_at_last() -> None:
    raw = waiting()
    raw["status"]["containerStatuses"] = [
        {"name": "app", "ready": False, "state": {"running": {"startedAt": ago("5m")}}}
    ]
    raw["status"]["conditions"] = [condition("PodScheduled", "True", "20m"), condition("Ready", "False", "5m")]
    found = why(raw, said("FailedCreatePodSandBox", NO_ADDRESS, "6m"))
    assert found.id != "pod.no-address"
