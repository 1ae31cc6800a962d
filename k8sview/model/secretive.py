"""Names under which people keep secrets, and names that only speak of one. The name alone decides; no value is read.

``dbPassword``, ``PGPASSWORD`` and ``signing-key`` hold a secret; ``secretName``, ``tokenExpirationSeconds`` and
``passwordFile`` tell of one and may be shown.
"""

from __future__ import annotations

import re
from functools import lru_cache


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as prose."""
    return frozenset(text.split())


# Wherever they stand in a name.
_STEM = re.compile(
    r"passw(?:or)?d|passphrase|passcode|secret|token(?!iz)|credential|mnemonic|dockerc(?:on)?fi?g|htpasswd|netrc"
    r"|authorization|passwort|kennwort|conn(?:ection)?[_.-]?str(?:ing)?|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|(?:api|access|private|encryption|decryption|signing|account|master|shared|license|crypto|cipher|hmac|ssh|rsa"
    r"|consumer|deploy|auth)[_.-]?keys?(?![a-z])|masterauth|client[_.-]?key(?![a-z])",
    re.IGNORECASE,
)
# Whole words of a name: too short to be looked for inside others.
_WORDS = words("pass pwd pwds pw pin psk otp jwt sig signature hmac salt cred creds dsn bearer apikey")
# Words whose end is enough: dbpass, requirepass, mysqlpwd.
_END = re.compile(r"(?<!by)(?<!com)(?<!sur)(?<!tres)(?:pass|pwd|psk)$")
_KEY_FILE = re.compile(r"\.(?:key|pem|p12|pfx|jks|keystore|ppk)$", re.IGNORECASE)
_ALONE = frozenset({"auth", "_auth", "signing", "x-auth"})
# What follows a secret's name in the name of something that is none.
_ABOUT = words(
    """name names username ref refs reference references namespace namespaces kind file files filename path paths dir
    directory seconds secs minutes hours days ttl expiry expires expiration duration period timeout interval age
    length size limit limits count counts policy policies mode type types enabled enable disabled required optional
    url uri endpoint issuer audience audiences algorithm template store stores provider providers class version
    selector stdin rotation format encoding volume mount reviewer requests objects usage generation"""
)
_LONGEST = 253
_PULLED = re.compile(r"pull[_-]?secrets?$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def is_secret_name(name: str) -> bool:
    """Whether what stands under a name may be a secret. Of what is longer than any name the end decides."""
    return _decided(name[-_LONGEST:])


@lru_cache(maxsize=4096)
def _decided(name: str) -> bool:
    if _KEY_FILE.search(name) or name.lower() in _ALONE:
        return True
    parts = [one.lower() for one in _WORD.findall(name)]
    if not parts or _PULLED.search(name):
        return False
    last = next((one for one in reversed(parts) if not one.isdigit()), "")
    if last in _ABOUT or last.endswith(("file", "path")) or "existing" in parts:
        return False
    return bool(_STEM.search(name)) or any(one in _WORDS or _END.search(one) for one in parts)
