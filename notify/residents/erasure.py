"""Erasing what this room holds on a number. ``notify.dispatch.erasure`` erases all of it."""

from __future__ import annotations

from django.utils import timezone

from notify.residents.models import Mark, SignUp
from notify.residents.services import COUNTED_FOR


def erase_sign_ups(phone_index: str) -> int:
    """Erase the sign-ups of a number, by its blind index; returns how many there were.

    Of those that the hourly limits still count an empty row stays until retention takes it. Else
    whoever asks for a code, is erased and asks again would get codes without end, and we the bill.
    """
    theirs = SignUp.objects.filter(phone_index=phone_index)
    now = timezone.now()
    counted = theirs.filter(created_at__gt=now - COUNTED_FOR)
    keys = list(counted.order_by("pk").select_for_update().values_list("pk", flat=True))
    for chosen in (SignUp.areas.through, SignUp.services.through):
        chosen._default_manager.filter(signup__in=keys).delete()
    emptied = SignUp.objects.filter(pk__in=keys).update(
        phone_cipher="",
        phone_index="",
        code_digest="",
        attempts_left=0,
        expires_at=now,
        confirmed_at=None,
    )
    older, _rows = theirs.count(), theirs.delete()
    return emptied + older


def erase_marks(phone_index: str) -> int:
    """Forget what is remembered of a number, by its blind index; returns how many marks that was."""
    count, _rows = Mark.objects.filter(phone_index=phone_index).delete()
    return count
