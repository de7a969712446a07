from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given as example
from hypothesis import settings
from lxml import etree, html

from notify.channels.feeds.formats import Format
from notify.channels.feeds.geometry import Geometry
from notify.channels.feeds.render import render
from notify.channels.feeds.xml import NEVER
from notify.channels.notice import Advice, Notice, Place, Words
from tests.channels.feeds.feeding import SENT, SQUARE, WILD, head, item, square
from tests.channels.notices import ÄSPERED, all_clear_of, notice

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
NS = {"a": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/"}
BOTH = pytest.mark.parametrize("form", [Format.RSS, Format.ATOM])


def xml(form: Format, *notices: Notice, **changes: Any) -> etree._Element:
    entries = [item(told) for told in notices]
    return etree.fromstring(render(head(form, **changes), entries))


def test_atom_has_what_rfc_4287_demands() -> None:
    told = notice(sent=SENT)
    root = xml(Format.ATOM, told)
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "sv"
    for element in (root, root.find("a:entry", NS)):
        assert element is not None
        for name in ("id", "title", "updated", "author/a:name"):
            assert len(element.findall(f"a:{name}", NS)) == 1, name
    for time in root.iterfind(".//a:updated", NS):
        assert RFC_3339.fullmatch(time.text or "")
    assert root.findtext("a:entry/a:id", namespaces=NS) == f"urn:uuid:{told.update}"


def test_times_are_in_the_sites_own_zone() -> None:
    published = xml(Format.ATOM, notice()).findtext("a:entry/a:published", namespaces=NS)
    assert published == "2026-11-23T09:30:15+01:00"


def test_atom_links_say_what_they_are() -> None:
    root = xml(Format.ATOM, notice())
    links = {link.get("rel"): dict(link.attrib) for link in root.iterfind("a:link", NS)}
    assert links["self"]["href"] == "https://drift.example/feeds/sv/all.atom"
    assert links["self"]["type"] == "application/atom+xml"
    assert links["alternate"]["href"] == "https://drift.example/"
    entry_link = root.find("a:entry/a:link", NS)
    assert entry_link is not None
    assert dict(entry_link.attrib) == {
        "href": "http://testserver/a/test123/",
        "rel": "alternate",
        "type": "text/html",
        "hreflang": "sv",
    }


def test_rss_has_what_readers_need() -> None:
    told = notice(sent=SENT)
    channel = xml(Format.RSS, told).find("channel")
    assert channel is not None
    assert channel.findtext("link") == "https://drift.example/"
    assert channel.findtext("language") == "sv"
    assert channel.findtext("lastBuildDate") == "Mon, 23 Nov 2026 09:30:15 +0100"
    itself = channel.find("a:link", NS)
    assert itself is not None
    assert itself.get("href") == "https://drift.example/feeds/sv/all.rss"
    guid = channel.find("item/guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (f"urn:uuid:{told.update}", "false")
    assert channel.findtext("item/pubDate") == "Mon, 23 Nov 2026 09:30:15 +0100"
    assert channel.findtext("item/link") == "http://testserver/a/test123/"


@BOTH
def test_entries_keep_their_order(form: Format) -> None:
    first, second = notice(), notice()
    entries = feedparser.parse(render(head(form), [item(n) for n in (first, second)])).entries
    assert [entry.id for entry in entries] == [
        f"urn:uuid:{first.update}",
        f"urn:uuid:{second.update}",
    ]


@BOTH
def test_an_entry_is_filed_under_service_and_severity(form: Format) -> None:
    tags = feedparser.parse(render(head(form), [item(notice())])).entries[0].tags
    labels = [tag.get("label") or tag.term for tag in tags]
    assert labels == ["Dricksvatten", "Allvarlig störning", "Nytt"]


@BOTH
def test_who_publishes_is_said(form: Format) -> None:
    entry = feedparser.parse(render(head(form), [item(notice())])).entries[0]
    assert entry.author == "Borås stad"


def test_atom_has_a_plain_summary_and_html_content() -> None:
    entry = xml(Format.ATOM, notice()).find("a:entry", NS)
    assert entry is not None
    summary, content = entry.find("a:summary", NS), entry.find("a:content", NS)
    assert summary is not None
    assert content is not None
    assert (summary.get("type"), summary.text) == (
        "text",
        "En vattenledning har gått sönder vid skolan.",
    )
    assert content.get("type") == "html"
    assert (content.text or "").startswith("<p>Dricksvatten: Äspered</p><p>En vattenledning")


def test_paragraphs_and_lines_are_kept() -> None:
    words = {"sv": Words("Rubrik", "Ett.\r\nTvå.\n\n\nTre.")}
    content = xml(Format.ATOM, notice(words=words)).findtext("a:entry/a:content", namespaces=NS)
    assert "<p>Ett.<br>Två.</p><p>Tre.</p>" in (content or "")


def test_rss_descriptions_are_escaped_as_html_once_more() -> None:
    told = notice(words={"sv": Words("Rubrik", "<script>alert(1)</script> & mer")})
    item = xml(Format.RSS, told).find("channel/item")
    assert item is not None
    assert item.findtext("description") == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; mer"
    assert "<script" not in (item.findtext("content:encoded", namespaces=NS) or "")


@BOTH
def test_a_mark_says_how_it_ended(form: Format) -> None:
    told = notice(sent=SENT)
    later = SENT + timedelta(hours=2)
    data = render(head(form), [item(told, ending="resolved", updated=later)])
    entry = feedparser.parse(data).entries[0]
    assert entry.title == "Avhjälpt: Vattenavbrott i Äspered"
    assert "avhjälptes 23 november 2026 kl. 11.30" in entry.content[0].value
    assert entry.updated == "2026-11-23T11:30:15+01:00"


def test_a_headline_that_says_so_itself_is_not_marked_twice() -> None:
    told = notice(words={"sv": Words("Avhjälpt: vattnet är tillbaka")})
    data = render(head(Format.ATOM), [item(told, ending="resolved")])
    assert feedparser.parse(data).entries[0].title == "Avhjälpt: vattnet är tillbaka"


@BOTH
def test_an_empty_feed_says_never_rather_than_now(form: Format) -> None:
    data = render(head(form, updated=None), [])
    assert feedparser.parse(data).feed.updated_parsed[:3] == NEVER.timetuple()[:3]


@BOTH
@settings(max_examples=30, deadline=None)
@example(WILD, WILD, WILD, WILD)
def test_no_text_breaks_a_feed_or_gets_markup_into_it(
    form: Format, headline: str, description: str, instruction: str, name: str
) -> None:
    told = notice(
        words={"sv": Words(headline or "x", description, instruction)},
        places=(replace(ÄSPERED, name=name), Place("x", name, "/x/")),
        service_names={"sv": name},
        publisher=name,
    )
    data = render(head(form, title=name or "x"), [item(told)])
    root = etree.fromstring(data)
    for text in root.xpath("//*[local-name()='content' or local-name()='encoded']/text()"):
        fragment = html.fragment_fromstring(str(text), create_parent="div")
        assert {element.tag for element in fragment.iter()} <= {"div", "p", "br", "strong"}


BOIL = Advice("drink", "boil", {"sv": "Koka vattnet.", "en": "Boil the water."})


def test_advice_stands_in_the_readers_language_until_it_is_over() -> None:
    told = notice(sent=SENT, advice=(BOIL,))

    def content(told: Notice, language: str = "sv", ending: str = "") -> str:
        entries = [item(told, ending=ending)]
        root = etree.fromstring(render(head(Format.ATOM, language=language), entries))
        return root.findtext("a:entry/a:content", namespaces=NS) or ""

    assert "<ul><li>Koka vattnet.</li></ul>" in content(told)
    assert "<ul><li>Boil the water.</li></ul>" in content(told, "en")
    assert "<ul>" not in content(told, ending="resolved")
    assert "<ul>" in content(all_clear_of(told), ending="resolved")


def test_where_help_is_to_be_had_stands_under_its_heading_until_it_is_over() -> None:
    heading = {"sv": "Här kan du hämta dricksvatten", "en": "Here you can fetch drinking water"}
    told = notice(sent=SENT, help_at=("Torget <8–20>", "Skolan"), help_heading=heading)

    def content(language: str = "sv", ending: str = "") -> str:
        entries = [item(told, ending=ending)]
        root = etree.fromstring(render(head(Format.ATOM, language=language), entries))
        return root.findtext("a:entry/a:content", namespaces=NS) or ""

    places = "<ul><li>Torget &lt;8–20&gt;</li><li>Skolan</li></ul>"
    assert f"<p>Här kan du hämta dricksvatten:</p>{places}" in content()
    assert f"<p>Here you can fetch drinking water:</p>{places}" in content("en")
    for ending in ("resolved", "cancelled", "lapsed"):
        assert "Torget" not in content(ending=ending)


@BOTH
def test_an_entry_says_where_it_holds(form: Format) -> None:
    def where(*outlines: Geometry) -> list[tuple[str, str]]:
        located = replace(item(notice()), outlines=outlines)
        root = etree.fromstring(render(head(form), [located]))
        found = root.xpath("//*[namespace-uri()='http://www.georss.org/georss']")
        return [(etree.QName(element).localname, element.text) for element in found]

    assert where(SQUARE) == [("polygon", "57 13 57 13.5 57.5 13.5 57.5 13 57 13")]
    assert where(SQUARE, {"type": "Polygon", "coordinates": square(14)}) == [
        ("box", "57 13 57.5 14.5")
    ]
    assert where() == []


@BOTH
def test_a_feed_reader_sees_the_same_place(form: Format) -> None:
    data = render(head(form), [replace(item(notice()), outlines=[SQUARE])])
    where = feedparser.parse(data).entries[0].where
    assert where.type == "Polygon"
    assert [list(position) for position in where.coordinates[0]] == SQUARE["coordinates"][0]
