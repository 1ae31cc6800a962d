"""The manifests that the program is given in hand: those of all cases, as files, each in its case's namespace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from tests.drifts.case import Case, Raw
from tests.drifts.place import CLUSTER_WIDE


def stated(cases: Iterable[Case]) -> list[Raw]:
    """All manifests, whole."""
    return [
        raw if raw["kind"] in CLUSTER_WIDE else {**raw, "metadata": {"namespace": case.name, **raw["metadata"]}}
        for case in cases
        for raw in case.manifests
    ]


def manifests_in(folder: Path, cases: Iterable[Case]) -> Path:
    """The same as a folder of files."""
    for number, raw in enumerate(stated(cases)):
        (folder / f"{number:03}.yaml").write_text(yaml.safe_dump(raw))
    return folder
