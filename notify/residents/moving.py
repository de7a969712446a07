"""Changing number: the subscriber stays who they are, and each number keeps its own record of consent."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.residents.models import Consent, EndedReason, SignUp, Subscriber
from notify.residents.secrecy import blind_indexes
from notify.residents.services import WrongCode, no_longer_valid, note, with_code


class NumberTaken(Exception):
    """Something stands on the new number already. ``str()`` says so to the person."""


def is_number_of(subscriber: Subscriber, phone: str) -> bool:
    """Whether a number (E.164) is the one that they have."""
    return subscriber.phone_index in blind_indexes(phone)


def move_number(key: uuid.UUID, code: str) -> SignUp:
    """Let the subscriber have the number that the code went to; returns a session of that number.

    What was asked for, and what is on its way, goes to the new number; so does the end of what
    was told to the old one. Sessions of the old number are closed. The same code again moves
    nothing more. Raises WrongCode, or NumberTaken, which only who has the new phone gets to hear.
    """
    return with_code(key, code, SignUp.Purpose.MOVE, _move)


def _move(sign_up: SignUp) -> SignUp:
    now = timezone.now()
    until = now + timedelta(minutes=settings.MANAGE_MINUTES)
    unused = SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None)
    if not unused.update(confirmed_at=now, open_until=until):
        return sign_up
    # Both in key order, so that two who swap numbers wait for each other, not both for ever.
    both = Subscriber.objects.filter(Q(pk=sign_up.moves_id) | Q(phone_index__in=sign_up.indexes))
    rows = list(both.order_by("pk").select_for_update())
    mover = next(row for row in rows if row.pk == sign_up.moves_id)
    other = next((row for row in rows if row.pk != sign_up.moves_id), None)
    if mover.ended_at is not None:
        raise WrongCode(no_longer_valid())
    if mover.phone_index in sign_up.indexes:  # another tab has moved it there already
        return sign_up
    if other is not None and other.ended_at is None:
        raise NumberTaken(
            _("That number gets SMS from us already. To move these there, end those first.")
        )
    of_old = SignUp.objects.filter(phone_index__in=mover.indexes)
    of_old.filter(open_until__gt=now).update(open_until=now)
    _swap(mover, other or _nobody(mover), sign_up)
    return sign_up


def _nobody(mover: Subscriber) -> Subscriber:
    """Who will hold the old number's record; of no number until then."""
    return Subscriber.objects.create(
        phone_index=uuid.uuid4().hex,
        language=mover.language,
        ended_at=timezone.now(),
        ended_reason=EndedReason.MOVED,
    )


def _swap(mover: Subscriber, other: Subscriber, sign_up: SignUp) -> None:
    """The mover gets the new number and its record, the other the old number and its record."""
    old_cipher, old_index = mover.phone_cipher, mover.phone_index
    theirs = list(other.consents.values_list("pk", flat=True))
    mover.consents.update(subscriber=other)
    Consent.objects.filter(pk__in=theirs).update(subscriber=mover)
    other.subscriptions.update(subscriber=mover)
    # No two rows may hold a number, not even for a moment.
    Subscriber.objects.filter(pk=other.pk).update(phone_index=uuid.uuid4().hex)
    Subscriber.objects.filter(pk=mover.pk).update(
        phone_cipher=sign_up.phone_cipher, phone_index=sign_up.indexes[0]
    )
    Subscriber.objects.filter(pk=other.pk).update(
        phone_cipher=old_cipher,
        phone_index=old_index,
        ended_at=timezone.now(),
        ended_reason=EndedReason.MOVED,
    )
    note(other, Consent.Kind.MOVED, Consent.Source.WEB)
    note(mover, Consent.Kind.OPT_IN, Consent.Source.WEB)
