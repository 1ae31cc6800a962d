"""The story's short forms, spelled out as Kubernetes objects. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

Object = dict[str, Any]

_TIME = re.compile(r"^@([+-])((?:\d+[dhms])+)$")
_PART = re.compile(r"(\d+)([dhms])")
_APPLICATIONS = ("shop", "payments", "search", "reporting")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def dated(value: Any, now: datetime) -> Any:
    """A copy with every ``@-3h`` and ``@+2d3h`` replaced by the time that is meant."""
    if isinstance(value, dict):
        return {key: dated(each, now) for key, each in value.items()}
    if isinstance(value, list):
        return [dated(each, now) for each in value]
    if isinstance(value, str) and (found := _TIME.match(value)):
        seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(found[2]))
        return moment(now + timedelta(seconds=seconds if found[1] == "+" else -seconds))
    return value


def moment(value: datetime) -> str:
    """As Kubernetes writes times."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def definition(row: Object) -> Object:
    """A CustomResourceDefinition with an open schema from one row of definitions.yaml."""
    path, kind, scope = row["kind"].split()
    name, version = path.split("/")
    plural, _, group = name.partition(".")
    annotations = {}
    if group.endswith(".k8s.io"):  # groups of the Kubernetes project itself; the server asks for a review's address
        annotations["api-approved.kubernetes.io"] = "https://github.com/kubernetes-sigs/gateway-api/pull/4000"
    if "bundle" in row:
        annotations["gateway.networking.k8s.io/bundle-version"] = row["bundle"]
        annotations["gateway.networking.k8s.io/channel"] = "standard"
    columns = [{"name": each, "type": "string", "jsonPath": path} for each, path in row.get("columns", {}).items()]
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {
        "name": version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
        "additionalPrinterColumns": columns,
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {
            "group": group,
            "scope": "Cluster" if scope == "Cluster" else "Namespaced",
            "names": {
                "plural": plural,
                "singular": kind.lower(),
                "kind": kind,
                "listKind": f"{kind}List",
                "categories": row.get("categories", []),
            },
            "versions": [served],
        },
    }


def workload(row: Object) -> list[Object]:
    """A workload with what belongs to it (Service, disruption budget) from one row of workloads.yaml."""
    kind, path = row["run"].split()
    namespace, name = path.split("/")
    owner = {"team": row["team"]} if "team" in row else {}
    if namespace not in _APPLICATIONS:
        owner = {"app.kubernetes.io/managed-by": "Helm"}
    labels = {**owner, **row["labels"]}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    template = {"metadata": {"labels": {"app.kubernetes.io/instance": name, **labels}}, "spec": pod_spec(row)}
    found = [_controller(kind, metadata, template, row)]
    if "service" in row:
        service, port = row["service"].split()
        ports = [{"name": "http" if port == "80" else "main", "port": int(port), "targetPort": 8080}]
        found.append(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": service, "namespace": namespace, "labels": labels},
                "spec": {"selector": template["metadata"]["labels"], "ports": ports},
            }
        )
    if "guarded" in row:
        found.append(
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": metadata,
                "spec": {"minAvailable": row["guarded"], "selector": {"matchLabels": labels}},
            }
        )
    return found


def pod_spec(row: Object) -> Object:
    """What its pods are made of and where they go."""
    spec: Object = {"containers": [_container(name, image, row) for name, image in row["images"].items()]}
    if row.get("host"):
        spec["hostNetwork"] = True
    if row["run"].startswith("DaemonSet"):
        spec["tolerations"] = [{"operator": "Exists"}]
    if "pool" in row:
        spec["nodeSelector"] = {"demo.example.com/pool": row["pool"]}
        if row["pool"] == "system":
            spec["tolerations"] = [{"key": "dedicated", "operator": "Equal", "value": "system", "effect": "NoSchedule"}]
    if row["run"].split()[1].startswith("kube-system/"):
        spec["priorityClassName"] = "system-node-critical" if row.get("host") else "system-cluster-critical"
    if "claim" in row:
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": row["claim"]}}]
    if "settings" in row:
        spec["volumes"] = [{"name": "settings", "configMap": {"name": row["settings"]}}]
    if "apart" in row:
        terms = [_beside(path) for path in row["apart"]]
        spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    if row.get("replicas", 1) > 1:
        spec["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": row["labels"]},
            }
        ]
    return spec


def _beside(path: str) -> Object:
    """On the same node as a workload's pods."""
    namespace, name = path.split("/")
    return {
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": name}},
        "namespaces": [namespace],
        "topologyKey": "kubernetes.io/hostname",
    }


def _container(name: str, image: str, row: Object) -> Object:
    found: Object = {
        "name": name,
        "image": image,
        "resources": {"requests": {"cpu": "50m", "memory": row.get("memory", "64Mi")}},
    }
    found["resources"]["limits"] = {"memory": row.get("memory", "256Mi")}
    if "settings" in row:
        found["volumeMounts"] = [{"name": "settings", "mountPath": "/etc/settings", "readOnly": True}]
        found["terminationMessagePolicy"] = "FallbackToLogsOnError"
    if "service" in row:
        found["ports"] = [{"containerPort": 8080}]
        found["readinessProbe"] = {"httpGet": {"path": "/ready", "port": 8080}}
    if "team" in row:
        found["env"] = [{"name": "LOG_LEVEL", "value": "info"}]
        found["securityContext"] = {"runAsNonRoot": True, "allowPrivilegeEscalation": False}
    if name == "cilium-agent":
        found["securityContext"] = {"privileged": True}
    return found


def _controller(kind: str, metadata: Object, template: Object, row: Object) -> Object:
    group = {"CronJob": "batch/v1"}.get(kind, "apps/v1")
    found: Object = {"apiVersion": group, "kind": kind, "metadata": metadata}
    if kind == "CronJob":
        template["spec"]["restartPolicy"] = "Never"
        found["spec"] = {"schedule": row["schedule"], "jobTemplate": {"spec": {"template": template}}}
        if "patience" in row:
            found["spec"]["startingDeadlineSeconds"] = row["patience"]
        return found
    spec: Object = {"selector": {"matchLabels": template["metadata"]["labels"]}, "template": template}
    if kind != "DaemonSet":
        spec["replicas"] = row.get("replicas", 1)
    if kind == "StatefulSet":
        spec["serviceName"] = metadata["name"]
    if kind == "Deployment" and "guarded" in row:
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    found["spec"] = spec
    return found
