"""Health, explain and timeline as people use them: somebody is paged, and looks for the cause."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from k8sview.model.kinds import KINDS
from k8sview.model.objects.core import MetadataOnly, Namespace, NamespaceStatus, PartialObjectMeta
from k8sview.model.resources import Resource
from k8sview.model.tables import State, TableState
from k8sview.tui.present import places
from k8sview.tui.present.tables import table_of
from tests.tui.pictures import (
    CERTIFICATES,
    FakeSession,
    meta,
    night,
    picture,
    pod,
    shop,
)
from tests.tui.test_app import running, saved_lines, screen_text, settle, type_line


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(picture(night().view()))


def cursor_line(text: str) -> str:
    return next(line for line in text.splitlines() if "▸" in line)


async def test_the_health_screen_puts_the_one_cause_first_and_names_what_it_could_not_see(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await pilot.press("H")
        await settle(app, pilot)
        text = screen_text(app)
    assert "✗ 1 cause of 6 objects that are not well" in text
    assert "? could not look: list services (denied)" in text
    assert "✗ cause   ConfigMap shop/settings" in cursor_line(text)
    assert "next: kubectl get configmaps -n shop" in text
    assert "affects 6: Deployment shop/web" in text
    assert "[1]  faults only" in text


async def test_from_the_page_to_the_cause_to_who_suffers_and_back(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":health")
        await pilot.press("enter")
        await settle(app, pilot)
        text = screen_text(app)
        assert "house > health > cause ConfigMap/settings" in text
        assert "AFFECTS (6)" in text
        assert "CHANGED BEFORE" in text
        await type_line(app, pilot, "/Deployment shop/worker  ")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.desk.place == places.thing("deployments.apps", ("shop", "worker"), "explain")
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert app.desk.place == places.HEALTH


async def test_c_copies_the_command_of_the_line(session: FakeSession) -> None:
    async with running(session, (80, 24)) as (app, pilot):
        await type_line(app, pilot, ":health")
        await pilot.press("c")
        await settle(app, pilot)
        assert app.clipboard == "kubectl get configmaps -n shop"
        await type_line(app, pilot, ":why web")
        await type_line(app, pilot, "/kubectl")
        await pilot.press("c")
        await settle(app, pilot)
        assert app.clipboard == "kubectl get configmaps -n shop"
        await pilot.press("g", "c")
        await settle(app, pilot)
        assert app.clipboard == "web"


async def test_faults_only_is_the_default_and_ctrl_z_shows_what_is_on_its_way() -> None:
    leaving = Namespace(meta("old", None, deletion_timestamp="2026-03-01T11:59:50Z"), NamespaceStatus("Terminating"))
    view = night().table("namespaces", [leaving]).view()
    async with running(FakeSession(picture(view))) as (app, pilot):
        await type_line(app, pilot, ":health")
        assert "Terminating  Namespace old" not in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        text = screen_text(app)
        assert "Terminating  Namespace old" in text
        assert "faults only" not in text
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "faults only" in screen_text(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert app.desk.place == places.HOUSE


async def test_filter_sort_and_save_work_as_in_any_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with running(FakeSession(picture())) as (app, pilot):
        await type_line(app, pilot, ":health")
        await type_line(app, pilot, "/status=down affects<1")
        text = screen_text(app)
        assert "Pod shop/checkout-5f9-x2" in text
        assert "[1/" in text
        await pilot.press("escape", "N", "ctrl+s")
        await settle(app, pilot)
    lines = saved_lines(tmp_path)
    assert lines[0].startswith("VERDICT,OBJECT,SINCE,AFFECTS,DIAGNOSIS")
    assert [line.split(",")[1] for line in lines[1:]] == ["Certificate shop/pay-tls", "Pod shop/checkout-5f9-x2"]


async def test_before_the_judgement_nothing_is_called_well(session: FakeSession) -> None:
    view = night().view()
    async with running(FakeSession(msgspec.structs.replace(picture(view), health=None))) as (app, pilot):
        await type_line(app, pilot, ":health")
        text = screen_text(app)
        assert "… NOT JUDGED YET" in text
        assert "✓" not in text.splitlines()[2]
        assert "[?]" in text
        await type_line(app, pilot, ":why web")
        assert "… the cause is not judged yet" in screen_text(app)


async def test_a_cluster_without_faults_says_what_it_could_not_see() -> None:
    view = shop().table("pods", [pod("web")]).table("certificates.cert-manager.io", []).view()
    async with running(FakeSession(picture(view))) as (app, pilot):
        await type_line(app, pilot, ":health")
        assert "✓ no fault" in screen_text(app)
    denied = shop().table("certificates.cert-manager.io", []).state("pods", TableState(State.DENIED, "forbidden"))
    async with running(FakeSession(picture(denied.view()))) as (app, pilot):
        await type_line(app, pilot, ":health")
        text = screen_text(app)
        assert "✓ no fault" not in text
        assert "list pods (denied)" in text


async def test_a_cause_that_is_mended_is_told_and_leads_back(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":health")
        await pilot.press("enter")
        await settle(app, pilot)
        session.publish(picture(shop().view()))
        await settle(app, pilot)
        assert "ConfigMap/settings is no longer a root cause" in screen_text(app)
        await pilot.press("j", "enter")
        await settle(app, pilot)
        assert app.desk.place == places.HEALTH


async def test_what_does_not_exist_is_explained_as_the_cause_it_is(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":why cm/settings")
        text = screen_text(app)
    assert "configmaps/settings does not exist" in text
    assert "✗ ROOT CAUSE  of 6 objects that are not well" in text


async def test_a_kind_without_health_says_so_and_who_uses_it(session: FakeSession) -> None:
    view = night().table("configmaps", [MetadataOnly(PartialObjectMeta(name="settings", namespace="shop"))]).view()
    async with running(FakeSession(picture(view))) as (app, pilot):
        await type_line(app, pilot, ":cm")
        assert "Unknown" not in screen_text(app)
        await pilot.press("X")
        await settle(app, pilot)
        text = screen_text(app)
    assert "The kind ConfigMap has no health of its own" in text
    assert "USED BY (2)" in text


async def test_the_timeline_of_the_object_under_the_cursor(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":deploy /web")
        await pilot.press("T")
        await settle(app, pilot)
        text = screen_text(app)
        assert "newest first, UTC" in text
        assert "✗ condition  Available became False" in text
        assert "Pod web-7d4f-x1" in text
        assert "since here" in text
        await type_line(app, pilot, "/Pod web-7d4f-x1")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.desk.place == places.thing("pods", ("shop", "web-7d4f-x1"))


async def test_an_event_leads_to_what_it_is_about(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":ev /web")
        await pilot.press("X")
        await settle(app, pilot)
        assert app.desk.place == places.thing("pods", ("shop", "web-7d4f-x1"), "explain")
        await pilot.press("escape", "T")
        await settle(app, pilot)
        assert app.desk.place == places.thing("pods", ("shop", "web-7d4f-x1"), "timeline")
        await pilot.press("escape", "y")
        await settle(app, pilot)
        assert app.desk.place.arguments[0] == "events"


async def test_a_timeline_without_events_says_so() -> None:
    view = night().state("events", TableState(State.DENIED, "forbidden"))
    async with running(FakeSession(picture(view.view()))) as (app, pilot):
        await type_line(app, pilot, ":why web")
        await pilot.press("T")
        await settle(app, pilot)
        assert "? events could not be read (denied" in screen_text(app)


async def test_an_object_is_named_by_its_kind_and_name_or_told_to_be_nowhere(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":why deploy/web")
        assert app.desk.place == places.thing("deployments.apps", ("shop", "web"), "explain")
        await type_line(app, pilot, ":why wep")
        assert "no workload, pod, service or node is called 'wep'" not in screen_text(app)  # services are denied
        assert "cannot tell whether wep exists: services: denied" in screen_text(app)


async def test_the_house_leads_to_health(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        text = screen_text(app)
        assert "✗ 1 cause of 6 objects that are not well" in text
        await pilot.press("tab", "j", "enter")
        await settle(app, pilot)
        assert app.desk.place == places.HEALTH


async def test_a_picture_that_comes_while_a_screen_is_built_is_shown_on_it(session: FakeSession) -> None:
    """As under load: between the screen's first widget and its first frame."""
    async with running(session) as (app, pilot):
        screen = app._screen_of(places.HEALTH)
        app.desk.enter(places.HEALTH)
        app.switch_screen(screen)
        session.publish(picture(shop().view()))
        await settle(app, pilot)
        assert "Pod shop/checkout-5f9-x2" in screen_text(app)
        assert not app.desk.said


async def test_what_is_said_on_the_way_to_a_screen_is_read_there(session: FakeSession) -> None:
    view = night().table("pods", [pod("a", namespace="x"), pod("a", namespace="y")]).view()
    async with running(FakeSession(picture(view))) as (app, pilot):
        await type_line(app, pilot, ":why pod/a")
        text = screen_text(app)
    assert app.desk.place == places.table("pods")
    assert "a is in 2 namespaces: x, y; choose one and press X" in text.splitlines()[-1]
    assert "[2" in text


async def test_a_namespace_that_nobody_could_read_has_no_verdict() -> None:
    view = night().forget("namespaces").state("namespaces", TableState(State.DENIED, "forbidden")).view()
    session = FakeSession(picture(view))
    async with running(session) as (app, pilot):
        before = dict(session.engine._counts)
        await type_line(app, pilot, ":ns")
        text = screen_text(app)
        assert "shop" in text
        assert "Unknown" not in text
        assert "Healthy" not in text
        assert session.engine._counts == before


async def test_a_namespace_is_explained_like_any_object(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":ns")
        await pilot.press("X")
        await settle(app, pilot)
        assert "✓ Healthy  Namespace shop" in screen_text(app)


async def test_a_page_that_breaks_on_what_a_cluster_holds_says_so_and_the_app_stays(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("spec")

    monkeypatch.setattr("k8sview.analysis.drift.timeline.timeline", breaks)
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":why web")
        await pilot.press("T")
        await settle(app, pilot)
        assert "this screen could not be drawn: KeyError: 'spec'" in screen_text(app)
        app._tick()
        app._tick()
        assert len(app.desk.said) == 1
        await type_line(app, pilot, ":deploy /web")
        await pilot.press("T")  # a new screen that breaks at once
        await settle(app, pilot)
        await pilot.press("d")
        await settle(app, pilot)
        assert "Deployment (apps/v1)" in screen_text(app)


async def test_a_newer_judgement_keeps_the_cursor_on_its_cause() -> None:
    session = FakeSession(picture())
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":health")
        await pilot.press("G")
        name = cursor_line(screen_text(app)).split()[4]
        session.publish(picture(shop().table("namespaces", []).view()))
        await settle(app, pilot)
        assert cursor_line(screen_text(app)).split()[4] == name


@pytest.mark.parametrize(
    "resource", [*(row.resource for row in KINDS.values() if row.resource.name != "events"), CERTIFICATES]
)
def test_every_kind_has_a_verdict_column(resource: Resource) -> None:
    spec = table_of(resource, shop().view())
    assert spec.position("verdict") is not None
    assert spec.columns[spec.position("verdict") or 0].title == "VERDICT"
