"""Which CAP documents there are, as Atom 1.0 (RFC 4287) and RSS 2.0: entries lead to documents.

An entry never changes, as its document does not: that something is over is a document of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.utils import format_datetime

from django.utils.html import escape
from lxml import etree
from lxml.builder import ElementMaker

from notify.channels.feeds.cap.addresses import MEDIA_TYPE, document_address
from notify.channels.feeds.cap.selectors import Listed
from notify.channels.feeds.formats import Format, Head
from notify.channels.feeds.particulars import local
from notify.channels.feeds.wording import EntryWords, entry_words
from notify.channels.feeds.xml import ATOM, NEVER
from notify.channels.notice import Notice
from notify.channels.texts import clean

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FORMATS = (Format.ATOM, Format.RSS)
"""The formats an index comes in, as its address ends."""
_atom = ElementMaker(namespace=ATOM, nsmap={None: ATOM})
_in_rss = ElementMaker(namespace=ATOM, nsmap={"atom": ATOM})
_rss = ElementMaker()


def render(head: Head, documents: Iterable[tuple[Listed, Notice]]) -> bytes:
    """The index as UTF-8 XML, documents in the order given; the same bytes for the same arguments."""
    entries = [
        (listed, entry_words(notice, head.language, ending=notice.ending))
        for listed, notice in documents
    ]
    root = (_atom_feed if head.format == Format.ATOM else _rss_feed)(head, entries)
    etree.indent(root)
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml


def _atom_feed(head: Head, entries: Sequence[tuple[Listed, EntryWords]]) -> etree._Element:
    return _atom.feed(
        {LANG: head.language},
        _atom.id(head.address),
        _atom.title(clean(head.title)),
        _atom.subtitle(clean(head.subtitle)),
        _atom.updated(local(head.updated or NEVER).isoformat()),
        _atom.author(_atom.name(clean(head.publisher)), _atom.uri(head.page)),
        *(_atom.link(link.attributes) for link in head.links),
        *(_atom_entry(listed, words) for listed, words in entries),
    )


def _atom_entry(listed: Listed, words: EntryWords) -> etree._Element:
    sent = local(listed.sent).isoformat()
    return _atom.entry(
        {LANG: words.language},
        _atom.id(f"urn:uuid:{listed.update}"),
        _atom.title(words.title),
        _atom.summary(words.summary),
        _atom.published(sent),
        _atom.updated(sent),
        _atom.link(rel="alternate", type=MEDIA_TYPE, href=document_address(listed.update)),
        *(
            _atom.category(term=category.term, scheme=category.scheme, label=category.label)
            for category in words.categories
        ),
    )


def _rss_feed(head: Head, entries: Sequence[tuple[Listed, EntryWords]]) -> etree._Element:
    channel = _rss.channel(
        _rss.title(clean(head.title)),
        _rss.link(head.page),
        _rss.description(clean(head.subtitle)),
        _rss.language(head.language),
        _rss.lastBuildDate(format_datetime(local(head.updated or NEVER))),
        _in_rss.link(rel="self", type=head.format.media_type, href=head.address),
        *(_rss_item(listed, words) for listed, words in entries),
    )
    return _rss.rss({"version": "2.0"}, channel)


def _rss_item(listed: Listed, words: EntryWords) -> etree._Element:
    address = document_address(listed.update)
    return _rss.item(
        _rss.title(words.title),
        _rss.link(address),
        # RSS readers take a description for HTML.
        _rss.description(escape(words.summary)),
        *(_rss.category(category.label, domain=category.scheme) for category in words.categories),
        _rss.guid(f"urn:uuid:{listed.update}", isPermaLink="false"),
        _rss.pubDate(format_datetime(local(listed.sent))),
        _in_rss.link(rel="alternate", type=MEDIA_TYPE, href=address),
    )
