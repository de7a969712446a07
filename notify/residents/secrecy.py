"""Phone numbers at rest: a ciphertext to read them back, a blind index to find them again.

The keys are apart from SECRET_KEY, so that each can be rotated alone. A copy of the database
without them tells nobody a number: E.164 has few enough numbers that an unkeyed hash would.

Columns of ciphertext have names that end in ``_cipher``: by that ``rotation`` finds them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Undecryptable(Exception):
    """No key that we have decrypts this ciphertext."""


@lru_cache(maxsize=2)  # of all keys, and of the newest alone
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "PHONE_KEYS must hold Fernet keys: 32 url-safe base64-encoded bytes each."
        ) from None


def encrypt(text: str) -> str:
    """The ciphertext of ``text`` under the newest key."""
    return _fernet(tuple(settings.PHONE_KEYS)).encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """The text back. Raises Undecryptable."""
    try:
        return _fernet(tuple(settings.PHONE_KEYS)).decrypt(ciphertext).decode()
    except InvalidToken:
        raise Undecryptable from None


def under_newest_key(ciphertext: str) -> bool:
    """Whether the newest key alone decrypts it."""
    try:
        _fernet(tuple(settings.PHONE_KEYS[:1])).decrypt(ciphertext)
    except InvalidToken:
        return False
    return True


def blind_index(text: str) -> str:
    """A keyed HMAC-SHA256 in hex: equal for equal texts, and nothing else to be learnt from it."""
    return hmac.digest(settings.PHONE_INDEX_KEY.encode(), text.encode(), hashlib.sha256).hex()


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def code_digest(code: str, bound_to: str) -> str:
    """The keyed digest of a code, good for one sign-up only (``bound_to``)."""
    return blind_index(f"code:{bound_to}:{code}")


def same(one: str, other: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(one, other)
