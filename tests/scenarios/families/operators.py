"""Custom resources of well-known operators, which say themselves what they lack."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.platform import definition, says
from tests.scenarios.shapes import deployment, made, space

DEFINITIONS = (
    definition("cert-manager.io", "Certificate", "certificates"),
    definition("external-secrets.io", "ExternalSecret", "externalsecrets"),
    definition("keda.sh", "ScaledObject", "scaledobjects", "v1alpha1"),
    definition("argoproj.io", "Application", "applications", "v1alpha1"),
    definition("helm.toolkit.fluxcd.io", "HelmRelease", "helmreleases", "v2"),
)


def failing(
    name: str, broken: str, words: str, api_version: str, kind: str, spec: Raw, *, row: int, **status: object
) -> Failure:
    """One custom resource ``shop`` with a status that complains."""
    return Failure(
        name=name,
        row=row,
        broken=broken,
        objects=(
            space(name),
            deployment(name, "shop"),
            made(api_version, kind, name, "shop", spec=spec, status=status),
        ),
        expected=Expected(blame=(Ref(kind, name, "shop"),), words=words),
    )


CASES: tuple[Case, ...] = (
    failing(
        "certificate-refused",
        "a certificate is not issued: its order failed",
        r"order|ACME|challenge|issu",
        "cert-manager.io/v1",
        "Certificate",
        {"secretName": "shop-tls", "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"}},
        row=46,
        conditions=[
            says("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist"),
            says("Issuing", "False", "Failed", "The certificate request has failed: order is in invalid state"),
        ],
    ),
    failing(
        "secret-not-synced",
        "an external secret cannot be read from its vault",
        r"vault|permission denied|secret",
        "external-secrets.io/v1",
        "ExternalSecret",
        {"secretStoreRef": {"name": "vault"}, "target": {"name": "shop"}},
        row=0,
        conditions=[
            says("Ready", "False", "SecretSyncedError", "could not get secret data from vault: permission denied")
        ],
    ),
    failing(
        "trigger-unreachable",
        "a KEDA trigger's source cannot be reached",
        r"trigger|scaler|queue",
        "keda.sh/v1alpha1",
        "ScaledObject",
        {"scaleTargetRef": {"name": "shop"}, "triggers": [{"type": "rabbitmq", "metadata": {"queueName": "orders"}}]},
        row=38,
        conditions=[
            says(
                "Ready",
                "False",
                "ScaledObjectCheckFailed",
                "Triggers defined in ScaledObject are not working correctly",
            ),
            says("Active", "Unknown", "UnknownState"),
            says("Fallback", "True", "FallbackExists", "At least one trigger is falling back on this scaled object"),
        ],
    ),
    failing(
        "application-degraded",
        "an Argo CD application is Degraded",
        r"Degraded",
        "argoproj.io/v1alpha1",
        "Application",
        {"project": "default", "source": {"repoURL": "https://git.example.com/shop"}},
        row=0,
        health={"status": "Degraded", "message": "Deployment web exceeded its progress deadline"},
        sync={"status": "Synced"},
    ),
    failing(
        "release-stalled",
        "a Flux release has used up its retries",
        r"retries|install|timed out|upgrade",
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        {"interval": "5m", "chart": {"spec": {"chart": "shop"}}},
        row=0,
        conditions=[
            says("Stalled", "True", "RetriesExceeded", "Failed to install after 3 attempt(s)"),
            says("Ready", "False", "InstallFailed", "Helm install failed: timed out waiting for the condition"),
            says("Released", "False", "InstallFailed", "Helm install failed: timed out waiting for the condition"),
        ],
    ),
)
