"""Versions against each other: kubelets and components against the API server, a component's parts among themselves."""

from __future__ import annotations

from collections.abc import Iterator

from k8sview.analysis.checks.outcome import PASS, Context, Judged, Outcome, cannot_tell, fails, ref_to, warns
from k8sview.analysis.checks.pools import by_pool
from k8sview.analysis.checks.registry import Parameters, rule
from k8sview.analysis.checks.versions import Minor, minor_of, shown
from k8sview.model.status import Severity


class KubeletSkewParameters(Parameters, frozen=True, kw_only=True):
    """No kubelet is newer than the API server or more than three minors older (two before 1.25)."""

    def reads(self) -> tuple[str, ...]:
        return ("nodes",)


@rule("kubelet-skew", KubeletSkewParameters)
def kubelet_skew(context: Context, parameters: KubeletSkewParameters) -> Iterator[Judged]:
    server = minor_of(context.view.cluster.version)
    if server is None:
        yield Judged(None, cannot_tell("the server did not tell its version"))
        return
    yield from by_pool(
        context,
        lambda node: node.status.node_info.kubelet_version,
        lambda version: _skew(version, server),
        "status.nodeInfo.kubeletVersion",
    )


def _skew(version: str, server: Minor) -> Outcome:
    own = minor_of(version)
    if own is None:
        return cannot_tell(f"kubelet version {version!r} cannot be read")
    behind = server[1] - own[1]
    allowed = 3 if own >= (1, 25) else 2
    words = f"kubelet {version} against API server {shown(server)}"
    wanted = f"{server[0]}.{max(server[1] - allowed, 0)} to {shown(server)}"
    if own[0] != server[0] or behind < 0:
        return fails(f"{words}: newer than the API server", severity=Severity.CRITICAL, expected=wanted)
    if behind > allowed:
        return fails(f"{words}: {behind} minors behind, {allowed} allowed", severity=Severity.CRITICAL, expected=wanted)
    if behind == allowed:
        return fails(f"{words}: {behind} minors behind, which blocks the next upgrade", expected=wanted)
    if behind == allowed - 1 and behind > 1:
        return warns(f"{words}: {behind} minors behind", severity=Severity.LOW, expected=wanted)
    return PASS


class SameVersionParameters(Parameters, frozen=True, kw_only=True):
    """The workloads of ``parts`` (default: all) run one version of the component."""

    parts: tuple[str, ...] = ()


@rule("parts-same-version", SameVersionParameters)
def parts_same_version(context: Context, parameters: SameVersionParameters) -> Iterator[Judged]:
    parts = [one for one in context.component.parts if not parameters.parts or one.name in parameters.parts]
    versions = {one.version for one in parts if one.version}
    for part in parts:
        table = context.table(part.resource)
        workload = table.get(part.workload, part.namespace)
        if workload is None:
            continue
        newest = max(versions, key=lambda one: (minor_of(one) or (0, 0), one), default=None)
        outcome = PASS
        if part.version is None:
            outcome = cannot_tell(f"{part.name}: no version in its image")
        elif part.version != newest:
            others = ", ".join(sorted({one.name for one in parts if one.version == newest}))
            words = f"{part.name} runs {part.version} while {others} runs {newest}"
            outcome = fails(words, observed=part.version, expected=newest)
        yield Judged(ref_to(table, workload), outcome)


class ComponentSkewParameters(Parameters, frozen=True, kw_only=True):
    """The component's version is not newer than the API server and at most ``older`` minors behind it."""

    older: int = 3


@rule("component-skew", ComponentSkewParameters)
def component_skew(context: Context, parameters: ComponentSkewParameters) -> Iterator[Judged]:
    server = minor_of(context.view.cluster.version)
    if server is None:
        yield Judged(None, cannot_tell("the server did not tell its version"))
        return
    for part in context.component.parts:
        table = context.table(part.resource)
        workload = table.get(part.workload, part.namespace)
        if workload is not None:
            yield Judged(ref_to(table, workload), _component_skew(part.version, server, parameters.older))


def _component_skew(version: str | None, server: Minor, older: int) -> Outcome:
    own = minor_of(version)
    if own is None:
        return cannot_tell("no version in its image")
    behind = server[1] - own[1]
    if own[0] == server[0] and 0 <= behind <= older:
        return PASS
    side = "newer than" if behind < 0 else f"{behind} minors behind"
    words = f"{version} is {side} the API server ({shown(server)})"
    return fails(words, observed=version, expected=f"at most {older} minors older, never newer")
