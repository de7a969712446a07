"""Listens to what channels announce from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone, translation

from notify.channels.base import Receipt
from notify.channels.signals import status_reported, text_received
from notify.dispatch import direct, inbox, replies, still_without
from notify.dispatch.concerning import standing_for
from notify.dispatch.keywords import Keyword, keyword
from notify.dispatch.lacking import lacks
from notify.dispatch.leaving import leave_places, places_meant
from notify.dispatch.models import ReadText
from notify.residents.by_sms import come_back, places_of
from notify.residents.managing import resume
from notify.residents.marks import block_codes, let_codes_through, may_answer
from notify.residents.models import Consent, Mark, Subscriber
from notify.residents.services import find_subscriber, known_subscriber, opt_out

REMEMBERED = timedelta(days=1)
"""How long a provider may deliver the same message again."""


@receiver(status_reported)
def put_down(*, receipt: Receipt, **_kwargs: object) -> None:
    """A provider's later word on a message."""
    inbox.put(receipt)


@receiver(text_received)
@transaction.atomic
def read(*, address: str, body: str, provider_id: str, answered: bool, **_kwargs: object) -> None:
    """What somebody wrote to us, heeded once. Only keywords, and what we asked for, are answered, or
    two robots would never stop.

    answered: by the provider, who for STOP has ended everything; what was asked for is done all the
    same, and we only say what the provider cannot know.
    """
    asked = keyword(body)
    without = lacks(body) if asked is None else None
    if (asked is None and without is None) or not _first_time(provider_id):
        return
    match asked:
        case Keyword.STOP | Keyword.STOP_ALL if not answered:
            _leave(address, body)
        case Keyword.STOP | Keyword.STOP_ALL:
            _leave_all(address, body, answered=True)
        case Keyword.START:
            _come_back(address, body, answered=answered)
        case Keyword.INFO:
            _inform(address)
        case Keyword.HELP if not answered:
            _say_now_and_then(address, find_subscriber(address), replies.help_offered)
        case None:
            _count(address, without=bool(without))


def _first_time(provider_id: str) -> bool:
    """Whether this very message was not read before: a STOPP delivered twice is one STOPP."""
    now = timezone.now()
    ReadText.objects.filter(at__lte=now - REMEMBERED).delete()
    _row, new = ReadText.objects.get_or_create(provider_id=provider_id, defaults={"at": now})
    return new


def _leave(address: str, body: str) -> None:
    """End the places that are meant, if that can be told, else everything."""
    subscriber = find_subscriber(address)
    places = places_meant(subscriber, body) if subscriber else []
    if subscriber is None or not places:
        _leave_all(address, body, answered=False)
        return
    still = leave_places(subscriber, places, words=body)
    _say(address, subscriber, lambda: replies.left(places, still) if still else replies.goodbye())


def _leave_all(address: str, body: str, *, answered: bool) -> None:
    """End everything; a number that gets nothing from us but codes gets no more of those."""
    subscriber = opt_out(address, source=Consent.Source.SMS, words=body)
    if subscriber is None:
        block_codes(address)
    elif not answered:
        _say(address, subscriber, replies.goodbye)


def _come_back(address: str, body: str, *, answered: bool) -> None:
    """Codes may be sent again, a pause is over, and what STOPP ended last stands again.

    What stands now is said also to whom the provider has answered: it does not know the places.
    """
    let_codes_through(address)
    subscriber = known_subscriber(address)
    if subscriber is None:
        return
    resume(subscriber)
    if back := come_back(subscriber, words=body):
        _say(address, subscriber, lambda: replies.welcome_back(back))
    elif not answered:
        standing = places_of(subscriber)
        _say_now_and_then(address, subscriber, lambda: replies.nothing_to_undo(standing))


def _inform(address: str) -> None:
    """What holds now at their places; the provider, who answers INFO with help, cannot say it."""
    subscriber = find_subscriber(address)
    if subscriber is None or not may_answer(address, Mark.Kind.INFORMED):
        return
    now = timezone.now()
    alerts, places = standing_for(subscriber, now), places_of(subscriber)
    _say(address, subscriber, lambda: replies.what_holds(alerts, places, now))


def _count(address: str, *, without: bool) -> None:
    """An answer to an all-clear that asked; to anybody else it was small talk."""
    subscriber = find_subscriber(address)
    dispatch = still_without.question_to(subscriber) if subscriber else None
    if subscriber is None or dispatch is None:
        return
    if without and still_without.put_down(subscriber, dispatch):
        _say(address, subscriber, replies.noted)
    elif not without and still_without.take_back(subscriber, dispatch):
        _say(address, subscriber, replies.taken_back)


def _say_now_and_then(
    address: str, subscriber: Subscriber | None, words: Callable[[], str]
) -> None:
    """At most one such answer an hour, and none to a stranger."""
    if subscriber is not None and may_answer(address):
        _say(address, subscriber, words)


def _say(address: str, subscriber: Subscriber, words: Callable[[], str]) -> None:
    with translation.override(subscriber.language):
        direct.answer(address, words())
