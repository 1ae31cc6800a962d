"""The JSON Schemas of the reports, made from the very structs that are encoded: they cannot tell another story.

Unknown keys are allowed everywhere, since version 1 may grow; keys present in 1.0.0 are always written, null included.
"""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.model.diff_report import DiffReport
from k8sview.model.drift_report import DriftReport
from k8sview.model.health import HealthVerdict
from k8sview.model.health_report import HealthReport, WhyReport
from k8sview.model.report import Document, Report
from k8sview.model.status import Severity, Status

DIALECT = "https://json-schema.org/draft/2020-12/schema"

DOCUMENTS: dict[str, type[Document]] = {
    "check": Report,
    "health": HealthReport,
    "why": WhyReport,
    "drift": DriftReport,
    "diff": DiffReport,
}
"""What has a schema, by the command that writes it. A document's ``kind`` is the name of its struct."""
_KINDS: dict[type[Document], str] = {Report: "CheckReport"}

_DESCRIPTIONS = {
    "Report": "What `k8sview check -o json` writes: exactly one of these.",
    "Report.apiVersion": "Readers of k8sview.io/v1 ignore keys they do not know; within v1 keys are only added.",
    "Report.schemaVersion": "Grows with each addition.",
    "Report.components": "The components of the catalogue (those of the selected checks), installed or not.",
    "Report.checks": "Every selected check, also those that pass or are skipped; sorted by layer and id.",
    "Report.findings": "Sorted by layer, check id, namespace, kind and name.",
    "Report.resolved": "Fingerprints of the baseline that were evaluated again and are gone.",
    "Report.errors": "What went wrong in k8sview itself or could not be decoded, one sentence each.",
    "Run.durationMs": "Wall time of connecting, reading and judging.",
    "Run.source": "live or recording.",
    "Selection.namespaces": "null: the whole cluster.",
    "ApiCost": "What this run asked of the API server.",
    "ClusterIdentity.uid": "Of namespace kube-system; null where it could not be read.",
    "ClusterIdentity.version": "The server's gitVersion; empty where it could not be read.",
    "Summary.checks": "Number of checks by status.",
    "Summary.findings": "Number of findings that fail or warn, by severity; exempted ones only under exempted.",
    "LayerSummary.rootCauses": "Fingerprints of failures that no other finding explains, worst first.",
    "Coverage.applicable": "Selected checks that are not skipped.",
    "Coverage.evaluated": "Those that were judged: unknown and error never count.",
    "Coverage.percent": "evaluated of applicable; null where nothing applies.",
    "ComponentReport.evidence": "What showed that the component is there.",
    "ComponentCondition": "Available, Progressing, Degraded or Upgradeable; Unknown is not False.",
    "CheckResult.status": "unknown: applicable but not readable; skip: not installed or not applicable; error: our bug "
    "or an object that could not be decoded. None of these is a pass.",
    "CheckResult.reason": "Why, where the status alone does not say.",
    "CheckResult.evaluatedObjects": "How many objects were really looked at.",
    "CheckResult.causedBy": "Checks whose findings explain some of this one's.",
    "Finding.fingerprint": "Made of check, cluster, kind, namespace, workload, container, path: survives restarts.",
    "Finding.object": "null: about the cluster as a whole.",
    "Finding.path": "Field path inside the object.",
    "Finding.since": "RFC 3339, UTC; null where unknown.",
    "Finding.next": "One next step for people; k8sview never runs it.",
    "Finding.causedBy": "Fingerprint of the finding that explains this one.",
    "Finding.affects": "How many findings this one explains, directly or not.",
    "Finding.state": "new or unchanged, compared with a baseline; null without one.",
    "Access.denied": "What the server refused, and which checks this leaves blind or less sharp.",
    "Denied.namespace": "null: in all namespaces at once.",
    "HealthReport": "What `k8sview health -o json` writes: exactly one of these (with --watch one a line, each whole).",
    "HealthReport.apiVersion": "Readers of k8sview.io/v1 ignore keys they do not know; within v1 keys are only added.",
    "HealthReport.rootCauses": "The most upstream objects of what is wrong, each once; widest effect first, then age.",
    "HealthReport.objects": "Everything judged that is not Healthy (with --all: everything); by namespace, kind, name.",
    "HealthReport.unseen": "Judged resources that could not be read, wholly or in part: they are in no count.",
    "HealthReport.selector": "The labels of -l; null without.",
    "HealthReport.errors": "Objects that could not be decoded, one sentence each.",
    "HealthSummary.verdicts": "Number of judged objects by verdict.",
    "HealthSummary.rootCauses": "Length of rootCauses.",
    "CauseReport.id": "Made of diagnosis, cluster, kind, namespace, workload, container: survives restarts.",
    "CauseReport.diagnosis": "The rule that found it; `k8sview explain` knows it.",
    "CauseReport.object": "Who is to blame. It need not exist: a ConfigMap may be missing.",
    "CauseReport.since": "RFC 3339, UTC; null where unknown.",
    "CauseReport.affects": "Length of objects.",
    "CauseReport.objects": "What is not well by this cause, the object itself left out; workloads first.",
    "CauseReport.changedBefore": "Changes in the half hour before since, newest first.",
    "CauseReport.missing": "What could not be read and would have made this surer.",
    "ChangedBefore.actor": "The field manager; the API never stores the user.",
    "ChangedBefore.basis": "What dates the change: revision, managedFields, event, watch or creation.",
    "Evidence.path": "Field path; begins with resource/name where it lies on another object.",
    "ObjectHealth.verdict": "Unknown: not enough could be seen, or the kind says nothing of itself. Never a pass.",
    "ObjectHealth.grace": "How long this state is excused; null where no period applies.",
    "ObjectHealth.rootCause": "Id of an entry of rootCauses; null for what is no fault.",
    "ObjectHealth.missing": "What could not be read, with the state of its table.",
    "ObjectHealth.compare": "null where kstatus and Argo CD say the same in their words.",
    "Compare.argocd": "null: Argo CD gives this object no health.",
    "WhyReport": "What `k8sview why -o json` writes: exactly one of these.",
    "WhyReport.chain": "From the object to its root cause, link by link; empty for an object that is well.",
    "WhyReport.rootCause": "null for what is no fault.",
    "StepReport.verdict": "null: the object does not exist, or has no health of its own.",
    "DriftReport": "What `k8sview drift -o json` writes: exactly one of these.",
    "DriftReport.apiVersion": "Readers of k8sview.io/v1 ignore keys they do not know; within v1 keys are only added.",
    "DriftReport.drifts": "One for each leaf that differs, worst first; ignored ones last.",
    "DriftReport.notCheckable": "What could not be looked for, and why: an empty drifts says nothing about these.",
    "DriftReport.fetched": "How many requests it took to read objects whole.",
    "DriftReport.rules": "Ignore rules that ran out, or that cover nothing (told only where everything was looked at).",
    "DriftReport.selector": "The labels of -l; null without.",
    "DriftSummary.drifted": "Drifts that no rule ignores; unmanaged objects are counted apart.",
    "DriftSummary.managedPercent": "Managed of what somebody decided to have; null where there is nothing to count.",
    "DriftEntry.fingerprint": "Made of kind of drift, cluster, workload and path: survives restarts.",
    "DriftEntry.change": "override, addition or removal; null where neither word fits.",
    "DriftEntry.path": "Field path; empty: the object as a whole.",
    "DriftEntry.also": "Other kinds of drift that tell of the same leaf.",
    "DriftEntry.before": "null: unknown, or it was not there (see change). Never a Secret's value.",
    "DriftEntry.actor": "The field manager; the API never stores the user. null: nobody signed it.",
    "DriftEntry.nextUpgradeRepairs": "Whether the next helm upgrade puts it back; null: none would touch it.",
    "DriftEntry.ignoredBy": "Id of the ignore rule that covers it.",
    "WrittenAt.notBefore": "null: at is exact. Else it happened between the two.",
    "WrittenAt.basis": "What dates it: managedFields, revision, event, watch or none.",
    "DiffReport": "What `k8sview diff -o json` writes: exactly one of these.",
    "DiffReport.apiVersion": "Readers of k8sview.io/v1 ignore keys they do not know; within v1 keys are only added.",
    "DiffReport.cluster": "Side A's; sides has both.",
    "DiffReport.comparison": "baseline: both sides are one cluster (one uid of namespace kube-system). Else cluster.",
    "DiffReport.parts": "What was compared; with --kind or -l objects alone.",
    "DiffReport.differences": "All of them: intended ones last, by part, worst first.",
    "DiffReport.notComparable": "Neither equal nor different: nobody could see it, on the side that is named.",
    "DiffReport.leftOut": "Objects that nobody wrote down, counted and not compared; --all compares them.",
    "DiffReport.rules": "Intended differences that expired, and rules and renames that nothing needs.",
    "DiffReport.selector": "The labels of -l; null without.",
    "DiffReport.kinds": "The resources that --kind meant; null: all.",
    "DiffSummary.differences": "Those that no rule intends.",
    "DiffSummary.objects": "Objects among them.",
    "DiffSummary.compared": "Pairs of objects that both sides have.",
    "DiffSummary.equal": "Those of them in which nothing differs and nothing was left uncompared.",
    "DiffSummary.notComparable": "Length of notComparable.",
    "DiffSummary.parts": "Number of differences by part.",
    "DiffEntry.fingerprint": "Made of part, B's cluster, kind, namespace, name and path.",
    "DiffEntry.unlike": "only-in-a, only-in-b, differs, or recreated (deleted and made anew).",
    "DiffEntry.object": "Under its name in B; null where it is no object.",
    "DiffEntry.name": "Of the object, check, component or resource; cluster for the cluster's own facts.",
    "DiffEntry.path": "Field path; empty: the object as a whole.",
    "DiffEntry.change": "From A to B: override, addition or removal; null where neither word fits.",
    "DiffEntry.a": "null: A does not have it. Never a value of a Secret or a ConfigMap.",
    "DiffEntry.b": "null: B does not have it. Never a value of a Secret or a ConfigMap.",
    "DiffEntry.managers": "The field managers that hold the leaf in B; empty where that is not known.",
    "DiffEntry.objectInA": "What A calls it, where a rename says so; else null.",
    "DiffEntry.intendedBy": "Id of the rule that intends it; null without.",
    "SideReport.at": "The moment that it tells of.",
    "SideReport.operand": "As it was asked for.",
    "NotComparable.what": "A resource, a check, a component, or a fact of the cluster.",
    "NotComparable.side": "Which side could not be seen.",
    "NotComparable.examples": "Some of them.",
    "Unlooked.asked": "false: only because something was not given, such as manifests. Does not count as incomplete.",
}


def schema(command: str = "check") -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of what a command writes with ``-o json``."""
    struct = DOCUMENTS[command]
    kind = _KINDS.get(struct, struct.__name__)
    (top,), definitions = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    for name, definition in definitions.items():
        _describe(definition, name)
    if struct is Report:
        _count(definitions["Summary"]["properties"]["checks"], [str(status) for status in Status])
        _count(definitions["Summary"]["properties"]["findings"], [*map(str, Severity), "exempted", "new", "resolved"])
        # An open set: a later 1.x may know more reasons, and documents of it must pass here.
        reasons = definitions["Reason"].pop("enum")
        definitions["Reason"] |= {"type": "string", "examples": sorted(reasons)}
    if struct is HealthReport:
        _count(definitions["HealthSummary"]["properties"]["verdicts"], [str(one) for one in HealthVerdict])
    definitions[struct.__name__]["properties"]["apiVersion"]["const"] = "k8sview.io/v1"
    definitions[struct.__name__]["properties"]["kind"]["const"] = kind
    return {
        "$schema": DIALECT,
        "$id": f"https://k8sview.io/schemas/{command}-report-v1.json",
        "title": kind,
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def render(command: str = "check") -> str:
    """The document that ``k8sview schema`` prints."""
    return msgspec.json.format(msgspec.json.encode(schema(command)), indent=2).decode() + "\n"


def _describe(definition: dict[str, Any], name: str) -> None:
    """Our words in place of docstrings, which speak to programmers."""
    definition.pop("description", None)
    if name in _DESCRIPTIONS:
        definition["description"] = _DESCRIPTIONS[name]
    for key, value in definition.get("properties", {}).items():
        if words := _DESCRIPTIONS.get(f"{name}.{key}"):
            value["description"] = words


def _count(definition: dict[str, Any], keys: list[str]) -> None:
    """A mapping of known words to numbers."""
    definition["properties"] = {key: {"type": "integer", "minimum": 0} for key in keys}
    definition["required"] = keys
