"""One object under six tabs, each with its key. The object is followed while it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.widget import Widget

from k8sview.model.health import HealthVerdict, RootCause
from k8sview.model.objects.meta import Malformed
from k8sview.model.resources import Ref, Resource
from k8sview.session.picture import Picture
from k8sview.tui.actions import bindings
from k8sview.tui.present import places
from k8sview.tui.present.cells import Role, Span, verdict_badge
from k8sview.tui.present.columns import Surroundings
from k8sview.tui.present.commands import Go
from k8sview.tui.present.happenings import event_lines
from k8sview.tui.present.history import history_lines
from k8sview.tui.present.judged import finding_lines, findings_of
from k8sview.tui.present.lines import BLANK, Line, heading, line, wrapped
from k8sview.tui.present.links import controller_of, owner_place
from k8sview.tui.present.objects import conditions, summary
from k8sview.tui.present.owned import drift_lines, found_lines
from k8sview.tui.present.owned import owner_lines as owner_of_fields
from k8sview.tui.present.owners import owner_lines
from k8sview.tui.present.places import Place
from k8sview.tui.present.states import notice
from k8sview.tui.present.users import has_users, user_lines
from k8sview.tui.present.why import cause_links, not_judged, verdict_only, why_lines
from k8sview.tui.present.yaml_text import yaml_lines, yaml_text
from k8sview.tui.screens.paged import PagedScreen
from k8sview.tui.widgets.line_view import Bar
from k8sview.tui.window import Commanded, Say, Window

_TABS = (("summary", "d"), ("yaml", "y"), ("events", "E"), ("explain", "X"), ("timeline", "T"), ("owners", "O"))
_ROOMY = 100
"""From this width on the tabs stand further apart."""
_FAMILY = ("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "pods")


class ObjectScreen(PagedScreen):
    """``place.arguments``: resource name, namespace, name, tab."""

    WHERE: ClassVar[tuple[str, ...]] = ("page", "object", "pods")
    BINDINGS = bindings("page", "object", "pods")

    def __init__(self, window: Window, place: Place) -> None:
        super().__init__(window, place)
        self._yaml: list[Line] = []
        self._yaml_of: str | None = None

    @property
    def resource_name(self) -> str:
        return self.place.arguments[0]

    @property
    def tab(self) -> str:
        return self.place.arguments[3]

    def wants(self) -> Iterable[str]:
        return (self.resource_name, "events", *_FAMILY)

    def body(self) -> Iterable[Widget]:
        yield Bar(id="tabs", classes="bar")
        yield from super().body()

    def on_mount(self) -> None:
        super().on_mount()
        self._draw_tabs()

    def _resource(self, picture: Picture) -> Resource:
        return picture.view.resources.get(self.resource_name) or picture.view.table(self.resource_name).resource

    def _object(self, picture: Picture | None) -> Any:
        if picture is None:
            return None
        table, key = picture.view.table(self.resource_name), places.object_key(self.place)
        return table.objects.get(key) or table.malformed.get(key)

    def show(self, picture: Picture) -> None:
        obj = self._object(picture)
        version = obj.metadata.resource_version if obj is not None else ""
        if self.tab == "yaml" and self._yaml_of != version:
            self._yaml_of = version
            namespace, name = places.object_key(self.place)
            self.window.fetch(self._resource(picture), namespace, name, self._fetched)
        super().show(picture)
        self._draw_tabs()

    def _fetched(self, answer: bytes | str) -> None:
        if isinstance(answer, str):
            self._yaml = wrapped(f"? YAML could not be read: {answer}", self.room, Role.UNKNOWN)
        else:
            self._yaml = yaml_lines(yaml_text(answer))
        if self.is_mounted and self.window.picture is not None:
            super().show(self.window.picture)

    def _draw_tabs(self) -> None:
        spans = [Span(" ")]
        for tab, key in _TABS:
            here = tab == self.tab
            spans += [
                Span(f"{key} ", Role.ACCENT),
                Span(f"[{tab}]" if here else f" {tab} ", Role.TITLE if here else Role.MUTED),
            ]
            spans.append(Span("  " if self.size.width >= _ROOMY else " "))
        obj = self._object(self.window.picture)
        health = self.window.health(self.resource_name, obj) if obj is not None else None
        if health is not None and not isinstance(obj, Malformed):
            spans.append(verdict_badge(health.verdict))
        self.query_one("#tabs", Bar).set_lines(Line(tuple(spans)))

    def lines(self, picture: Picture | None, width: int) -> list[Line]:
        if picture is None:
            return [line(Span("… connecting", Role.MUTED))]
        obj = self._object(picture)
        if self.tab == "yaml":
            return self._yaml or [line(Span("… reading the object", Role.MUTED))]
        if obj is None:
            return self._absent(picture, width)
        now = self.window.now()
        resource = self._resource(picture)
        around = Surroundings(picture.view, lambda one: self.window.health(self._name_of(one, picture), one))
        match self.tab:
            case "events":
                return event_lines(picture.view, obj, now, width)
            case "owners":
                return owner_lines(obj, resource, around)
            case "explain":
                return self._explain(picture, obj, width)
            case "timeline":
                return self._timeline(picture, obj, width)
        return [
            *summary(obj, resource, around, now, width),
            *found_lines(picture.drift, resource, places.object_key(self.place), now, width),
            BLANK,
            heading("EVENTS"),
            *event_lines(picture.view, obj, now, width)[:16],
        ]

    def _name_of(self, obj: Any, picture: Picture) -> str:
        """The resource of an object met while walking owners: the table that holds it."""
        own = self._object(picture)
        if obj is own:
            return self.resource_name
        key = (obj.metadata.namespace or "", obj.metadata.name)
        return next((name for name, table in picture.view.tables.items() if table.objects.get(key) is obj), "")

    def _explain(self, picture: Picture, obj: Any, width: int) -> list[Line]:
        lines = self._why(picture, obj, width)
        if has_users(self.resource_name):
            around = Surroundings(picture.view, lambda one: self.window.health("pods", one))
            lines += user_lines(self.resource_name, places.object_key(self.place), around, width)
        lines += [BLANK, heading("FINDINGS ABOUT IT")]
        found = findings_of(picture.report, self._resource(picture).kind, places.object_key(self.place))
        if picture.report is None:
            lines.append(line(Span("… not judged yet", Role.MUTED)))
        elif not found:
            lines.append(line(Span("No finding names this object.", Role.MUTED)))
        for one in found:
            lines += [
                *finding_lines(one, width, named=False),
                line(Span(f"    {one.check_id}", Role.ACCENT), target=places.check(one.check_id)),
            ]
        now, resource = self.window.now(), self._resource(picture)
        lines += drift_lines(picture.drift, resource, places.object_key(self.place), now, width)
        return lines + owner_of_fields(obj, resource, now, width)

    def _why(self, picture: Picture, obj: Any, width: int) -> list[Line]:
        """The chain as the judge has it; before the first judgement the verdict alone."""
        now = self.window.now()
        if isinstance(obj, Malformed):
            return wrapped(f"✗ The object is malformed: {obj.problem}", width, Role.FAIL)
        health = self.window.health(self.resource_name, obj)
        if health is None:
            return not_judged(self._resource(picture).kind, self._causes(picture), now, width)
        why = self.window.why(self.resource_name, places.object_key(self.place))
        if why is None:
            pending = picture.health is None or health.verdict is not HealthVerdict.HEALTHY
            return verdict_only(health, now, width, pending=pending)
        lines = why_lines(why, now, width)
        if not (why.object.evidence or why.chain):
            lines += conditions(obj, now, width)
        if why.root_cause is None:
            lines += cause_links(self._causes(picture), now, width)
        return lines

    def _causes(self, picture: Picture) -> list[RootCause]:
        """The root causes that blame this object, whether it exists or not."""
        resource, (namespace, name) = self._resource(picture), places.object_key(self.place)
        own = (resource.group, resource.kind, namespace, name)
        causes = picture.health.causes if picture.health is not None else ()
        return [one for one in causes if _identity(one.object) == own]

    def _timeline(self, picture: Picture, obj: Any, width: int) -> list[Line]:
        if isinstance(obj, Malformed):
            return wrapped(
                f"? The object is malformed, so its history is not known: {obj.problem}", width, Role.UNKNOWN
            )
        resource, (namespace, name) = self._resource(picture), places.object_key(self.place)
        own = Ref(resource.api_version, resource.kind, namespace or None, name)
        health = self.window.health(self.resource_name, obj)
        return history_lines(self.window.history(self.resource_name, obj), own, health, self.window.now(), width)

    def _absent(self, picture: Picture, width: int) -> list[Line]:
        """The object is not there, or nobody can know. It may be a root cause by just that."""
        table = picture.view.table(self.resource_name)
        said = notice(table, self.window.now())
        namespace, _ = places.object_key(self.place)
        if said is not None and not picture.view.readable(self.resource_name, namespace or None):
            lines = [line(said.span), *(one for text in said.details for one in wrapped(text, width, Role.MUTED))]
        else:
            lines = [line(Span(f"{self.place.crumb} does not exist (any more).", Role.WARN))]
        return [*lines, *cause_links(self._causes(picture), self.window.now(), width)]

    def action_object(self, tab: str) -> None:
        if tab == self.tab:
            return
        self.moved_to(Place("object", (*self.place.arguments[:3], tab)))
        self.page.cursor = 0
        self.page.scroll_to(y=0, animate=False)
        self._show_again()
        self.refresh_crumbs()

    def action_owner(self) -> None:
        obj, picture = self._object(self.window.picture), self.window.picture
        owner = controller_of(obj) if obj is not None else None
        if owner is None or picture is None:
            self.post_message(Say("nothing owns this object", Role.WARN))
        else:
            self.post_message(Commanded(Go(owner_place(owner, obj.metadata.namespace, picture.view.resources))))

    def action_node(self) -> None:
        node = getattr(getattr(self._object(self.window.picture), "spec", None), "node_name", "")
        if self.resource_name == "pods" and node:
            self.post_message(Commanded(Go(places.thing("nodes", ("", node)))))

    def copied(self) -> str:
        """A command whole, a line of YAML; elsewhere the object's name."""
        return self.line_copy or (super().copied() if self.tab == "yaml" else self.place.arguments[2])

    def saved(self) -> tuple[str, str]:
        name, text = super().saved()
        return (name.replace("/", "-").removesuffix(".txt") + (".yaml" if self.tab == "yaml" else ".txt"), text)


def _identity(ref: Ref) -> tuple[str, str, str, str]:
    group, _, _ = ref.api_version.rpartition("/")
    return (group, ref.kind, ref.namespace or "", ref.name)
