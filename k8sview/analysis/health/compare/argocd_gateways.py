"""What Argo CD's scripts say of the Gateway API: classes, gateways with their listeners, routes with their parents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from k8sview.analysis.health.compare.said import Said
from k8sview.model.fields import read_one, reader

_conditions = reader("conditions[*]")


def gateway_class(found: Any) -> Said:
    """Accepted, unless it speaks of an older generation."""
    generation = found.metadata.generation
    for condition in reader("status.conditions[*]")(found):
        if _type(condition) != "Accepted" or _is_old(condition, generation):
            continue
        match _status(condition):
            case "True":
                return Said("Healthy", "its condition Accepted is True")
            case "False":
                return Said("Degraded", "its condition Accepted is False, which is Degraded there at once")
        break
    return Said("Progressing", "a GatewayClass that nobody has accepted or refused is Progressing there without limit")


def gateway(found: Any) -> Said:
    """The gateway's own conditions, then those of each listener; generations are not compared."""
    conditions = reader("status.conditions[*]")(found)
    listeners = reader("status.listeners[*]")(found)
    said = _judged(conditions, "its condition")
    for listener in listeners:
        said = said or _judged(_conditions(listener), f"on listener {read_one(listener, 'name') or '(no name)'},")
    if said is not None:
        return said
    if conditions or listeners:
        return Said("Healthy", "Accepted, ResolvedRefs and Programmed are all it looks at, of whatever generation")
    return Said("Progressing", "a Gateway without status is Progressing there, even where no controller exists for it")


def route(found: Any) -> Said:
    """Each parent's conditions; of a parent that has not seen this generation nothing counts."""
    generation = found.metadata.generation
    return _routed(
        [
            parent
            for parent in reader("status.parents[*]")(found)
            if generation is None
            or (_conditions(parent) and not any(_is_old(one, generation) for one in _conditions(parent)))
        ]
    )


def unversioned_route(found: Any) -> Said:
    """As for HTTPRoutes, with conditions of any generation."""
    return _routed(reader("status.parents[*]")(found))


def _routed(parents: list[Any]) -> Said:
    for parent in parents:
        said = _judged(_conditions(parent), f"for parent {read_one(parent, 'parentRef.name') or '(no name)'},")
        if said is not None:
            return said
    if any(_conditions(parent) for parent in parents):
        return Said(
            "Healthy", "every parent that answered accepts it, and neither backends nor endpoints are looked at"
        )
    return Said("Progressing", "a route that no parent has answered is Progressing there, even where none ever will")


def tls_policy(found: Any) -> Said:
    """Every ancestor has to have seen this generation; then Accepted and ResolvedRefs."""
    generation = found.metadata.generation
    conditions = [one for ancestor in reader("status.ancestors[*]")(found) for one in _conditions(ancestor)]
    if any(_is_old(one, generation) for one in conditions):
        return Said("Progressing", "an ancestor has not seen its latest generation, which has no limit there")
    for condition in conditions:
        if _type(condition) in ("Accepted", "ResolvedRefs") and _status(condition) != "True":
            return Said("Degraded", f"an ancestor's condition {_type(condition)} is not True")
    if any(_type(condition) == "Accepted" for condition in conditions):
        return Said("Healthy", "every ancestor accepts it")
    return Said("Progressing", "a policy that no ancestor has answered is Progressing there without any limit")


def _judged(conditions: Iterable[Any], place: str) -> Said | None:
    """The rule that gateways, listeners and parents share."""
    found = [(_type(one), _status(one)) for one in conditions]
    for name in ("ResolvedRefs", "Accepted"):
        if (name, "False") in found:
            return Said("Degraded", f"{place} {name} is False, which is Degraded there at once")
    if any(name == "Programmed" and status != "True" for name, status in found):
        return Said("Progressing", f"{place} Programmed is not True, which is Progressing there without any limit")
    return None


def _type(condition: Any) -> str:
    return str(read_one(condition, "type") or "")


def _status(condition: Any) -> str:
    return str(read_one(condition, "status") or "")


def _is_old(condition: Any, generation: int | None) -> bool:
    observed = read_one(condition, "observedGeneration")
    return generation is not None and observed is not None and observed != generation


SCRIPTS: dict[str, Callable[[Any], Said]] = {
    "gatewayclasses.gateway.networking.k8s.io": gateway_class,
    "gateways.gateway.networking.k8s.io": gateway,
    "httproutes.gateway.networking.k8s.io": route,
    "grpcroutes.gateway.networking.k8s.io": unversioned_route,
    "backendtlspolicies.gateway.networking.k8s.io": tls_policy,
}
"""By resource name. TLSRoutes, TCPRoutes and ReferenceGrants have none."""
