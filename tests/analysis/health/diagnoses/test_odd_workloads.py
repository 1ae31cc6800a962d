"""Whatever the API can hold is explained: no odd value raises, and no explanation comes without words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8sview.analysis.health.diagnoses.noticed import noticed
from k8sview.analysis.health.diagnoses.rejections import rejection
from k8sview.analysis.health.diagnoses.table import diagnose
from k8sview.analysis.health.verdict import health_of
from tests.analysis.clusters import ago, read, view_of
from tests.analysis.health.diagnoses.test_creation import TEXTS
from tests.analysis.health.objects import Raw, node
from tests.analysis.health.test_odd_objects import anything, conditions, counters, metadata, numbers, pods, specs, times

schedules = st.sampled_from(
    ["", "* * * * *", "0 4 * * *", "@every 1s", "@every 0s", "TZ=X 0 4 * * *", "0 0 30 2 *", "??"]
)
zones = st.sampled_from([None, "", "Europe/Berlin", "Mars/Olympus", "../x", "America"])
jobs = st.fixed_dictionaries(
    {"kind": st.just("Job"), "metadata": metadata},
    optional={
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "parallelism": numbers,
                "completions": numbers,
                "backoffLimit": numbers,
                "activeDeadlineSeconds": numbers,
                "suspend": st.booleans(),
            },
        ),
        "status": st.fixed_dictionaries(
            {}, optional={"active": numbers, "failed": numbers, "startTime": times, "conditions": conditions}
        ),
    },
)
cron_jobs = st.fixed_dictionaries(
    {"kind": st.just("CronJob"), "metadata": metadata},
    optional={
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "schedule": schedules,
                "timeZone": zones,
                "startingDeadlineSeconds": numbers,
                "concurrencyPolicy": st.sampled_from(["Allow", "Forbid", "Odd"]),
            },
        ),
        "status": st.fixed_dictionaries({}, optional={"lastScheduleTime": times, "lastSuccessfulTime": times}),
    },
)
refusals = st.fixed_dictionaries(
    {
        "kind": st.just("Event"),
        "metadata": st.just({"name": "e", "namespace": "shop"}),
        "involvedObject": st.just({"uid": "web"}),
        "reason": st.just("FailedCreate"),
        "message": st.sampled_from([case[1] for case in TEXTS]),
        "lastTimestamp": st.just(ago("1m")),
    }
)


def explained(raw: Raw, *others: Raw) -> None:
    resource, obj = read(raw)
    view = view_of(raw, *others)
    found = diagnose(view, resource.name, obj, health_of(view, resource.name, obj))
    assert found.id
    assert "\n" not in found.message + found.next
    assert all(ref.name for ref in found.because)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"])
@given(metadata, specs, counters, conditions, st.lists(pods, max_size=1), refusals)
def test_workloads(kind: str, about: Raw, spec: Raw, status: Raw, said: list[Raw], behind: list[Raw], no: Raw) -> None:
    if kind == "DaemonSet":
        spec = {"selector": spec["selector"]}
    raw = {"kind": kind, "metadata": about, "spec": spec, "status": {**status, "conditions": said}}
    explained(raw, *behind, no, node())
    noticed(view_of(raw, *behind), read(raw)[1])


@given(jobs, cron_jobs, refusals)
def test_runs(job: Raw, cron_job: Raw, no: Raw) -> None:
    explained(job, no)
    explained(cron_job)
    run = {**job, "metadata": {**job["metadata"], "name": "run", "uid": "run"}}
    run["metadata"]["ownerReferences"] = [{"kind": "CronJob", "name": "web", "uid": "web", "controller": True}]
    explained(cron_job, run)
    explained(run, cron_job)


@given(anything, anything, refusals)
def test_quotas_and_ranges(spec: Any, status: Any, no: Raw) -> None:
    space = {"name": "q", "namespace": "shop"}
    quotas = [{"kind": "ResourceQuota", "metadata": {**space, "name": one}, "status": status} for one in ("q", "team")]
    limits = {"kind": "LimitRange", "metadata": space, "spec": spec}
    about = {"name": "web", "namespace": "shop", "uid": "web"}
    explained({"kind": "StatefulSet", "metadata": about, "spec": {"replicas": 2}, "status": {}}, *quotas, limits, no)


@given(st.text(max_size=80))
def test_any_words(text: str) -> None:
    assert rejection(text).kind
