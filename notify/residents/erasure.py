"""Erasing what this room holds on a number. ``notify.dispatch.erasure`` erases all of it."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from notify.residents.limits import COUNTED_FOR
from notify.residents.models import Mark, Refusal, SignUp


def erase_sign_ups(indexes: Collection[str]) -> int:
    """Erase the sign-ups of a number, by its blind indexes; returns how many there were.

    Of those that the hourly limits still count an empty row stays until retention takes it. Else
    whoever asks for a code, is erased and asks again would get codes without end, and we the bill.
    Sessions of the number end with them.
    """
    theirs = SignUp.objects.filter(phone_index__in=indexes)
    now = timezone.now()
    counted = theirs.filter(created_at__gt=now - COUNTED_FOR)
    keys = list(counted.order_by("pk").select_for_update().values_list("pk", flat=True))
    for chosen in (SignUp.areas.through, SignUp.services.through):
        chosen._default_manager.filter(signup__in=keys).delete()
    emptied = SignUp.objects.filter(pk__in=keys).update(
        moves=None,
        phone_cipher="",
        phone_index="",
        code_digest="",
        attempts_left=0,
        expires_at=now,
        confirmed_at=None,
        open_until=None,
    )
    older, _rows = theirs.count(), theirs.delete()
    return emptied + older


def end_moves(indexes: Collection[str]) -> None:
    """Let codes by which whoever has a number would have got another open nothing any more.

    indexes: of the number that they have. The sign-ups stay for their time, with the number that
    the code went to: it is another's, and the limits on codes to it must hold.
    """
    now = timezone.now()
    theirs = SignUp.objects.filter(moves__phone_index__in=indexes)
    theirs.update(moves=None, attempts_left=0, expires_at=now, open_until=None)


def erase_marks(indexes: Collection[str]) -> int:
    """Forget what is remembered of a number, by its blind indexes; returns how many marks that was.

    That its codes were refused goes too.
    """
    Refusal.objects.filter(limit=Refusal.Limit.NUMBER, digest__in=indexes).delete()
    count, _rows = Mark.objects.filter(phone_index__in=indexes).delete()
    return count
