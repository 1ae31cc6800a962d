"""What may be kept of an object in a file that people pass on: structure and names, never payloads. Pure.

Keys stay, so that a reader sees that something was there; values that may hold secrets become ``<redacted>``: data of
Secrets and ConfigMaps, literal environment and parameter values, free-form Helm values, annotations except short plain
ones of known products, and, wherever they stand, private keys, tokens, and passwords in URLs and command lines.
"""

from __future__ import annotations

import re
from typing import Any

REDACTED = "<redacted>"

_LONGEST_ANNOTATION = 256
_KNOWN_ANNOTATIONS = (
    "kubernetes.io",
    "k8s.io",
    "helm.sh",
    "argoproj.io",
    "cert-manager.io",
    "fluxcd.io",
    "keda.sh",
    "crossplane.io",
    "kyverno.io",
    "velero.io",
    "external-secrets.io",
    "cilium.io",
    "projectcalico.org",
    "karpenter.sh",
    "knative.dev",
    "istio.io",
    "linkerd.io",
    "prometheus.io",
    "coreos.com",
    "gatekeeper.sh",
    "longhorn.io",
    "amazonaws.com",
)
_NAMED_SECRET = (
    r"(?:pass(?:word|wd|phrase)|secret|token|credential"
    r"|api[_-]?key|access[_-]?key|private[_-]?key|connection[_-]?string)"
)
# A key whose plain string value is a secret itself; secretName, tokenSecretRef and the like only name one.
_SECRET_KEY = re.compile(rf"(?:^|[_.-]|[a-z](?=[A-Z])){_NAMED_SECRET}s?$", re.IGNORECASE)
_SECRET_NAME = re.compile(_NAMED_SECRET, re.IGNORECASE)
_ARGUMENT = re.compile(rf"([\w.-]*{_NAMED_SECRET}[\w.-]*\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE)
_FLAG = re.compile(rf"^--?[\w.-]*{_NAMED_SECRET}[\w.-]*$", re.IGNORECASE)

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_TOKENS = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?"  # JSON Web Token
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hvs\.|sk-|dckr_pat_)[\w-]{12,}"
    r"|(?<=Bearer )[\w.~+/=-]{8,}|(?<=Basic )[A-Za-z0-9+/=]{8,}"
)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
_CHEAP_SIGNS = (
    "eyJ",
    "-----",
    "://",
    "AKIA",
    "ASIA",
    "gh",
    "glpat-",
    "xox",
    "hvs.",
    "sk-",
    "dckr_pat_",
    "Bearer ",
    "Basic ",
)

# An unbroken run that no one types: letters and digits mixed, as in keys and digests.
_OPAQUE = re.compile(r"(?=[A-Za-z0-9+/=_]*[0-9])(?=[A-Za-z0-9+/=_]*[A-Za-z])[A-Za-z0-9+/=_]{24,}")

_PAYLOADS = frozenset({"data", "stringData", "binaryData", "encryptedData"})
_LITERALS = frozenset({"env", "parameters", "headers", "httpHeaders", "set", "inputs"})
_FREE_FORM = frozenset({"values", "valuesObject", "valuesInline"})
_COMMANDS = frozenset({"args", "command"})


def redact(obj: dict[str, Any]) -> dict[str, Any]:
    """A copy of a whole API object that may leave the cluster."""
    found = {key: _value(key, value) for key, value in obj.items() if key != "metadata"}
    metadata = obj.get("metadata")
    if isinstance(metadata, dict):
        found["metadata"] = _metadata(metadata)
    return found


def without_payload(obj: dict[str, Any]) -> dict[str, Any]:
    """The least that is always left out, also of a recording that is not redacted: Secret data and field sets."""
    secret = obj.get("kind") == "Secret"
    kept = {key: value for key, value in obj.items() if not (secret and key in _PAYLOADS)}
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict):
        return kept
    annotations = metadata.get("annotations")
    if secret and isinstance(annotations, dict):
        # kubectl apply keeps a whole copy of the Secret here.
        metadata = {**metadata, "annotations": dict.fromkeys(annotations, REDACTED)}
    return {**kept, "metadata": {**metadata, **_owners(metadata)}}


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    found = {key: _value(key, value) for key, value in metadata.items() if key not in ("annotations", "managedFields")}
    if "annotations" in metadata:
        found["annotations"] = _value("annotations", metadata["annotations"])
    return {**found, **_owners(metadata)}


def _owners(metadata: dict[str, Any]) -> dict[str, Any]:
    """managedFields without the field sets: who wrote, how and when."""
    entries = metadata.get("managedFields")
    if not isinstance(entries, list):
        return {}
    kept = [
        {key: value for key, value in each.items() if key != "fieldsV1"} for each in entries if isinstance(each, dict)
    ]
    return {"managedFields": kept}


def _annotation(key: str, value: Any) -> str:
    domain = key.partition("/")[0] if "/" in key else ""
    known = any(domain == each or domain.endswith(f".{each}") for each in _KNOWN_ANNOTATIONS)
    if not known or not isinstance(value, str) or len(value.encode(errors="replace")) > _LONGEST_ANNOTATION:
        return REDACTED
    payload = value.lstrip()[:1] in ("{", "[") or "\n" in value or "-----BEGIN" in value or _OPAQUE.search(value)
    return REDACTED if payload or _SECRET_NAME.search(key) or _text(value) != value else value


def _value(key: str, value: Any) -> Any:
    match value:
        case str():
            hidden = bool(value) and (key in _FREE_FORM or _SECRET_KEY.search(key))
            return REDACTED if hidden else _text(value)
        case dict():
            if key in _FREE_FORM or (key in _PAYLOADS and all(isinstance(each, str) for each in value.values())):
                return _blanked(value)
            if key == "annotations":
                return {name: _annotation(name, each) for name, each in value.items()}
            return {name: _value(name, each) for name, each in value.items()}
        case list():
            if key in _COMMANDS:
                return _command(value)
            return [_literal(each) if key in _LITERALS else _value("", each) for each in value]
    return value


def _literal(entry: Any) -> Any:
    """``{name, value}`` of a container, a chart or a workflow; ``valueFrom`` only names its source and stays."""
    if isinstance(entry, str):
        return REDACTED
    found = _value("", entry)
    if isinstance(found, dict) and found.get("value") is not None:
        found["value"] = REDACTED
    if isinstance(found, dict) and "default" in found:
        found["default"] = REDACTED
    return found


def _blanked(value: Any) -> Any:
    """The shape without any leaf."""
    if isinstance(value, dict):
        return {key: _blanked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_blanked(each) for each in value]
    return REDACTED if value is not None else None


def _command(words: list[Any]) -> list[Any]:
    """Arguments, with what follows a name like ``--password`` blanked, in the same word or in the next."""
    found: list[Any] = []
    secret_follows = False
    for word in words:
        if not isinstance(word, str):
            found.append(_value("", word))
            continue
        found.append(REDACTED if secret_follows and not word.startswith("-") else _argument(word))
        secret_follows = bool(_FLAG.match(word))
    return found


def _argument(word: str) -> str:
    return _ARGUMENT.sub(lambda match: match[1] + REDACTED, _text(word))


def _text(value: str) -> str:
    """Any string, with what is a secret by its look blanked."""
    if not any(sign in value for sign in _CHEAP_SIGNS):
        return value
    value = _PRIVATE_KEY.sub(REDACTED, value)
    value = _TOKENS.sub(REDACTED, value)
    return _URL_PASSWORD.sub(REDACTED, value)
