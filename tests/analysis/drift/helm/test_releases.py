"""The inventory from labels alone, and releases that stand still."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.helm.releases import releases, stuck
from k8sview.model.drift import DriftKind
from k8sview.model.times import parse_time
from tests.analysis.clusters import NOON, ago, view_of
from tests.analysis.drift.helm.storage import secret


def test_releases_by_name_with_their_revisions() -> None:
    view = view_of(
        secret("web", 2, "superseded", "9d"),
        secret("web", 10, "deployed", "1d"),
        secret("web", 9, "superseded", "2d"),
        secret("db", 1, "deployed", kind="ConfigMap"),
        {"kind": "Secret", "metadata": {"name": "other", "namespace": "shop", "uid": "o", "labels": {"owner": "me"}}},
    )
    found = releases(view)
    assert found.not_checkable == ()
    assert [(one.name, [each.version for each in one.revisions]) for one in found.releases] == [
        ("db", [1]),
        ("web", [10, 9, 2]),
    ]
    web = found.releases[1]
    assert web.deployed is web.newest
    assert not web.behind
    assert str(web.newest.ref) == "Secret shop/sh.helm.release.v1.web.v10"
    assert stuck(found, NOON).drifts == ()


@pytest.mark.parametrize("status", ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"])
def test_an_interrupted_release(status: str) -> None:
    view = view_of(secret("web", 4, "deployed"), secret("web", 5, status, "2h"))
    (drift,) = stuck(releases(view), view.taken_at).drifts
    assert drift.kind is DriftKind.HELM
    assert drift.after == status
    assert "stopped half way" in drift.message
    assert drift.time.at == parse_time(ago("2h"))
    assert releases(view).releases[0].behind


def test_an_upgrade_under_way_is_none() -> None:
    view = view_of(secret("web", 4, "deployed"), secret("web", 5, "pending-upgrade", "2m"))
    assert stuck(releases(view), view.taken_at).drifts == ()


def test_the_time_of_the_last_step_is_in_the_labels() -> None:
    seconds = str(int(NOON.timestamp()) - 60)
    view = view_of(secret("web", 5, "pending-upgrade", "2h", modifiedAt=seconds))
    assert stuck(releases(view), view.taken_at).drifts == ()


def test_running_an_older_revision_after_a_failed_one() -> None:
    view = view_of(secret("web", 4, "deployed"), secret("web", 5, "failed", "2h"))
    (drift,) = stuck(releases(view), view.taken_at).drifts
    assert drift.message == "release web runs revision 4: revision 5 failed"


def test_nothing_deployed_at_all() -> None:
    view = view_of(secret("web", 1, "failed", "2h"))
    (drift,) = stuck(releases(view), view.taken_at).drifts
    assert "no revision of it is deployed" in drift.message


def test_what_cannot_be_read_is_stated() -> None:
    view = view_of(secret("db", 1, "deployed", kind="ConfigMap"), denied=["secrets"])
    found = releases(view)
    assert [one.name for one in found.releases] == ["db"]
    (unread,) = found.not_checkable
    assert unread.kind is DriftKind.HELM
    assert "secrets" in unread.reason
    assert "forbidden" in unread.reason


@pytest.mark.parametrize("version", ["", "x", "-1", "²"])
def test_labels_that_are_no_release(version: str) -> None:
    broken = secret("web", 1, "deployed")
    broken["metadata"]["labels"]["version"] = version
    assert releases(view_of(broken)).releases == ()


@pytest.mark.parametrize(
    ("labels", "why"), [({"version": "abc"}, "no number as its version"), ({"name": ""}, "no name")]
)
def test_a_revision_with_odd_labels_is_not_dropped_without_a_word(labels: dict[str, str], why: str) -> None:
    odd = secret("web", 4, "deployed")
    odd["metadata"]["labels"] |= labels
    found = releases(view_of(odd))
    assert found.releases == ()
    (told,) = found.not_checkable
    assert told.blind
    assert told.reason.startswith("Secret shop/sh.helm.release.v1.web.v4 keeps a revision of a Helm release")
    assert why in told.reason
