"""Whether an SMS is from us: the exact words that we sent, and when. Never to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from notify.alerts.models import Correction
from notify.alerts.phases import phase_of
from notify.channels.kept.policy import keep
from notify.channels.notice import Notice
from notify.channels.sms.channel import SmsChannel
from notify.channels.sms.compose import compose
from notify.dispatch.models import Dispatch
from notify.dispatch.progress import has_left
from notify.portal.reading import Reading
from notify.portal.views.alerts import fresh


@dataclass(frozen=True, slots=True)
class Message:
    """An SMS as it was sent to those who read one language. name: what they call the language."""

    language: str
    name: str
    text: str


@keep("alerts", by_language=True, by_minute=True)
@require_safe
@vary_on_cookie
@fresh
def said(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What the SMS about an update says, in each language; 404 for what was never published.

    Thousands come at once, since each of them has just got it.
    """
    corrected = Exists(Correction.objects.filter(update=OuterRef("update")))
    dispatches = Dispatch.objects.select_related("update__alert").annotate(corrected=corrected)
    dispatch = get_object_or_404(dispatches, update__alert__code=code, update__number=number)
    update, alert = dispatch.update, dispatch.update.alert
    sent = has_left(dispatch, SmsChannel.name)
    response = render(
        request,
        "portal/sms.html",
        {
            "update": update,
            "alert": alert,
            "reading": Reading.of(alert),
            "phase": phase_of(alert, timezone.now()),
            "sent": sent,
            "messages_sent": list(_messages(dispatch.notice)),
            "dispatch": dispatch,
            "newer": alert.updates.filter(number__gt=number).exists(),
        },
    )
    if not sent:
        # No change of the alert tells when the first one leaves.
        response["Cache-Control"] = "no-store"
    return response


def _messages(notice: Notice) -> Iterator[Message]:
    """One for each language that the notice has; whoever reads another one got the site's own."""
    for language, _name in settings.LANGUAGES:
        if language in notice.words:
            name = get_language_info(language)["name_local"]
            yield Message(language, name, compose(notice, language))
