"""Letting somebody of the staff see a number, and keeping that they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from notify.residents.models import Reveal, Subscriber

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def reveal(subscriber: Subscriber, *, to: User, reason: str) -> str:
    """The number (E.164), after putting down who asked for it and why.

    to: the user. reason: a sentence without names or numbers. Raises Undecryptable, and then
    nothing is put down, because nothing was seen.
    """
    Reveal.objects.create(subscriber=subscriber, by=to, reason=reason)
    return subscriber.phone
