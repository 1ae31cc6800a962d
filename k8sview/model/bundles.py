"""Certificate bundles that the API server trusts a webhook or an aggregated API by. Reads certificates, judges none."""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from functools import lru_cache

import msgspec


class Bundle(msgspec.Struct, frozen=True):
    """Certificates of a caBundle: the latest end among them, or what is wrong with it."""

    ends: datetime | None = None
    problem: str | None = None


@lru_cache(maxsize=1024)
def read_bundle(text: str | None) -> Bundle:
    """A base64 PEM bundle. Any of its certificates may be the one in use, so the latest end counts.

    Remembered by its text: the same bundle stands in many webhooks and in every view.
    """
    if not text:
        return Bundle(problem="caBundle is empty")
    # Deferred: 70 ms that only a run with webhooks of its own pays.
    from cryptography import x509

    try:
        certificates = x509.load_pem_x509_certificates(b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        return Bundle(problem=f"caBundle holds no readable certificate ({error})")
    return Bundle(ends=max(one.not_valid_after_utc for one in certificates))
