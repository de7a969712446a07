"""Times as people say them: "i dag kl. 14.30", "onsdag 25 november kl. 08.00"."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """A ``<time>`` element that says the time in the site's time zone, and holds it for machines."""
    return format_html(
        '<time datetime="{}">{}</time>', timezone.localtime(at).isoformat("T", "minutes"), said(at)
    )


@register.simple_tag
def lasting_moment(at: datetime) -> SafeString:
    """As ``moment``, with the date beside it that stands on paper instead: "today" is another day there."""
    element, near, dated = moment(at), said(at), _dated(at)
    if near == dated:
        return element
    return format_html('{}<span class="on-paper" aria-hidden="true">{}</span>', element, dated)


@register.simple_tag
def time_of_day(at: datetime) -> SafeString:
    """A ``<time>`` element that says only the time of day, of what is near and short."""
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat("T", "minutes"), _time(local)
    )


def said(at: datetime) -> str:
    """The day, by name when it is near, and the time of day; the year only when it is another.

    No line ends between "kl." and its time.
    """
    local, now = timezone.localtime(at), timezone.localtime()
    names = {
        now.date() - timedelta(days=1): _("yesterday at %(time)s"),
        now.date(): _("today at %(time)s"),
        now.date() + timedelta(days=1): _("tomorrow at %(time)s"),
    }
    return _written(local, names.get(local.date(), _("%(date)s at %(time)s")))


def _dated(at: datetime) -> str:
    return _written(timezone.localtime(at), _("%(date)s at %(time)s"))


def _written(local: datetime, sentence: str) -> str:
    now = timezone.localtime()
    date = pgettext("date format", "l j F") if local.year == now.year else "l j F Y"
    written = sentence % {
        "date": date_format(local, date),
        "time": _time(local),
    }
    return "\N{NO-BREAK SPACE}".join(written.rsplit(" ", 1))


def _time(local: datetime) -> str:
    return date_format(local, pgettext("time format", "H:i"))
