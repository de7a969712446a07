"""What an SMS says: who writes, what kind of news it is, what happened, where, whether the water can be drunk,
what to do, until when, and where to read more.

It is made from the notice alone and the same each time, so that a message can be recognised later
in the provider's list by its exact words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import dateformat
from django.utils.translation import npgettext, override, pgettext

from notify.channels.notice import Notice
from notify.channels.sms.text import measure, normalise
from notify.channels.texts import says, unsaid

MOST_PLACES = 6
"""How many places are named; the rest are counted, and named on the page that the link leads to."""


def spoken(notice: Notice, language: str) -> str:
    """The language that a reader of ``language`` gets: theirs if the notice has it, else the site's.

    The frame around the words follows it, so that no SMS mixes two languages.
    """
    return language if language in notice.words else notice.language


def compose(notice: Notice, language: str) -> str:
    """The whole SMS for a reader of that language, normalised for GSM-7, within SMS_MAX_SEGMENTS if it can be."""
    return fit(notice, language).text


@dataclass(frozen=True, slots=True)
class Fitted:
    """An SMS. shortened: its description was cut short to make it fit."""

    text: str
    shortened: bool = False


def fit(notice: Notice, language: str) -> Fitted:
    """The SMS, with as much of the description as fits: the page behind the link has all of it.

    Nothing else is ever cut: not who writes, the headline, the places, what to do, the advice, the
    times or the links. If all that is too long by itself it stays too long, and is not sent.
    """
    said = spoken(notice, language)
    with override(said):
        whole = _text(notice, said)
        most = settings.SMS_MAX_SEGMENTS
        if measure(whole).segments <= most:
            return Fitted(whole)
        description = notice.in_language(said).description
        ends = [0, *(word.end() for word in re.finditer(r"\S+", description))]

        def too_long(end: int) -> bool:
            return measure(_text(notice, said, _cut(description, end))).segments > most

        # One word more never costs less, so the longest beginning that fits is found by halves.
        first_too_long = bisect_left(ends, True, key=too_long)
        kept = ends[max(0, first_too_long - 1)]
        return Fitted(_text(notice, said, _cut(description, kept)), shortened=len(ends) > 1)


def brief(notice: Notice, language: str, now: datetime) -> str:
    """What it is about in a few words, for somebody who asks ``now``: what, where, until when, the link."""
    said = spoken(notice, language)
    with override(said):
        words = notice.in_language(said)
        parts = (
            words.headline,
            _places(notice, words.headline),
            *_advice(notice, said, words.headline),
            _times(replace(notice, sent=now)),
            notice.url,
        )
        return normalise("\n".join(part for part in parts if part))


def _cut(text: str, end: int) -> str:
    return text[:end].rstrip(",;:-.") + "..." if end else ""


def _text(notice: Notice, language: str, description: str | None = None) -> str:
    """In the active language. description: instead of the notice's own."""
    return normalise("\n".join(part for part in _parts(notice, language, description) if part))


def _parts(notice: Notice, language: str, description: str | None) -> Iterator[str]:
    words = notice.in_language(language)
    kind = _kind(notice)
    if kind and says(words.headline, kind):
        kind = ""
    yield ": ".join(part for part in (notice.publisher, kind, words.headline) if part)
    yield _places(notice, words.headline)
    yield words.description if description is None else description
    yield from _advice(notice, language, f"{words.headline} {words.instruction}")
    yield words.instruction
    yield _times(notice)
    yield notice.question.get(language, "")
    yield notice.sms_url or notice.url
    if notice.leave_url:
        yield pgettext("SMS", "Change or end: %(url)s") % {"url": notice.leave_url}


def _kind(notice: Notice) -> str:
    """The word that tells news from old news; none for the first word on a disruption."""
    if notice.cancelled:
        return pgettext("SMS", "Called off") if notice.planned else pgettext("SMS", "Cancelled")
    if notice.all_clear:
        return pgettext("SMS", "Finished") if notice.planned else pgettext("SMS", "Fixed")
    if notice.message_type == "Update":
        return pgettext("SMS", "Update")
    return pgettext("SMS", "Planned work") if notice.planned else ""


def _places(notice: Notice, headline: str) -> str:
    """Every place, unless the headline names them all: naming only some would leave the others out."""
    names = [place.name for place in notice.places]
    if all(_names(normalise(headline), normalise(name)) for name in names):
        return ""
    left = len(names) - MOST_PLACES
    # "and 1 more" would be no shorter than the name.
    if left <= 1:
        return pgettext("SMS", "Concerns %(places)s.") % {"places": ", ".join(names)}
    return npgettext(
        "SMS",
        "Concerns %(places)s and %(left)d more.",
        "Concerns %(places)s and %(left)d more.",
        left,
    ) % {"places": ", ".join(names[:MOST_PLACES]), "left": left}


def _advice(notice: Notice, language: str, said: str) -> list[str]:
    """What somebody's health may hang on, unless the editor's own words say the same."""
    return unsaid(notice.sms_advice_in(language), normalise(said))


def _names(headline: str, place: str) -> bool:
    """Whether the headline holds the name as a word, possibly in the genitive ("Äspereds")."""
    return re.search(rf"(?<!\w){re.escape(place)}s?(?!\w)", headline, re.IGNORECASE) is not None


def _times(notice: Notice) -> str:
    """When it should be over, or for planned work from when to when; nothing once it is over."""
    if notice.ends_alert:
        return ""
    today = _local(notice.sent)
    end = _local(notice.expires) if notice.expires else None
    if notice.planned and notice.onset > notice.sent:
        return _span(_local(notice.onset), end, today)
    if end is None:
        return ""
    return pgettext("SMS", "Expected to be over %(time)s.") % {"time": _moment(end, today)}


def _span(start: datetime, end: datetime | None, today: datetime) -> str:
    if end is None:
        return pgettext("SMS", "From %(start)s.") % {"start": _moment(start, today)}
    clock = dateformat.format(end, pgettext("SMS, time of day", "H:i"))
    until = clock if end.date() == start.date() else _moment(end, today)
    return pgettext("SMS", "From %(start)s until %(end)s.") % {
        "start": _moment(start, today),
        "end": until,
    }


def _moment(moment: datetime, today: datetime) -> str:
    """The time of day, with the day in front unless it is today."""
    same_day = moment.date() == today.date()
    if same_day:
        return dateformat.format(moment, pgettext("SMS, today", r"\a\t H:i"))
    return dateformat.format(moment, pgettext("SMS, another day", r"D j M \a\t H:i"))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))
