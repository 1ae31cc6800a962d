"""What the API server's refusals mean: the words of each kind of admission, taken apart. Reads no object.

The texts are those of Kubernetes 1.30 to 1.37; who reads them must expect that a version says it differently.
"""

from __future__ import annotations

import re

import msgspec


class Rejection(msgspec.Struct, frozen=True):
    """``kind`` names the family of refusal; ``subject`` the object or webhook that is named, ``words`` what it wants.

    ``amounts``: for a quota, resource → (asked, used, allowed), each as the text has them.
    """

    kind: str
    subject: str = ""
    words: str = ""
    amounts: dict[str, tuple[str, str, str]] = {}


_HEAD = r'(?:\S+ "[^"]*" is forbidden: |\S+ is forbidden: )?'
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("quota", re.compile(r"exceeded quota: (?P<subject>[^,\s]+), (?P<words>requested: .*)")),
    ("must-specify", re.compile(r"failed quota: (?P<subject>[^:\s]+): (?P<words>must specify .*)")),
    ("quota-scope", re.compile(r"(?P<words>insufficient quota to match these scopes.*)")),
    ("pod-security", re.compile(r'violates PodSecurity "(?P<subject>[^"]*)": (?P<words>.*)')),
    (
        "policy",
        re.compile(
            r"ValidatingAdmissionPolicy '(?P<subject>[^']*)'(?: with binding '[^']*')? denied (?:the )?request:?"
            r" ?(?P<words>.*)"
        ),
    ),
    (
        "webhook-denied",
        re.compile(
            r'admission webhook "(?P<subject>[^"]*)" denied the request(?::| without explanation)? ?(?P<words>.*)'
        ),
    ),
    (
        "webhook-down",
        re.compile(r'failed calling webhook "(?P<subject>[^"]*)": (?:failed to call webhook: )?(?P<words>.*)'),
    ),
    (
        "service-account",
        re.compile(r'(?P<words>error looking up service account (?P<subject>\S+?): serviceaccount "[^"]*" not found)'),
    ),
    ("priority-class", re.compile(r"(?P<words>no PriorityClass with name (?P<subject>\S+) was found)")),
    ("runtime-class", re.compile(r'(?P<words>(?:pod rejected: )?RuntimeClass "(?P<subject>[^"]*)" not found)')),
    ("terminating", re.compile(r"(?P<words>unable to create new content in namespace (?P<subject>\S+) because .*)")),
    ("constraint", re.compile(r"(?P<words>unable to validate against any security context constraint.*)")),
    (
        "limit-range",
        re.compile(
            r"(?P<words>(?:maximum|minimum) (?P<subject>\S+) usage per (?:Container|Pod|PersistentVolumeClaim) is .*)"
        ),
    ),
    (
        "limit-range",
        re.compile(r"(?P<words>(?P<subject>[^\s\[]+) max limit to request ratio per (?:Container|Pod) is .*)"),
    ),
    ("invalid", re.compile(r'^(?P<subject>\S+ "[^"]*") is invalid: (?P<words>.*)')),
    ("no-namespace", re.compile(r'(?P<words>namespaces "(?P<subject>[^"]*)" not found)')),
    ("rbac", re.compile(r'(?P<words>User "(?P<subject>[^"]*)" cannot \S+ resource .*)')),
    ("node", re.compile(r"(?P<words>node \"?(?P<subject>[^\s\"]+)\"? (?:is not allowed|cannot) .*)")),
)
_LISTS = re.compile(r"requested: (?P<asked>.*?), used: (?P<used>.*?), limited: (?P<hard>.*)")


def rejection(text: str) -> Rejection:
    """What one refusal means; ``kind`` is ``other`` where its words are not known here."""
    for kind, pattern in _PATTERNS:
        found = pattern.search(text)
        if found is not None:
            subject = (found.groupdict().get("subject") or "").strip()
            words = (found.groupdict().get("words") or "").strip()
            return Rejection(kind, subject, words, _amounts(words) if kind == "quota" else {})
    return Rejection("other", words=re.sub(rf"^{_HEAD}", "", text))


def _amounts(words: str) -> dict[str, tuple[str, str, str]]:
    found = _LISTS.match(words)
    if found is None:
        return {}
    asked, used, hard = (_pairs(found[name]) for name in ("asked", "used", "hard"))
    return {name: (value, used.get(name, "?"), hard.get(name, "?")) for name, value in asked.items()}


def _pairs(text: str) -> dict[str, str]:
    """``pods=1,requests.cpu=2`` as a mapping."""
    parts = (part.partition("=") for part in text.split(","))
    return {name.strip(): value.strip() for name, equals, value in parts if equals}
