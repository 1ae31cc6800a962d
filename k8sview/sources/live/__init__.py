"""A real cluster as a source, read-only. The only room that knows a Kubernetes client.

Importing it is cheap: the client library is loaded inside ``connect``, and listing contexts needs none at all.

``kubeconfig`` and ``configuration`` say where to go, ``credentials`` and ``exec_plugin`` as whom, ``client`` wraps the
library, ``transport`` is the single gate for requests, ``discovery`` says what is served, ``reflector`` lists and
follows one resource, ``decoding`` is pure, ``source`` puts them together.
"""

from k8sview.sources.live.configuration import ContextEntry, Contexts, load_contexts
from k8sview.sources.live.limits import Limits, Timing
from k8sview.sources.live.source import LiveSource

__all__ = ["ContextEntry", "Contexts", "Limits", "LiveSource", "Timing", "load_contexts"]
