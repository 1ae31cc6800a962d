"""Which nodes belong together: the pool a provider or provisioner says, else role, system and architecture.
And judging what many nodes share once per pool, so that a thousand equal nodes are one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, ref_to
from k8sview.model.objects.core import Node
from k8sview.model.pools import pool_label, role_of


def pool_of(node: Node) -> str:
    """A name for people: ``general``, or ``linux/amd64 workers`` where nothing names a pool."""
    labels = node.metadata.labels
    label = pool_label(labels)
    architecture = labels.get("kubernetes.io/arch") or node.status.node_info.architecture or "unknown"
    if label:
        # One pool may mix architectures, whose images then differ rightly.
        return f"{labels[label]} ({architecture})"
    system = labels.get("kubernetes.io/os") or node.status.node_info.operating_system or "unknown"
    return f"{system}/{architecture} {role_of(labels)}"


def by_pool(
    context: Context, value_of: Callable[[Node], str], judge: Callable[[str], Outcome], path: str
) -> Iterator[Judged]:
    """Judges each distinct value once; equal values in one pool are told together, on the pool's first such node."""
    table = context.table("nodes")
    groups: dict[tuple[str, str], list[Node]] = {}
    outcomes: dict[str, Outcome] = {}
    for key in sorted(table.objects):
        node = table.objects[key]
        value = value_of(node)
        if value not in outcomes:
            outcomes[value] = judge(value)
        outcome = outcomes[value]
        if outcome.status is PASS.status:
            yield Judged(ref_to(table, node), outcome)
        else:
            groups.setdefault((pool_of(node), value), []).append(node)
    for (pool, value), members in sorted(groups.items()):
        outcome = outcomes[value]
        names = [node.metadata.name for node in members]
        words = outcome.message
        if len(names) > 1:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            words += f" ({len(names)} nodes of pool {pool}: {', '.join(names[:5])}{more})"
        details = msgspec.structs.replace(outcome, message=words, path=path, observed=value)
        yield Judged(ref_to(table, members[0]), details)
