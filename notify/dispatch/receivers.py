"""Listens to what channels announce from outside."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _

from notify.channels.base import Receipt
from notify.channels.signals import status_reported, text_received
from notify.dispatch import direct, inbox
from notify.dispatch.keywords import Keyword, keyword
from notify.residents.models import Consent
from notify.residents.services import find_subscriber, opt_out


@receiver(status_reported)
def put_down(*, receipt: Receipt, **_kwargs: object) -> None:
    """A provider's later word on a message."""
    inbox.put(receipt)


@receiver(text_received)
@transaction.atomic
def read(*, address: str, body: str, answered: bool, **_kwargs: object) -> None:
    """What somebody wrote to us. Only keywords are answered, or two robots would never stop."""
    meant = keyword(body)
    if meant is None:
        return
    subscriber = find_subscriber(address)
    if meant is Keyword.STOP:
        opt_out(address, source=Consent.Source.SMS, words=body)
    if answered or subscriber is None:
        return
    with translation.override(subscriber.language):
        direct.answer(address, _answer(meant))


def _answer(meant: Keyword) -> str:
    names = {"publisher": settings.PUBLISHER_NAME, "url": settings.PUBLIC_URL}
    if meant is Keyword.STOP:
        return _("%(publisher)s: You will get no more SMS from us. Welcome back at %(url)s") % names
    return _("%(publisher)s: Reply STOPP to get no more SMS. See what holds now: %(url)s") % names
