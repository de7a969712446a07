"""Phone numbers at rest: a ciphertext to read them back, a blind index to find them again.

The keys are apart from SECRET_KEY, so that each can be rotated alone. A copy of the database
without them tells nobody a number: E.164 has few enough numbers that an unkeyed hash would.

Columns of ciphertext have names that end in ``_cipher``, an index of one in ``_index``: by that ``rotation``
finds them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from config.ciphers import Undecryptable, decrypt, encrypt, under_newest_key

__all__ = [
    "Undecryptable",
    "blind_index",
    "blind_indexes",
    "code_digest",
    "decrypt",
    "encrypt",
    "is_digest_of",
    "new_code",
    "under_newest_key",
]

CODE_DIGITS = 6


def blind_index(text: str) -> str:
    """What is written to find ``text`` again by: a keyed HMAC-SHA256 in hex, under the newest key.

    Equal for equal texts, and nothing else to be learnt from it.
    """
    return blind_indexes(text)[0]


def blind_indexes(text: str) -> list[str]:
    """What ``text`` is looked for by: its index under each key, the newest first.

    While the key is changed, rows of the same text may have been written under either.
    """
    keys = [key.encode() for key in settings.PHONE_INDEX_KEYS]
    return [hmac.digest(key, text.encode(), hashlib.sha256).hex() for key in keys]


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_digest(code: str, bound_to: str) -> str:
    """The keyed digest of a code, good for one sign-up only (``bound_to``)."""
    return blind_index(_bound(code, bound_to))


def is_digest_of(digest: str, code: str, bound_to: str) -> bool:
    """Whether that is the code, bound to that; compared in constant time."""
    return any(hmac.compare_digest(digest, one) for one in blind_indexes(_bound(code, bound_to)))


def _bound(code: str, bound_to: str) -> str:
    return f"code:{bound_to}:{code}"
