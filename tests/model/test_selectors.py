"""Label selectors as kubectl writes them."""

from __future__ import annotations

import pytest

from k8sview.model.selectors import SelectorError, parse_selector

LABELS = {"app": "web", "tier": "front", "example.com/team": "a"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("app=web", True),
        ("app==web", True),
        ("app=db", False),
        ("app!=db", True),
        ("absent!=db", True),
        ("app", True),
        ("!app", False),
        ("!absent", True),
        ("app in (web, db)", True),
        ("app notin (web,db)", False),
        ("absent notin (web)", True),
        ("app=web,tier in (front,back),!legacy", True),
        ("app=web,tier=back", False),
        ("example.com/team=a", True),
        ("app=", False),
    ],
)
def test_matching(text: str, matches: bool) -> None:
    assert parse_selector(text).matches(LABELS) is matches


@pytest.mark.parametrize("text", ["", "a in b", "a=b,", "=b", "a>1", "a in (b", "-a=b"])
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(SelectorError, match="is no label selector: expected"):
        parse_selector(text)
