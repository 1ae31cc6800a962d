"""The words of judgement: layers, statuses, severities and verdicts, each with its order. No logic beyond ordering."""

from __future__ import annotations

from enum import StrEnum


class Layer(StrEnum):
    """The floors of the house, lowest first."""

    FOUNDATION = "foundation"
    BASEMENT = "basement"
    BUILDING = "building"

    @property
    def floor(self) -> int:
        """0 for the lowest floor."""
        return _FLOORS[self]


_FLOORS = {layer: number for number, layer in enumerate(Layer)}


class Status(StrEnum):
    """Outcome of a check or of one finding.

    ``unknown``: applicable, but something it needs could not be read. ``skip``: not installed or not applicable.
    ``error``: our bug or a malformed object. None of these three ever counts as a pass.
    """

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"
    ERROR = "error"

    @property
    def evaluated(self) -> bool:
        """Whether the cluster's state was really judged."""
        return self in (Status.PASS, Status.WARN, Status.FAIL)

    @property
    def badness(self) -> int:
        """Order for "worst first": fail, error, unknown, warn, pass, skip."""
        return _BADNESS[self]


_BADNESS = {Status.FAIL: 5, Status.ERROR: 4, Status.UNKNOWN: 3, Status.WARN: 2, Status.PASS: 1, Status.SKIP: 0}


class Severity(StrEnum):
    """How much a failing check matters, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANKS[self]

    def at_least(self, other: Severity) -> bool:
        """Whether this severity is as bad as ``other`` or worse."""
        return self.rank <= other.rank

    def weigh(self, status: Status) -> Status:
        """What a check of this severity means for the whole that it is part of (a component): what is low or merely
        for information never fails a whole, it warns."""
        return Status.WARN if status is Status.FAIL and not self.at_least(Severity.MEDIUM) else status


_RANKS = {severity: number for number, severity in enumerate(Severity)}


class Confidence(StrEnum):
    """How we know: ``certain`` from the object's own state, ``observed`` from events or watches, ``inferred``."""

    CERTAIN = "certain"
    OBSERVED = "observed"
    INFERRED = "inferred"


class Verdict(StrEnum):
    """Readiness of a layer or of the whole cluster."""

    READY = "ready"
    READY_WITH_WARNINGS = "ready-with-warnings"
    NOT_READY = "not-ready"
    INCOMPLETE = "incomplete"


class Reason(StrEnum):
    """Why a check has the status it has, where the status alone does not say."""

    FORBIDDEN = "Forbidden"
    PARTIAL = "PartialScope"
    NOT_INSTALLED = "NotInstalled"
    LEFTOVER = "Leftover"
    MANAGED = "Managed"
    NOT_APPLICABLE = "NotApplicable"
    NOT_SERVED = "NotServed"
    DEPENDENCY_FAILED = "DependencyFailed"
    TIMEOUT = "Timeout"
    STALE = "Stale"
    READ_FAILED = "ReadFailed"
    MALFORMED = "MalformedObject"
    CRASHED = "CheckCrashed"
    INCONCLUSIVE = "Inconclusive"
