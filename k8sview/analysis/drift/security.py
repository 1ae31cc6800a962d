"""Which leaves of which kinds decide who may do what: the one table of it, as data.

Severity is raised for them, and no rule of normalisation may hide a change of one. Ask for each leaf: the answer for
a node above it is only about that node. The bundle of CA certificates that injectors write into webhooks is left out
on purpose: it comes and goes by design, and what it is compared with decides whether it matters.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"

# Resource name → paths; ``*`` stands for anything within one step. Selections of list items are no steps.
_PATHS: dict[str, tuple[str, ...]] = {
    f"roles.{_RBAC}": ("rules",),
    f"clusterroles.{_RBAC}": ("rules", "aggregationRule"),
    f"rolebindings.{_RBAC}": ("subjects", "roleRef"),
    f"clusterrolebindings.{_RBAC}": ("subjects", "roleRef"),
    f"validatingwebhookconfigurations.{_ADMISSION}": ("webhooks",),
    f"mutatingwebhookconfigurations.{_ADMISSION}": ("webhooks",),
    f"validatingadmissionpolicies.{_ADMISSION}": ("spec",),
    f"validatingadmissionpolicybindings.{_ADMISSION}": ("spec",),
    f"mutatingadmissionpolicies.{_ADMISSION}": ("spec",),
    f"mutatingadmissionpolicybindings.{_ADMISSION}": ("spec",),
    "apiservices.apiregistration.k8s.io": ("spec",),
    "customresourcedefinitions.apiextensions.k8s.io": ("spec.conversion",),
    "certificatesigningrequests.certificates.k8s.io": ("spec",),
    "networkpolicies.networking.k8s.io": ("spec",),
    "adminnetworkpolicies.policy.networking.k8s.io": ("spec",),
    "baselineadminnetworkpolicies.policy.networking.k8s.io": ("spec",),
    "ciliumnetworkpolicies.cilium.io": ("spec", "specs"),
    "ciliumclusterwidenetworkpolicies.cilium.io": ("spec", "specs"),
    "networkpolicies.crd.projectcalico.org": ("spec",),
    "globalnetworkpolicies.crd.projectcalico.org": ("spec",),
    "networkpolicies.projectcalico.org": ("spec",),
    "globalnetworkpolicies.projectcalico.org": ("spec",),
    "*.security.istio.io": ("spec",),
    "*.kyverno.io": ("spec",),
    "*.constraints.gatekeeper.sh": ("spec",),
    "constrainttemplates.templates.gatekeeper.sh": ("spec",),
    "appprojects.argoproj.io": ("spec",),
    "kustomizations.kustomize.toolkit.fluxcd.io": ("spec.serviceAccountName", "spec.decryption"),
    "helmreleases.helm.toolkit.fluxcd.io": ("spec.serviceAccountName",),
    "secrets": ("data", "stringData", "type"),
    "serviceaccounts": (
        "secrets",
        "imagePullSecrets",
        "automountServiceAccountToken",
        "metadata.annotations.eks.amazonaws.com/role-arn",
        "metadata.annotations.iam.gke.io/gcp-service-account",
        "metadata.annotations.azure.workload.identity/client-id",
    ),
    "namespaces": (
        "metadata.labels.pod-security.kubernetes.io/*",
        "metadata.labels.admission.gatekeeper.sh/ignore",
        "metadata.annotations.openshift.io/sa.scc.*",
    ),
    "services": ("spec.externalIPs", "spec.loadBalancerSourceRanges"),
    "ingresses.networking.k8s.io": ("spec.tls",),
}

_NEVER = ("caBundle",)

# Below the spec of a pod, wherever that stands.
_POD_PATHS = (
    "securityContext",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "hostUsers",
    "shareProcessNamespace",
    "serviceAccountName",
    "serviceAccount",
    "automountServiceAccountToken",
    "runtimeClassName",
    "imagePullSecrets",
    "volumes.hostPath",
    "volumes.projected.sources.serviceAccountToken",
    "ephemeralContainers",
    "*ontainers.securityContext",
    "*ontainers.ports.hostPort",
    "*ontainers.volumeDevices",
)

_POD_METADATA = (
    "annotations.container.apparmor.security.beta.kubernetes.io/*",
    "annotations.container.seccomp.security.alpha.kubernetes.io/*",
    "annotations.seccomp.security.alpha.kubernetes.io/pod",
)


def is_security_relevant(resource: str, path: str) -> bool:
    """Whether a leaf decides who may do what, or what a process may touch.

    ``resource``: as kubectl writes it (``roles.rbac.authorization.k8s.io``). ``path``: as people write it,
    ``spec.template.spec.containers[name=app].securityContext.privileged``; "" means the object as a whole.
    """
    wanted = [one for pattern, paths in _PATHS.items() if fnmatchcase(resource, pattern) for one in paths]
    if not path:
        return any(_steps_of_pattern(one)[0] != "metadata" for one in wanted)
    steps = _steps(path)
    if not steps or steps[-1] in _NEVER:
        return False
    if any(_below(steps, _steps_of_pattern(one)) for one in wanted):
        return True
    inner, metadata = _in_pod(resource, steps)
    return any(_below(inner, tuple(one.split("."))) for one in _POD_PATHS) or any(
        _below(metadata, _steps_of_pattern(f"metadata.{one}")[1:]) for one in _POD_METADATA
    )


def _in_pod(resource: str, steps: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a path is below the spec and the metadata of the pod (or template of one) it leads into."""
    if resource == "pods":
        return (steps[1:] if steps[0] == "spec" else ()), (steps[1:] if steps[0] == "metadata" else ())
    for place in range(len(steps) - 2):
        if steps[place] in ("template", "podTemplate"):
            rest = steps[place + 2 :]
            return (rest, ()) if steps[place + 1] == "spec" else ((), rest if steps[place + 1] == "metadata" else ())
    return (), ()


def _steps(path: str) -> tuple[str, ...]:
    """The names on the way, without the selections of list items. Keys with dots stand in brackets, or at the end."""
    for prefix in ("labels", "annotations"):
        head, found, key = path.partition(f"metadata.{prefix}.")
        if found and "[" not in key:
            return (*_steps(f"{head}metadata.{prefix}"), key)
    names = []
    for plain, inner in _STEP.findall(path):
        if plain:
            names.append(plain)
        elif inner and "=" not in inner and inner != "*" and not inner.removeprefix("-").isdecimal():
            names.append(inner.strip("'\""))
    return tuple(names)


def _steps_of_pattern(pattern: str) -> tuple[str, ...]:
    parts = pattern.split(".")
    return (*parts[:2], ".".join(parts[2:])) if parts[0] == "metadata" else tuple(parts)


def _below(steps: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if len(steps) < len(pattern):
        return False
    return all(fnmatchcase(one, wanted) for one, wanted in zip(steps, pattern, strict=False))
