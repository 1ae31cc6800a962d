"""What a platform is made of: aggregated APIs, definitions, custom resources and their controllers, cluster DNS."""

from __future__ import annotations

from typing import Any

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.families.containers import back_off, crashing
from tests.scenarios.kubelet import Ended, Play
from tests.scenarios.moments import BEGUN
from tests.scenarios.shapes import config, deploys, made, named, scripted, service, space
from tests.scenarios.site import Site, condition


def definition(group: str, kind: str, plural: str, version: str = "v1", **names: Any) -> Raw:
    """A CRD that keeps whatever is written."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return made(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        None,
        f"{plural}.{group}",
        metadata={"annotations": {"api-approved.kubernetes.io": "unapproved, made by a test"}},
        spec={
            "group": group,
            "scope": names.pop("scope", "Namespaced"),
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"} | names,
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}},
                }
            ],
        },
    )


def says(kind: str, status: str, reason: str, message: str = "") -> Raw:
    """A condition that has been so for a while (it ages with the cluster)."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": BEGUN,
    }


WIDGETS = definition("example.com", "Widget", "widgets")


def widget(namespace: str, name: str = "one", status: Raw | None = None, **rest: Any) -> Raw:
    return made(
        "example.com/v1", "Widget", namespace, name, spec={"size": 1}, **({"status": status} if status else {}), **rest
    )


def _widget(namespace: str) -> Ref:
    return Ref("Widget", namespace, "one")


def custom(name: str, broken: str, words: str, status: Raw) -> Failure:
    return Failure(
        name=name,
        row=0,
        broken=broken,
        objects=(space(name), widget(name, status=status)),
        expected=Expected(blame=(_widget(name),), words=words),
    )


def api_service(group: str, version: str, namespace: str, name: str) -> Raw:
    return made(
        "apiregistration.k8s.io/v1",
        "APIService",
        None,
        f"{version}.{group}",
        spec={
            "group": group,
            "version": version,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"namespace": namespace, "name": name, "port": 443},
        },
    )


async def leave(site: Site) -> None:
    """Delete the custom resource; nobody lifts its finalizer."""
    await site.api.delete(widget("custom-held"))


async def take_name(site: Site) -> None:
    """A second definition of the same kind; it is never established, so it is not waited for."""
    second = definition("names.example.com", "Gadget", "othergadgets", listKind="GadgetList", singular="othergadget")
    await site.api.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", second)
    await site.shows(second, lambda one: condition(one, "NamesAccepted").get("status") == "False", "is refused")


async def namespace_cannot_go(site: Site) -> None:
    """A namespace is deleted while an API does not answer."""
    group = named("apiregistration.k8s.io/v1", "APIService", None, "v1.things.example.com")
    await site.shows(group, lambda one: condition(one, "Available").get("status") == "False", "is not available")
    target = named("v1", "Namespace", None, "api-dead-space")
    await site.api.delete(target)
    await site.shows(
        target, lambda one: condition(one, "NamespaceDeletionDiscoveryFailure").get("status") == "True", "cannot go"
    )


CASES: tuple[Case, ...] = (
    Failure(
        name="api-dead",
        row=35,
        broken="an aggregated API's Service has no endpoints; a namespace that is deleted cannot go",
        objects=(
            space("api-dead"),
            space("api-dead-space"),
            service("api-dead", "things", {"app": "things"}, 8443, secure=True),
            api_service("things.example.com", "v1", "api-dead", "things"),
        ),
        steps=(namespace_cannot_go,),
        expected=Expected(
            blame=(
                Ref("APIService", None, "v1.things.example.com"),
                Ref("Service", "api-dead", "things"),
            ),
            words=r"endpoint|things|pod",
            found=(Ref("APIService", None, "v1.things.example.com"),),
        ),
    ),
    Failure(
        name="api-no-service",
        row=35,
        broken="an aggregated API's Service does not exist",
        objects=(space("api-no-service"), api_service("gone.example.com", "v1", "api-no-service", "gone")),
        expected=Expected(
            blame=(Ref("APIService", None, "v1.gone.example.com"), Ref("Service", "api-no-service", "gone")),
            words=r"not present|does not exist|not found|gone",
            found=(Ref("APIService", None, "v1.gone.example.com"),),
        ),
    ),
    Failure(
        name="api-crash",
        row=35,
        broken="what serves an aggregated API crashes",
        objects=(
            space("api-crash"),
            scripted("api-crash", "adapter"),
            service("api-crash", "adapter", {"app": "adapter"}, 8443, secure=True),
            api_service("late.example.com", "v1", "api-crash", "adapter"),
        ),
        plays={"adapter": Play({"app": crashing(Ended(1))}, (back_off("app", "adapter"),))},
        expected=Expected(
            blame=(deploys("api-crash", "adapter"),),
            words=r"exit",
            found=(Ref("APIService", None, "v1.late.example.com"), deploys("api-crash", "adapter")),
        ),
    ),
    Failure(
        name="names-taken",
        row=0,
        broken="a definition's kind is another's: it is not accepted",
        objects=(definition("names.example.com", "Gadget", "gadgets"),),
        steps=(take_name,),
        expected=Expected(
            blame=(
                Ref("CustomResourceDefinition", None, "othergadgets.names.example.com"),
                Ref("CustomResourceDefinition", None, "gadgets.names.example.com"),
            ),
            words=r"conflict|already in use|accepted",
        ),
    ),
    custom(
        "custom-not-ready",
        "a custom resource says Ready=False with an error",
        r"quota of widgets",
        {"conditions": [says("Ready", "False", "ProvisioningFailed", "the quota of widgets is used up")]},
    ),
    custom(
        "custom-stalled",
        "a custom resource says Stalled=True",
        r"cannot resolve|Stalled",
        {"conditions": [says("Stalled", "True", "InvalidSource", "cannot resolve the source 'shop'")]},
    ),
    custom(
        "custom-failed-phase",
        "a custom resource says phase: Failed",
        r"Failed|backup",
        {"phase": "Failed", "message": "the backup of volume data timed out"},
    ),
    Failure(
        name="custom-held",
        row=34,
        broken="a custom resource is deleted, and nobody lifts its finalizer",
        objects=(space("custom-held"), widget("custom-held", metadata={"finalizers": ["widgets.example.com/cleanup"]})),
        steps=(leave,),
        expected=Expected(blame=(_widget("custom-held"),), words=r"widgets\.example\.com/cleanup|finalizer"),
    ),
    Failure(
        name="dns-down",
        row=47,
        broken="the cluster's DNS crashes",
        objects=(
            config("kube-system", "coredns", Corefile=".:53 { errors }"),
            scripted("kube-system", "coredns", labels={"k8s-app": "kube-dns"}),
            service("kube-system", "kube-dns", {"k8s-app": "kube-dns"}, 53),
        ),
        plays={"coredns": Play({"app": crashing(Ended(1, message="plugin/errors: no such zone"))}, (back_off("app"),))},
        expected=Expected(blame=(deploys("kube-system", "coredns"),), words=r"exit|DNS"),
    ),
)
