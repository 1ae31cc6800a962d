"""Volumes that are not there, not here, or not yet. Binding is real; what a kubelet or a driver says is played."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.kubelet import Container, Happened, Play
from tests.scenarios.shapes import box, claim, deployment, deploys, made, named, scripted, space
from tests.scenarios.site import Site

DRIVER = "disk.csi.example.com"


def storage_class(name: str, mode: str, provisioner: str = DRIVER) -> Raw:
    return made("storage.k8s.io/v1", "StorageClass", None, name, provisioner=provisioner, volumeBindingMode=mode)


def volume(name: str, namespace: str, claim_name: str, zone: str = "") -> Raw:
    """A disk made for a claim."""
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]}
    place = {"nodeAffinity": {"required": {"nodeSelectorTerms": [term]}}} if zone else {}
    return made(
        "v1",
        "PersistentVolume",
        None,
        name,
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "csi": {"driver": DRIVER, "volumeHandle": name},
            "claimRef": {"namespace": namespace, "name": claim_name},
            "persistentVolumeReclaimPolicy": "Retain",
            **place,
        },
    )


def mounts(name: str = "data") -> dict[str, Any]:
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


CREATING = Container(waiting="ContainerCreating")


def stays_creating(*events: Happened) -> Play:
    return Play({"app": CREATING}, events, sandbox=False)


def mount(
    name: str, broken: str, words: str, text: str, *blame: Ref, row: int, volumes: list[Raw], **rest: Any
) -> Failure:
    """A Deployment whose pods cannot mount something: ``text`` is the kubelet's."""
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name), *rest.pop("more", ()), scripted(name, "api", volumes=volumes, **rest)),
        plays={"api": stays_creating(Happened("FailedMount", text, count=18))},
        expected=Expected(blame=blame or (deploys(name, "api"),), words=words, found=(deploys(name, "api"),)),
    )


def held_up(
    name: str, broken: str, words: str, *objects: Raw, row: int, blame: tuple[Ref, ...], **rest: Any
) -> Failure:
    """A Deployment that waits for its claim ``data``."""
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(space(name), *objects, deployment(name, "api", replicas=1, **mounts())),
        expected=Expected(blame=blame, words=words, found=(deploys(name, "api"), *blame)),
        **rest,
    )


async def provisioning_fails(site: Site) -> None:
    """What the driver's provisioner would say once the scheduler chose a node."""
    found = await site.shows(
        named("v1", "PersistentVolumeClaim", "claim-driver-fails", "data"),
        lambda one: "volume.kubernetes.io/selected-node" in one["metadata"].get("annotations", {}),
        "has a node selected for it",
    )
    text = (
        'failed to provision volume with StorageClass "cloud-late": rpc error: code = ResourceExhausted desc = quota'
        " exceeded: 10 of 10 disks in use"
    )
    await site.say(found, Happened("ProvisioningFailed", text, source=f"{DRIVER}_controller-0", count=11))


async def lose_volume(site: Site) -> None:
    """The disk's object is deleted under its claim."""
    volume, claim = (
        named("v1", "PersistentVolume", None, "lost-1"),
        named("v1", "PersistentVolumeClaim", "claim-lost", "data"),
    )
    await site.shows(claim, lambda one: one.get("status", {}).get("phase") == "Bound", "is bound")
    await site.api.delete(volume)
    await site.api.patch(volume, {"metadata": {"finalizers": None}})
    await site.shows(claim, lambda one: one["status"]["phase"] == "Lost", "is lost")


async def delete_used(site: Site) -> None:
    """The claim is deleted when its pod runs."""
    deployed = named("apps/v1", "Deployment", "claim-leaving", "api")
    await site.shows(deployed, lambda one: one.get("status", {}).get("readyReplicas"), "serves")
    await site.api.delete(named("v1", "PersistentVolumeClaim", "claim-leaving", "data"))


async def attach_elsewhere(site: Site) -> None:
    """The disk gets attached for the first pod; the attach-detach controller refuses the second on its own."""

    async def attached() -> bool:
        found = await site.api.list("storage.k8s.io/v1", "VolumeAttachment")
        mine = [one for one in found if one["spec"]["source"]["persistentVolumeName"] == "shared-1"]
        for one in mine:
            await site.api.write_status(one, {"attached": True})
        return bool(mine)

    await site.until("the disk is attached for one pod", attached)
    await site.api.patch(named("apps/v1", "Deployment", "attach-twice", "api"), {"spec": {"replicas": 2}})

    async def refused() -> bool:
        events = await site.api.list("v1", "Event", "attach-twice")
        return any(one["reason"] == "FailedAttachVolume" for one in events)

    await site.until("Multi-Attach is refused", refused)


def _claim(namespace: str) -> Ref:
    return Ref("PersistentVolumeClaim", namespace, "data")


_APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"app": "api"}}, "topologyKey": "kubernetes.io/hostname"}
        ]
    }
}

CASES: tuple[Case, ...] = (
    held_up(
        "claim-no-class",
        "its claim names a StorageClass that does not exist",
        r"fast-ssd",
        claim("claim-no-class", "data", "fast-ssd"),
        row=27,
        blame=(Ref("StorageClass", None, "fast-ssd"), _claim("claim-no-class")),
    ),
    held_up(
        "claim-no-default",
        "its claim names no class, and no class is the default",
        r"default|no storage ?class|class",
        claim("claim-no-default", "data"),
        row=27,
        blame=(_claim("claim-no-default"),),
    ),
    held_up(
        "claim-unprovisioned",
        "its claim's provisioner does not answer",
        r"disk\.csi\.example\.com|provision",
        storage_class("cloud", "Immediate"),
        claim("claim-unprovisioned", "data", "cloud"),
        row=28,
        blame=(_claim("claim-unprovisioned"), Ref("StorageClass", None, "cloud"), Ref("CSIDriver", None, DRIVER)),
    ),
    held_up(
        "claim-driver-fails",
        "the driver cannot make its disk: the cloud's quota is used up",
        r"quota|10 of 10|provision",
        storage_class("cloud-late", "WaitForFirstConsumer"),
        claim("claim-driver-fails", "data", "cloud-late"),
        row=27,
        blame=(_claim("claim-driver-fails"), Ref("StorageClass", None, "cloud-late")),
        steps=(provisioning_fails,),
    ),
    held_up(
        "claim-other-zone",
        "its disk is in a zone that has no node",
        r"eu-1z|zone|node affinity",
        volume("far-away", "claim-other-zone", "data", "eu-1z"),
        claim("claim-other-zone", "data", "", volumeName="far-away"),
        row=29,
        blame=(
            Ref("PersistentVolume", None, "far-away"),
            _claim("claim-other-zone"),
            deploys("claim-other-zone", "api"),
        ),
    ),
    held_up(
        "claim-lost",
        "its disk's object was deleted",
        r"lost|lost-1|gone|deleted",
        volume("lost-1", "claim-lost", "data"),
        claim("claim-lost", "data", "", volumeName="lost-1"),
        row=27,
        blame=(_claim("claim-lost"), Ref("PersistentVolume", None, "lost-1")),
        steps=(lose_volume,),
    ),
    Failure(
        name="claim-leaving",
        row=34,
        broken="a claim was deleted while a pod uses it, and stays Terminating",
        objects=(
            space("claim-leaving"),
            volume("used-1", "claim-leaving", "data"),
            claim("claim-leaving", "data", "", volumeName="used-1"),
            deployment("claim-leaving", "api", replicas=1, **mounts()),
        ),
        steps=(delete_used,),
        expected=Expected(
            blame=(_claim("claim-leaving"), deploys("claim-leaving", "api")),
            words=r"pvc-protection|finalizer|in use|uses it|used by",
            found=(_claim("claim-leaving"),),
        ),
    ),
    Failure(
        name="claim-missing",
        row=28,
        broken="its claim does not exist",
        objects=(space("claim-missing"), deployment("claim-missing", "api", **mounts("uploads"))),
        expected=Expected(
            blame=(Ref("PersistentVolumeClaim", "claim-missing", "uploads"),),
            words=r"uploads",
            found=(deploys("claim-missing", "api"),),
        ),
    ),
    Failure(
        name="attach-twice",
        row=30,
        broken="two replicas on two nodes share a disk that can be attached once",
        objects=(
            space("attach-twice"),
            volume("shared-1", "attach-twice", "data"),
            claim("attach-twice", "data", "", volumeName="shared-1"),
            scripted("attach-twice", "api", replicas=1, affinity=_APART, **mounts()),
        ),
        plays={"api": stays_creating()},
        steps=(attach_elsewhere,),
        expected=Expected(
            blame=(_claim("attach-twice"), Ref("PersistentVolume", None, "shared-1"), deploys("attach-twice", "api")),
            words=r"attach",
            found=(deploys("attach-twice", "api"),),
        ),
    ),
    mount(
        "mount-no-secret",
        "mounts a Secret that does not exist",
        r"web-tls",
        'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
        Ref("Secret", "mount-no-secret", "web-tls"),
        row=31,
        volumes=[{"name": "tls", "secret": {"secretName": "web-tls"}}],
    ),
    mount(
        "mount-no-config",
        "mounts a ConfigMap that does not exist",
        r"app-settings",
        'MountVolume.SetUp failed for volume "settings" : configmap "app-settings" not found',
        Ref("ConfigMap", "mount-no-config", "app-settings"),
        row=31,
        volumes=[{"name": "settings", "configMap": {"name": "app-settings"}}],
    ),
    mount(
        "mount-denied",
        "the file server denies the mount",
        r"access denied|denied|nfs",
        'MountVolume.SetUp failed for volume "files" : mount failed: exit status 32 Mounting command: mount Output:'
        " mount.nfs: access denied by server while mounting files.example.com:/exports/shop",
        row=31,
        volumes=[{"name": "files", "nfs": {"server": "files.example.com", "path": "/exports/shop"}}],
    ),
    Failure(
        name="no-sandbox",
        row=32,
        broken="the network plugin has no address left for the pod",
        objects=(space("no-sandbox"), scripted("no-sandbox", "api", box())),
        plays={
            "api": stays_creating(
                Happened(
                    "FailedCreatePodSandBox",
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox"
                    ' "1f2e": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP'
                    " address to container",
                    count=55,
                )
            )
        },
        expected=Expected(
            blame=(deploys("no-sandbox", "api"), Ref("Node", None, "*"), Ref("DaemonSet", "kube-system", "*")),
            words=r"network|IP address|CNI|sandbox",
            found=(deploys("no-sandbox", "api"),),
        ),
    ),
)
