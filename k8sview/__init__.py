"""k8sview: readiness of a Kubernetes platform, floor by floor. Kept empty: importing a part must not load the rest."""

__version__ = "0.1.0"
