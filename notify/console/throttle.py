"""Slows down the guessing of passwords."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

from config.clients import client_address

ATTEMPTS = 10
"""Failures allowed per name and computer; each worker process counts for itself unless they share a cache."""
SECONDS = 15 * 60
"""How long failures are remembered, from the first."""


class Guesses:
    """The failed logins of one user name from one computer."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        named = f"{username.strip().casefold()}|{client_address(request)}"
        # A digest: names and addresses have no business in a shared cache.
        self.key = "console-login:" + hashlib.sha256(named.encode()).hexdigest()

    @property
    def exhausted(self) -> bool:
        """Whether no more attempts are looked at for now."""
        return int(cache.get(self.key, 0)) >= ATTEMPTS

    def count(self) -> None:
        """Note one failure."""
        if not cache.add(self.key, 1, SECONDS):
            try:
                cache.incr(self.key)
            except ValueError:  # it ran out between the two
                cache.set(self.key, 1, SECONDS)

    def forget(self) -> None:
        """The right password was given."""
        cache.delete(self.key)
