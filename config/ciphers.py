"""What is kept as ciphertext: phone numbers, words to one person, the secrets of receiving systems.

Under PHONE_KEYS, the newest of which encrypts. Columns of it have names that end in ``_cipher``: by
that the rotation of keys finds them, of whatever app.
"""

from __future__ import annotations

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
