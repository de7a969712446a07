"""RSS 2.0 and Atom 1.0 (RFC 4287) from entries: the only module that knows feedgen.

The bytes depend on the arguments alone. Left to itself feedgen stamps feeds and entries with the
time of rendering, which would make every answer new and every cache useless.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.html import escape
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from notify.channels.feeds.selectors import Listed
from notify.channels.feeds.wording import entry_words
from notify.channels.notice import Notice
from notify.channels.texts import clean

ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a feed that never held anything: Atom demands one, and now would be a lie."""


class Format(StrEnum):
    """The formats a feed comes in, as its address ends."""

    RSS = "rss"
    ATOM = "atom"

    @property
    def media_type(self) -> str:
        """Its media type."""
        return f"application/{self.value}+xml"


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself. Addresses are absolute; updated: None if it never held anything."""

    format: Format
    language: str
    title: str
    subtitle: str
    publisher: str
    address: str
    page: str
    updated: datetime | None


def render(head: Head, entries: Iterable[tuple[Listed, Notice]]) -> bytes:
    """The feed as UTF-8 XML, entries in the order given."""
    feed = FeedGenerator()
    feed.id(head.address)
    feed.title(clean(head.title) or head.address)
    feed.description(clean(head.subtitle))
    feed.language(head.language)
    feed.author(name=clean(head.publisher), uri=head.page)
    feed.link(href=head.address, rel="self", type=head.format.media_type)
    # RSS has one link and takes the last that was set: it must be the page.
    feed.link(href=head.page, rel="alternate", type="text/html", hreflang=head.language)
    feed.updated(_local(head.updated or NEVER))
    feed.generator("Notify")
    feed.ttl(1)
    feed.load_extension("dc", atom=False)
    feed.dc.dc_publisher(clean(head.publisher))
    feed.register_extension("details", Details, EntryDetails)
    for listed, notice in entries:
        # By default feedgen puts each new entry first, and so turns the order round.
        _fill(feed.add_entry(order="append"), listed, notice, head.language)
    xml: bytes = feed.atom_str() if head.format == Format.ATOM else feed.rss_str()
    return xml


def _fill(entry: FeedEntry, listed: Listed, notice: Notice, language: str) -> None:
    words = entry_words(notice, language, ending=listed.ending, over_at=listed.updated)
    # The same name for ever: a reader that has seen it does not announce a corrected mark anew.
    entry.guid(f"urn:uuid:{listed.update}", permalink=False)
    entry.title(words.title)
    # RSS readers take a description for HTML; Atom's summary is plain text. In this order, since
    # each of these three calls also fills fields that the next one takes over.
    entry.description(escape(words.summary))
    entry.summary(words.summary, type="text")
    entry.content(str(words.html), type="html")
    entry.link(href=notice.url, rel="alternate")
    entry.author(name=clean(notice.publisher))
    entry.published(_local(listed.sent))
    entry.updated(_local(listed.updated))
    for category in words.categories:
        entry.category(term=category.term, label=category.label, scheme=category.scheme)
    entry.dc.dc_creator(clean(notice.publisher))
    entry.details.language = words.language
    entry.details.updated = _local(listed.updated)


def _local(time: datetime) -> datetime:
    """Whole seconds with the site's offset: what feeds write down (RFC 3339)."""
    return timezone.localtime(time).replace(microsecond=0)


class Details(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """What feedgen cannot say of a feed: nothing so far, but entries register through it."""


class EntryDetails(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """What feedgen cannot say of an entry: its own language, its link's type, RSS's ``updated``."""

    def __init__(self) -> None:
        """Start empty; the entry fills it."""
        self.language = ""
        self.updated = NEVER

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Say the entry's language, and what feedgen drops from its link."""
        feed.set("{http://www.w3.org/XML/1998/namespace}lang", self.language)
        for link in feed.iterfind("link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
            link.set("hreflang", self.language)
        return feed

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        """Say when it was changed: RSS itself knows only when it was published."""
        updated = etree.SubElement(feed, f"{{{ATOM}}}updated", nsmap={"atom": ATOM})
        updated.text = self.updated.isoformat()
        return feed
