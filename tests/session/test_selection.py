"""What a selection names must exist, and what exists is told."""

from __future__ import annotations

import pytest

from k8sview.catalog.loader import Catalog, load_catalog
from k8sview.session.selection import Selection, SelectionError, select


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(layers=("basment",)), "unknown layer 'basment' (did you mean 'basement'?)"),
        (Selection(layers=("xyz",)), "unknown layer 'xyz' (known: foundation, basement, building)"),
        (Selection(components=("certmanager",)), "unknown component 'certmanager' (did you mean 'cert-manager'?)"),
        (Selection(components=("qqqqqq",)), "unknown component 'qqqqqq'"),
        (Selection(checks=("qqqqqq*",)), "no check matches 'qqqqqq*'; see k8sview checks list"),
    ],
)
def test_what_does_not_exist_is_named(catalog: Catalog, selection: Selection, words: str) -> None:
    with pytest.raises(SelectionError) as caught:
        select(catalog, selection)
    assert str(caught.value) == words
