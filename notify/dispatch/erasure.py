"""Erasing everything that is held on a phone number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from notify.dispatch.models import Delivery, DirectMessage
from notify.dispatch.unlinking import unlink
from notify.residents.erasure import end_moves, erase_marks, erase_sign_ups
from notify.residents.models import Consent, Subscriber, Subscription
from notify.residents.secrecy import Undecryptable, blind_indexes, decrypt


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


@transaction.atomic
def erase(indexes: Collection[str]) -> Erased:
    """Erase everything that is held on a number, whatever state it is in, all or nothing.

    indexes: the number's blind indexes. Twice is harmless. A message that a worker is handing over
    at this moment may still arrive; nothing is sent after that. Who of the staff looked at the
    number and why (``Reveal``) stays on record, without whose it was.
    """
    messages = _erase_messages(indexes)
    # Before the subscriber: whoever types the right code at this moment is waited for, and found.
    sign_ups, marks = erase_sign_ups(indexes), erase_marks(indexes)
    end_moves(indexes)
    theirs = Subscriber.objects.select_for_update().filter(phone_index__in=indexes)
    keys = list(theirs.order_by("pk").values_list("pk", flat=True))
    subscriptions = Subscription.objects.filter(subscriber__in=keys).count()
    consents = Consent.objects.filter(subscriber__in=keys).count()
    deliveries = erase_subscribers(keys)
    return Erased(len(keys), subscriptions, consents, sign_ups, marks, messages, deliveries)


def erase_number(phone: str) -> Erased:
    """As ``erase``, for a number in E.164."""
    return erase(blind_indexes(phone))


def erase_subscribers(keys: Collection[int]) -> int:
    """Erase these subscribers, and from the ledger that they were told; returns of how many messages.

    Call it in a transaction that holds them.
    """
    unlinked = unlink(Delivery.objects.filter(subscriber__in=keys))
    Subscriber.objects.filter(pk__in=keys).delete()
    return unlinked


def direct_messages(indexes: Collection[str]) -> list[DirectMessage]:
    """Those of a number: codes by their sign-up; answers by their address, as long as they have one."""
    written = DirectMessage.objects.filter(~Q(body_cipher=""), sign_up=None).order_by("pk")
    answers = [one.pk for one in written if _goes_to(one, indexes)]
    mine = Q(sign_up__phone_index__in=indexes) | Q(pk__in=answers)
    return list(DirectMessage.objects.filter(mine).order_by("pk"))


def _goes_to(message: DirectMessage, indexes: Collection[str]) -> bool:
    try:
        return not set(blind_indexes(decrypt(message.address_cipher))).isdisjoint(indexes)
    except Undecryptable:
        return False


def _erase_messages(indexes: Collection[str]) -> int:
    keys = [one.pk for one in direct_messages(indexes)]
    count, _rows = DirectMessage.objects.filter(pk__in=keys).delete()
    return count
