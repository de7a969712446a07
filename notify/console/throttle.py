"""Slows down the guessing of passwords, at the console's login and the admin's alike."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from config.clients import client_address
from notify.console.models import LoginAttempts

ATTEMPTS = 10
"""Attempts allowed per name and computer, from any number of processes."""
ATTEMPTS_ON_A_NAME = 100
"""Attempts allowed per name, from all computers together: whoever has many must not have many more."""
REMEMBERED = timedelta(minutes=15)
"""How long attempts are remembered, from the first."""


class Guesses:
    """The attempts on one user name: from one computer, and from everywhere."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        name = username.strip().casefold()
        self._here = _digest(f"{name}|{client_address(request)}")
        self._everywhere = _digest(name)

    def may_try(self) -> bool:
        """Count an attempt, and say whether its password may be looked at.

        Counted before the look, so that guesses side by side are counted too. One computer that
        has used up its own attempts takes none of the name's.
        """
        _forget_old()
        return _count(self._here, ATTEMPTS) and _count(self._everywhere, ATTEMPTS_ON_A_NAME)

    def forget(self) -> None:
        """The right password was given: nothing from this computer was a guess, nor was the last."""
        LoginAttempts.objects.filter(digest=self._here).delete()
        everywhere = LoginAttempts.objects.filter(digest=self._everywhere, count__gt=0)
        everywhere.update(count=F("count") - 1)


def _count(digest: str, most: int) -> bool:
    """One conditional UPDATE: of those who come at once, no more than ``most`` get through."""
    until = timezone.now() + REMEMBERED
    LoginAttempts.objects.bulk_create(
        [LoginAttempts(digest=digest, until=until)], ignore_conflicts=True
    )
    counted = LoginAttempts.objects.filter(digest=digest, count__lt=most)
    return bool(counted.update(count=F("count") + 1))


def _forget_old() -> None:
    LoginAttempts.objects.filter(until__lte=timezone.now()).delete()


def _digest(named: str) -> str:
    """Names and addresses themselves have no business in the table."""
    return hashlib.sha256(named.encode(errors="replace")).hexdigest()
