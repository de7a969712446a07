"""iCalendar (RFC 5545, RFC 7986): planned work as a calendar to subscribe to.

Other formats have an entry for each update; here each alert is one event, and its updates move it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from notify.channels.feeds.formats import Head, Item
from notify.channels.feeds.wording import entry_text, entry_words
from notify.channels.notice import Notice
from notify.channels.texts import clean

OCTETS = 75
"""The longest a line may be without its line break (RFC 5545 section 3.1)."""
ASK_EVERY = "PT15M"
# A calendar without any component is none (section 3.6), and one without planned work has no event.
NOTHING = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
# Of what is left after cleaning, TEXT forbids only this control character (section 3.1).
_DELETE = "\x7f"


def calendar(head: Head, items: Sequence[Item]) -> bytes:
    """The calendar of these alerts, each given by its latest update."""
    lines = [*_head(head), *_events(head, items), "END:VCALENDAR"]
    return b"".join(fold(line) for line in lines)


def fold(line: str) -> bytes:
    """The line as octets, broken where it is too long, but never within a character."""
    rest, folded = line.encode(), b""
    # The space that starts a continued line counts.
    room = OCTETS
    while len(rest) > room:
        cut = room
        while rest[cut] & 0b1100_0000 == 0b1000_0000:
            cut -= 1
        folded, rest, room = folded + rest[:cut] + b"\r\n ", rest[cut:], OCTETS - 1
    return folded + rest + b"\r\n"


def escape(text: str) -> str:
    """The text as a value of type TEXT (section 3.3.11)."""
    text = clean(text).replace(_DELETE, "")
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _head(head: Head) -> Iterator[str]:
    title, about = escape(head.title), escape(head.subtitle)
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Notify//Feeds//EN"
    yield "CALSCALE:GREGORIAN"
    yield f"NAME;LANGUAGE={head.language}:{title}"
    yield f"DESCRIPTION;LANGUAGE={head.language}:{about}"
    # What the programs that came before RFC 7986 ask for.
    yield f"X-WR-CALNAME:{title}"
    yield f"X-WR-CALDESC:{about}"
    yield f"SOURCE;VALUE=URI:{head.address}"
    yield f"URL:{head.page}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{ASK_EVERY}"
    yield f"X-PUBLISHED-TTL:{ASK_EVERY}"


def _events(head: Head, items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        yield from _event(item, head.language)
    if not items:
        yield from NOTHING


def _event(item: Item, language: str) -> Iterator[str]:
    notice = item.notice
    # Its time being over is what a calendar shows anyhow.
    words = entry_words(notice, language, ending="" if item.ending == "lapsed" else item.ending)
    spoken = f"LANGUAGE={words.language}"
    yield "BEGIN:VEVENT"
    yield f"UID:{notice.alert}@{urlsplit(notice.url).hostname}"
    # Other words are another revision (3.8.7.2, 3.8.7.3), but no significant one: SEQUENCE stays (3.8.7.4).
    revised = _utc(notice.corrected_at or notice.sent)
    yield f"DTSTAMP:{revised}"
    yield f"LAST-MODIFIED:{revised}"
    yield f"SEQUENCE:{notice.number}"
    yield f"STATUS:{'CANCELLED' if item.ending == 'cancelled' else 'CONFIRMED'}"
    yield f"DTSTART:{_utc(notice.onset)}"
    if end := _end(item):
        yield f"DTEND:{_utc(end)}"
    yield f"SUMMARY;{spoken}:{escape(words.title)}"
    yield f"DESCRIPTION;{spoken}:{escape(entry_text(notice, language))}"
    yield f"LOCATION:{escape(notice.place_names())}"
    labels = ",".join(escape(category.label) for category in words.categories)
    yield f"CATEGORIES;LANGUAGE={language}:{labels}"
    yield f"URL:{notice.url}"
    yield "CLASS:PUBLIC"
    # Nobody is busy because the water is off.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _end(item: Item) -> datetime | None:
    """When the work ended or is to end; None while nobody knows. Always after it began (3.8.2.2)."""
    notice = item.notice
    ended = item.listed.updated if item.ending == "resolved" else None
    return next((end for end in (ended, notice.expires) if end and _lasts(notice, end)), None)


def _lasts(notice: Notice, end: datetime) -> bool:
    return end - notice.onset >= timedelta(seconds=1)


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
