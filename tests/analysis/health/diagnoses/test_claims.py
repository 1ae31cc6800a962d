"""Claims without a volume, volumes that are gone or cannot go; and claims that are merely at rest."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.status import Confidence
from tests.analysis.clusters import ago
from tests.analysis.health.diagnoses.asked import because, why
from tests.analysis.health.objects import Raw, condition, event, judge

DRIVER = "disk.csi.example.com"


def claim(storage_class: str | None = "fast", age: str = "1h", phase: str = "Pending", **spec: Any) -> Raw:
    chosen = {} if storage_class is None else {"storageClassName": storage_class}
    metadata = {"name": "data", "namespace": "shop", "uid": "data", "creationTimestamp": ago(age)}
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
    status = {"phase": phase, **spec.pop("status", {})}
    metadata |= spec.pop("metadata", {})
    return {"kind": "PersistentVolumeClaim", "metadata": metadata, "spec": asked | chosen | spec, "status": status}


def storage_class(name: str = "fast", provisioner: str = DRIVER, mode: str = "Immediate", **metadata: Any) -> Raw:
    kind: Raw = {"kind": "StorageClass", "metadata": {"name": name, **metadata}}
    return {**kind, "provisioner": provisioner, "volumeBindingMode": mode}


def volume(name: str = "disk-1", size: str = "10Gi", phase: str = "Available", **spec: Any) -> Raw:
    status = {"phase": phase, **spec.pop("status", {})}
    metadata = {"name": name, "uid": name, "creationTimestamp": ago("1d")}
    kept = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "storageClassName": "by-hand", **spec}
    return {"kind": "PersistentVolume", "metadata": metadata, "spec": kept, "status": status}


BY_HAND = storage_class("by-hand", "kubernetes.io/no-provisioner")
WAITS = storage_class(mode="WaitForFirstConsumer")


def user(name: str = "db-0", node: str = "") -> Raw:
    mounts = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    metadata = {"name": name, "namespace": "shop", "uid": name, "creationTimestamp": ago("30m")}
    return {
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"nodeName": node, "volumes": mounts},
        "status": {"phase": "Pending"},
    }


def test_the_class_does_not_exist() -> None:
    found = why(claim("fsat"), storage_class("fast"))
    assert (found.id, because(found)) == ("claim.no-storage-class", ("StorageClass fsat",))
    assert found.message == (
        "StorageClass fsat does not exist, so claim data gets no volume since 11:00 UTC; did it mean fast?"
    )
    assert found.confidence is Confidence.CERTAIN


def test_a_class_that_may_not_be_read_is_not_called_missing() -> None:
    failed = event("data", "ProvisioningFailed", 'storageclass.storage.k8s.io "fsat" not found')
    found = why(claim("fsat"), failed, denied=("storageclasses.storage.k8s.io",))
    assert (found.id, because(found)) == ("claim.provisioning-failed", ())
    assert "storageclasses.storage.k8s.io" in found.missing


def test_no_class_is_the_default() -> None:
    found = why(claim(None), storage_class("fast"))
    assert (found.id, because(found)) == ("claim.no-default-class", ())
    default = storage_class("fast", annotations={"storageclass.kubernetes.io/is-default-class": "true"})
    assert why(claim(None), default).id == "claim.provisioner-silent"


@pytest.mark.parametrize(
    ("found", "why_not"),
    [
        (None, "there is no volume of class by-hand"),
        (volume(size="5Gi"), "disk-1 has only 5Gi"),
        (volume(accessModes=["ReadOnlyMany"]), "disk-1 does not allow ReadWriteOnce"),
        (volume(volumeMode="Block"), "disk-1 has volume mode Block, not Filesystem"),
        (volume(claimRef={"namespace": "other", "name": "x"}, phase="Bound"), "disk-1 belongs to claim other/x"),
        (
            volume(claimRef={"namespace": "shop", "name": "data", "uid": "old"}, phase="Released"),
            "disk-1 belongs to an earlier claim of that name (Released)",
        ),
    ],
)
def test_no_volume_made_by_hand_fits(found: Raw | None, why_not: str) -> None:
    said = why(claim("by-hand"), BY_HAND, *([found] if found is not None else []))
    assert said.id == "claim.no-matching-volume"
    assert said.message == f"no volume fits claim data (10Gi ReadWriteOnce): {why_not}"


def test_a_volume_that_is_named_and_does_not_exist() -> None:
    found = why(claim("", volumeName="disk-9"))
    assert (found.id, because(found)) == ("claim.no-matching-volume", ("PersistentVolume disk-9",))


def test_the_driver_says_why_not() -> None:
    quota = 'failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted desc = quota'
    found = why(claim(), storage_class(), event("data", "ProvisioningFailed", quota))
    assert found.id == "claim.provisioning-failed"
    assert found.message.endswith(f"cannot make the volume of claim data (class fast) since 11:00 UTC: {quota}")


def test_nobody_answers_for_the_provisioner() -> None:
    waiting = event("data", "ExternalProvisioning", "Waiting for a volume to be created", kind="Normal")
    found = why(claim(), storage_class(), waiting)
    assert (found.id, found.confidence) == ("claim.provisioner-silent", Confidence.INFERRED)
    assert found.message.endswith(f"no CSIDriver {DRIVER} is registered, so it does not seem to be installed")
    registered = {"kind": "CSIDriver", "metadata": {"name": DRIVER}}
    assert why(claim(), storage_class(), waiting, registered).message.endswith("is its controller running?")


def agent() -> Raw:
    argument = f"--kubelet-registration-path=/var/lib/kubelet/plugins/{DRIVER}/csi.sock"
    template = {"spec": {"containers": [{"name": "registrar", "args": [argument]}]}}
    metadata = {"name": "disk-node", "namespace": "storage"}
    return {"kind": "DaemonSet", "metadata": metadata, "spec": {"template": template}}


def controller(available: int) -> Raw:
    template = {"spec": {"containers": [{"name": "p", "image": "registry.example/sig-storage/csi-provisioner:v5"}]}}
    metadata = {"name": "disk-controller", "namespace": "storage"}
    return {
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": 1, "template": template},
        "status": {"availableReplicas": available},
    }


def test_the_drivers_controller_is_down() -> None:
    found = why(claim(), storage_class(), agent(), controller(0))
    assert (found.id, because(found)) == ("claim.driver-down", ("Deployment storage/disk-controller",))
    assert why(claim(), storage_class(), agent(), controller(1)).id == "claim.provisioner-silent"


def test_a_claim_at_rest() -> None:
    assert judge(claim(), WAITS).verdict == "Waiting"
    found = why(claim(), WAITS)
    assert (found.id, because(found)) == ("claim.waits-for-consumer", ())
    unplaced = why(claim(), WAITS, user())
    assert (unplaced.id, because(unplaced)) == ("claim.waits-for-consumer", ("Pod shop/db-0",))


def test_a_claim_whose_node_was_chosen_no_longer_rests() -> None:
    chosen = {"annotations": {"volume.kubernetes.io/selected-node": "worker-1"}}
    asked = event("data", "ExternalProvisioning", "Waiting for a volume to be created", "1m", kind="Normal")
    asked["firstTimestamp"] = ago("1m")
    young = judge(claim(metadata=chosen), WAITS, user(), asked)
    assert (young.verdict, young.grace is not None) == ("Progressing", True)
    asked["firstTimestamp"] = ago("10m")
    assert judge(claim(metadata=chosen), WAITS, user(), asked).verdict == "Degraded"
    there = {"kind": "Node", "metadata": {"name": "worker-1"}}
    assert why(claim(metadata=chosen), WAITS, user(), asked, there).id == "claim.provisioner-silent"
    found = why(claim(metadata=chosen), WAITS, user(), asked)
    assert (found.id, because(found)) == ("claim.chosen-node-gone", ("Node worker-1",))


def test_a_lost_claim_is_its_volumes() -> None:
    lost = claim(phase="Lost", volumeName="disk-1")
    found = why(lost)
    assert (found.id, because(found)) == ("claim.lost", ("PersistentVolume disk-1",))
    blind = why(lost, denied=("persistentvolumes",))
    assert blind.missing == ("persistentvolumes",)
    assert blind.confidence is Confidence.INFERRED


def test_a_resize_that_fails() -> None:
    refused = condition("ControllerResizeError", "True", message="volume limit reached")
    grown = claim(phase="Bound", volumeName="disk-1", status={"capacity": {"storage": "5Gi"}, "conditions": [refused]})
    found = why(grown, volume())
    assert found.id == "claim.resize-failed"
    assert found.message == (
        "claim data cannot grow from 5Gi to 10Gi: refused by its storage since 11:00 UTC: volume limit reached"
    )
    withdrawn = {"capacity": {"storage": "10Gi"}, "conditions": [refused]}
    found = why(claim(phase="Bound", volumeName="disk-1", status=withdrawn), volume())
    assert found.message.startswith("claim data cannot grow: refused by its storage")


@pytest.mark.parametrize("phase", ["Bound", "Available", "Released"])
def test_volumes_at_rest(phase: str) -> None:
    assert judge(volume(phase=phase)).verdict == "Healthy"


def test_volumes_that_could_not_be_reclaimed() -> None:
    said = {"message": "disk is still attached"}
    failed = volume(phase="Failed", status=said, persistentVolumeReclaimPolicy="Delete")
    assert judge(failed).verdict == "Degraded"
    found = why(failed)
    assert found.id == "volume.reclaim-failed"
    assert "could not be reclaimed: disk is still attached (reclaim policy Delete)" in found.message
