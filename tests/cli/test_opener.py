"""What the front door gives to the terminal app: sessions of one catalogue, and the contexts there are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from k8sview.__main__ import _Opener
from k8sview.cli.front import AppRequest
from k8sview.session.picture import Picture
from k8sview.sources.contract import ConfigurationError
from k8sview.tui.contract import ContextEntry, Target
from tests.cli.pack import TEXT, write_pack

KUBECONFIG = """\
current-context: a
contexts: [{name: a, context: {cluster: c, user: u, namespace: n}}, {name: b, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: u, user: {}}]
"""


@pytest.fixture
def opener(tmp_path: Path) -> _Opener:
    path = tmp_path / "config"
    path.write_text(KUBECONFIG)
    return _Opener(AppRequest(kubeconfig=str(path), checks=(write_pack(tmp_path),)))


async def test_a_session_of_the_demo_is_judged_at_its_own_time(opener: _Opener) -> None:
    session = opener.session(Target(demo=True))
    judged: asyncio.Future[Picture] = asyncio.get_running_loop().create_future()

    def publish(picture: Picture) -> None:
        if picture.report is not None and not judged.done():
            judged.set_result(picture)

    session.on_publish = publish
    await session.start()
    try:
        picture = await asyncio.wait_for(judged, 30)
    finally:
        await session.close()
    assert picture.view.cluster.source == "recording"
    assert picture.view.taken_at == picture.view.cluster.recorded_at
    assert picture.report is not None
    assert "building.lighthouse.lamps-lit" in {check.id for check in picture.report.checks}


async def test_contexts_and_unknown_ones(opener: _Opener) -> None:
    assert list(opener.contexts()) == [ContextEntry("a", "c", "u", "n", True), ContextEntry("b", "c", "", "", False)]
    with pytest.raises(ConfigurationError, match="unknown context 'x'"):
        opener.session(Target("x"))
    for target in (Target(), Target("b"), Target("b", namespaces=("n",))):
        await opener.session(target).close()


def test_one_catalogue_for_all_sessions(opener: _Opener) -> None:
    assert opener.catalog() is opener.catalog()


def test_a_broken_catalogue_is_a_message(tmp_path: Path) -> None:
    broken = _Opener(AppRequest(checks=(write_pack(tmp_path, TEXT.replace("title: Lighthouse", "titel: x")),)))
    with pytest.raises(ConfigurationError, match="did you mean 'title'"):
        broken.session(Target(demo=True))
