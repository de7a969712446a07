"""From an update to the frozen words that channels carry."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from notify.alerts.content import AlertContent
from notify.alerts.languages import by_language
from notify.alerts.lifecycle import proposed_update
from notify.alerts.models import Alert, Update
from notify.alerts.vocabulary import Move
from notify.channels.notice import Advice, Notice, Place, words_from_json
from notify.dispatch.models import Dispatch
from notify.dispatch.question import question


def notice_of(update: Update, *, asks: bool = False) -> Notice:
    """The words of a published update, for ever.

    asks: whether an all-clear asks people to reply if they are still without. Nobody is asked who
    cannot reply.
    """
    return Notice(
        update=str(update.identifier),
        alert=update.alert.code,
        number=update.number,
        message_type=update.message_type,
        response_type=update.response_type,
        category=update.service.category,
        service=update.service.slug,
        service_names=dict(update.service.names),
        severity=update.severity,
        urgency=update.urgency,
        certainty=update.certainty,
        places=tuple(Place(**place) for place in update.places),
        language=settings.LANGUAGE_CODE,
        words=words_from_json(update.words),
        sent=update.sent,
        onset=update.onset,
        expires=update.expires,
        url=alert_url(update.alert),
        publisher=settings.PUBLISHER_NAME,
        sms_url=sms_url(update),
        advice=tuple(
            Advice(phrase.kind.value, phrase.key, phrase.by_language(), phrase.sms_by_language())
            for phrase in update.phrases
        ),
        help_at=tuple(update.help_at),
        help_heading=by_language(update.help_heading) if update.help_at else {},
        question=question(update.service.slug) if asks and may_ask(update) else {},
        leave_url="" if settings.SMS_REPLIES else leave_url(),
    )


def as_it_stands(dispatch: Dispatch) -> Notice:
    """What was dispatched, in its update's present words; prefetch ``update__corrections`` for many."""
    made = dispatch.update.latest_correction
    notice = dispatch.notice
    return notice.corrected(words_from_json(made.words), made.made_at) if made else notice


def may_ask(update: Update) -> bool:
    """Whether people can be asked by it: it says that something is over, and they can reply."""
    return update.all_clear and settings.SMS_REPLIES


def notice_if(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    at: datetime | None = None,
    asks: bool = False,
) -> Notice:
    """The notice that ``move`` with ``content`` would make if it were published ``at`` that time, or now."""
    update = proposed_update(alert, move, content, key=uuid.uuid4(), by=None, at=at)
    return notice_of(update, asks=asks)


def alert_url(alert: Alert) -> str:
    """The alert's public page, absolute and short enough for an SMS."""
    return settings.PUBLIC_URL + reverse("portal:alert", args=[alert.code])


def sms_url(update: Update) -> str:
    """The page that shows what the update's SMS said, absolute: no longer than the alert's own up to 99."""
    return settings.PUBLIC_URL + reverse("portal:sms", args=[update.alert.code, update.number])


def leave_url() -> str:
    """The page where residents change what they get, or end it; absolute."""
    return settings.PUBLIC_URL + reverse("portal:manage")
