"""What may be kept of an object in a file that people pass on: structure and names, never payloads. Pure.

Keys stay, so that a reader sees that something was there; values that may hold secrets become ``<redacted>``: data of
Secrets and ConfigMaps, literal environment and parameter values, free-form Helm values, annotations except short plain
ones of known products, and, wherever they stand, private keys, tokens, and passwords in URLs and command lines.

Under a key that is kept elsewhere a covered value leaves a keyed hash, ``<redacted:…>``: equal values can be told from
different ones by who has the key, and nobody can try values without it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from k8sview.model.command_words import secret_places
from k8sview.model.secretive import is_secret_name

REDACTED = "<redacted>"

_KEYED = re.compile(r"<redacted:[0-9a-f]+>")
_HASH_BYTES = 8

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
# Of an ExternalSecret: under which key it keeps what it fetches.
_NAMES_A_KEY = "secretKey"
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
    return Redactor().redact(obj)


def without_hashes(value: Any) -> Any:
    """A copy of a value in which what is covered tells nothing at all, whatever key it was covered under."""
    match value:
        case str():
            return _KEYED.sub(REDACTED, value) if "<redacted:" in value else value
        case dict():
            return {key: without_hashes(one) for key, one in value.items()}
        case list():
            return [without_hashes(one) for one in value]
    return value


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


class Redactor:
    """Covers what may be secret; with a ``key`` so that equal values can be recognised by who has it, too."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key

    def redact(self, obj: dict[str, Any]) -> dict[str, Any]:
        """A copy of a whole API object that may leave the cluster. What is covered already stays as it is."""
        found = {key: self._value(key, value) for key, value in obj.items() if key != "metadata"}
        metadata = obj.get("metadata")
        if isinstance(metadata, dict):
            found["metadata"] = self._metadata(metadata, secret=obj.get("kind") == "Secret")
        return found

    def _cover(self, value: Any, *, secret: bool = False) -> str:
        if not self._key or secret:
            return REDACTED
        if isinstance(value, str) and (value == REDACTED or _KEYED.fullmatch(value)):
            return value
        text = value.encode(errors="replace") if isinstance(value, str) else msgspec.json.encode(value, order="sorted")
        return f"<redacted:{hashlib.blake2b(text, key=self._key, digest_size=_HASH_BYTES).hexdigest()}>"

    def _metadata(self, metadata: dict[str, Any], *, secret: bool) -> dict[str, Any]:
        apart = ("annotations", "managedFields")
        found = {key: self._value(key, value) for key, value in metadata.items() if key not in apart}
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict):
            found["annotations"] = {
                name: self._annotation(name, each, secret=secret) for name, each in annotations.items()
            }
        elif "annotations" in metadata:
            found["annotations"] = self._value("annotations", annotations)
        return {**found, **_owners(metadata)}

    def _annotation(self, key: str, value: Any, *, secret: bool = False) -> str:
        domain = key.partition("/")[0] if "/" in key else ""
        known = any(domain == each or domain.endswith(f".{each}") for each in _KNOWN_ANNOTATIONS)
        if not known or not isinstance(value, str) or len(value.encode(errors="replace")) > _LONGEST_ANNOTATION:
            return self._cover(value, secret=secret)
        payload = value.lstrip()[:1] in ("{", "[") or "\n" in value or "-----BEGIN" in value or _OPAQUE.search(value)
        hidden = payload or _SECRET_NAME.search(key) or self._text(value) != value
        return self._cover(value, secret=secret) if hidden else value

    def _value(self, key: str, value: Any) -> Any:
        match value:
            case str():
                hidden = bool(value) and (key in _FREE_FORM or _holds_secret(key))
                return self._cover(value) if hidden else self._text(value)
            case dict():
                if key in _FREE_FORM or (key in _PAYLOADS and all(isinstance(each, str) for each in value.values())):
                    return self._blanked(value)
                if key == "annotations":
                    return {name: self._annotation(name, each) for name, each in value.items()}
                return {name: self._value(name, each) for name, each in value.items()}
            case list():
                if key in _COMMANDS:
                    return self._command(value)
                return [self._literal(each) if key in _LITERALS else self._value("", each) for each in value]
        return value

    def _literal(self, entry: Any) -> Any:
        """``{name, value}`` of a container, a chart or a workflow; ``valueFrom`` only names its source and stays."""
        if isinstance(entry, str):
            return self._cover(entry)
        found = self._value("", entry)
        if isinstance(found, dict) and found.get("value") is not None:
            found["value"] = self._cover(entry["value"])
        if isinstance(found, dict) and "default" in found:
            found["default"] = self._cover(entry["default"])
        return found

    def _blanked(self, value: Any) -> Any:
        """The shape without any leaf."""
        if isinstance(value, dict):
            return {key: self._blanked(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._blanked(each) for each in value]
        return self._cover(value) if value is not None else None

    def _command(self, words: list[Any]) -> list[Any]:
        """Arguments, with what follows a name like ``--password`` blanked, in the same word or in the next."""
        found: list[Any] = []
        secret = secret_places([word if isinstance(word, str) else "" for word in words])
        secret_follows = False
        for at, word in enumerate(words):
            if not isinstance(word, str):
                found.append(self._value("", word))
                continue
            hidden = at in secret or (secret_follows and not word.startswith("-"))
            found.append(self._cover(word) if hidden else self._argument(word))
            secret_follows = bool(_FLAG.match(word))
        return found

    def _argument(self, word: str) -> str:
        return _ARGUMENT.sub(lambda match: match[1] + self._cover(match[2]), self._text(word))

    def _text(self, value: str) -> str:
        """Any string, with what is a secret by its look blanked."""
        if not any(sign in value for sign in _CHEAP_SIGNS):
            return value
        for pattern in (_PRIVATE_KEY, _TOKENS, _URL_PASSWORD):
            value = pattern.sub(lambda match: self._cover(match[0]), value)
        return value


def _holds_secret(key: str) -> bool:
    named = key != _NAMES_A_KEY and is_secret_name(key)
    return named or _SECRET_KEY.search(key) is not None


def _owners(metadata: dict[str, Any]) -> dict[str, Any]:
    """managedFields without the field sets: who wrote, how and when."""
    entries = metadata.get("managedFields")
    if not isinstance(entries, list):
        return {}
    kept = [
        {key: value for key, value in each.items() if key != "fieldsV1"} for each in entries if isinstance(each, dict)
    ]
    return {"managedFields": kept}
