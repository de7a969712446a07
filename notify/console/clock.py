"""Times and ages as an editor reads them at a glance."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def said(at: datetime) -> str:
    """On the site's wall clock: "today 14:30", "tomorrow 07:00", "Wednesday 25 November 08:00".

    No line ends before the time of day: in Swedish "kl." would be left behind alone.
    """
    local = timezone.localtime(at)
    time = date_format(local, pgettext("time of day", "H:i"))
    written = _("%(day)s %(time)s") % {"day": _day(local), "time": time}
    return "\N{NO-BREAK SPACE}".join(written.rsplit(" ", 1))


def age(at: datetime) -> str:
    """How long since, in its largest unit: "2 hours"."""
    if timezone.now() - at < timedelta(minutes=1):
        return _("less than a minute")
    return timesince(at, depth=1)


def _day(local: datetime) -> str:
    today = timezone.localdate()
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    distance = (local.date() - today).days
    if distance in near:
        return near[distance]
    form = pgettext("day", "l j F") if local.year == today.year else pgettext("day", "j F Y")
    return date_format(local, form)
