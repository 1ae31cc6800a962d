"""What a container needs of others in the cluster, as far as its name, its command or its last words tell.

A Service or Job that is found and not well is named as the cause; one that is well is never accused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from k8sview.analysis.health.jobs import job_health
from k8sview.analysis.health.services import service_health
from k8sview.model.health import HealthVerdict
from k8sview.model.kinds import ref_to
from k8sview.model.objects.core import Service
from k8sview.model.objects.pods import Pod
from k8sview.model.objects.workloads import Job
from k8sview.model.resources import Ref
from k8sview.model.view import View

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_HOST = re.compile(rf"(?<![\w.$-])(?<![^/]/)({_LABEL}(?:\.{_LABEL})*)(?![\w(])")
_SERVICE = re.compile(r"^([^.]+)(?:\.([^.]+)(?:\.svc(?:\..+)?)?)?$")
_JOB = re.compile(rf"(?<![\w-])jobs?(?:\.batch)?[/ ]+({_LABEL})(?![\w(])")
_UNREACHED = re.compile(
    r"refused|no such host|enotfound|eai_again|unknown ?host|could not (?:connect|translate)|can(?:not|'t) connect"
    r"|timed? ?out|unreachable|name or service not known|temporary failure in name resolution",
    re.IGNORECASE,
)
_ILL = (HealthVerdict.DOWN, HealthVerdict.DEGRADED, HealthVerdict.WAITING)


class Dependency(NamedTuple):
    """Something that is waited for. ``words``: what it is and how it is; ``because`` empty where it is well."""

    words: str
    next: str
    because: tuple[Ref, ...]


def dependency(view: View, pod: Pod, texts: Iterable[str], also: str = "") -> Dependency | None:
    """The first thing named in texts that is not well, else one that is; ``also`` is a name that may be a Service's."""
    joined = " ".join(texts)
    found = [*_jobs(view, pod, joined), *_services(view, pod, joined, also)]
    return next((one for one in found if one.because), found[0] if found else None)


def unreached(view: View, pod: Pod, words: str) -> Dependency | None:
    """The Service or Job that is not well and that a container's last words say it could not reach."""
    found = dependency(view, pod, (words,)) if _UNREACHED.search(words) else None
    return found if found is not None and found.because else None


def _services(view: View, pod: Pod, text: str, also: str) -> Iterator[Dependency]:
    for namespace, name in dict.fromkeys(_hosts(pod, text, also)):
        service = view.get("services", name, namespace)
        if not isinstance(service, Service) or _selects(service, pod):
            continue
        health = service_health(view, service)
        if health.verdict in _ILL:
            words = f"Service {name}, which is not well ({health.message})"
        elif health.verdict is HealthVerdict.HEALTHY:
            words = f"Service {name}, which has ready pods"
        else:
            words = f"Service {name} ({health.message})"
        because = (ref_to("Service", namespace, name),) if health.verdict in _ILL else ()
        look = f"kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={name}"
        yield Dependency(words, look if because else "", because)


def _jobs(view: View, pod: Pod, text: str) -> Iterator[Dependency]:
    namespace = pod.metadata.namespace or ""
    for name in dict.fromkeys(_JOB.findall(text)):
        job = view.get("jobs.batch", name, namespace)
        if not isinstance(job, Job):
            continue
        health = job_health(view, job)
        because = (ref_to("Job", namespace, name),) if health.verdict in _ILL else ()
        yield Dependency(
            f"Job {name} ({health.message or health.reason})", f"kubectl get job -n {namespace} {name}", because
        )


def _selects(service: Service, pod: Pod) -> bool:
    """A pod does not wait for the Service that it answers for itself."""
    chosen, namespace = service.spec.selector, service.metadata.namespace
    return bool(chosen) and namespace == pod.metadata.namespace and chosen.items() <= pod.metadata.labels.items()


def _hosts(pod: Pod, text: str, also: str) -> Iterator[tuple[str, str]]:
    """``(namespace, name)`` of everything that may be a Service's host name."""
    own = pod.metadata.namespace or ""
    for host in _HOST.findall(text):
        found = _SERVICE.match(host)
        if found:
            yield found[2] or own, found[1]
    if also:
        yield own, also
