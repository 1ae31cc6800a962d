"""What Argo CD's scripts say of Kubernetes' own kinds: CronJobs, disruption budgets, CustomResourceDefinitions."""

from __future__ import annotations

from k8sview.analysis.health.compare.said import Said
from k8sview.model.objects.extension import CustomResourceDefinition
from k8sview.model.objects.workloads import CronJob, PodDisruptionBudget


def cron_job(found: CronJob) -> Said:
    """The two times of its status; runs that were missed and runs that are going on cannot be told by them."""
    status = found.status
    if found.spec.suspend:
        return Said("Healthy", "a suspended CronJob is Healthy there on purpose")
    if status.last_schedule_time is None:
        return Said("Healthy", "a CronJob that never ran is Healthy there: missed runs cannot be seen in its status")
    if status.last_successful_time is None:
        return Said("Healthy", "a CronJob that never succeeded is Healthy there, because it may not have ended yet")
    if status.active:
        return Said("Healthy", "a CronJob with a running Job is Healthy there, however the last one ended")
    if status.last_successful_time < status.last_schedule_time:
        return Said("Degraded", "the last success is older than the last start and nothing runs")
    return Said("Healthy", "the last success is no older than the last start, and runs that were missed do not count")


def disruption_budget(found: PodDisruptionBudget) -> Said:
    """Any False condition is a fault but for one reason, which is also that of arithmetic that never works out."""
    for condition in found.status.conditions:
        if condition.status == "False" and condition.reason != "InsufficientPods":
            return Said("Degraded", f"its condition {condition.type} is False with reason {condition.reason or 'none'}")
    if found.status.conditions:
        return Said("Healthy", "reason InsufficientPods is Healthy there, even where no drain can ever succeed")
    return Said("Progressing", "a budget without conditions is Progressing there")


def definition(found: CustomResourceDefinition) -> Said:
    """Conditions in their order: the first that decides wins."""
    established = False
    for condition in found.status.conditions:
        match condition.type, condition.status:
            case "Terminating", "True":
                return Said("Progressing", "its condition Terminating is True")
            case "NamesAccepted", "False":
                return Said("Degraded", "its condition NamesAccepted is False")
            case "NonStructuralSchema", "True":
                return Said("Degraded", "its condition NonStructuralSchema is True")
            case "Established", "True":
                established = True
            case "Established", _ if condition.reason == "Installing":
                return Said("Progressing", "it is being installed")
    if established:
        return Said("Healthy", "it is Established, and neither stored versions nor a conversion webhook count")
    if found.status.conditions:
        return Said("Degraded", "its condition Established is not True")
    return Said("Progressing", "a CustomResourceDefinition without conditions is Progressing there")
