"""Whom a bounded look fetches: what matters most first, and of what was applied only what somebody wrote since."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.suspected import suspected, unread_of
from k8sview.model.drift import ActorClass, DriftKind
from tests.analysis.clusters import view_of
from tests.analysis.drift.shapes import Raw, entry

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
APPLY = "kubectl-client-side-apply"
BOTH = (DriftKind.OUT_OF_BAND, DriftKind.LAST_APPLIED)


def made(kind: str, name: str, *entries: Raw, api: str = "v1", **metadata: Any) -> Raw:
    whole = {"name": name, "namespace": "shop", "managedFields": list(entries), **metadata}
    return {"apiVersion": api, "kind": kind, "metadata": whole}


def applied(*entries: Raw) -> Raw:
    return made("ConfigMap", "settings", *entries, annotations={APPLIED: "{}"})


def delivered(kind: str, name: str, **more: Any) -> Raw:
    """What Flux applies, and somebody edited."""
    labels = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    hands = (entry("kustomize-controller", "9d", operation="Apply"), entry("kubectl-edit", "1d"))
    return made(kind, name, *hands, labels=labels, **more)


def test_who_may_do_what_comes_before_what_runs_and_that_before_the_rest() -> None:
    rbac = "rbac.authorization.k8s.io/v1"
    view = view_of(
        delivered("ConfigMap", "a"), delivered("Deployment", "b", api="apps/v1"), delivered("Role", "c", api=rbac)
    )
    found, _ = suspected(view)
    assert [one.name for one in found] == ["c", "b", "a"]


def test_a_secret_is_never_asked_for() -> None:
    assert suspected(view_of(delivered("Secret", "login")))[0] == ()


@pytest.mark.parametrize(
    ("entries", "looked_at"),
    [
        ((entry(APPLY, "2d"), entry("kubectl-edit", "1d")), True),
        ((entry(APPLY, "1d"), entry("kubectl-edit", "2d")), False),
        ((entry(APPLY, "2d"), entry("kubectl", "1d", subresource="scale")), True),
        ((entry(APPLY, "2d"), entry("kube-controller-manager", "1d")), False),
        ((entry(APPLY, "2d"), entry("somebody", "1d", subresource="status")), False),
        ((entry(APPLY, "2d"), entry("kubectl-edit", None)), True),
        ((), True),
    ],
    ids=["edited", "edited before", "scaled", "a controller's", "a status", "without a time", "without entries"],
)
def test_what_was_applied_is_looked_at_where_somebody_wrote_since(entries: tuple[Raw, ...], *, looked_at: bool) -> None:
    found, _ = suspected(view_of(applied(*entries)))
    assert any(DriftKind.LAST_APPLIED in one.kinds for one in found) is looked_at


def test_a_manager_that_the_user_knows_has_written_as_it_should() -> None:
    view = view_of(applied(entry(APPLY, "2d"), entry("our-robot", "1d")))
    assert suspected(view)[0] != ()
    assert suspected(view, {"our-robot": ActorClass.CONTROLLER})[0] == ()


def test_what_could_not_be_listed_is_said_of_both_kinds() -> None:
    _, blind = suspected(view_of(denied=("services",)))
    assert {(one.kind, one.reason) for one in blind.not_checkable} == {(kind, "services: list denied") for kind in BOTH}


def test_what_nobody_signed_is_said() -> None:
    _, blind = suspected(
        view_of(
            made(
                "ConfigMap",
                "a",
                labels={"app.kubernetes.io/managed-by": "Helm"},
                annotations={"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"},
            )
        )
    )
    (one,) = blind.not_checkable
    assert (one.kind, one.reason.partition(":")[0]) == (DriftKind.OUT_OF_BAND, "1 of configmaps")


def test_what_was_not_read_blinds_only_the_kinds_it_was_suspected_of() -> None:
    found, _ = suspected(view_of(delivered("ConfigMap", "a")))
    (told,) = unread_of(found, "gone away").not_checkable
    assert (told.kind, told.reason) == (DriftKind.OUT_OF_BAND, "1 suspect: gone away")
    assert unread_of((), "nothing").not_checkable == ()
