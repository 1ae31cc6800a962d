"""Covers secrets in one text, by what it looks like: assignments, addresses, headers, flags, structured texts, keys.

Nothing is known here of the place where the text stands: see ``covering``.
"""

from __future__ import annotations

import re
from typing import Final

from k8sview.model.command_words import flags_covered
from k8sview.model.secretive import is_secret_name

COVERED: Final = "…"

_NAME = re.compile(r"(?<![\w.-])([\w.-]+)([\\\"']*\s*(?:=>|:=|[=:])\s*)")
_VALUE = re.compile(
    r"\\+\"[^\"]*\"?|\"(?:\\.|[^\"\\])*\"?|'[^']*'?|(?:Bearer|Basic|Digest|Token)\s+[^\s\"']+|\S+", re.I
)
_ELEMENT = re.compile(r"<([\w:.-]+)(?![\w:.-])[^<>]*>([^<]+)(?=<)")
_IDENTIFIER = re.compile(r"[\w.-]+")
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]*(?=@)")
# An address without a scheme; ``name:tag@sha256:…`` is an image.
_LOGIN = re.compile(r"(?<![\w/@.-])([\w.-]{1,64}:)[^\s@/:]+(?=@(?!sha\d)[\w(\[])")
_PIPED = re.compile(r"\b(echo|printf)(\s+)[^|\n]{1,400}(?=\|[^|\n]{0,400}(?:pass|stdin|token|secret))", re.IGNORECASE)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[^\s\"']+", re.IGNORECASE)
_SAID = re.compile(
    r"\b(password|passwd|passphrase|requirepass|masterauth|identified by)(\s+)(?![=:…])\S+", re.IGNORECASE
)
_SESSION = re.compile(r"\b((?:php|j)?sess(?:ion)?(?:[_-]?id)?|sid|cookie)(\s*[=:]\s*)[^\s\"']+", re.IGNORECASE)
_HOOK = re.compile(
    r"(hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|webhook\.office\.com|outlook\.office\.com)/\S+"
)
_PEM = "-----BEGIN"
_JWT = re.compile(r"\beyJ[\w-]{6,}(?:\.[\w-]*)*")
_KNOWN_TOKEN = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|hv[sb]\.|dckr_pat_|npm_)[\w.-]{10,}"
    r"|\bsk[-_][\w-]{16,}"
)
# A digest says what it is: its start is enough to see that two of them differ, and nobody gets in with it.
_DIGEST = re.compile(r"\b((?:sha(?:1|224|256|384|512)|md5)[:-])([0-9a-f]{8})[0-9a-f]{16,}\b")
# What nobody types: keys and tokens. Names and paths are of one case, or short between their slashes and dashes.
_OPAQUE = re.compile(
    r"(?<![A-Za-z0-9+=])(?=[A-Za-z+=]*\d)(?=[\d+=]*[A-Za-z])[A-Za-z0-9+=]{24,}"
    r"|(?<![\w+/=-])(?=[\w+/=-]*?\d)(?=[\w+/=-]*?[a-z])(?=[\w+/=-]*?[A-Z])[\w+/=-]{24,}"
)
_HEX = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{16,}\b")


def covered(text: str, *, digest: bool = False) -> str:
    """``text`` with what looks like a secret replaced by ``…``; as a whole where it is a key or holds many lines.

    ``digest``: its place says that it is a digest or revision, so the start of hexadecimal runs stays.
    """
    if _PEM in text:
        return COVERED
    if ("\n" in text.strip() or text.lstrip().startswith("<")) and speaks_of_secrets(text):
        return COVERED
    text = _ELEMENT.sub(_element, text)
    text = _IN_ADDRESS.sub(COVERED, text)
    text = _PIPED.sub(rf"\1\2{COVERED} ", _LOGIN.sub(rf"\1{COVERED}", text))
    text = _HOOK.sub(rf"\1/{COVERED}", text)
    text = _assignments(text)
    text = _BEARER.sub(rf"\1 {COVERED}", text)
    text = _SAID.sub(rf"\1\2{COVERED}", text)
    text = _SESSION.sub(rf"\1\2{COVERED}", text)
    text = flags_covered(text)
    text = _KNOWN_TOKEN.sub(COVERED, _JWT.sub(COVERED, text))
    text = _DIGEST.sub(rf"\1\2{COVERED}", text)
    return _OPAQUE.sub(COVERED, _HEX.sub(rf"\1{COVERED}", text) if digest else text)


def speaks_of_secrets(text: str) -> bool:
    """Whether any word of a text is a name that secrets have."""
    return any(is_secret_name(one) for one in _IDENTIFIER.findall(text))


def _element(found: re.Match[str]) -> str:
    whole = found[0]
    return whole[: len(whole) - len(found[2])] + COVERED if is_secret_name(found[1]) else whole


def _assignments(text: str) -> str:
    parts: list[str] = []
    at = 0
    while (found := _NAME.search(text, at)) is not None:
        parts.append(text[at : found.end()])
        at = found.end()
        if is_secret_name(found[1]) and (value := _VALUE.match(text, at)) is not None:
            parts.append(COVERED)
            at = value.end()
    return "".join(parts) + text[at:]
