"""Tables for kinds without columns of their own: custom resources by their printer columns, others by name and age."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.model.objects.extension import CustomResourceDefinition, PrinterColumn
from k8sview.model.objects.meta import Custom
from k8sview.model.resources import Resource
from k8sview.model.times import parse_time
from k8sview.model.view import View
from k8sview.tui.present.columns import Column, Surroundings, TableSpec, object_table
from k8sview.tui.present.jsonpath import JsonPath

DEFINITIONS_RESOURCE = "customresourcedefinitions.apiextensions.k8s.io"


def custom_table(resource: Resource, view: View) -> TableSpec:
    """The table of a resource by its definition; name, verdict and age where no definition can be read."""
    definition = view.get(DEFINITIONS_RESOURCE, resource.name)
    printer = _printer_columns(definition, resource.version)
    paths = tuple(JsonPath(column.json_path) for column in printer)
    kinds = tuple(column.type for column in printer)

    def values(obj: Any, _around: Surroundings) -> tuple[Any, ...]:
        tree = _Tree(obj)
        return tuple(value_of(path.first(tree), kind) for path, kind in zip(paths, kinds, strict=True))

    columns = tuple(
        Column(
            column.name.lower().replace(" ", "-"),
            column.name.upper(),
            right=column.type in ("integer", "number", "date"),
            flexible=column.type == "string",
            wide=column.priority > 0,
        )
        for column in printer
    )
    return object_table(columns, values, namespaced=resource.namespaced)


def _printer_columns(definition: Any, version: str) -> tuple[PrinterColumn, ...]:
    if not isinstance(definition, CustomResourceDefinition):
        return ()
    served = next((one for one in definition.spec.versions if one.name == version), None)
    if served is None:
        return ()
    # Every table has an age column already.
    return tuple(one for one in served.additional_printer_columns if one.json_path != ".metadata.creationTimestamp")


class _Tree(dict[str, Any]):
    """An object as plain values; its metadata is only unfolded when a path asks for it."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.body if isinstance(obj, Custom) else {})
        self._obj = obj

    def __missing__(self, name: str) -> Any:
        if name == "metadata":
            return msgspec.to_builtins(self._obj.metadata)
        raise KeyError(name)


def value_of(raw: Any, kind: str) -> Any:
    """A raw value as a cell value; one that is not of the type its column promises is shown as it is."""
    if raw is None:
        return None
    if kind == "date":
        return parse_time(raw) or str(raw)
    if isinstance(raw, str | bool | int | float):
        return raw
    return msgspec.json.encode(raw).decode()
