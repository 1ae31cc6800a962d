"""What every room's tests may use: the real control plane."""

from tests.controlplane.fixtures import controlplane, fresh_controlplane

__all__ = ["controlplane", "fresh_controlplane"]
