"""Erasing everything that is held on a phone number."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from notify.dispatch.models import Delivery, DirectMessage
from notify.dispatch.unlinking import unlink
from notify.residents.erasure import erase_marks, erase_sign_ups
from notify.residents.models import Subscriber
from notify.residents.secrecy import Undecryptable, blind_index, decrypt


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased of each kind: all that is left to tell.

    deliveries: how many messages in the ledger no longer say whom they were for. They are counted
    there as before.
    """

    subscribers: int
    subscriptions: int
    consents: int
    sign_ups: int
    marks: int
    direct_messages: int
    deliveries: int


def erase(phone: str) -> Erased:
    """Erase everything that is held on a number (E.164), whatever state it is in, all or nothing.

    Twice is harmless. A message that a worker is handing over at this moment may still arrive;
    nothing is sent after that. Who looked at the number and why (``Reveal``) stays on record,
    without whose it was.
    """
    return erase_indexed(blind_index(phone))


@transaction.atomic
def erase_indexed(phone_index: str) -> Erased:
    """As ``erase``, by the number's blind index, for whoever does not have the number itself."""
    messages = _erase_messages(phone_index)
    # Before the subscriber: whoever types the right code at this moment is waited for, and found.
    sign_ups, marks = erase_sign_ups(phone_index), erase_marks(phone_index)
    subscriptions = consents = deliveries = 0
    subscriber = Subscriber.objects.select_for_update().filter(phone_index=phone_index).first()
    if subscriber is not None:
        subscriptions, consents = subscriber.subscriptions.count(), subscriber.consents.count()
        deliveries = unlink(Delivery.objects.filter(subscriber=subscriber))
        subscriber.delete()
    return Erased(
        int(subscriber is not None),
        subscriptions,
        consents,
        sign_ups,
        marks,
        messages,
        deliveries,
    )


def direct_messages(phone_index: str) -> list[DirectMessage]:
    """Those of a number: codes by their sign-up; answers by their address, as long as they have one."""
    written = DirectMessage.objects.filter(~Q(body_cipher=""), sign_up=None).order_by("pk")
    answers = [one.pk for one in written if _goes_to(one, phone_index)]
    mine = Q(sign_up__phone_index=phone_index) | Q(pk__in=answers)
    return list(DirectMessage.objects.filter(mine).order_by("pk"))


def _goes_to(message: DirectMessage, phone_index: str) -> bool:
    try:
        return blind_index(decrypt(message.address_cipher)) == phone_index
    except Undecryptable:
        return False


def _erase_messages(phone_index: str) -> int:
    keys = [one.pk for one in direct_messages(phone_index)]
    count, _rows = DirectMessage.objects.filter(pk__in=keys).delete()
    return count
