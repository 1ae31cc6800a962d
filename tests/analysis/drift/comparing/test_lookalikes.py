"""What only looks like drift: a manifest and what the server, admission and controllers make of it."""

from __future__ import annotations

from typing import Any

import pytest

from k8sview.analysis.drift.comparing.compare import compare, drifting
from k8sview.analysis.drift.comparing.difference import Comparing
from tests.analysis.drift.comparing.bodies import (
    ADMISSION,
    CONTAINER,
    RBAC,
    Raw,
    deployment,
    entry,
    key,
    merged,
    obj,
    owned,
    with_entries,
)

APP = {"name": "app", "image": "registry.example.org/web:1"}
HELM = entry("helm", owned(*CONTAINER, below={".": {}, "f:name": {}, "f:image": {}}))


def pod(pod_spec: Raw, **container: Any) -> Raw:
    return deployment(container, pod=pod_spec)


def service(*ports: Raw, **spec: Any) -> Raw:
    return obj("Service", spec={"selector": {"app": "web"}, "ports": list(ports), **spec})


def policy(**spec: Any) -> Raw:
    return obj("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {"matchLabels": {"app": "web"}}, **spec})


def role(*rules: Raw, **rest: Any) -> Raw:
    return obj("ClusterRole", RBAC, rules=list(rules), **rest)


def webhooks(**webhook: Any) -> Raw:
    return obj("ValidatingWebhookConfiguration", ADMISSION, webhooks=[{"name": "a.example.org", **webhook}])


def custom(**spec: Any) -> Raw:
    return obj("Widget", "example.org/v1", spec=spec)


def metadata(**more: Any) -> Raw:
    return obj("ConfigMap", metadata=more)


def hpa(*metrics: Raw) -> Raw:
    return obj("HorizontalPodAutoscaler", "autoscaling/v2", spec={"maxReplicas": 3, "metrics": list(metrics)})


CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
MEMORY = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}}

CASES: dict[str, tuple[Raw, Raw]] = {
    "the server's own metadata": (
        metadata(),
        metadata(uid="1", resourceVersion="7", generation=2, creationTimestamp="2026-03-01T10:00:00Z", selfLink="/x"),
    ),
    "a creation time left as null by a generator": (
        deployment(metadata={"creationTimestamp": None}),
        deployment(metadata={"creationTimestamp": "2026-03-01T10:00:00Z"}),
    ),
    "a status stated and another reported": (
        {**deployment(), "status": {}},
        {**deployment(), "status": {"replicas": 3, "conditions": [{"type": "Available", "status": "True"}]}},
    ),
    "defaults of a container": (
        deployment(),
        deployment(
            {"imagePullPolicy": "IfNotPresent", "resources": {}, "terminationMessagePath": "/dev/termination-log"},
            pod={
                "dnsPolicy": "ClusterFirst",
                "restartPolicy": "Always",
                "schedulerName": "default-scheduler",
                "securityContext": {},
                "terminationGracePeriodSeconds": 30,
            },
            progressDeadlineSeconds=600,
            revisionHistoryLimit=10,
        ),
    ),
    "defaults of a probe": (
        deployment({"readinessProbe": {"httpGet": {"path": "/", "port": 80}}}),
        deployment({"readinessProbe": {"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "periodSeconds": 10}}),
    ),
    "protocol TCP of a container's port": (
        deployment({"ports": [{"containerPort": 80}]}),
        deployment({"ports": [{"containerPort": 80, "protocol": "TCP"}]}),
    ),
    "two ports of one number": (
        deployment({"ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}]}),
        deployment({"ports": [{"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}]}),
    ),
    "protocol and target of a Service's port": (
        service({"port": 80}),
        service({"port": 80, "protocol": "TCP", "targetPort": 80}),
    ),
    "what is allotted to a Service": (
        service({"port": 80}, type="NodePort", clusterIP=""),
        service(
            {"port": 80, "nodePort": 31000},
            type="NodePort",
            clusterIP="10.0.0.7",
            clusterIPs=["10.0.0.7"],
            ipFamilies=["IPv4"],
            ipFamilyPolicy="SingleStack",
            internalTrafficPolicy="Cluster",
            sessionAffinity="None",
        ),
    ),
    "a type that is the default": (service({"port": 80}), service({"port": 80}, type="ClusterIP")),
    "a port that is quoted": (
        service({"port": 80, "targetPort": "8080"}),
        service({"port": 80, "targetPort": 8080}),
    ),
    "cpu in thousandths": (
        deployment({"resources": {"requests": {"cpu": "1000m"}}}),
        deployment({"resources": {"requests": {"cpu": "1"}}}),
    ),
    "cpu as a number": (
        deployment({"resources": {"limits": {"cpu": 0.5}}}),
        deployment({"resources": {"limits": {"cpu": "500m"}}}),
    ),
    "memory in another unit": (
        deployment({"resources": {"limits": {"memory": "1.5Gi"}}}),
        deployment({"resources": {"limits": {"memory": "1536Mi"}}}),
    ),
    "storage in another unit": (
        obj("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "1024Mi"}}}),
        obj("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "1Gi"}}, "volumeName": "pvc-1"}),
    ),
    "a quota in another spelling": (
        obj("ResourceQuota", spec={"hard": {"requests.cpu": "2000m", "pods": 10}}),
        obj("ResourceQuota", spec={"hard": {"requests.cpu": "2", "pods": "10"}}),
    ),
    "resources of a custom kind": (
        custom(resources={"requests": {"memory": "2048Mi"}}),
        custom(resources={"requests": {"memory": "2Gi"}}),
    ),
    "a duration": (custom(interval="60m"), custom(interval="1h0m0s")),
    "a duration with a fraction": (custom(interval="1.5h"), custom(interval="90m")),
    "a number in an annotation": (
        metadata(annotations={"example.org/weight": 5}),
        metadata(annotations={"example.org/weight": "5"}),
    ),
    "a truth value in a label": (
        metadata(labels={"example.org/on": True}),
        metadata(labels={"example.org/on": "true"}),
    ),
    "empty lists and maps": (
        pod({"nodeSelector": {}, "tolerations": [], "affinity": {}, "imagePullSecrets": []}, env=[], args=[]),
        deployment(),
    ),
    "nulls": (pod({"nodeSelector": None}, command=None), deployment()),
    "empty annotations": (metadata(annotations={}), metadata()),
    "nested empties": (pod({}, resources={"limits": {}, "requests": {}}), deployment({"resources": {}})),
    "host namespaces that are off": (pod({"hostNetwork": False, "hostPID": False, "hostIPC": False}), deployment()),
    "an empty security context": (pod({"securityContext": {}}, securityContext={}), deployment()),
    "capabilities that are empty": (
        pod({}, securityContext={"capabilities": {"add": [], "drop": ["ALL"]}}),
        pod({}, securityContext={"capabilities": {"drop": ["ALL"]}}),
    ),
    "a variable without a value": (
        deployment({"env": [{"name": "EMPTY", "value": ""}]}),
        deployment({"env": [{"name": "EMPTY"}]}),
    ),
    "a mount that is not read-only": (
        deployment({"volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": False}]}),
        deployment({"volumeMounts": [{"name": "v", "mountPath": "/v"}]}),
    ),
    "variables in another order": (
        deployment({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
        deployment({"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}),
    ),
    "tolerations in another order": (
        pod({"tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}]}),
        pod({"tolerations": [{"key": "b", "operator": "Exists"}, {"key": "a", "operator": "Exists"}]}),
    ),
    "verbs in another order": (
        role({"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}),
        role({"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "get"]}),
    ),
    "rules in another order": (
        role({"verbs": ["get"], "resources": ["pods"]}, {"verbs": ["get"], "resources": ["nodes"]}),
        role({"verbs": ["get"], "resources": ["nodes"]}, {"verbs": ["get"], "resources": ["pods"]}),
    ),
    "no rules in two ways": (obj("Role", RBAC, rules=[]), obj("Role", RBAC, rules=None)),
    "a binding's groups": (
        obj("RoleBinding", RBAC, roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "User", "name": "eve"}]),
        obj(
            "RoleBinding",
            RBAC,
            roleRef={"kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"},
            subjects=[{"kind": "User", "name": "eve", "apiGroup": "rbac.authorization.k8s.io"}],
        ),
    ),
    "a ServiceAccount's empty group": (
        obj("RoleBinding", RBAC, subjects=[{"kind": "ServiceAccount", "name": "a", "namespace": "b", "apiGroup": ""}]),
        obj("RoleBinding", RBAC, subjects=[{"kind": "ServiceAccount", "name": "a", "namespace": "b"}]),
    ),
    "an authority that was injected": (
        webhooks(clientConfig={"service": {"name": "a", "namespace": "b"}, "caBundle": "Cg=="}),
        webhooks(clientConfig={"service": {"name": "a", "namespace": "b", "port": 443}, "caBundle": "LS0t"}),
    ),
    "an authority that was not stated": (
        webhooks(clientConfig={"service": {"name": "a", "namespace": "b"}}),
        webhooks(clientConfig={"service": {"name": "a", "namespace": "b"}, "caBundle": "LS0t"}),
    ),
    "defaults of a webhook": (
        webhooks(rules=[{"operations": ["CREATE"], "resources": ["pods"]}]),
        webhooks(
            rules=[{"operations": ["CREATE"], "resources": ["pods"], "scope": "*"}],
            failurePolicy="Fail",
            matchPolicy="Equivalent",
            namespaceSelector={},
            objectSelector={},
            timeoutSeconds=10,
        ),
    ),
    "a network policy's types": (policy(ingress=[{}]), policy(ingress=[{}], policyTypes=["Ingress"])),
    "a network policy's types, with egress": (
        policy(egress=[{"ports": [{"port": 53}]}]),
        policy(egress=[{"ports": [{"port": 53, "protocol": "TCP"}]}], policyTypes=["Ingress", "Egress"]),
    ),
    "text in a Secret": (
        obj("Secret", stringData={"token": "abc"}),
        obj("Secret", data={"token": "YWJj"}, type="Opaque"),
    ),
    "an empty value in a Secret": (obj("Secret", data={"token": None}), obj("Secret", data={"token": ""})),
    "base64 in lines": (obj("Secret", data={"a": "YWJj\nYWJj\n"}), obj("Secret", data={"a": "YWJjYWJj"})),
    "labels and annotations of others": (
        metadata(labels={"a": "b"}),
        metadata(labels={"a": "b", "topology": "x"}, annotations={"field.cattle.io/creator": "y"}),
    ),
    "bookkeeping": (
        deployment(metadata={"annotations": {"deployment.kubernetes.io/revision": "1"}}),
        deployment(metadata={"annotations": {"deployment.kubernetes.io/revision": "7"}}),
    ),
    "a namespace as the server marks it": (
        obj("Namespace"),
        obj("Namespace", metadata={"labels": {"kubernetes.io/metadata.name": "web"}}, spec={"finalizers": ["k"]}),
    ),
    "metrics in another order, and twice": (hpa(CPU, MEMORY, CPU, {}), hpa(MEMORY, CPU)),
    "endpoints in another order": (
        obj("Endpoints", subsets=[{"addresses": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.2"}], "ports": [{"port": 80}]}]),
        obj(
            "Endpoints",
            subsets=[
                {
                    "addresses": [{"ip": "1.1.1.2"}, {"ip": "1.1.1.1"}],
                    "ports": [{"port": 80, "protocol": "TCP"}],
                }
            ],
        ),
    ),
    "claim templates that the server completed": (
        obj(
            "StatefulSet",
            "apps/v1",
            spec={"volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {"accessModes": ["ReadWriteOnce"]}}]},
        ),
        obj(
            "StatefulSet",
            "apps/v1",
            spec={
                "volumeClaimTemplates": [
                    {
                        "apiVersion": "v1",
                        "kind": "PersistentVolumeClaim",
                        "metadata": {"name": "d", "creationTimestamp": None},
                        "spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem"},
                        "status": {"phase": "Pending"},
                    }
                ]
            },
        ),
    ),
    "finalizers of others": (metadata(finalizers=["a/b"]), metadata(finalizers=["c/d", "a/b"])),
    "a sidecar that admission injected": (
        deployment(),
        with_entries(
            pod({"containers": [{"name": "proxy", "image": "p", "securityContext": {"privileged": True}}, APP]}), HELM
        ),
    ),
    "a security context that admission filled": (
        deployment(),
        with_entries(pod({"securityContext": {"runAsUser": 1000}}), HELM),
    ),
    "a default that the creator owns": (
        deployment(),
        with_entries(
            pod({"serviceAccountName": "default"}),
            entry(
                "kubectl-create",
                merged(
                    owned(*CONTAINER, below={"f:name": {}, "f:image": {}}),
                    owned("f:spec", "f:template", "f:spec", "f:serviceAccountName"),
                ),
            ),
        ),
    ),
    "the older name of the account": (
        pod({"serviceAccountName": "web"}),
        pod({"serviceAccountName": "web", "serviceAccount": "web"}),
    ),
    "the account under its older name": (
        pod({"serviceAccount": "web"}),
        pod({"serviceAccountName": "web", "serviceAccount": "web"}),
    ),
    "ports of pods on the node's network": (
        pod({"hostNetwork": True}, ports=[{"containerPort": 80}]),
        pod({"hostNetwork": True}, ports=[{"containerPort": 80, "hostPort": 80, "protocol": "TCP"}]),
    ),
    "texts that are left empty": (
        pod({"schedulerName": "", "priorityClassName": "", "dnsPolicy": ""}, imagePullPolicy=""),
        pod({"schedulerName": "default-scheduler", "dnsPolicy": "ClusterFirst"}, imagePullPolicy="IfNotPresent"),
    ),
    "a Service without a type": (service({"port": 80}, type=""), service({"port": 80}, type="ClusterIP")),
    "an authority that is empty": (webhooks(clientConfig={"caBundle": ""}), webhooks(clientConfig={})),
    "a field that this server does not know": (
        pod({"topologySpreadConstraints": [{"topologyKey": "z", "whenUnsatisfiable": "x", "matchLabelKeys": ["a"]}]}),
        pod({"topologySpreadConstraints": [{"topologyKey": "z", "whenUnsatisfiable": "x"}]}),
    ),
    "rules that a controller aggregates": (
        role(aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}),
        role(
            {"verbs": ["get"], "resources": ["pods"]},
            aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]},
        ),
    ),
    "a list of a custom kind, keyed by its field set": (
        custom(users=[{"id": 1, "role": "a"}, {"id": 2, "role": "b"}]),
        with_entries(
            custom(users=[{"id": 2, "role": "b"}, {"id": 1, "role": "a"}]),
            entry("helm", owned("f:spec", "f:users", key(id=1), "f:role")),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_no_drift(case: str) -> None:
    desired, live = CASES[case]
    assert drifting(compare(desired, live)) == ()


def test_replicas_belong_to_the_autoscaler_where_there_is_one() -> None:
    desired, live = deployment(replicas=2), deployment(replicas=9)
    assert compare(desired, live, Comparing(autoscaled=True)) == ()
    assert [one.path for one in compare(desired, live)] == ["spec.replicas"]


def test_what_servers_allot_differs_between_clusters() -> None:
    one = service({"port": 80, "nodePort": 30001}, clusterIP="10.0.0.1")
    other = service({"port": 80, "nodePort": 30002}, clusterIP="10.0.0.2")
    assert compare(one, other, Comparing(peers=True, additions=True)) == ()
    assert {one.path for one in compare(one, other)} == {"spec.clusterIP", "spec.ports[port=80].nodePort"}


def test_there_are_many_lookalikes() -> None:
    assert len(CASES) >= 40


def test_an_account_is_told_once() -> None:
    live = pod({"serviceAccountName": "admin", "serviceAccount": "admin"})
    name, older = "spec.template.spec.serviceAccountName", "spec.template.spec.serviceAccount"
    for stated, path in (
        ({}, name),
        ({"serviceAccountName": "web"}, name),
        ({"serviceAccount": "web"}, older),
        ({"serviceAccountName": "web", "serviceAccount": "web"}, name),
    ):
        assert [one.path for one in drifting(compare(pod(dict(stated)), live))] == [path]


def test_a_host_port_elsewhere_is_told() -> None:
    live = deployment({"ports": [{"containerPort": 80, "hostPort": 80}]})
    (one,) = drifting(compare(deployment({"ports": [{"containerPort": 80}]}), live))
    assert one.path == "spec.template.spec.containers[name=app].ports[containerPort=80].hostPort"
