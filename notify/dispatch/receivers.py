"""Listens to what channels announce from outside."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _

from notify.channels.base import Receipt
from notify.channels.signals import status_reported, text_received
from notify.dispatch import direct, inbox
from notify.dispatch.keywords import Keyword, keyword
from notify.residents.marks import block_codes, let_codes_through, may_answer
from notify.residents.models import Consent, Subscriber
from notify.residents.services import find_subscriber, known_subscriber, opt_out


@receiver(status_reported)
def put_down(*, receipt: Receipt, **_kwargs: object) -> None:
    """A provider's later word on a message."""
    inbox.put(receipt)


@receiver(text_received)
@transaction.atomic
def read(*, address: str, body: str, answered: bool, **_kwargs: object) -> None:
    """What somebody wrote to us. Only keywords are answered, or two robots would never stop.

    answered: by the provider, so that we say nothing; what they asked for is done all the same.
    """
    match keyword(body):
        case Keyword.STOP:
            _leave(address, body, answered=answered)
        case Keyword.START:
            _come_back(address, answered=answered)
        case Keyword.HELP if not answered:
            _answer(address, find_subscriber(address), _help)


def _leave(address: str, body: str, *, answered: bool) -> None:
    """End everything; a number that gets nothing from us but codes gets no more of those."""
    subscriber = opt_out(address, source=Consent.Source.SMS, words=body)
    if subscriber is None:
        block_codes(address)
    elif not answered:
        with translation.override(subscriber.language):
            direct.answer(address, _goodbye())


def _come_back(address: str, *, answered: bool) -> None:
    """Codes may be sent again. Only a code can bring the subscriptions back."""
    let_codes_through(address)
    if not answered:
        _answer(address, known_subscriber(address), _welcome)


def _answer(address: str, subscriber: Subscriber | None, words: Callable[[], str]) -> None:
    """At most one such answer an hour, and none to a stranger."""
    if subscriber is not None and may_answer(address):
        with translation.override(subscriber.language):
            direct.answer(address, words())


def _goodbye() -> str:
    return _("%(publisher)s: You will get no more SMS from us. Welcome back at %(url)s") % _names()


def _help() -> str:
    sentence = _("%(publisher)s: Reply STOPP to get no more SMS. See what holds now: %(url)s")
    return sentence % _names()


def _welcome() -> str:
    sentence = _("%(publisher)s: To get SMS from us again, choose your areas at %(url)s")
    return sentence % _names()


def _names() -> dict[str, str]:
    return {"publisher": settings.PUBLISHER_NAME, "url": settings.PUBLIC_URL}
