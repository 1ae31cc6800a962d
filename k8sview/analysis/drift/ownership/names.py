"""The table of field managers' names: which kind of program writes under each. Data alone; ``managers`` reads it.

Sources: kubectl's defaults and user agents as seen on a real 1.37 server, the programs' own source or samples. Names of
browsers and client libraries stand for what people build on them. Every name can be chosen by whoever writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from k8sview.model.drift import ActorClass


def _row(actor_class: ActorClass, names: str) -> dict[str, ActorClass]:
    return dict.fromkeys(names.split(), actor_class)


APPLYING = frozenset({"kubectl-client-side-apply", "kubectl-last-applied"})
"""What ``kubectl apply`` leaves, be it a person's or a pipeline's; so does ``kubectl`` with operation Apply."""

EXACT: Mapping[str, ActorClass] = {
    **_row(ActorClass.HUMAN, "kubectl kubectl-client-side-apply kubectl-last-applied flux-client-side-apply oc"),
    **_row(
        ActorClass.UI,
        """k9s node-fetch Mozilla rancher agent argocd-server Headlamp headlamp headlamp-server lens Lens OpenLens
        freelens Freelens octant dashboard dashboard-api console seabird podman-desktop""",
    ),
    **_row(
        ActorClass.GITOPS,
        """argocd-controller argocd-application-controller kustomize-controller helm-controller flux fleetagent
        fleet-agent gitopsset-controller configsync reconciler kapp-controller""",
    ),
    **_row(ActorClass.HELM, "helm Helm werf helmfile nelm"),
    **_row(
        ActorClass.IAC,
        "Terraform terraform HashiCorp OpenTofu opentofu pulumi-kubernetes pulumi kapp ansible",
    ),
    "Kubernetes Java Client": ActorClass.SCRIPT,
    **_row(
        ActorClass.SCRIPT,
        """OpenAPI-Generator Swagger-Codegen fabric8-kubernetes-client okhttp python-requests python-httpx
        Python aiohttp kr8s lightkube curl Wget Go-http-client axios Ruby GuzzleHttp PostmanRuntime PowerShell
        skaffold tilt""",
    ),
    **_row(
        ActorClass.CONTROLLER,
        """kube-controller-manager kube-scheduler kubelet kube-proxy cloud-controller-manager kube-apiserver k3s
        kubelite before-first-apply ancient-changes kubeadm kube-webhook-certgen addon-manager
        Reloader PrometheusOperator cainjector pilot-discovery istiod kyverno gatekeeper traefik external-dns
        external-secrets sealed-secrets velero velero-server velero-plugin kured descheduler cilium-agent calico-node
        antrea-agent vault-k8s linkerd-proxy-injector crossplane olm catalog flagger glbc
        cluster-proportional-autoscaler node-problem-detector GoogleContainerEngine eks aks""",
    ),
    **_row(
        ActorClass.AUTOSCALER,
        "keda keda-operator cluster-autoscaler karpenter addon-resizer horizontal-pod-autoscaler",
    ),
    # Programs that never chose a name: their binary is called so, and so may be anybody's.
    **_row(ActorClass.UNKNOWN, "unknown manager controller operator main app server"),
}

PREFIXES: tuple[tuple[str, ActorClass], ...] = (
    ("kubectl-", ActorClass.HUMAN),
    ("oc-", ActorClass.HUMAN),
    ("argocd-", ActorClass.GITOPS),
    ("pulumi-kubernetes-", ActorClass.IAC),
    ("terraform-provider-", ActorClass.IAC),
    ("Terraform", ActorClass.IAC),
    ("HashiCorp", ActorClass.IAC),
    ("deploy@", ActorClass.CONTROLLER),  # k3s deploys its own manifests
    ("machine-config-", ActorClass.CONTROLLER),
    ("cert-manager-", ActorClass.CONTROLLER),
    ("kyverno-", ActorClass.CONTROLLER),
    ("cilium-", ActorClass.CONTROLLER),
    ("csi-", ActorClass.CONTROLLER),
    ("vpa-", ActorClass.AUTOSCALER),
    ("kubernetes-client", ActorClass.SCRIPT),
    ("python-", ActorClass.SCRIPT),
)

SUFFIXES: tuple[str, ...] = ("-controller", "-operator", "-manager", "-cainjector", "-provisioner", "-webhook")
"""Of programs that act by themselves."""

OF_A_KIND = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+/")
"""Programs that write under the name of the kind they act for: ``externalsecrets.external-secrets.io/login``. A user
agent ends before its first slash, so that nobody has such a name without choosing it."""

TOOLS: Mapping[str, str] = {
    "kubectl-client-side-apply": "kubectl apply (a person or a pipeline)",
    "kubectl-last-applied": "kubectl apply (a person or a pipeline)",
    "kubectl-rollout": "k9s or kubectl (restart, pause)",
    "kubectl-set": "kubectl set",
    "flux-client-side-apply": "kubectl, under the name whose edits Flux keeps",
    "node-fetch": "a desktop console (Lens or its kin)",
    "Mozilla": "a browser console",
    "unknown": "a program without a name",
    "agent": "Rancher",
    "rancher": "Rancher",
    "argocd-server": "Argo CD's web console",
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "kustomize-controller": "Flux (Kustomization)",
    "helm-controller": "Flux (HelmRelease)",
    "flux": "Flux",
    "fleetagent": "Fleet",
    "fleet-agent": "Fleet",
    "configsync": "Config Sync",
    "helm": "Helm",
    "Helm": "Helm",
    "terraform": "Terraform",
    "HashiCorp": "Terraform",
    "pulumi-kubernetes": "Pulumi",
    "OpenAPI-Generator": "a script (a generated client)",
    "fabric8-kubernetes-client": "a Java program",
    "okhttp": "a Java program",
    "kube-controller-manager": "the controller manager",
    "before-first-apply": "whoever wrote before the first apply",
    "ancient-changes": "managers that were forgotten (more than ten wrote)",
}
