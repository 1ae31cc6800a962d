"""Drift as people use it: who changed what, which holes there are, and what changed while they look."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from k8sview.model.drift import DriftKind, NotCheckable
from k8sview.model.living_drift import LivingDrift
from k8sview.tui.present import places
from tests.tui.drifted import drifted, living_drift
from tests.tui.pictures import NOW, FakeSession, picture
from tests.tui.test_app import running, screen_text, settle, type_line


def cursor_line(text: str) -> str:
    return next(line for line in text.splitlines() if "▸" in line)


async def test_the_worst_drift_is_under_the_cursor_and_told_in_full() -> None:
    async with running(FakeSession(drifted())) as (app, pilot):
        await pilot.press("D")
        await settle(app, pilot)
        text = screen_text(app)
        assert app.desk.place == places.DRIFT
        assert "✗ high sec  Role shop/deployer" in cursor_line(text)
        assert "? could not look: out-of-band: 4 of secrets" in text
        await pilot.press("j")
        await settle(app, pilot)
        text = screen_text(app)
    assert "app:1 → app:2-debug" in cursor_line(text)
    assert "still there: Kustomization flux-system/shop is suspended" in text
    assert "by kubectl edit (human)" in text


async def test_enter_opens_the_card_and_c_copies_the_next_step() -> None:
    async with running(FakeSession(drifted())) as (app, pilot):
        await type_line(app, pilot, ":drift")
        await pilot.press("j", "c")
        await settle(app, pilot)
        assert app.clipboard.startswith("look in the audit log for the user")
        await pilot.press("enter")
        await settle(app, pilot)
        text = screen_text(app)
        assert "house > drift > card Deployment/web" in text
        assert "WHO AND WHEN" in text
        await type_line(app, pilot, "/like this")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.desk.place == places.thing("deployments.apps", ("shop", "web"), "explain")
        text = screen_text(app)
        await pilot.press("G")
        await settle(app, pilot)
        assert "delivered by Flux" in text + screen_text(app)
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert app.desk.place == places.DRIFT


async def test_a_drift_that_is_put_back_leaves_its_open_card_saying_so() -> None:
    session = FakeSession(drifted())
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":drift")
        await pilot.press("enter")
        await settle(app, pilot)
        session.publish(replace(drifted(), drift=LivingDrift(NOW)))
        await settle(app, pilot)
        assert "this drift is gone" in screen_text(app)


async def test_a_drift_that_comes_while_somebody_looks_is_there_and_the_cursor_stays() -> None:
    session, full = FakeSession(drifted()), living_drift()
    (role, image, loose) = full.drifts
    few = replace(full, drifts=(image, loose))
    async with running(session) as (app, pilot):
        session.publish(replace(drifted(), drift=few))
        await type_line(app, pilot, ":drift")
        await pilot.press("g")
        assert "Deployment shop/web" in cursor_line(screen_text(app))
        session.publish(replace(drifted(), drift=full))
        await settle(app, pilot)
        text = screen_text(app)
    assert "Deployment shop/web" in cursor_line(text)
    assert role.object.name in text


async def test_ctrl_z_filters_and_sorts() -> None:
    async with running(FakeSession(drifted())) as (app, pilot):
        await type_line(app, pilot, ":drift")
        assert "[2]  without unmanaged" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "ConfigMap shop/tmp" in screen_text(app)
        await type_line(app, pilot, "/who=node-fetch")
        assert "[1/3]" in screen_text(app)
        await pilot.press("escape", "A")
        await settle(app, pilot)
        assert "Deployment shop/web" in next(
            line for line in screen_text(app).splitlines() if line.startswith(("▸", "  !", "  ✗", "  ·"))
        )


async def test_the_fence_audit_by_command_and_by_key() -> None:
    async with running(FakeSession(drifted())) as (app, pilot):
        await type_line(app, pilot, ":drift fences")
        text = screen_text(app)
        assert app.desk.place == places.FENCES
        assert "1 hole that somebody made" in text
        assert "? unseen" in text
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "redis" in screen_text(app)
        await type_line(app, pilot, ":drift")
        await pilot.press("F")
        await settle(app, pilot)
        assert app.desk.place == places.FENCES
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.desk.place.arguments[1:] == ("flux-system", "shop", "explain")


async def test_the_log_of_changes() -> None:
    async with running(FakeSession(drifted())) as (app, pilot):
        await type_line(app, pilot, ":since 30m")
        text = screen_text(app)
        assert "the last 30m" in text
        assert "app:1 → app:2-debug" in cursor_line(text)
        assert "shop/leader" not in text
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "ConfigMap shop/leader" in screen_text(app)
        await type_line(app, pilot, ":since soon")
        assert "'soon' is no duration" in screen_text(app)


async def test_a_change_stands_in_its_objects_timeline() -> None:
    async with running(FakeSession(drifted())) as (app, pilot):
        await type_line(app, pilot, ":why web")
        await pilot.press("T")
        await settle(app, pilot)
        text = screen_text(app)
    assert "registry/app:1 → registry/app:2-debug by" in text
    assert "kubectl edit (seen by our own watch)" in text


async def test_before_the_first_look_nothing_is_claimed() -> None:
    async with running(FakeSession(picture())) as (app, pilot):
        await type_line(app, pilot, ":drift")
        text = screen_text(app)
        assert "NOT LOOKED AT YET" in text
        assert "[?]" in text
        assert "no drift" not in text
        await type_line(app, pilot, ":drift fences")
        assert "not looked at yet" in screen_text(app)


async def test_nothing_found_is_green_only_where_everything_was_looked_at() -> None:
    session = FakeSession(replace(drifted(), drift=LivingDrift(NOW)))
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":drift")
        assert "✓ no drift" in screen_text(app)
        denied = NotCheckable(DriftKind.OUT_OF_BAND, "roles.rbac.authorization.k8s.io: list denied")
        session.publish(replace(drifted(), drift=LivingDrift(NOW, not_checkable=(denied,))))
        await settle(app, pilot)
        text = screen_text(app)
    assert "✓ no drift" not in text
    assert "? no drift in what could be looked at" in text
    assert "list denied" in text


async def test_while_it_is_open_further_kinds_are_followed() -> None:
    session = FakeSession(drifted())
    async with running(session) as (app, pilot):
        await type_line(app, pilot, ":drift")
        assert "roles.rbac.authorization.k8s.io" in session.wanted
        await pilot.press("h")
        await settle(app, pilot)
        assert session.wanted == ()


async def test_every_drift_screen_can_be_drawn_at_every_size() -> None:
    for size in ((80, 24), (120, 40), (40, 10)):
        async with running(FakeSession(drifted()), size) as (app, pilot):
            for line in (":drift", ":drift fences", ":changes", ":house"):
                await type_line(app, pilot, line)
                assert not any("could not be drawn" in text for _, text, _ in app.desk.said)


async def test_ages_tick() -> None:
    one = living_drift(NOW)
    assert one.drifts[1].time.at == NOW - timedelta(minutes=2)
    async with running(FakeSession(drifted())) as (app, pilot):
        await type_line(app, pilot, ":drift")
        assert "120s" in screen_text(app) or "2m" in screen_text(app)
