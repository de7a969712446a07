"""Leaving by SMS: the place that the last message was about, or everything.

Whatever cannot be told for sure ends everything: START brings it back, and a message too many does not
bring back trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from notify.alerts.models import Area
from notify.dispatch.concerning import paths_of, touch, wanted_places
from notify.dispatch.keywords import Keyword, beside_stop, keyword, words_of
from notify.dispatch.models import TOLD, Delivery, DirectMessage, State
from notify.dispatch.withdrawal import withdraw
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
    queued = Delivery.objects.filter(subscriber=subscriber, state=State.QUEUED)
    unwanted = [
        one.pk
        for one in queued.select_related("dispatch__update")
        if touch(places, paths_of(one.dispatch.update))
        and not wanted_places(subscriber, one.dispatch.update)
    ]
    withdraw(Delivery.objects.filter(pk__in=unwanted), "opted_out")
    return left
