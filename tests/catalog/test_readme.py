"""The README's skeleton works, and what it says of keys, predicates and rules is what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from k8sview.analysis.checks.registry import PREDICATES, RULES
from k8sview.catalog.loader import builtin_folder, load_catalog
from k8sview.catalog.reference import BEGIN, END, reference, replaced
from k8sview.catalog.selftest import run_tests

README = builtin_folder() / "README.md"


def test_the_skeleton_loads_and_its_tests_pass(tmp_path: Path) -> None:
    skeletons = re.findall(r"^```yaml\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(skeletons) == 1
    file = tmp_path / "skeleton.yaml"
    file.write_text(skeletons[0], encoding="utf-8")
    catalog = load_catalog([file], builtin=False)
    results = list(run_tests(catalog))
    assert len(results) == 6
    assert [one.problem for one in results if one.problem] == []


def test_the_generated_part_is_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert replaced(text) == text, "run: python -m k8sview.catalog.reference checks/README.md"


def test_every_predicate_and_rule_is_mentioned_with_its_keys() -> None:
    told = reference()
    parameters = {name: entry.parameters for name, entry in PREDICATES.items()}
    parameters |= {name: entry.parameters for name, entry in RULES.items()}
    for name, struct in parameters.items():
        line = next(one for one in told.splitlines() if one.startswith(f"- **`{name}`**"))
        for key in struct.__struct_encode_fields__:
            assert f"`{key}`" in line


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        replaced("no marks")
    assert replaced(f"before {BEGIN} old {END} after").startswith("before ")
