"""What was said in earlier weeks: RFC 5005's archived feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
import time_machine
from django.test import Client
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.formats import Format
from notify.channels.notice import Notice, Words
from tests import given
from tests.channels.notices import FRISTAD, ÄSPERED, all_clear_of, hand, notice

pytestmark = pytest.mark.django_db
feeds = FeedChannel()
# Wednesday of week 48, at noon in UTC.
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HISTORY = "{http://purl.org/syndication/history/1.0}archive"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
XML = pytest.mark.parametrize("suffix", ["rss", "atom"])
ARCHIVED = pytest.mark.parametrize("suffix", [form for form in Format if form.archived])


@pytest.fixture(autouse=True)
def city() -> Iterator[None]:
    given.city()
    given.service("water")
    with time_machine.travel(NOW, tick=False):
        yield


def say(weeks_ago: int, headline: str = "Vattenavbrott", **changes: Any) -> Notice:
    told = notice(sent=NOW - timedelta(weeks=weeks_ago), words={"sv": Words(headline)}, **changes)
    hand(feeds, told)
    return told


def links(client: Client, address: str) -> dict[str, str]:
    """The links of a feed in RSS or Atom by what they are, without the address of the site."""
    response = client.get(address)
    assert response.status_code == 200, response.content
    root = etree.fromstring(response.content)
    found = (root if root.tag != "rss" else root[0]).iterchildren(ATOM_LINK)
    known = {link.get("rel"): link.get("href") for link in found}
    for rel, href in known.items():
        assert f'<{href}>; rel="{rel}"' in response["Link"]
    return {rel: href.removeprefix("http://testserver") for rel, href in known.items()}


def titles(client: Client, address: str) -> list[str]:
    return [entry.title for entry in feedparser.parse(client.get(address).content).entries]


@XML
def test_the_feed_leads_back_through_every_week_in_which_something_was_said(
    client: Client, suffix: str
) -> None:
    for weeks_ago, headline in ((0, "Nu"), (2, "Två"), (5, "Fem"), (5, "Också fem")):
        say(weeks_ago, headline)
    address, seen = f"/feeds/sv/all.{suffix}", []
    while address:
        seen.append((address, titles(client, address)))
        address = links(client, address).get("prev-archive", "")
    assert seen == [
        (f"/feeds/sv/all.{suffix}", ["Nu", "Två", "Också fem", "Fem"]),
        (f"/feeds/sv/all/2026-W47.{suffix}", []),
        (f"/feeds/sv/all/2026-W46.{suffix}", ["Två"]),
        (f"/feeds/sv/all/2026-W43.{suffix}", ["Också fem", "Fem"]),
    ]


@XML
def test_an_archive_leads_on_to_the_next_and_at_last_to_the_feed(
    client: Client, suffix: str
) -> None:
    say(2)
    place = f"/feeds/sv/area/{ÄSPERED.code}/service/water"
    first = links(client, f"{place}/2026-W46.{suffix}")
    assert first["self"] == f"{place}/2026-W46.{suffix}"
    assert first["current"] == f"{place}.{suffix}"
    assert "hub" not in first
    second = links(client, first["next-archive"])
    assert second["prev-archive"] == first["self"]
    running = client.get(second["next-archive"])
    assert (running.status_code, running["Location"]) == (307, f"http://testserver{place}.{suffix}")
    assert "max-age=30" in running["Cache-Control"]


@XML
def test_an_archive_says_that_it_is_one_and_of_which_feed(client: Client, suffix: str) -> None:
    say(2)
    feed, archive = "/feeds/sv/all", f"/feeds/sv/all/2026-W46.{suffix}"
    current = client.get(f"{feed}.{suffix}").content
    root = etree.fromstring(client.get(archive).content)
    assert len(list(root.iter(HISTORY))) == 1
    assert HISTORY not in [element.tag for element in etree.fromstring(current).iter()]
    assert feedparser.parse(client.get(archive).content).feed.title.endswith(", vecka 46 2026")
    if suffix == "atom":
        own = root.findtext("{http://www.w3.org/2005/Atom}id")
        assert own == f"http://testserver{feed}.atom"


@ARCHIVED
def test_an_archive_never_changes(client: Client, suffix: str) -> None:
    address = f"/feeds/sv/all/2026-W46.{suffix}"
    first = say(2)
    say(0, "Nu")
    before = client.get(address)
    assert "Vattenavbrott" in before.content.decode()
    hand(feeds, all_clear_of(first, sent=NOW))
    with time_machine.travel(NOW + timedelta(weeks=10), tick=False):
        say(-9, "Senare")
        after = client.get(address)
    assert after.content == before.content
    assert after["Last-Modified"] == before["Last-Modified"]
    assert "max-age=3600" in after["Cache-Control"]
    assert "Avhjälpt" not in after.content.decode()


def test_an_end_is_marked_in_an_archive_because_it_says_so_itself(client: Client) -> None:
    hand(feeds, all_clear_of(say(2)))
    address = "/feeds/sv/all/2026-W46.atom"
    assert titles(client, address) == ["Avhjälpt: Vattenavbrott", "Vattenavbrott"]


def test_an_archive_is_of_its_scope(client: Client) -> None:
    say(2)
    say(2, "Fristad", places=(FRISTAD,))
    assert titles(client, f"/feeds/sv/area/{ÄSPERED.code}/2026-W46.rss") == ["Vattenavbrott"]
    assert len(titles(client, "/feeds/sv/service/water/2026-W46.rss")) == 2


def test_json_feed_goes_back_by_next_url_and_says_what_is_final(client: Client) -> None:
    say(2)
    current = client.get("/feeds/sv/all.json").json()
    assert current["next_url"] == "http://testserver/feeds/sv/all/2026-W47.json"
    assert "expired" not in current
    archive = json.loads(client.get("/feeds/sv/all/2026-W46.json").content)
    assert archive["expired"] is True
    assert "next_url" not in archive
    assert archive["items"][0]["_notify"]["latest"] is None


@XML
def test_a_feed_whose_entries_are_all_of_this_week_has_no_archive(
    client: Client, suffix: str
) -> None:
    say(0)
    assert "prev-archive" not in links(client, f"/feeds/sv/all.{suffix}")
    with time_machine.travel(NOW + timedelta(weeks=1), tick=False):
        found = links(client, f"/feeds/sv/all.{suffix}")
    assert found["prev-archive"] == f"/feeds/sv/all/2026-W48.{suffix}"


def test_what_has_left_the_feed_is_still_found(client: Client) -> None:
    hand(feeds, all_clear_of(say(3)))
    assert titles(client, "/feeds/sv/all.atom") == []
    assert links(client, "/feeds/sv/all.atom")["prev-archive"] == "/feeds/sv/all/2026-W47.atom"
    empty = links(client, "/feeds/sv/all/2026-W47.atom")
    assert empty["prev-archive"] == "/feeds/sv/all/2026-W45.atom"


def test_who_asks_by_date_hears_of_a_new_archive(client: Client) -> None:
    say(0)
    with time_machine.travel(NOW + timedelta(weeks=1), tick=False):
        response = client.get("/feeds/sv/all.atom")
    assert response["Last-Modified"] == "Mon, 30 Nov 2026 00:00:00 GMT"


def test_hubs_are_linked_where_there_is_news(client: Client, settings: Any) -> None:
    settings.WEBSUB_HUBS = ["https://hub.example.se/"]
    say(2)
    for form in Format:
        assert '<https://hub.example.se/>; rel="hub"' in client.get(f"/feeds/sv/all.{form}")["Link"]
    for suffix in ("rss", "atom"):
        assert links(client, f"/feeds/sv/all.{suffix}")["hub"] == "https://hub.example.se/"
        parsed = feedparser.parse(client.get(f"/feeds/sv/all.{suffix}").content)
        assert parsed.feed.link == "http://testserver/"
    assert client.get("/feeds/sv/all.json").json()["hubs"] == [
        {"type": "WebSub", "url": "https://hub.example.se/"}
    ]
    assert "hub.example.se" not in client.get("/feeds/sv/all/2026-W46.json").content.decode()


@ARCHIVED
def test_an_archive_costs_five_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, suffix: str
) -> None:
    for _number in range(20):
        say(2)
    with django_assert_num_queries(5):
        client.get(f"/feeds/sv/area/{ÄSPERED.code}/service/water/2026-W46.{suffix}")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/feeds/sv/all/2026-W49.rss", "Vecka 2026-W49 har inte kommit än."),
        ("/feeds/en/all/2026-W49.json", "The week 2026-W49 has not come yet."),
        (
            "/feeds/sv/all/2027-W53.atom",
            "Arkiven är ordnade efter vecka, till exempel 2026-W07.",
        ),
        (
            "/feeds/en/area/1490/november.rss",
            "Archives are kept by the week, such as 2026-W07.",
        ),
        ("/feeds/sv/all/2026-W46.ics", "En kalender har inget arkiv."),
        ("/feeds/en/service/taxi/2026-W46.rss", "There is no service with the name “taxi”."),
    ],
)
def test_an_unknown_archive_gets_a_sentence(client: Client, address: str, sentence: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.content.decode() == f"{sentence}\n"
