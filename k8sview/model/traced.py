"""A view that notes what is read through it, so that a judgement is made anew only when something it read changed.

Notes are *traces*: tuples that name an object, a bucket of an index, a whole table, or a table's state. ``traces_of``
says which of them a change touches. What does not go through the methods is not noted: judgement never touches
``tables`` or ``indices`` itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from k8sview.model.objects.core import Event
from k8sview.model.objects.meta import LabelSelector
from k8sview.model.objects.pods import Pod
from k8sview.model.resources import Key, key_of
from k8sview.model.tables import Table, TableState
from k8sview.model.view import T, View

Trace = tuple[str, ...]


class TracedView(View, frozen=True):
    """Answers as the view it was made of; ``traces`` grows with each question and is emptied by who owns it."""

    traces: set[Trace] = set()

    def table(self, resource: str) -> Table:
        self.traces.add(("table", resource))
        self.traces.add(("state", resource))
        return View.table(self, resource)

    def state(self, resource: str) -> TableState:
        self.traces.add(("state", resource))
        return View.table(self, resource).state

    def readable(self, resource: str, namespace: str | None = None) -> bool:
        self.traces.add(("state", resource))
        return View.readable(self, resource, namespace)

    def get(self, resource: str, name: str, namespace: str | None = None) -> Any:
        self.traces.add(("object", resource, namespace or "", name))
        return View.get(self, resource, name, namespace)

    def each(self, resource: str) -> Iterable[Any]:
        self.traces.add(("table", resource))
        return View.each(self, resource)

    def in_namespace(self, resource: str, namespace: str) -> Iterable[Any]:
        self.traces.add(("namespace", resource, namespace))
        return View.in_namespace(self, resource, namespace)

    def once(self, name: str, compute: Callable[[View], T]) -> T:
        """Not noted, as ``View.once`` promises; shared by all who look at the same moment."""
        if name not in self.derived:
            self.derived[name] = compute(_untraced(self))
        found: T = self.derived[name]
        return found

    def children(self, owner: Any) -> Iterator[tuple[str, Any]]:
        self.traces.add(("children", owner.metadata.uid))
        for resource, child in View.children(self, owner):
            self._note(resource, child)
            yield resource, child

    def pods_of(self, namespace: str, selector: LabelSelector | Mapping[str, str]) -> tuple[Pod, ...]:
        labels = selector.match_labels if isinstance(selector, LabelSelector) else selector
        if labels:
            self.traces.update(("label", namespace, name, value) for name, value in labels.items())
        else:
            self.traces.add(("namespace", "pods", namespace))
        return self._pods_noted(View.pods_of(self, namespace, selector))

    def pods_on(self, node: str) -> tuple[Pod, ...]:
        self.traces.add(("node", node))
        return self._pods_noted(View.pods_on(self, node))

    def users_of(self, resource: str, name: str, namespace: str) -> tuple[Pod, ...]:
        self.traces.add(("namespace", "pods", namespace))
        return self._pods_noted(View.users_of(self, resource, name, namespace))

    def events_of(self, obj: Any) -> tuple[Any, ...]:
        self.traces.add(("events", obj.metadata.uid))
        return View.events_of(self, obj)

    def _pods_noted(self, pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
        for pod in pods:
            self._note("pods", pod)
        return pods

    def _note(self, resource: str, obj: Any) -> None:
        self.traces.add(("object", resource, *key_of(obj)))


def traced(view: View, kept: dict[str, Any] | None = None) -> TracedView:
    """The view, noting what is read; ``kept``: what earlier views of the same owner left."""
    values = {name: getattr(view, name) for name in View.__struct_fields__}
    if kept is not None:
        values["kept"] = kept
    return TracedView(**values, traces=set())


def _untraced(view: TracedView) -> View:
    return View(**{name: getattr(view, name) for name in View.__struct_fields__})


def traces_of(resource: str, key: Key, before: Any, after: Any) -> Iterator[Trace]:
    """Everything whose readers a change of one object concerns; None: it was not there, or is gone."""
    yield ("object", resource, *key)
    yield ("table", resource)
    if resource == "events":
        for event in (before, after):
            if isinstance(event, Event) and event.involved_object.uid:
                yield ("events", event.involved_object.uid)
        return
    fresh = before is None or after is None
    if resource != "pods" or fresh:
        yield ("namespace", resource, key[0])
    for uid in _owners(before) ^ _owners(after):
        yield ("children", uid)
    if resource == "pods":
        for name, value in _labels(before) ^ _labels(after):
            yield ("label", key[0], name, value)
        for node in {_node(before), _node(after)} if _node(before) != _node(after) else ():
            yield ("node", node)


def _owners(obj: Any) -> set[str]:
    references = getattr(getattr(obj, "metadata", None), "owner_references", ())
    return {one.uid for one in references if one.uid}


def _labels(obj: Any) -> set[tuple[str, str]]:
    return set(obj.metadata.labels.items()) if obj is not None else set()


def _node(obj: Any) -> str:
    return obj.spec.node_name if isinstance(obj, Pod) else ""
