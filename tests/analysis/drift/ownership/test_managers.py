"""Who a manager's name stands for."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.ownership.managers import actor, applies, class_of, own_controllers, person, tool
from k8sview.model.drift import Actor, ActorClass

H, U, G, C = ActorClass.HUMAN, ActorClass.UI, ActorClass.GITOPS, ActorClass.CONTROLLER
A, S, I, X = ActorClass.AUTOSCALER, ActorClass.SCRIPT, ActorClass.IAC, ActorClass.UNKNOWN  # noqa: E741

CASES = [
    # manager, operation, subresource, class, tool
    ("kubectl-edit", "Update", "", H, "kubectl edit"),
    ("kubectl-set", "Update", "", H, "kubectl set"),
    ("kubectl-rollout", "Update", "", H, "k9s or kubectl (restart, pause)"),
    ("kubectl-some-plugin", "Update", "", H, "kubectl some-plugin"),
    ("kubectl-client-side-apply", "Update", "", H, "kubectl apply (a person or a pipeline)"),
    ("kubectl", "Apply", "", H, "kubectl apply --server-side (a person or a pipeline)"),
    ("kubectl", "Update", "", H, "kubectl (rollout undo or cordon)"),
    ("kubectl", "Update", "scale", H, "kubectl scale"),
    ("kubectl", "Update", "ephemeralcontainers", H, "kubectl debug"),
    ("kubectl-patch", "Update", "resize", H, "kubectl patch, through /resize"),
    ("kubectl-edit", "Update", "status", H, "kubectl edit, through /status"),
    ("flux-client-side-apply", "Update", "", H, "kubectl, under the name whose edits Flux keeps"),
    ("k9s", "Update", "scale", U, "k9s, through /scale"),
    ("Mozilla", "Update", "", U, "a browser console"),
    ("node-fetch", "Update", "", U, "a desktop console (Lens or its kin)"),
    ("argocd-server", "Update", "", U, "Argo CD's web console"),
    ("argocd-controller", "Apply", "", G, "Argo CD"),
    ("argocd-application-controller", "Update", "", G, "Argo CD"),
    ("argocd-image-updater", "Update", "", G, "argocd-image-updater"),
    ("kustomize-controller", "Apply", "", G, "Flux (Kustomization)"),
    ("helm-controller", "Update", "", G, "Flux (HelmRelease)"),
    ("fleetagent", "Update", "", G, "Fleet"),
    ("helm", "Update", "", ActorClass.HELM, "Helm"),
    ("HashiCorp", "Update", "", I, "Terraform"),
    ("pulumi-kubernetes-3f2a", "Apply", "", I, "pulumi-kubernetes-3f2a"),
    ("OpenAPI-Generator", "Update", "", S, "a script (a generated client)"),
    ("okhttp", "Update", "", S, "a Java program"),
    ("curl", "Update", "", S, "curl"),
    ("kube-controller-manager", "Update", "", C, "the controller manager"),
    ("kube-controller-manager", "Update", "scale", A, "the HorizontalPodAutoscaler"),
    ("before-first-apply", "Update", "", C, "whoever wrote before the first apply"),
    ("deploy@node-1", "Update", "", C, "deploy@node-1"),
    ("cert-manager-cainjector", "Apply", "", C, "cert-manager-cainjector"),
    ("my-operator", "Update", "", C, "my-operator"),
    ("keda-operator", "Update", "", A, "keda-operator"),
    ("vpa-updater", "Update", "", A, "vpa-updater"),
    ("manager", "Update", "", X, "manager"),
    ("unknown", "Update", "", X, "a program without a name"),
    ("", "Update", "", X, "a program without a name"),
    ("release-bot", "Update", "", X, "release-bot"),
]


@pytest.mark.parametrize(("manager", "operation", "subresource", "kind", "words"), CASES)
def test_a_name_has_a_class_and_plain_words(
    manager: str, operation: str, subresource: str, kind: ActorClass, words: str
) -> None:
    who = actor({"manager": manager, "operation": operation, "subresource": subresource, "time": "x"})
    assert who == Actor(kind, manager, operation, subresource)
    assert tool(who) == words


def test_the_users_own_classes_overrule_every_table() -> None:
    known = {"kubectl-edit": ActorClass.GITOPS, "manager": ActorClass.CONTROLLER}
    assert class_of("kubectl-edit", "", known) is G
    assert class_of("manager", "", known) is C
    assert class_of("kube-controller-manager", "scale", {"kube-controller-manager": ActorClass.SCRIPT}) is S


def test_who_writes_the_status_is_the_objects_controller_unless_it_is_a_person() -> None:
    entries = [{"manager": "manager", "subresource": "status"}, {"manager": "kubectl-edit", "subresource": "status"}]
    controllers = own_controllers([actor(one) for one in entries])
    assert controllers == {"manager"}
    assert actor({"manager": "manager"}, own_controllers=controllers).actor_class is C
    asked = {"manager": ActorClass.UNKNOWN}
    assert actor({"manager": "manager"}, asked, controllers).actor_class is X
    assert actor({"manager": "other"}, own_controllers=controllers).actor_class is X
    # An operator under the name of the library that it is made with.
    reports = [actor({"manager": "Go-http-client", "subresource": "status"})]
    assert actor({"manager": "Go-http-client"}, own_controllers=own_controllers(reports)).actor_class is C
    assert actor({"manager": "Go-http-client"}).actor_class is S


def test_wrongly_typed_entries_are_nobody() -> None:
    assert actor({"manager": 7, "operation": None, "subresource": ["scale"]}) == Actor()


def test_kubectl_apply_is_told_from_all_other_kubectl() -> None:
    assert applies(actor({"manager": "kubectl", "operation": "Apply"}))
    assert applies(actor({"manager": "kubectl-client-side-apply", "operation": "Update"}))
    assert not applies(actor({"manager": "kubectl", "operation": "Update"}))
    assert person(actor({"manager": "k9s"}))
    assert not person(actor({"manager": "curl"}))
