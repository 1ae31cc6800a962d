"""Every question that is ever put to a Prometheus, by the name that checks use. A table, and nothing else.

Each answer has a sample for what is well, too (a zero, a one): so an answer without samples means that there was
nothing to see, and can never be taken for good news.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_DOWN = "(up == 0) and (max_over_time(up[10m]) == 0) and (up offset 10m == 0)"
"""Targets that have not answered for ten minutes; one that has just appeared or restarts is none of them."""

_CONTAINERS = '{container!="",container!="POD"}'
"""Leaves out what the kubelet counts for pods as a whole."""

QUERIES: Mapping[str, str] = MappingProxyType(
    {
        # How many targets of a job have been down for ten minutes.
        "targets-down": f"count by (namespace, job) ({_DOWN}) or 0 * count by (namespace, job) (up)",
        # 1 where the newest configuration is in use, 0 where Prometheus refused it and goes on with an older one.
        "configuration-loaded": "min by (namespace, pod, instance) (prometheus_config_last_reload_successful)",
        # Failed compactions and corruptions of the write-ahead log within three hours.
        "storage-failures": (
            "sum by (namespace, pod, instance) (increase(prometheus_tsdb_compactions_failed_total[3h]))"
            " + sum by (namespace, pod, instance) (increase(prometheus_tsdb_wal_corruptions_total[3h]))"
        ),
        # Objects that the operator refuses to put into a configuration, for five minutes or more.
        "operator-rejected": (
            'max by (controller, resource) (min_over_time(prometheus_operator_managed_resources{state="rejected"}[5m]))'
        ),
        # In which part of the last hour's periods a container was held back at its CPU limit; 0 without a limit.
        "cpu-throttled": (
            f"sum by (namespace, container) (increase(container_cpu_cfs_throttled_periods_total{_CONTAINERS}[1h]))"
            f" / (sum by (namespace, container) (increase(container_cpu_cfs_periods_total{_CONTAINERS}[1h])) > 100)"
            f" or 0 * count by (namespace, container) (container_cpu_usage_seconds_total{_CONTAINERS})"
        ),
        # What containers used of the CPU that they request, on average over six hours.
        "cpu-of-requests": (
            f"sum by (namespace, container) (rate(container_cpu_usage_seconds_total{_CONTAINERS}[6h]))"
            ' / sum by (namespace, container) (kube_pod_container_resource_requests{resource="cpu"})'
        ),
        # Requests to APIs that a coming release removes; the API server counts each kind of them once.
        "deprecated-requests": (
            "max by (group, version, resource, removed_release) (apiserver_requested_deprecated_apis)"
            " or 0 * count by (job) (apiserver_request_total)"
        ),
        # What is left of volumes, as a part of their size.
        "volumes-free": (
            "min by (namespace, persistentvolumeclaim)"
            " (kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)"
        ),
    }
)
