"""The comparison for people: folded, in its width, harmless, and with every gap told."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.model.diff import Contrast, Contrasts, Incomparable, IntendedRules, Part, Side, Unlikeness
from k8sview.model.diff_report import DiffReport
from k8sview.model.events import Cluster
from k8sview.model.report import ClusterIdentity
from k8sview.model.status import Severity
from k8sview.model.view import View
from k8sview.reports.diff_markdown import render as render_markdown
from k8sview.reports.diff_text import render
from k8sview.reports.formats import Look
from k8sview.session.diff_reporting import SideRead, build_diff_report
from k8sview.session.reporting import Timing
from tests.analysis.clusters import NOON

HOSTILE = "evil\x1b[2J|`rm`\u202e"


def contrast(kind: str, name: str, namespace: str | None = "shop", **more: Any) -> Contrast:
    version = "v1" if kind in ("Namespace", "Service") else "apps/v1"
    return Contrast(part=Part.OBJECTS, kind=kind, api_version=version, name=name, namespace=namespace, **more)


def report(*contrasts: Contrast, gaps: tuple[Incomparable, ...] = (), uid: str | None = "1") -> DiffReport:
    def side(name: str) -> SideRead:
        view = View(NOON, cluster=Cluster(context=name, version="v1.37.2", uid=uid))
        return SideRead(name, view, ClusterIdentity(name, uid, "https://x", "v1.37.2"), None)

    return build_diff_report(
        side("staging"),
        side("prod"),
        Contrasts(contrasts, gaps, compared=3, equal=1),
        IntendedRules(),
        baseline=False,
        parts=tuple(Part),
        timing=Timing(NOON, NOON, 0),
        now=NOON,
        selector=None,
        kinds=None,
    )


def test_a_namespace_that_only_one_side_has_is_told_with_all_that_is_in_it() -> None:
    inside = [contrast("Deployment", f"d{number}", unlike=Unlikeness.ONLY_A) for number in range(12)]
    whole = report(contrast("Namespace", "shop", None, unlike=Unlikeness.ONLY_A), *inside)
    text = render(whole)
    assert "Namespace shop only in A, with 12 Deployment" in text
    assert "d7" not in text
    assert "Deployment shop/d7" in render(whole, Look(verbose=True))
    assert len(whole.differences) == 13


def test_what_many_objects_share_is_told_once_and_leaves_of_one_object_together() -> None:
    many = [contrast("Deployment", f"d{number}", path="spec.replicas", a="3", b="1") for number in range(40)]
    own = [contrast("Deployment", "d7", path=path, a="x", b="y") for path in ("spec.one", "spec.two")]
    text = render(report(*many, *own))
    assert text.count("spec.replicas") == 1
    assert "spec.replicas: 3 → 1 in 40 Deployment objects" in text
    assert "and 36 more" in text
    assert text.count("Deployment shop/d7") == 1


def test_worst_first() -> None:
    text = render(
        report(
            contrast("Service", "low", path="a", a="1", b="2", severity=Severity.INFO),
            contrast("Role", "r", unlike=Unlikeness.ONLY_B, severity=Severity.HIGH, security=True),
        )
    )
    assert text.index("only in B: Role shop/r · security") < text.index("Service shop/low")


def test_gaps_alone_are_no_good_news() -> None:
    gap = Incomparable(part=Part.OBJECTS, what="secrets", side=Side.B, reason="list secrets is forbidden", objects=4)
    text = render(report(gaps=(gap,)))
    assert "? nothing differs in what could be compared" in text
    assert "secrets (B): list secrets is forbidden [4 objects]" in text
    assert "✓" not in text
    assert "✓ no difference" in render(report())


def test_without_a_uid_it_says_that_it_cannot_tell_whether_it_is_one_cluster() -> None:
    assert "compared as two clusters, whether they are one or not" in " ".join(render(report(uid=None)).split())


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit(width: int) -> None:
    long = contrast(
        "Deployment", "d" * 40, path="spec.template.spec.containers[name=app].image", a="r/" + "x" * 60, b="y"
    )
    for line in render(report(long), Look(width=width)).splitlines():
        assert len(line) <= width or len(line.split()) <= 2


def test_words_of_a_cluster_are_harmless() -> None:
    hostile = report(contrast("Deployment", HOSTILE, path=f"metadata.labels[{HOSTILE}]", a=HOSTILE, b=None))
    for text in (render(hostile, Look(verbose=True)), render_markdown(hostile)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    (row,) = [line for line in render_markdown(hostile).splitlines() if line.startswith("| medium")]
    assert row.count("|") == 5
