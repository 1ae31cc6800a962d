"""Policy: is what people wrote as policy loaded, bound and effective? Kyverno, Gatekeeper, the API server's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from k8sview.analysis.checks.custom import born, items, older_than, text
from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, passes, ref_to, warns
from k8sview.analysis.checks.parts import main_ref
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.model.components import Presence
from k8sview.model.fields import PathError, read_one, steps
from k8sview.model.status import Severity
from k8sview.model.times import format_age, parse_duration

_TEMPLATES = "constrainttemplates.templates.gatekeeper.sh"
_CONSTRAINT_STATUSES = "constraintpodstatuses.status.gatekeeper.sh"
_POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io"
_BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
_ENFORCE = "pod-security.kubernetes.io/enforce"
_LEVELS = ("privileged", "baseline", "restricted")


class FewParameters(Parameters, frozen=True, kw_only=True):
    """At most ``max`` objects of ``resource`` older than ``older_than`` state one of ``values`` at ``path``.

    ``part``: the component's part that does the work they wait for.
    """

    resource: str
    path: str
    values: tuple[str, ...]
    max: int
    older_than: str
    part: str | None = None

    def reads(self) -> tuple[str, ...]:
        return (self.resource,)

    def problem(self) -> str | None:
        try:
            steps(self.path)
        except PathError as error:
            return str(error)
        return None if parse_duration(self.older_than) else f"older_than: {self.older_than!r} is no duration (10m, 1h)"


@rule("few-waiting", FewParameters)
def few_waiting(context: Context, parameters: FewParameters) -> Iterator[Judged]:
    """Work is done about as fast as it comes in. One finding, about the part that does the work."""
    table = context.table(parameters.resource)
    span = parse_duration(parameters.older_than) or timedelta()
    counts: dict[str, int] = {}
    for obj in table:
        value = text(obj, parameters.path)
        if value in parameters.values and older_than(obj, span, context.now):
            counts[value] = counts.get(value, 0) + 1
    total = sum(counts.values())
    outcome = PASS
    if total > parameters.max:
        shown = ", ".join(f"{count} {value}" for value, count in sorted(counts.items()))
        outcome = fails(
            f"{total} {table.resource.plural} are not done after {format_age(span)} ({shown})",
            path=parameters.resource,
            observed=str(total),
            expected=f"at most {parameters.max}",
        )
    yield Judged(main_ref(context.component, parameters.part), outcome)


class TemplatesParameters(Parameters, frozen=True, kw_only=True):
    """``grace``: how long a new template may take."""

    grace: str = "5m"

    def reads(self) -> tuple[str, ...]:
        return (_TEMPLATES,)

    def problem(self) -> str | None:
        return None if parse_duration(self.grace) else f"grace: {self.grace!r} is no duration (5m, 1h)"


@rule("gatekeeper-templates", TemplatesParameters)
def gatekeeper_templates(context: Context, parameters: TemplatesParameters) -> Iterator[Judged]:
    """Every ConstraintTemplate is created and loaded by each Gatekeeper pod."""
    table = context.table(_TEMPLATES)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _template(table.objects[key], context, parameters))


def _template(template: Any, context: Context, parameters: TemplatesParameters) -> Outcome:
    for pod in items(template, "status.byPod"):
        for error in items(pod, "errors"):
            code, message = text(error, "code") or "error", text(error, "message") or "no message"
            words = f"pod {text(pod, 'id') or '?'} could not load it: {code}: {message}"
            return fails(words, path="status.byPod[*].errors", observed=code, expected="no errors")
    created, grace = born(template), parse_duration(parameters.grace)
    if read_one(template, "status.created") is True:
        return _behind(template)
    if created is not None and grace is not None and context.now - created < grace:
        return passes(recheck_at=created + grace)
    if read_one(template, "status.created") is False:
        return fails("its constraint kind is not created", path="status.created", observed="false", expected="true")
    return cannot_tell("no status: Gatekeeper has not looked at this template", path="status.created", since=created)


def _behind(template: Any) -> Outcome:
    generation = template.metadata.generation
    for pod in items(template, "status.byPod"):
        seen = read_one(pod, "observedGeneration")
        if isinstance(seen, int) and generation is not None and seen < generation:
            return cannot_tell(
                f"pod {text(pod, 'id') or '?'} speaks of generation {seen}, the template is at {generation}"
            )
    return PASS


class ConstraintsParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_CONSTRAINT_STATUSES,)


@rule("gatekeeper-constraints", ConstraintsParameters)
def gatekeeper_constraints(context: Context, parameters: ConstraintsParameters) -> Iterator[Judged]:
    """Every constraint is enforced by each Gatekeeper pod, as that pod itself says."""
    table = context.table(_CONSTRAINT_STATUSES)
    for key in sorted(table.objects):
        status = table.objects[key]
        labels = status.metadata.labels
        kind, name = (labels.get(f"internal.gatekeeper.sh/constraint-{one}", "?") for one in ("kind", "name"))
        # enforcementPointsStatus is left alone: a working Rego constraint shows an error for vap.k8s.io there.
        errors = [text(one, "message") or text(one, "code") or "no message" for one in items(status, "status.errors")]
        pod = text(status, "status.id") or "?"
        outcome = PASS
        if errors:
            outcome = fails(
                f"{kind} {name} fails in pod {pod}: {errors[0]}", path="status.errors", evidence=tuple(errors[:4])
            )
        elif read_one(status, "status.enforced") is not True:
            words = f"{kind} {name} is not enforced by pod {pod}"
            outcome = fails(words, path="status.enforced", observed="false", expected="true")
        yield Judged(ref_to(table, status), outcome)


class AdmissionPoliciesParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES,)


@rule("admission-policy-types", AdmissionPoliciesParameters)
def admission_policy_types(context: Context, parameters: AdmissionPoliciesParameters) -> Iterator[Judged]:
    """The API server found no mistakes of type in any policy's expressions, and has looked at what they say now."""
    table = context.table(_POLICIES)
    for key in sorted(table.objects):
        yield Judged(ref_to(table, table.objects[key]), _types(table.objects[key]))


def _types(policy: Any) -> Outcome:
    warnings = items(policy, "status.typeChecking.expressionWarnings")
    if warnings:
        first = warnings[0]
        refuses = text(policy, "spec.failurePolicy") != "Ignore"
        what = "every matching request is refused" if refuses else "the policy is skipped"
        return fails(
            f"{text(first, 'fieldRef') or 'an expression'}: {text(first, 'warning').strip() or 'no message'}; "
            f"where it fails, {what}",
            path="status.typeChecking.expressionWarnings",
            observed=f"{len(warnings)} warnings",
            expected="none",
        )
    seen, generation = read_one(policy, "status.observedGeneration"), policy.metadata.generation
    if isinstance(seen, int) and generation is not None and seen < generation:
        return cannot_tell(f"its types were checked for generation {seen}, the policy is at {generation}")
    return PASS


class BoundParameters(Parameters, frozen=True, kw_only=True):
    """Nothing to set."""

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES, _BINDINGS)


@rule("admission-policies-bound", BoundParameters)
def admission_policies_bound(context: Context, parameters: BoundParameters) -> Iterator[Judged]:
    """Every policy has a binding, and one that denies: Warn and Audit alone refuse nothing."""
    table = context.table(_POLICIES)
    actions: dict[str, set[str]] = {}
    for binding in context.table(_BINDINGS):
        stated = read_one(binding, "spec.validationActions")
        found = {str(one) for one in stated} if isinstance(stated, list) else set()
        actions.setdefault(text(binding, "spec.policyName"), set()).update(found)
    for key in sorted(table.objects):
        policy = table.objects[key]
        bound = actions.get(policy.metadata.name)
        outcome = PASS
        if bound is None:
            outcome = fails("no binding names it: it has no effect", path="spec", expected="a binding")
        elif "Deny" not in bound:
            shown = ", ".join(sorted(bound)) or "nothing"
            outcome = warns(f"its bindings only {shown}: it refuses nothing", severity=Severity.INFO, observed=shown)
        yield Judged(ref_to(table, policy), outcome)


class PodSecurityParameters(Parameters, frozen=True, kw_only=True):
    """``system``: names (or ``prefix-*``) that may be without a level or privileged. ``engines``: components that do
    the same job."""

    system: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:
        return ("namespaces",)


@rule("namespaces-pod-security", PodSecurityParameters)
def namespaces_pod_security(context: Context, parameters: PodSecurityParameters) -> Iterator[Judged]:
    """Every namespace of users enforces a Pod Security level, or a policy engine judges its pods."""
    table = context.table("namespaces")
    engines = [
        status.title
        for name in parameters.engines
        if (status := context.components.get(name)) is not None and status.state is Presence.INSTALLED
    ]
    for key in sorted(table.objects):
        namespace = table.objects[key]
        if not _is_system(namespace.metadata.name, parameters.system):
            yield Judged(ref_to(table, namespace), _enforced(namespace.metadata.labels.get(_ENFORCE), engines))


def _is_system(name: str, system: tuple[str, ...]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in system)


def _enforced(level: str | None, engines: list[str]) -> Outcome:
    path = f"metadata.labels[{_ENFORCE}]"
    if level is None:
        if engines:
            return PASS
        words = "enforces no Pod Security level, and no policy engine is installed: any pod may be privileged"
        return warns(words, path=path, expected="baseline or restricted", severity=Severity.LOW)
    if level not in _LEVELS:
        words = f"its Pod Security level {level!r} is none of {', '.join(_LEVELS)}"
        return fails(words, path=path, observed=level, expected="baseline or restricted")
    if level == "privileged" and not engines:
        return fails("allows privileged pods", path=path, observed=level, expected="baseline or restricted")
    return PASS
