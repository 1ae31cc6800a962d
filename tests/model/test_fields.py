"""Field paths are verified against what is kept of a kind; below free-form values everything is accepted."""

from __future__ import annotations

import pytest

from k8sview.model.fields import PathError, verify
from k8sview.model.objects.meta import Custom
from k8sview.model.objects.workloads import Deployment


@pytest.mark.parametrize(
    "path",
    [
        "status.conditions",
        "status.conditions[type=Ready].status",
        "spec.list[0].name",
        "metadata.labels[app]",
        "status",
    ],
)
def test_paths_of_a_custom_resource_are_free_below_its_metadata(path: str) -> None:
    verify(Custom, path)


@pytest.mark.parametrize("path", ["metadata.nmae", "metadata.name.first"])
def test_metadata_of_a_custom_resource_is_typed(path: str) -> None:
    with pytest.raises(PathError):
        verify(Custom, path)


def test_a_field_that_is_not_kept_names_its_nearest() -> None:
    with pytest.raises(PathError, match="did you mean 'replicas'"):
        verify(Deployment, "spec.replica")
