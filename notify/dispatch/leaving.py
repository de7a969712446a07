"""Leaving: by SMS the place that the last message was about, or everything; on the web a place.

Whatever cannot be told for sure ends everything: START brings it back, and a message too many does not
bring back trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notify.alerts.models import Area
from notify.dispatch.concerning import paths_of, touch, wanted_places
from notify.dispatch.keywords import Keyword, beside_stop, keyword, words_of
from notify.dispatch.models import TOLD, Delivery, DirectMessage, State
from notify.dispatch.withdrawal import withdraw
from notify.residents import managing
from notify.residents.by_sms import end_places, places_of
from notify.residents.models import Subscriber

RECENT = timedelta(days=7)
"""How old the last message may be and still be what somebody answers."""


def places_meant(subscriber: Subscriber, body: str) -> list[Area]:
    """The places that a message which means STOPP is about; none when it is about everything.

    A bare STOPP is about those of the last message. "STOPP Äspered", and nothing more, is about
    that place if it is one of theirs.
    """
    if keyword(body) is Keyword.STOP:
        return _of_last_message(subscriber)
    named = set(beside_stop(body))
    if not named:
        return []
    return [area for area in places_of(subscriber) if named <= set(words_of(area.name))]


def _of_last_message(subscriber: Subscriber) -> list[Area]:
    """None when it is old or was a code, or when nothing stands at its places any more: after a STOPP
    to it, or another choice."""
    now = timezone.now()
    messages = Delivery.objects.filter(
        TOLD, subscriber=subscriber, sending_at__gt=now - RECENT
    ).select_related("dispatch__update")
    last = messages.order_by("-sending_at", "-pk").first()
    if last is None or last.sending_at is None:
        return []
    codes = DirectMessage.objects.filter(
        sign_up__phone_index__in=subscriber.indexes, created_at__gt=last.sending_at
    )
    return [] if codes.exists() else wanted_places(subscriber, last.dispatch.update)


def leave_places(subscriber: Subscriber, places: Sequence[Area], *, words: str) -> list[Area]:
    """End these places, and take back what is queued about them; returns where anything stands still.

    What is under way about them ends too: neither an update nor the all-clear follows (see
    ``recipients``). Call it in a transaction. words: what they wrote.
    """
    left = end_places(subscriber, places, words=words)
    _take_back(subscriber, places)
    return left


@transaction.atomic
def end_place(subscriber: Subscriber, code: str) -> bool:
    """As ``managing.end_place``, and take back the news about it that waits, for the morning or its turn.

    What they were told of is still told to be over.
    """
    place = managing.place_of(subscriber, code)
    stands = managing.end_place(subscriber, code)
    if place:
        _take_back(subscriber, [place.area], news_only=True)
    return stands


def _take_back(subscriber: Subscriber, places: Sequence[Area], *, news_only: bool = False) -> None:
    """Withdraw what is queued about places where they want nothing any more."""
    queued = Delivery.objects.filter(subscriber=subscriber, state=State.QUEUED)
    unwanted = [
        one.pk
        for one in queued.select_related("dispatch__update")
        if touch(places, paths_of(one.dispatch.update))
        and not wanted_places(subscriber, one.dispatch.update)
        and not (news_only and one.dispatch.update.ends_alert)
    ]
    withdraw(Delivery.objects.filter(pk__in=unwanted), "opted_out")
