"""A wait before a code is sent, for when a limit nears: what a signed ticket says, and nobody keeps.

A ticket belongs to one request of one client: to use many, somebody must hold on to as many addresses
for as long as the wait lasts. It is good for one code, because the sign-up has the request's key.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer

LASTS = timedelta(minutes=10)
"""How long a ticket is good for once the wait is over."""


class MustWait(Exception):
    """A limit nears, so whoever asks must ask once more after some seconds.

    form, ticket: what the same request must carry then. seconds: how long that is from now.
    """

    def __init__(self, form: uuid.UUID, ticket: str, seconds: int) -> None:
        super().__init__()
        self.form = form
        self.ticket = ticket
        self.seconds = seconds


def new_ticket(request: str, now: datetime) -> str:
    """A ticket for a request, which names its client too."""
    return _signer(request).sign(str(int(now.timestamp()) + settings.CODE_WAIT_SECONDS))


def seconds_left(ticket: str, request: str, now: datetime) -> int | None:
    """How long the wait lasts still, 0 when it is over; None for a ticket that is not of this request
    or too old."""
    try:
        over = int(_signer(request).unsign(ticket))
    except BadSignature:
        return None
    left = over - int(now.timestamp())
    return max(0, left) if left > -LASTS.total_seconds() else None


def _signer(request: str) -> Signer:
    return Signer(salt=f"notify.residents.waiting:{request}")
