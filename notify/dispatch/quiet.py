"""Quiet hours: what is routine waits for the morning, for whoever wants to sleep.

Decided once, when the deliveries are made: what waits is due in the morning, and its batch with it.
What is under way when the quiet hours begin goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from notify.alerts.models import Update
from notify.alerts.vocabulary import URGENT
from notify.dispatch.models import Dispatch
from notify.residents.models import Subscriber

Nights = Subscriber.Nights


def due(dispatch: Dispatch, now: datetime) -> Mapping[Nights, datetime]:
    """When its deliveries that are made now are due, by what people chose: now, unless it is routine, at night.

    Severe and Extreme never wait, nor does the end of an alert that was either once: whom it woke
    wants to hear that it is over. Nor does what would be past in the morning: late is better than
    never, but never is worse than at night.
    """
    update, until = dispatch.update, morning(now)
    if until is None or update.urgent or dispatch.notice.stale(until) or _woke(update):
        return dict.fromkeys(Nights, now)
    return {
        Nights.PLANNED: until if update.planned else now,
        Nights.ROUTINE: until,
        Nights.NOTHING: now,
    }


def _woke(update: Update) -> bool:
    earlier = Update.objects.filter(alert=update.alert_id, severity__in=URGENT)
    return update.ends_alert and earlier.exists()


def morning(now: datetime) -> datetime | None:
    """When the quiet hours end that ``now`` lies in, by the site's clock; None outside of them.

    They may begin after midnight, or not be at all.
    """
    begins, ends = settings.QUIET_HOURS
    local = timezone.localtime(now)
    since = (local.hour - begins) % 24
    if since >= (ends - begins) % 24:
        return None
    evening = local.hour >= ends
    day = local.date() + timedelta(days=1 if evening else 0)
    return datetime.combine(day, time(ends), timezone.get_current_timezone())
