"""Making keys, and finding the key that a caller shows."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from notify.api.models import Key, Scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# "ntf_" lets secret scanners find a key that somebody has committed.
_SHOWN = re.compile(r"ntf_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
SECRET_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)
"""How often at most the use of a key is written down: a busy client must not cost a write a call."""


def create_key(
    *, name: str, user: User, scopes: Iterable[Scope], expires_at: datetime | None
) -> tuple[Key, str]:
    """A new key, and the words to call with, ``ntf_<prefix>_<secret>``: shown now or never."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(SECRET_BYTES)
    key = Key.objects.create(
        name=name,
        prefix=prefix,
        digest=_digest(secret),
        user=user,
        scopes=sorted({Scope(scope).value for scope in scopes}),
        expires_at=expires_at,
    )
    return key, f"ntf_{prefix}_{secret}"


def find_key(shown: str) -> Key | None:
    """The usable key that ``shown`` opens, or None; takes as long for a wrong secret as a right one."""
    match = _SHOWN.fullmatch(shown)
    if match is None:
        return None
    prefix, secret = match.groups()
    key = Key.objects.select_related("user").filter(prefix=prefix).first()
    right = hmac.compare_digest(key.digest if key else "", _digest(secret))
    return key if key and right and key.usable else None


def note_use(key: Key) -> None:
    """Write down that the key was used, unless that was done less than a minute ago."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at <= now - USE_NOTED_EVERY:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        Key.objects.filter(long_ago, pk=key.pk).update(last_used_at=now)


def revoke_keys(keys: Iterable[Key]) -> int:
    """End the keys now; returns how many were not ended already."""
    ids = [key.pk for key in keys]
    return Key.objects.filter(pk__in=ids, revoked_at=None).update(revoked_at=timezone.now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
