"""References to a component's own workloads, as detection found them, for findings about something missing."""

from __future__ import annotations

from k8sview.model.components import ComponentStatus, Part
from k8sview.model.kinds import KINDS
from k8sview.model.resources import Ref


def part_ref(part: Part) -> Ref:
    resource = KINDS[part.resource].resource
    return Ref(resource.api_version, resource.kind, part.namespace, part.workload)


def main_ref(component: ComponentStatus, name: str | None = None) -> Ref | None:
    """The workload of the part called ``name``, else the component's first; None where detection found none."""
    parts = [part for part in component.parts if name is None or part.name == name] or list(component.parts)
    return part_ref(parts[0]) if parts else None
