"""Where an admission webhook applies: the namespaces that its selector matches, as far as these can be seen."""

from __future__ import annotations

from k8sview.model.objects.core import Namespace
from k8sview.model.objects.extension import Webhook
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.view import View

_OWN_NAME = "kubernetes.io/metadata.name"


def narrowed(selector: LabelSelector | None) -> bool:
    """Whether a selector leaves anything out."""
    return selector is not None and bool(selector.match_labels or selector.match_expressions)


def reached(view: View, webhook: Webhook) -> tuple[str, ...] | None:
    """Names of the namespaces whose objects a webhook is asked about; None for all of them, or where nobody can know.

    A selector of namespaces says nothing of cluster-scoped kinds: who asks for such a kind applies everywhere.
    """
    selector = webhook.namespace_selector
    if selector is None or not narrowed(selector) or not view.readable("namespaces") or not _namespaced(view, webhook):
        return None
    return tuple(
        one.metadata.name
        for one in view.each("namespaces")
        if isinstance(one, Namespace) and selector.matches({**one.metadata.labels, _OWN_NAME: one.metadata.name})
    )


def _namespaced(view: View, webhook: Webhook) -> bool:
    """Whether all that a webhook is asked about is known to live in namespaces."""
    for rule in webhook.rules:
        if rule.scope == "Namespaced":
            continue
        for group in rule.api_groups:
            for name in rule.resources:
                plural = name.partition("/")[0]
                known = view.resources.get(f"{plural}.{group}" if group else plural)
                if known is None or not known.namespaced:
                    return False
    return True
