"""The bytes of an answer of the Prometheus HTTP API become samples, every text in them made plain. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from k8sview.model.metrics import Sample
from k8sview.model.text import plain, shorten

REASON_WIDTH = 240


class AnswerError(Exception):
    """The answer cannot be used; the message is one plain sentence."""


class _Series(msgspec.Struct, frozen=True):
    metric: dict[str, str]
    value: tuple[float, str]


class _Vector(msgspec.Struct, frozen=True):
    result_type: str = msgspec.field(name="resultType", default="")
    result: list[Any] = []


class _Answer(msgspec.Struct, frozen=True):
    status: str
    data: _Vector | None = None
    error: str = ""
    warnings: list[str] = []


def said(text: object) -> str:
    """What Prometheus wrote, as one plain sentence of bearable length."""
    return shorten(plain(" ".join(str(text).split())), REASON_WIDTH)


def decode(body: bytes) -> tuple[tuple[Sample, ...], str]:
    """Samples in a stable order, and what Prometheus warned of. Raises AnswerError."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
        if answer.status != "success" or answer.data is None:
            raise AnswerError(said(answer.error) or "it answers without saying success")
        if answer.data.result_type != "vector":
            raise AnswerError(f"it answers with {said(answer.data.result_type) or 'nothing'} in place of a vector")
        samples = [_sample(series) for series in msgspec.convert(answer.data.result, list[_Series])]
    except (msgspec.MsgspecError, ValueError) as error:
        raise AnswerError(f"its answer is not what the API of Prometheus promises: {said(error)}") from error
    return tuple(sorted(samples, key=str)), said("; ".join(answer.warnings))


def refusal(body: bytes) -> str:
    """The reason inside an answer that is no success; empty where there is none."""
    try:
        return said(msgspec.json.decode(body, type=_Answer).error)
    except (msgspec.MsgspecError, ValueError):
        return ""


def _sample(series: _Series) -> Sample:
    return Sample({plain(name): plain(value) for name, value in series.metric.items()}, float(series.value[1]))
