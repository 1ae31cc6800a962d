"""Whether the next ``helm upgrade`` with the same chart puts a drifted leaf back. The table, and nothing else.

Helm patches built-in kinds three ways, over what is live; custom resources and CRDs only from the old manifest to the
new one, so that what is live is never looked at. Server-side, it meets a conflict or takes the leaf by force.
"""

from __future__ import annotations

from collections.abc import Mapping

from k8sview.analysis.drift.comparing.difference import ADDITION, REMOVAL

CLIENT_SIDE, SERVER_SIDE = "csa", "ssa"

# (custom, applied) → whether a leaf that the chart states is put back; None: by force only, else it is a conflict.
_STATED: Mapping[tuple[bool, str], bool | None] = {
    (False, CLIENT_SIDE): True,
    (True, CLIENT_SIDE): False,
    (False, SERVER_SIDE): None,
    (True, SERVER_SIDE): None,
}

_BUILT_IN = frozenset(
    """apps batch autoscaling policy extensions admissionregistration.k8s.io apiregistration.k8s.io
    authentication.k8s.io authorization.k8s.io certificates.k8s.io coordination.k8s.io discovery.k8s.io events.k8s.io
    flowcontrol.apiserver.k8s.io networking.k8s.io node.k8s.io rbac.authorization.k8s.io resource.k8s.io
    scheduling.k8s.io storage.k8s.io storagemigration.k8s.io""".split()  # noqa: SIM905
)
"""The groups that Helm has Go types for, beside the core one. CRDs it patches as if it had none."""


def custom(group: str) -> bool:
    """Whether kinds of a group are patched as custom resources."""
    return bool(group) and group not in _BUILT_IN


def repaired(group: str, apply_method: str, change: str | None, *, missing: bool = False) -> bool | None:
    """What the next upgrade does to a difference. ``missing``: the whole object is; every mode makes it anew.

    Additions stay in every mode: nothing in the chart names them. None: it would be a conflict, unless forced. Nobody
    owns what was removed: applied server-side, it comes back without a conflict.
    """
    if missing or (change == REMOVAL and apply_method == SERVER_SIDE):
        return True
    if change == ADDITION:
        return False
    return _STATED[(custom(group), SERVER_SIDE if apply_method == SERVER_SIDE else CLIENT_SIDE)]
