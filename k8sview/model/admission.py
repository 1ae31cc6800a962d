"""What an admission webhook is asked about, in words: its operations and kinds. No judgement."""

from __future__ import annotations

from collections.abc import Iterable

from k8sview.model.objects.extension import Webhook

_SHOWN = 4


def matched(webhooks: Iterable[Webhook]) -> str:
    """``CREATE, UPDATE of pods``: what the rules of these webhooks match, shortened."""
    rules = [one for webhook in webhooks for one in webhook.rules]
    operations = dict.fromkeys(operation for one in rules for operation in one.operations)
    kinds = dict.fromkeys(
        _kind(resource, group) for one in rules for group in one.api_groups for resource in one.resources
    )
    shown = list(kinds)[:_SHOWN]
    more = f" and {len(kinds) - len(shown)} more" if len(kinds) > len(shown) else ""
    return f"{', '.join(operations) or 'requests'} of {', '.join(shown) or 'nothing'}{more}"


def _kind(resource: str, group: str) -> str:
    if resource in ("*", "*/*"):
        return f"everything in {group}" if group not in ("", "*") else "everything" if group else "every core kind"
    return f"{resource}.{group}" if group not in ("", "*") else resource
