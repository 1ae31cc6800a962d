"""What a Prometheus said to one named query, and above all whether it said it. Values only; nobody asks from here."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from k8sview.model.tables import IDLE, State, TableState


class Sample(msgspec.Struct, frozen=True):
    """One series of an answer. ``value`` may be NaN or infinite, as PromQL has them."""

    labels: Mapping[str, str]
    value: float

    def __str__(self) -> str:
        """``{job="shop"}``, sorted: the same series has the same name in every run."""
        return "{" + ", ".join(f'{name}="{self.labels[name]}"' for name in sorted(self.labels)) + "}"


class Metric(msgspec.Struct, frozen=True):
    """The answer to one named query.

    ``samples`` mean something only where ``state`` is synced, and none of them says that Prometheus knows nothing, not
    that all is well. ``partial``: Prometheus itself warned that something is missing in its answer.
    """

    name: str
    state: TableState = IDLE
    samples: tuple[Sample, ...] = ()
    partial: str = ""
    query: str = ""  # as it was asked, so that people can ask it again

    @property
    def answered(self) -> bool:
        return self.state.state is State.SYNCED
