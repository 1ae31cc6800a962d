"""A real control plane for tests: etcd, API server, controllers, scheduler and kwok on loopback.

It imports nothing of k8sview: what k8sview reads in a test is written from here, independently.
"""

from tests.controlplane.binaries import NotBuiltError
from tests.controlplane.plane import ControlPlane
from tests.controlplane.writer import ApiError, ApiWriter

__all__ = ["ApiError", "ApiWriter", "ControlPlane", "NotBuiltError"]
