"""Helm releases as Helm stores them, and what became of what they state."""

from __future__ import annotations

from typing import Any

from k8sview.model.drift import DriftKind
from tests.drifts.case import Case, Dated, Drifted, Expected
from tests.drifts.deliver import helm, helm_marked, revision
from tests.drifts.families.flux import SCRIPT, UI, band
from tests.drifts.place import Place
from tests.drifts.shapes import (
    IMAGE,
    NEW,
    OLD,
    SETTINGS,
    WEB,
    app,
    config,
    deployment,
    named,
    policy,
    role,
    secret,
    service,
    widget,
)
from tests.drifts.writes import CONTAINER, agent, at_path, deleted, merged, patched, put

_TWO = config(level="info", size="1")


def _helm(of: str, path: str = "", **more: Any) -> Expected:
    return Expected(kind=DriftKind.HELM, of=of, path=path, **more)


async def _taken(at: Place) -> None:
    """Another release upgrades onto the object."""
    await at.patch("helm", SETTINGS, helm_marked(at.own(_TWO), "other", at.name), note="taken")


CASES: tuple[Case, ...] = (
    Drifted(
        name="helm-image-set",
        what="kubectl set image over a Helm 3 release: the next upgrade puts it back",
        long_ago=(helm(deployment(), service()),),
        recently=(patched("kubectl-set", WEB, app(image=NEW)),),
        expected=(
            band("Deployment/web", IMAGE, "kubectl-set", before=OLD, after=NEW, says="helm upgrade puts it back|"),
        ),
    ),
    Drifted(
        name="helm4-image-edited",
        what="kubectl edit over a Helm 4 release, which applies server-side",
        long_ago=(helm(deployment(), service(), server_side=True),),
        recently=(put("kubectl-edit", WEB, at_path(*CONTAINER, "image", NEW)),),
        expected=(band("Deployment/web", IMAGE, "kubectl-edit", before=OLD, after=NEW),),
    ),
    Drifted(
        name="helm-key-removed",
        what="a key of the release's ConfigMap is taken away",
        long_ago=(helm(_TWO),),
        recently=(put("kubectl-edit", SETTINGS, at_path("data", "size", None)),),
        expected=(_helm("ConfigMap/settings", "data.size", change="removal", before="1", dated=Dated.AFTER),),
    ),
    Drifted(
        name="helm-object-deleted",
        what="an object of the release is deleted: Helm does not look, and still says deployed",
        long_ago=(helm(_TWO, service()),),
        recently=(deleted(named(service())),),
        expected=(Expected(kind=DriftKind.MISSING, of="Service/web", change="removal", dated=Dated.UNTOLD),),
    ),
    Drifted(
        name="helm-label-added",
        what="a console labels an object of the release",
        long_ago=(helm(_TWO),),
        recently=(agent("OpenAPI-Generator/29.0.0", SETTINGS, {"metadata": {"labels": {"seen": "yes"}}}),),
        expected=(band("ConfigMap/settings", "metadata.labels.seen", "OpenAPI-Generator", SCRIPT, change="addition"),),
    ),
    Drifted(
        name="helm-role-widened",
        what="kubectl edit widens a Role of the release",
        long_ago=(helm(role()),),
        recently=(put("kubectl-edit", named(role()), at_path("rules", 0, "verbs", ["*"])),),
        expected=(band("Role/reader", "rules", "kubectl-edit", security=True),),
    ),
    Drifted(
        name="helm-policy-gone",
        what="the release's NetworkPolicy is deleted",
        long_ago=(helm(policy(), _TWO),),
        recently=(deleted(named(policy())),),
        expected=(
            Expected(
                kind=DriftKind.MISSING, of="NetworkPolicy/closed", change="removal", dated=Dated.UNTOLD, security=True
            ),
        ),
    ),
    Drifted(
        name="helm-widget-edited",
        what="a custom resource of the chart is edited: Helm 3 sends it only what changed in the chart",
        long_ago=(helm(widget("one", size=1, colour="red")),),
        recently=(merged("kubectl-edit", named(widget()), {"spec": {"size": 4}}),),
        expected=(band("Widget/one", "spec.size", "kubectl-edit", before="1", after="4"),),
    ),
    Drifted(
        name="helm-secret-changed",
        what="a Secret of the chart is changed by hand; its manifest states the old value in the release",
        long_ago=(helm(secret("login", password="chart"), _TWO),),
        recently=(merged("kubectl-patch", named(secret()), {"stringData": {"password": "s3ntinel-hand"}}),),
        expected=(band("Secret/login", "data.password", "kubectl-patch", change=(None, "override"), security=True),),
    ),
    Drifted(
        name="helm-leftover",
        what="an upgrade no longer states a ConfigMap, and it is there still",
        long_ago=(helm(_TWO, service()),),
        recently=(revision("web", 2, "deployed", service()),),
        expected=(Expected(kind=DriftKind.ORPHAN, of="ConfigMap/settings", change="addition", dated=Dated.UNTOLD),),
    ),
    Drifted(
        name="helm-failed",
        what="the newest revision failed; an older one runs",
        long_ago=(helm(_TWO),),
        recently=(revision("web", 2, "failed", _TWO),),
        expected=(
            _helm(
                "Secret/sh.helm.release.v1.web.v2",
                change=None,
                before="deployed",
                after="failed",
                written="v2",
                says="revision 1.*revision 2 failed",
            ),
        ),
    ),
    Drifted(
        name="helm-pending",
        what="an upgrade was interrupted half an hour ago",
        long_ago=(helm(_TWO),),
        recently=(revision("web", 2, "pending-upgrade", _TWO),),
        expected=(
            _helm(
                "Secret/sh.helm.release.v1.web.v2",
                change=None,
                before="deployed",
                after="pending-upgrade",
                written="v2",
                says="half way",
            ),
        ),
    ),
    Drifted(
        name="helm-two-claim-one",
        what="two releases state one object; it carries the marks of the second",
        long_ago=(helm(_TWO, service()),),
        recently=(_taken, revision("other", 1, "deployed", _TWO)),
        expected=(
            _helm(
                "ConfigMap/settings",
                "metadata.annotations[meta.helm.sh/release-name]",
                dated=Dated.UNTOLD,
                says="two releases",
            ),
        ),
    ),
    Drifted(
        name="helm-console-edited",
        what="Lens changes a Service of the release to a load balancer",
        long_ago=(helm(service()),),
        recently=(merged("node-fetch", named(service()), {"spec": {"type": "LoadBalancer"}}),),
        expected=(band("Service/web", "spec.type", "node-fetch", UI, change=("override", "addition", None)),),
    ),
)
