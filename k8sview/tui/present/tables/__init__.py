"""One table per kind: which columns a resource has. A kind with columns of its own is one row here."""

from __future__ import annotations

from k8sview.model.resources import Resource
from k8sview.model.view import View
from k8sview.tui.present.columns import TableSpec
from k8sview.tui.present.tables import cluster, pods, workloads
from k8sview.tui.present.tables.custom import custom_table

TABLES: dict[str, TableSpec] = {
    "pods": pods.PODS,
    "nodes": cluster.NODES,
    "namespaces": cluster.NAMESPACES,
    "services": cluster.SERVICES,
    "events": cluster.EVENTS,
    "persistentvolumeclaims": cluster.CLAIMS,
    "persistentvolumes": cluster.VOLUMES,
    "customresourcedefinitions.apiextensions.k8s.io": cluster.DEFINITIONS,
    "apiservices.apiregistration.k8s.io": cluster.API_SERVICES,
    "deployments.apps": workloads.DEPLOYMENTS,
    "replicasets.apps": workloads.REPLICA_SETS,
    "statefulsets.apps": workloads.STATEFUL_SETS,
    "daemonsets.apps": workloads.DAEMON_SETS,
    "jobs.batch": workloads.JOBS,
    "cronjobs.batch": workloads.CRON_JOBS,
    "horizontalpodautoscalers.autoscaling": workloads.AUTOSCALERS,
    "poddisruptionbudgets.policy": workloads.BUDGETS,
}


def table_of(resource: Resource, view: View) -> TableSpec:
    """Columns of a resource; by its CustomResourceDefinition where it has none of its own here."""
    return TABLES.get(resource.name) or custom_table(resource, view)
