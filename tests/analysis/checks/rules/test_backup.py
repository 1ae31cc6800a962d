"""What YAML tests cannot show: how much a place for backups matters, and schedules in all their notations."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.checks.outcome import Context
from k8sview.analysis.checks.rules.backup import (
    LocationsParameters,
    SchedulesParameters,
    backup_locations,
    backups_recent,
    backups_succeed,
)
from k8sview.catalog import spec as catalogue
from k8sview.catalog.sample import sample_view
from k8sview.model.components import ComponentStatus, Presence
from k8sview.model.health import Health, HealthVerdict
from k8sview.model.status import Layer, Severity, Status

NAMED = ("backupstoragelocations.velero.io", "schedules.velero.io", "backups.velero.io")


def context_of(*objects: dict[str, Any]) -> Context:
    component = ComponentStatus("velero", "Velero", Layer.BASEMENT, Presence.INSTALLED)
    view = sample_view(catalogue.TestSpec(name="sample", expect=Status.PASS, objects=objects), NAMED)
    return Context(view, component, {}, lambda resource, obj: Health(HealthVerdict.UNKNOWN))


def velero(kind: str, name: str, spec: dict[str, Any], status: dict[str, Any], **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "velero", "labels": labels, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {"apiVersion": "velero.io/v1", "kind": kind, "metadata": metadata, "spec": spec, "status": status}


def backup(name: str, phase: str, start: str) -> dict[str, Any]:
    labels = {"velero.io/schedule-name": "plan"}
    return velero("Backup", name, {}, {"phase": phase, "startTimestamp": start}, **labels)


def test_losing_the_default_place_is_worse_than_losing_another() -> None:
    gone = {"phase": "Unavailable"}
    context = context_of(
        velero("BackupStorageLocation", "a", {"default": True}, gone), velero("BackupStorageLocation", "b", {}, gone)
    )
    first, second = backup_locations(context, LocationsParameters())
    assert (first.outcome.severity, second.outcome.severity) == (Severity.CRITICAL, Severity.HIGH)


@pytest.mark.parametrize(
    ("schedule", "newest", "status"),
    [
        ("0 1 * * *", "2026-02-28T01:00:00Z", Status.PASS),
        ("0 1 * * *", "2026-02-26T01:00:00Z", Status.FAIL),
        ("@every 24h", "2026-02-27T12:00:00Z", Status.PASS),
        ("@every 6h", "2026-02-27T12:00:00Z", Status.FAIL),
        ("@weekly", "2026-02-15T00:00:00Z", Status.PASS),
        ("@weekly", "2026-02-01T00:00:00Z", Status.FAIL),
        ("TZ=Asia/Tokyo 0 1 * * *", "2026-02-27T16:00:00Z", Status.PASS),
        ("every night", "2026-02-28T01:00:00Z", Status.FAIL),
    ],
)
def test_a_schedule_is_held_to_its_own_rhythm(schedule: str, newest: str, status: Status) -> None:
    context = context_of(
        velero("Schedule", "plan", {"schedule": schedule}, {}),
        backup("good", "Completed", newest),
        backup("bad", "Failed", "2026-02-28T20:00:00Z"),
    )
    (judged,) = backups_recent(context, SchedulesParameters())
    assert judged.outcome.status is status


def test_a_backup_that_still_runs_does_not_hide_the_one_that_failed() -> None:
    context = context_of(
        backup("old", "Failed", "2026-02-28T01:00:00Z"), backup("now", "InProgress", "2026-02-28T23:00:00Z")
    )
    (judged,) = backups_succeed(context, SchedulesParameters())
    assert (str(judged.subject), judged.outcome.status) == ("Backup velero/old", Status.FAIL)
