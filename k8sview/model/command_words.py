"""Which words of a command line are secrets: what a flag with a secret's name takes, and what ``-p`` and its like take.

Many programs take a password in a flag of one letter, and the program is not always part of the line: what follows such
a flag is shown only where it is plainly something else (a port, a path, a variable).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from k8sview.model.secretive import is_secret_name

_COVERED = "…"
_FLAG = re.compile(r"-{1,2}([A-Za-z][\w.-]*)")
_SHORT = frozenset({"-p", "-a", "-w", "-P"})
_LOGIN = frozenset({"-u", "-U", "--user", "--proxy-user", "--username", "--login", "--creds"})
_COOKIE = "-b"
_SAID = frozenset({"password", "passwd", "passphrase", "requirepass", "masterauth"})
_NAMED = frozenset({"key", "cookie", "pass", "pwd"})
_ELSE = re.compile(r"\d{1,5}(?::\d{1,5})*(?:/(?:tcp|udp))?|[~.]{0,2}/[\w./-]*|\$[\w{}()]+|\w+=.*|\d+(?:\.\d+)?[smhd]?")
_ATTACHED = re.compile(r"-p(?!\d{1,5}(?::\d{1,5})*$).+", re.DOTALL)
_LONG = re.compile(
    r"-p(?:ort|ath|rofile|arallel|refix|rint|ublic|olicy|roto|rotocol|id|idfile|lugin|lugins|ool|age|rovider"
    r"|roject|roxy|oll|eriod|riority|oint)s?(?:[-.=].*)?|-p[a-z-]+[=:].*"
)
# They take a password wherever their flag for it stands, be it a number.
_PASSWORD_PROGRAMS = re.compile(
    r"(?:.*/)?(?:mysql\w*|mariadb[\w-]*|sshpass|mongo\w*|redis-cli|ldap\w+|htpasswd|smbclient)"
)
_HTPASSWD = re.compile(r"(?:.*/)?htpasswd")
_TOKEN = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+|[\"']")


def secret_places(words: Sequence[str]) -> frozenset[int]:
    """The positions of words that may not be shown at all."""
    certain = any(_PASSWORD_PROGRAMS.fullmatch(word) for word in words)
    found = set()
    pending = ""
    for at, word in enumerate(words):
        bare = word.strip("\"'")
        if pending and not re.fullmatch(r"-[A-Za-z]|--[\w-]+(?:=.*)?", bare) and _taken(pending, bare, certain=certain):
            found.add(at)
            pending = ""
            continue
        pending = bare if _takes(bare) else ""
        if _attached(bare, certain=certain):
            found.add(at)
    for at, word in enumerate(words):
        if _HTPASSWD.fullmatch(word):
            found.update(later for later in range(at + 1, len(words)) if not words[later].startswith("-"))
    return frozenset(found)


def flags_covered(text: str) -> str:
    """A text that may be a command line, with the words that flags take covered; its spaces stay."""
    if " -" not in text and not text.startswith("-") and "htpasswd" not in text:
        return text
    tokens = list(_TOKEN.finditer(text))
    words = [one[0] for one in tokens]
    if len(words) < 2:
        return text
    for at in sorted(secret_places(words), reverse=True):
        start, end = tokens[at].span()
        text = text[:start] + kept(words[at]) + text[end:]
    return text


def kept(word: str) -> str:
    """What stays of a secret word: the flag that it is attached to."""
    bare = word.strip("\"'")
    login = re.match(r"(--[\w-]*user(?:name)?=)|-[uU](?=.)", bare)
    if login is not None:
        return login[0] + _COVERED
    return f"-p{_COVERED}" if _ATTACHED.fullmatch(bare) and bare != "-p" else _COVERED


def _takes(word: str) -> bool:
    if word in _SHORT or word in _LOGIN or word == _COOKIE or word.lower() in _SAID:
        return True
    found = _FLAG.fullmatch(word)
    return found is not None and (is_secret_name(found[1]) or found[1].lower() in _NAMED or _ends_in_key(found[1]))


def _ends_in_key(flag: str) -> bool:
    return flag.lower().endswith("-key") and not flag.lower().endswith(("public-key", "topology-key", "label-key"))


def _taken(flag: str, word: str, *, certain: bool) -> bool:
    if flag in _LOGIN:
        return _login(word)
    if flag == _COOKIE:
        return "=" in word
    if flag not in _SHORT:
        return True
    return certain or _ELSE.fullmatch(word) is None


def _login(word: str) -> bool:
    name, colon, rest = word.partition(":")
    return bool(colon and rest) and not (name.isdigit() and rest.isdigit())


def _attached(word: str, *, certain: bool) -> bool:
    if word.startswith(("--user=", "--proxy-user=", "--username=")):
        return _login(word.partition("=")[2])
    if re.match(r"-[uU][^-]", word):
        return _login(word[2:])
    if certain and re.fullmatch(r"-[wa][^-].*", word):
        return True
    if not word.startswith("-p") or len(word) < 3:
        return False
    return certain or (_ATTACHED.fullmatch(word) is not None and _LONG.fullmatch(word) is None)
