"""RSS 2.0 and Atom 1.0 (RFC 4287): the only module that knows feedgen.

Left to itself feedgen stamps feeds and entries with the time of rendering, which would make every
answer new and every cache useless.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.html import escape
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from notify.channels.feeds.cap.addresses import MEDIA_TYPE, document_address
from notify.channels.feeds.formats import Head, Item, Link
from notify.channels.feeds.geometry import Geometry, georss, joined
from notify.channels.feeds.particulars import local
from notify.channels.feeds.wording import entry_words
from notify.channels.texts import clean

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
GEORSS = "http://www.georss.org/georss"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a feed that never held anything: Atom demands one, and now would be a lie."""


def rss(head: Head, items: Sequence[Item]) -> bytes:
    """The feed as RSS, in UTF-8."""
    xml: bytes = _feed(head, items).rss_str()
    return xml


def atom(head: Head, items: Sequence[Item]) -> bytes:
    """The feed as Atom, in UTF-8."""
    xml: bytes = _feed(head, items).atom_str()
    return xml


def _feed(head: Head, items: Sequence[Item]) -> FeedGenerator:
    feed = FeedGenerator()
    # An archive is a document of the same feed.
    feed.id(head.current or head.address)
    feed.title(clean(head.title) or head.address)
    feed.description(clean(head.subtitle))
    feed.language(head.language)
    feed.author(name=clean(head.publisher), uri=head.page)
    # RSS has one link and takes the last that was set: it must be the page.
    for link in sorted(head.links, key=lambda link: link.rel == "alternate"):
        feed.link(link.attributes)
    feed.updated(local(head.updated or NEVER))
    feed.generator("Notify")
    feed.ttl(1)
    feed.load_extension("dc", atom=False)
    feed.dc.dc_publisher(clean(head.publisher))
    feed.register_extension("details", Details, EntryDetails)
    feed.details.archive = bool(head.current)
    feed.details.links = [link for link in head.links if link.rel not in ("self", "alternate")]
    for item in items:
        # By default feedgen puts each new entry first, and so turns the order round.
        _fill(feed.add_entry(order="append"), item, head.language)
    return feed


def _fill(entry: FeedEntry, item: Item, language: str) -> None:
    listed, notice = item.listed, item.notice
    words = entry_words(notice, language, ending=item.ending, over_at=listed.updated)
    entry.guid(item.guid, permalink=False)
    entry.title(words.title)
    # RSS readers take a description for HTML; Atom's summary is plain text. In this order, since
    # each of these three calls also fills fields that the next one takes over.
    entry.description(escape(words.summary))
    entry.summary(words.summary, type="text")
    entry.content(str(words.html), type="html")
    entry.link(href=notice.url, rel="alternate")
    entry.author(name=clean(notice.publisher))
    entry.published(local(listed.sent))
    entry.updated(local(listed.updated))
    for category in words.categories:
        entry.category(term=category.term, label=category.label, scheme=category.scheme)
    entry.dc.dc_creator(clean(notice.publisher))
    # RSS itself has a language for the feed alone.
    entry.dc.dc_language(words.language)
    entry.details.language = words.language
    entry.details.geometry = joined(item.outlines)
    entry.details.updated = local(listed.updated)
    entry.details.document = document_address(listed.update) if item.documented else ""


class Details(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """What feedgen cannot say of a feed: that it is an archive, and RSS's other links."""

    def __init__(self) -> None:
        """Start as a feed that is no archive."""
        self.archive = False
        self.links: list[Link] = []

    def extend_ns(self) -> dict[str, str]:
        """The prefixes that it and its entries use."""
        return {"georss": GEORSS, **({"fh": HISTORY} if self.archive else {})}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Say that it is an archive (RFC 5005 section 4)."""
        if self.archive:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        return feed

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        """The same in RSS (appendix B), and the links that feedgen writes in Atom alone."""
        channel = feed.find("channel")
        for link in self.links:
            etree.SubElement(channel, f"{{{ATOM}}}link", link.attributes)
        self.extend_atom(channel)
        return feed


class EntryDetails(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """What feedgen cannot say of an entry: its language, its links' types, RSS's ``updated``, where it holds."""

    def __init__(self) -> None:
        """Start empty; the entry fills it."""
        self.language = ""
        self.updated = NEVER
        self.geometry: Geometry | None = None
        self.document = ""

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Say the entry's language, and what feedgen drops from its link."""
        feed.set("{http://www.w3.org/XML/1998/namespace}lang", self.language)
        for link in feed.iterfind("link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
            link.set("hreflang", self.language)
        self._documented(feed, "link")
        return self._located(feed)

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        """Say when it was changed: RSS itself knows only when it was published."""
        updated = etree.SubElement(feed, f"{{{ATOM}}}updated", nsmap={"atom": ATOM})
        updated.text = self.updated.isoformat()
        self._documented(feed, f"{{{ATOM}}}link")
        return self._located(feed)

    def _documented(self, feed: etree._Element, name: str) -> None:
        """Say where the same is as CAP."""
        if self.document:
            link = Link("alternate", self.document, MEDIA_TYPE).attributes
            etree.SubElement(feed, name, link, nsmap={"atom": ATOM})

    def _located(self, feed: etree._Element) -> etree._Element:
        if self.geometry:
            kind, pairs = georss(self.geometry)
            etree.SubElement(feed, f"{{{GEORSS}}}{kind}").text = pairs
        return feed
