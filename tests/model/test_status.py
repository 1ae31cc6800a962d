"""What a check's status means for the whole that it is part of."""

from __future__ import annotations

import pytest

from k8sview.model.status import Severity, Status


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("status", Status)
def test_only_low_failures_weigh_less_and_nothing_weighs_more(severity: Severity, status: Status) -> None:
    weight = severity.weigh(status)
    if status is Status.FAIL and severity in (Severity.LOW, Severity.INFO):
        assert weight is Status.WARN
    else:
        assert weight is status
