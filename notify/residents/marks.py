"""What is remembered of a number for a while, subscriber or not: without the number itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from notify.residents.models import Mark, SignUp
from notify.residents.secrecy import blind_index

BLOCKED_FOR = timedelta(days=30)
"""How long no code is sent to somebody who wrote STOPP to codes that they never asked for."""
ANSWERED_FOR = {Mark.Kind.ANSWERED: timedelta(hours=1), Mark.Kind.INFORMED: timedelta(minutes=10)}
"""How long somebody who was answered is not answered so again: two robots would never stop."""


def block_codes(phone: str) -> None:
    """Send no more codes to the number (E.164) for 30 days, or until ``let_codes_through``.

    Only if it was sent one that nobody used: a second STOPP from somebody who leaves must not
    keep them from coming back.
    """
    _forget_old()
    now, phone_index = timezone.now(), blind_index(phone)
    unused = SignUp.objects.filter(phone_index=phone_index, confirmed_at=None)
    if unused.filter(created_at__gt=now - BLOCKED_FOR).exists():
        Mark.objects.update_or_create(
            phone_index=phone_index,
            kind=Mark.Kind.BLOCKED,
            defaults={"until": now + BLOCKED_FOR},
        )


def let_codes_through(phone: str) -> bool:
    """End the block; returns whether there was one."""
    blocks = Mark.objects.filter(phone_index=blind_index(phone), kind=Mark.Kind.BLOCKED)
    return bool(blocks.delete()[0])


def blocks_codes(phone_index: str) -> bool:
    """Whether the number of that blind index wants no codes."""
    return Mark.objects.filter(
        phone_index=phone_index, kind=Mark.Kind.BLOCKED, until__gt=timezone.now()
    ).exists()


def may_answer(phone: str, kind: Mark.Kind = Mark.Kind.ANSWERED) -> bool:
    """Whether the number was not answered so a while ago; from now on it was.

    kind: ANSWERED, or INFORMED for what may be asked again soon.
    """
    _forget_old()
    _mark, new = Mark.objects.get_or_create(
        phone_index=blind_index(phone),
        kind=kind,
        defaults={"until": timezone.now() + ANSWERED_FOR[kind]},
    )
    return new


def _forget_old() -> None:
    Mark.objects.filter(until__lte=timezone.now()).delete()
