"""The app as people use it: keys in, what is on the screen out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from textual import events
from textual.pilot import Pilot

from k8sview.model.events import Link
from k8sview.model.objects.meta import Malformed
from k8sview.sources.contract import ConfigurationError
from k8sview.tui.app import K8sViewApp
from k8sview.tui.config import Settings
from k8sview.tui.contract import ContextEntry, Session, Target
from k8sview.tui.present import places
from k8sview.tui.screens.framed import FramedScreen
from tests.tui.pictures import NOW, FakeSession, meta, picture, pod, shop

CONTEXTS = (ContextEntry("prod-eu", "prod", "jane", current=True), ContextEntry("stage", "stage", "jane"))
_KEYS = {
    ":": "colon",
    "/": "slash",
    " ": "space",
    "-": "minus",
    "=": "equals_sign",
    ".": "full_stop",
    "<": "less_than_sign",
}


def screen_text(app: K8sViewApp) -> str:
    """What a person reads, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip)[:width].rstrip() for strip in strips[:height])


@asynccontextmanager
async def running(
    session: Session | Callable[[Target], Session], size: tuple[int, int] = (120, 40), **more: object
) -> AsyncIterator[tuple[K8sViewApp, Pilot[None]]]:
    open_session = session if callable(session) else lambda target: session
    app = K8sViewApp(
        open_session,
        Target(context="prod-eu"),
        list_contexts=lambda: CONTEXTS,
        clock=lambda: NOW,
        settings=more.get("settings", Settings()),  # type: ignore[arg-type]  # the one setting tests change
    )
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        yield app, pilot


async def settle(app: K8sViewApp, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


async def type_line(app: K8sViewApp, pilot: Pilot[None], line: str) -> None:
    await pilot.press(*(_KEYS.get(one, one) for one in line), "enter")
    await settle(app, pilot)


def saved_lines(folder: Path) -> list[str]:
    (file,) = folder.rglob("*.csv")
    return file.read_text().splitlines()


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(picture())


async def test_the_first_frame_stands_before_any_session_is_opened() -> None:
    opened: list[str] = []

    def open_session(target: Target) -> Session:
        opened.append(screen_text(app))
        return FakeSession(picture())

    app = K8sViewApp(open_session, Target(context="prod-eu"), clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(app, pilot)
    assert "connecting" in opened[0]
    assert "NOT JUDGED YET" in opened[0]


async def test_the_house_shows_floors_causes_and_coverage(session: FakeSession) -> None:
    async with running(session) as (app, _):
        text = screen_text(app)
    for words in (
        "prod-eu · v1.37.2 · jane",
        "[RO]",
        "● live",
        "FOUNDATION ✓ OK",
        "BASEMENT ✗ FAIL",
        "? UNKNOWN External",
    ):
        assert words in text
    assert "lowest failing floor" in next(line for line in text.splitlines() if "┌─ BASEMENT" in line)
    assert "1 more waits on this" in text
    assert "list secrets: denied, hides 1 checks" in text
    assert "not installed" in text
    assert "Flux" not in text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10)])
async def test_every_screen_can_be_drawn_at_every_size(session: FakeSession, size: tuple[int, int]) -> None:
    async with running(session, size) as (app, pilot):
        for line in (":check", ":po", ":no", ":ev", ":cert", ":secrets", ":ctx", ":ns", ":apis", ":messages", ":house"):
            await type_line(app, pilot, line)
            assert app.desk.place.screen in screen_text(app) or size[0] < 80 or app.desk.place.screen == "table"
        await pilot.press("question_mark", "escape", "ctrl+p", "escape")
        await settle(app, pilot)
        assert not app.desk.said


async def test_a_table_of_pods_with_verdicts(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":po")
        text = screen_text(app)
        assert session.wanted == ("pods",)
    assert "house > pods  [4]" in text
    assert "ImagePullBackOff" in next(line for line in text.splitlines() if "checkout-5f9-x2" in line)
    assert "✓ Healthy" in next(line for line in text.splitlines() if "ledger-0" in line)


async def test_a_denied_kind_says_so_in_place_of_rows_and_counts_nothing(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":secrets")
        text = screen_text(app)
    assert "? DENIED  you may not list secrets" in text
    assert "list secrets is forbidden for user jane" in text
    assert "[? denied]" in text
    assert "[0]" not in text


async def test_custom_resources_by_their_printer_columns(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":cert")
        lines = screen_text(app).splitlines()
    head = next(line for line in lines if "NAMESPACE" in line)
    assert [word for word in head.split() if word] == ["NAMESPACE", "NAME", "VERDICT", "READY", "SECRET", "AGE"]
    assert "pay-tls-secret" in next(line for line in lines if "pay-tls " in line)


async def test_filter_sort_faults_and_back(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":po")
        await type_line(app, pilot, "/restarts<5 status=ok")
        assert "[2/4]  /restarts<5 status=ok" in screen_text(app)
        await pilot.press("escape", "ctrl+z")
        await settle(app, pilot)
        assert "[1/4]  faults only" in screen_text(app)
        await pilot.press("escape", "B")
        await settle(app, pilot)
        rows = [line.split()[1] for line in screen_text(app).splitlines()[3:7]]
        assert rows[-1] == "web-77c-b"
        await pilot.press("B")
        assert screen_text(app).splitlines()[3].split()[2] == "web-77c-b"
        await pilot.press("escape")
        await settle(app, pilot)
        assert app.desk.place.screen == "house"


async def test_rows_are_patched_by_key_and_the_cursor_stays_on_its_object(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":po")
        await pilot.press("G")
        cursor = next(line for line in screen_text(app).splitlines() if "▸" in line)
        assert "web-77c-b" in cursor
        view = shop().table("pods", [pod("web-77c-b", restarts=99), pod("aaa"), pod("bbb"), pod("zzz")]).view()
        session.publish(picture(view))
        await settle(app, pilot)
        cursor = next(line for line in screen_text(app).splitlines() if "▸" in line)
        assert "web-77c-b" in cursor
        assert "99" in cursor


async def test_from_a_pod_to_why_to_its_yaml_events_and_owner(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":po /checkout")
        await pilot.press("X")
        await settle(app, pilot)
        text = screen_text(app)
        assert "container app cannot start since" in text
        await pilot.press("G")
        await settle(app, pilot)
        text = screen_text(app)
        assert "image cannot be pulled" in text  # the check's words
        assert "basement.cert" not in text
        await pilot.press("y")
        await settle(app, pilot)
        text = screen_text(app)
        assert "kind: Pod" in text
        assert "\x1b" not in text
        await pilot.press("E")
        await settle(app, pilot)
        assert "Failed to pull image registry/app:1" in screen_text(app)
        await pilot.press("J")
        await settle(app, pilot)
        assert "nothing owns this object" in screen_text(app)
        await pilot.press("o")
        await settle(app, pilot)
        assert "house > pods > pods/checkout-5f9-x2 > nodes/n2" in screen_text(app)


async def test_losing_the_connection_keeps_everything_and_says_stale(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":po")
        view = msgspec.structs.replace(shop().view(), link=Link("lost", "connection refused", NOW, None))
        session.publish(picture(view))
        await settle(app, pilot)
        text = screen_text(app)
        assert "! STALE 0s" in text
        assert "connection refused" in text
        assert "(stale)" in text
        assert "web-77c-a" in text
        await pilot.press("ctrl+r")
        assert session.refreshed == 1


async def test_a_session_that_cannot_be_opened_is_a_message_not_an_end() -> None:
    def refuse(target: Target) -> Session:
        raise ConfigurationError("no kubeconfig was found: try the demo")

    async with running(refuse) as (app, pilot):
        text = screen_text(app)
        assert "no kubeconfig was found" in text
        assert "! ENDED" in text
        await type_line(app, pilot, ":ctx")
        assert "stage" in screen_text(app)


async def test_a_context_switch_and_back_keeps_screen_filter_and_cursor() -> None:
    sessions: dict[str, FakeSession] = {}

    def open_session(target: Target) -> Session:
        return sessions.setdefault(target.label, FakeSession(picture()))

    async with running(open_session) as (app, pilot):
        await type_line(app, pilot, ":po")
        await type_line(app, pilot, "/web")
        await pilot.press("j")
        await type_line(app, pilot, ":ctx stage")
        assert app.desk.target.context == "stage"
        assert app.desk.place.screen == "house"
        assert sessions["prod-eu"].closed
        sessions["prod-eu"] = FakeSession(picture())
        await type_line(app, pilot, ":ctx prod-eu")
        text = screen_text(app)
        assert "/web" in text
        assert "web-77c-b" in next(line for line in text.splitlines() if "▸" in line)


async def test_an_unknown_context_or_word_is_told_and_nothing_happens(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":ctx nowhere")
        assert "no context is called 'nowhere'" in screen_text(app)
        await type_line(app, pilot, ":deployy")
        assert "did you mean :deploy?" in screen_text(app)
        assert not session.closed


async def test_hostile_names_and_malformed_objects_are_shown_plainly() -> None:
    hostile = pod("\x1b]0;owned\x07\x1b[2Jname")
    view = shop().table("pods", [hostile, pod("日本語の長い名前のポッド"), pod("plain")]).view()
    table = view.tables["pods"]
    broken = Malformed(meta("broken"), "spec: expected object, got \x1b[31mstring")
    table = msgspec.structs.replace(table, malformed={("shop", "broken"): broken})
    view = msgspec.structs.replace(view, tables={**view.tables, "pods": table})
    async with running(FakeSession(picture(view))) as (app, pilot):
        await type_line(app, pilot, ":po")
        text = screen_text(app)
        assert "\x1b" not in text
        assert "␛]0;owned" in text
        assert "✗ ERROR spec: expected object" in text
        await pilot.press("enter")
        await settle(app, pilot)
        assert "\x1b" not in screen_text(app)
        await pilot.press("X", "O", "E", "y")
        await settle(app, pilot)
        assert not [one for one in app.desk.said if "could not be drawn" in one[1]]


async def test_namespaces_by_number_and_by_marking_several(session: FakeSession) -> None:
    async with running(session, settings=Settings(namespaces=("payments",))) as (app, pilot):
        await pilot.press("1")
        await settle(app, pilot)
        await type_line(app, pilot, ":ns")
        await pilot.press("space", "j", "space", "enter")
        await settle(app, pilot)
        await pilot.press("0")
        await settle(app, pilot)
    assert session.namespaces == [("payments",), ("payments", "shop"), None]


async def test_keys_are_rebound_by_id_and_help_shows_the_new_ones(session: FakeSession) -> None:
    async with running(session, settings=Settings(keys={"home": "H", "nonsense": "x"})) as (app, pilot):
        assert "no action is called 'nonsense'" in screen_text(app)
        await type_line(app, pilot, ":po")
        await pilot.press("H")
        await settle(app, pilot)
        assert app.desk.place.screen == "house"
        await pilot.press("question_mark")
        await settle(app, pilot)
        assert "shift-H" in screen_text(app)


async def test_completion_history_and_giving_up(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await pilot.press("colon", "d", "e", "p")
        await pilot.pause()
        assert "deployments" in screen_text(app).splitlines()[-1]
        await pilot.press("tab", "enter")
        await settle(app, pilot)
        assert app.desk.place.arguments == ("deployments.apps",)
        assert "There are no deployments.apps here." in screen_text(app)
        await pilot.press("colon", "up", "escape")
        await settle(app, pilot)
        assert app.desk.typed[":"] == ["deployments"]
        await pilot.press("left_square_bracket")
        await settle(app, pilot)
        assert app.desk.place.screen == "house"
        await pilot.press("right_square_bracket")
        await settle(app, pilot)
        assert app.desk.place.screen == "table"


async def test_saving_writes_what_is_shown(
    session: FakeSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":po")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
    lines = saved_lines(tmp_path)
    assert lines[0].startswith("NAMESPACE,NAME,VERDICT")
    assert len(lines) == 5


async def test_every_screen_takes_its_keys_from_the_one_table() -> None:
    from k8sview.tui.actions import ACTIONS
    from k8sview.tui.screens import SCREENS

    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    for screen in SCREENS.values():
        assert issubclass(screen, FramedScreen)
        bound = (
            {binding.id for keys in screen._merged_bindings.key_to_bindings.values() for binding in keys}
            if screen._merged_bindings
            else set()
        )
        assert bound <= set(ids)


async def test_the_palette_finds_and_does(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await pilot.press("ctrl+p", "c", "e", "r", "t", "i", "f")
        await pilot.pause()
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.desk.place.arguments == ("certificates.cert-manager.io",)


async def test_closing_the_app_closes_the_session(session: FakeSession) -> None:
    async with running(session) as (app, pilot):
        await pilot.press("ctrl+c")
    assert session.closed
    assert app.return_code == 0


async def test_keys_typed_ahead_act_in_order_across_new_screens(session: FakeSession) -> None:
    """A burst, as over a slow link: command, filter, cursor, next screen."""
    async with running(session) as (app, pilot):
        burst = [*":po", "enter", *"/web", "enter", "j", "y"]
        for key in burst:
            app.post_message(events.Key(_KEYS.get(key, key), key if len(key) == 1 else None))
        for _ in range(20):
            await settle(app, pilot)
        assert app.desk.place == places.thing("pods", ("shop", "web-77c-b"), "yaml")
