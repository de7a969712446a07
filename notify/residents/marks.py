"""What is remembered of a number for a while, subscriber or not: without the number itself."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from notify.residents.models import Mark, SignUp, Subscriber
from notify.residents.secrecy import blind_index, blind_indexes

BLOCKED_FOR = timedelta(days=30)
"""How long no code is sent to somebody who wrote STOPP to codes that they never asked for."""
ANSWERED_FOR = {Mark.Kind.ANSWERED: timedelta(hours=1), Mark.Kind.INFORMED: timedelta(minutes=10)}
"""How long somebody who was answered is not answered so again: two robots would never stop."""


def block_codes(phone: str) -> None:
    """Send no more codes to the number (E.164) for 30 days, or until ``let_codes_through``.

    Not if we know somebody there and no code waits: a second STOPP from somebody who leaves must
    not keep them from coming back. Whom we do not know can have got nothing from us but codes,
    though the sign-ups that they were for may be forgotten by now.
    """
    _forget_old()
    indexes = blind_indexes(phone)
    unused = SignUp.objects.filter(phone_index__in=indexes, confirmed_at=None)
    known = Subscriber.objects.filter(phone_index__in=indexes)
    if unused.exists() or not known.exists():
        Mark.objects.update_or_create(
            phone_index__in=indexes,
            kind=Mark.Kind.BLOCKED,
            defaults={"phone_index": indexes[0], "until": timezone.now() + BLOCKED_FOR},
        )


def let_codes_through(phone: str) -> bool:
    """End the block; returns whether there was one."""
    return bool(_blocks(phone).delete()[0])


def blocks_codes(phone: str) -> bool:
    """Whether the number (E.164) wants no codes."""
    return _blocks(phone).filter(until__gt=timezone.now()).exists()


def _blocks(phone: str) -> QuerySet[Mark]:
    return Mark.objects.filter(phone_index__in=blind_indexes(phone), kind=Mark.Kind.BLOCKED)


def may_answer(phone: str, kind: Mark.Kind = Mark.Kind.ANSWERED) -> bool:
    """Whether the number was not answered so a while ago; from now on it was.

    kind: ANSWERED, or INFORMED for what may be asked again soon.
    """
    _forget_old()
    _mark, new = Mark.objects.get_or_create(
        phone_index__in=blind_indexes(phone),
        kind=kind,
        defaults={
            "phone_index": blind_index(phone),
            "until": timezone.now() + ANSWERED_FOR[kind],
        },
    )
    return new


def _forget_old() -> None:
    Mark.objects.filter(until__lte=timezone.now()).delete()
