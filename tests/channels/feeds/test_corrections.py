"""A silent correction in every format: other words, and nothing by which a reader tells again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
import time_machine
from django.test import Client

from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.formats import Format
from notify.channels.notice import Notice, Words
from tests import given
from tests.channels.feeds import ical
from tests.channels.notices import hand, notice

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(minutes=20)
MENDED = {"sv": Words("Vattenavbrott i hela Äspered", "En ledning har gått sönder vid kyrkan.")}
feeds = FeedChannel()


@pytest.fixture(autouse=True)
def city() -> None:
    given.city()
    given.service()


def told(**changes: Any) -> Notice:
    one = notice(**({"sent": MONDAY, "expires": MONDAY + timedelta(days=2)} | changes))
    hand(feeds, one)
    return one


def mend(one: Notice) -> None:
    feeds.correct(one.corrected(MENDED, LATER))


def names(entry: Any) -> tuple[str, str, str]:
    return entry.id, entry.published, entry.updated


@pytest.mark.parametrize("suffix", ["rss", "atom"])
def test_readers_of_rss_and_atom_get_new_words_under_the_same_name_and_times(
    client: Client, suffix: str
) -> None:
    with time_machine.travel(LATER, tick=False):
        one = told()
        before = feedparser.parse(client.get(f"/feeds/sv/all.{suffix}").content)
        mend(one)
        after = feedparser.parse(client.get(f"/feeds/sv/all.{suffix}").content)

    assert names(after.entries[0]) == names(before.entries[0])
    assert after.feed.updated == before.feed.updated
    assert after.entries[0].title == "Vattenavbrott i hela Äspered"
    assert "vid kyrkan" in after.entries[0].content[0].value
    assert "vid skolan" not in str(after.entries)


def test_json_and_maps_say_when_it_was_corrected_beside_the_times_that_stay(
    client: Client,
) -> None:
    with time_machine.travel(LATER, tick=False):
        one = told()
        (before,) = client.get("/feeds/sv/all.json").json()["items"]
        mend(one)
        (item,) = client.get("/feeds/sv/all.json").json()["items"]
        (feature,) = client.get("/feeds/sv/all.geojson").json()["features"]

    for name in ("id", "url", "date_published", "date_modified"):
        assert item[name] == before[name]
    assert item["title"] == feature["properties"]["title"] == "Vattenavbrott i hela Äspered"
    assert before["_notify"]["corrected"] is None
    assert item["_notify"]["corrected"] == "2026-11-23T10:20:00+01:00"
    assert feature["properties"]["corrected"] == "2026-11-23T10:20:00+01:00"
    assert feature["properties"]["updated"] == "2026-11-23T10:00:00+01:00"


def test_a_calendar_takes_the_new_words_and_moves_nothing(client: Client) -> None:
    begins = MONDAY + timedelta(days=1)
    with time_machine.travel(LATER, tick=False):
        one = told(urgency="Future", onset=begins)
        (before,) = ical.parse(client.get("/feeds/sv/all.ics").content).parts
        mend(one)
        (after,) = ical.parse(client.get("/feeds/sv/all.ics").content).parts

    for name in ("UID", "SEQUENCE", "STATUS", "DTSTART", "DTEND"):
        assert after[name] == before[name]
    assert after["SUMMARY"] == "Vattenavbrott i hela Äspered"
    assert before["DTSTAMP"] == before["LAST-MODIFIED"] == "20261123T090000Z"
    assert after["DTSTAMP"] == after["LAST-MODIFIED"] == "20261123T092000Z"


@pytest.mark.parametrize("suffix", [form.value for form in Format if form != Format.ICS])
def test_whoever_asks_whether_anything_changed_gets_the_new_words(
    client: Client, suffix: str
) -> None:
    address = f"/feeds/sv/all.{suffix}"
    with time_machine.travel(MONDAY, tick=False):
        one = told()
        first = client.get(address)
    with time_machine.travel(LATER, tick=False):
        mend(one)
        headers = {"If-Modified-Since": "Mon, 23 Nov 2026 09:19:59 GMT"}
        by_time = client.get(address, headers=headers)
        by_tag = client.get(address, headers={"If-None-Match": first["ETag"]})
        again = client.get(address, headers={"If-None-Match": by_tag["ETag"]})

    assert (by_time.status_code, by_tag.status_code, again.status_code) == (200, 200, 304)
    assert by_tag["Last-Modified"] == "Mon, 23 Nov 2026 09:20:00 GMT"


@pytest.mark.parametrize("suffix", ["rss", "atom", "json", "geojson"])
def test_an_archive_holds_what_was_said_when_it_was_said(client: Client, suffix: str) -> None:
    one = told(expires=MONDAY + timedelta(days=30))
    with time_machine.travel(MONDAY + timedelta(days=8), tick=False):
        before = client.get(f"/feeds/sv/all/2026-W48.{suffix}").content
        mend(one)
        after = client.get(f"/feeds/sv/all/2026-W48.{suffix}").content
        current = client.get(f"/feeds/sv/all.{suffix}").content.decode()

    assert after == before
    assert "hela" in current


def test_a_document_and_its_index_are_for_ever(client: Client) -> None:
    with time_machine.travel(LATER, tick=False):
        one = told()
        addresses = (f"/cap/{one.update}.xml", "/cap/all.atom", "/cap/all.rss")
        before = [client.get(address).content for address in addresses]
        mend(one)
        after = [client.get(address).content for address in addresses]

    assert after == before


def test_corrections_cost_no_more_statements(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        mend(told())
    with time_machine.travel(LATER, tick=False), django_assert_max_num_queries(2):
        answer = client.get("/feeds/sv/all.json")
    assert len(answer.json()["items"]) == 5
