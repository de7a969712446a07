from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date, parse_http_date

from notify.alerts.models import Area
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.formats import Format
from notify.channels.feeds.models import Entry, Story
from notify.channels.notice import Words
from tests import given
from tests.channels.feeds import ical
from tests.channels.feeds.feeding import SQUARE
from tests.channels.notices import (
    BORÅS,
    FRISTAD,
    ÄSPERED,
    all_clear_of,
    cancel_of,
    hand,
    notice,
    update_of,
)

pytestmark = pytest.mark.django_db
feeds = FeedChannel()
ALL = "/feeds/sv/all.atom"
BOTH = pytest.mark.parametrize("suffix", ["rss", "atom"])
EVERY = pytest.mark.parametrize("suffix", list(Format))


@pytest.fixture(autouse=True)
def city() -> None:
    given.city()
    given.service("water")
    given.service("power")


def read(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.content
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def titles(client: Client, address: str) -> list[str]:
    return [entry.title for entry in read(client, address).entries]


# --- what is in which feed --------------------------------------------------------------------


@BOTH
def test_each_update_is_an_entry_newest_first(client: Client, suffix: str) -> None:
    first = notice()
    second = update_of(first)
    for told in (first, second):
        hand(feeds, told)
    entries = read(client, f"/feeds/sv/all.{suffix}").entries
    assert [entry.id for entry in entries] == [
        f"urn:uuid:{second.update}",
        f"urn:uuid:{first.update}",
    ]


def test_an_areas_feed_holds_its_own_its_parts_and_what_it_is_part_of(client: Client) -> None:
    for place in (BORÅS, ÄSPERED, FRISTAD):
        told = notice(places=(place,), words={"sv": given_words(place.name)})
        hand(feeds, told)
    address = "/feeds/sv/area/{}.atom"
    assert set(titles(client, address.format("1490"))) == {"Borås", "Äspered", "Fristad"}
    assert set(titles(client, address.format(ÄSPERED.code))) == {"Borås", "Äspered"}
    assert set(titles(client, address.format(FRISTAD.code))) == {"Borås", "Fristad"}


def given_words(headline: str) -> Words:
    return Words(headline)


def test_an_entry_for_many_areas_is_there_once(client: Client) -> None:
    hand(feeds, notice(places=(BORÅS, ÄSPERED, FRISTAD)))
    assert len(titles(client, "/feeds/sv/area/1490.rss")) == 1


def test_a_services_feed_holds_that_service(client: Client) -> None:
    hand(feeds, notice(words={"sv": given_words("Vatten")}))
    hand(feeds, notice(service="power", words={"sv": given_words("Ström")}))
    assert titles(client, "/feeds/sv/service/power.rss") == ["Ström"]
    assert titles(client, f"/feeds/sv/area/{ÄSPERED.code}/service/water.rss") == ["Vatten"]
    assert titles(client, f"/feeds/sv/area/{FRISTAD.code}/service/water.rss") == []


def test_a_feed_speaks_its_language(client: Client) -> None:
    hand(feeds, notice())
    parsed = read(client, "/feeds/en/service/water.atom")
    assert parsed.feed.title == "Driftinformation: Drinking water"
    assert parsed.feed.language == "en"
    assert parsed.entries[0].title == "Water outage in Äspered"


def test_words_that_lack_the_language_are_marked_with_their_own(client: Client) -> None:
    hand(feeds, notice(words={"sv": given_words("Vattenavbrott")}))
    assert '<entry xml:lang="sv">' in client.get("/feeds/en/all.atom").content.decode()
    assert "<dc:language>sv</dc:language>" in client.get("/feeds/en/all.rss").content.decode()
    assert client.get("/feeds/en/all.json").json()["items"][0]["language"] == "sv"


def test_a_feed_holds_at_most_a_hundred(client: Client) -> None:
    told = notice()
    for _number in range(101):
        hand(feeds, told)
        told = update_of(told)
    assert len(titles(client, ALL)) == 100


# --- the formats ------------------------------------------------------------------------------


@EVERY
def test_every_format_comes_per_area_service_both_and_language(client: Client, suffix: str) -> None:
    hand(feeds, notice(urgency="Future"))
    place, other = f"area/{ÄSPERED.code}", f"area/{FRISTAD.code}"
    for scope in ("all", place, "area/1490", "service/water", f"{place}/service/water"):
        assert "Water outage" in client.get(f"/feeds/en/{scope}.{suffix}").content.decode()
        assert "Vattenavbrott" in client.get(f"/feeds/sv/{scope}.{suffix}").content.decode()
    for scope in (other, "service/power", f"{place}/service/power"):
        assert "Vattenavbrott" not in client.get(f"/feeds/sv/{scope}.{suffix}").content.decode()


def test_json_feed_is_what_atom_is(client: Client) -> None:
    first = notice()
    for told in (first, all_clear_of(first)):
        hand(feeds, told)
    items = client.get("/feeds/sv/all.json").json()["items"]
    entries = read(client, ALL).entries
    assert [(one["id"], one["title"], one["date_modified"]) for one in items] == [
        (entry.id, entry.title, entry.updated) for entry in entries
    ]
    assert [one["_notify"]["latest"] for one in items] == [True, False]


def test_where_an_entry_holds_is_frozen_with_its_words(client: Client) -> None:
    Area.objects.filter(code=ÄSPERED.code).update(outline=SQUARE)
    hand(feeds, notice())
    Area.objects.filter(code=ÄSPERED.code).update(outline=None)
    hand(feeds, notice())
    collection = client.get("/feeds/sv/all.geojson").json()
    assert [feature["geometry"] for feature in collection["features"]] == [None, SQUARE]


def test_hostile_words_are_served_in_every_format(client: Client) -> None:
    hostile = "]]> <b onclick=x> & \u202e\x00\x0b\ud800 \\n;, " + "å" * 10_000
    words = {"sv": Words(hostile, f"{hostile}\r\n\r\nEND:VEVENT", hostile)}
    hand(feeds, notice(urgency="Future", words=words))
    for suffix in ("rss", "atom"):
        assert len(read(client, f"/feeds/sv/all.{suffix}").entries) == 1
    assert len(client.get("/feeds/sv/all.json").json()["items"]) == 1
    assert len(client.get("/feeds/sv/all.geojson").json()["features"]) == 1
    assert len(events(client)) == 1


def events(client: Client, address: str = "/feeds/sv/all.ics") -> list[ical.Component]:
    calendar = ical.parse(client.get(address).content)
    return [part for part in calendar.parts if part.name == "VEVENT"]


def test_a_calendar_holds_planned_work_alone_each_once_as_last_told(client: Client) -> None:
    work = notice(urgency="Future")
    for told in (notice(), work, update_of(work, words={"sv": given_words("Flyttat")})):
        hand(feeds, told)
    (one,) = events(client)
    assert (one["SUMMARY"], one["SEQUENCE"]) == ("Flyttat", "2")


def test_work_that_is_called_off_stays_in_the_calendar_as_cancelled(client: Client) -> None:
    work = notice(urgency="Future")
    for told in (work, cancel_of(work)):
        hand(feeds, told)
    (one,) = events(client)
    assert (one["STATUS"], one["SEQUENCE"]) == ("CANCELLED", "2")


def test_a_calendar_keeps_far_off_work_however_much_is_disrupted_since(client: Client) -> None:
    hand(feeds, notice(urgency="Future", sent=timezone.now() - timedelta(days=2)))
    told = notice()
    for _number in range(100):
        hand(feeds, told)
        told = update_of(told)
    assert len(events(client)) == 1


def test_work_that_moved_elsewhere_leaves_the_areas_calendar(client: Client) -> None:
    work = notice(urgency="Future")
    hand(feeds, work)
    address = f"/feeds/sv/area/{ÄSPERED.code}.ics"
    before = client.get(address)
    hand(feeds, update_of(work, places=(FRISTAD,)))
    assert events(client, address) == []
    # No date could tell, so none is given: whoever asks by the entity tag gets the new one.
    assert not before.has_header("Last-Modified")
    assert client.get(address, headers={"if-none-match": before["ETag"]}).status_code == 200


@EVERY
def test_links_stand_in_the_header_too(client: Client, suffix: str) -> None:
    media_type = CONTENT_TYPES[suffix].split(";")[0]
    assert client.get(f"/feeds/sv/all.{suffix}?x=1")["Link"] == (
        '<http://testserver/>; rel="alternate"; type="text/html"; hreflang="sv", '
        f'<http://testserver/feeds/sv/all.{suffix}>; rel="self"; type="{media_type}"'
    )


# --- the end ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "marked"),
    [(all_clear_of, "Avhjälpt: Vattenavbrott"), (cancel_of, "Återkallat: Vattenavbrott")],
)
def test_the_end_marks_earlier_entries_and_moves_their_updated(
    client: Client, end: Any, marked: str
) -> None:
    first = notice(words={"sv": given_words("Vattenavbrott")})
    hand(feeds, first)
    before = read(client, ALL).entries[0]
    last = end(first)
    hand(feeds, last)
    ending, after = read(client, ALL).entries
    assert after.id == before.id
    assert after.title == ending.title == marked
    assert after.published == before.published
    assert after.updated == ending.updated > before.updated


def test_what_has_been_over_for_a_week_leaves_and_the_rest_stays(client: Client) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    old, standing = notice(sent=long_ago), notice(sent=long_ago)
    for told in (old, standing, all_clear_of(old)):
        hand(feeds, told)
    assert [entry.id for entry in read(client, ALL).entries] == [f"urn:uuid:{standing.update}"]


def test_planned_work_past_its_end_is_marked_without_anybody_saying_so(client: Client) -> None:
    over = timezone.now() - timedelta(minutes=5)
    hand(feeds, notice(urgency="Future", expires=over))
    entry = read(client, ALL).entries[0]
    assert entry.title == "Tiden har gått ut: Vattenavbrott i Äspered"
    assert parse_iso(entry.updated) == over.replace(microsecond=0)


def test_a_disruption_past_its_expected_end_still_stands(client: Client) -> None:
    hand(feeds, notice(expires=timezone.now() - timedelta(days=30)))
    assert titles(client, ALL) == ["Vattenavbrott i Äspered"]


def parse_iso(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


# --- caching ----------------------------------------------------------------------------------


CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
    "geojson": "application/geo+json",
    "ics": "text/calendar; charset=utf-8",
}


@EVERY
def test_the_answer_may_be_kept_by_everybody(client: Client, suffix: str) -> None:
    client.cookies["language"] = "en"
    response = client.get(f"/feeds/sv/all.{suffix}", headers={"accept-language": "en"})
    assert response["Content-Type"] == CONTENT_TYPES[suffix]
    assert response["Content-Language"] == "sv"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"].startswith("public, max-age=0, s-maxage=1, ")
    assert "stale-if-error=86400" in response["Cache-Control"]
    assert not response.has_header("Vary")
    assert not response.cookies
    assert re.fullmatch(r'"[0-9a-f]{32}"', response["ETag"])


@EVERY
def test_bytes_change_only_when_something_did(client: Client, suffix: str) -> None:
    from notify.channels.feeds.views import _rendered

    address = f"/feeds/sv/all.{suffix}"
    told = notice(urgency="Future")
    hand(feeds, told)
    first = client.get(address)
    hand(feeds, told)
    _rendered.cache_clear()
    again = client.get(address)
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert again.get("Last-Modified") == first.get("Last-Modified")
    hand(feeds, update_of(told))
    assert client.get(address)["ETag"] != first["ETag"]


def test_who_has_it_gets_304_without_a_body_but_with_the_headers(client: Client) -> None:
    hand(feeds, notice())
    tag = client.get(ALL)["ETag"]
    response = client.get(ALL, headers={"if-none-match": f'"other", W/{tag}'})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == tag
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.has_header("Vary")


def test_who_has_seen_it_since_gets_304(client: Client) -> None:
    hand(feeds, notice())
    modified = client.get(ALL)["Last-Modified"]
    assert client.get(ALL, headers={"if-modified-since": modified}).status_code == 304
    earlier = http_date(parse_http_date(modified) - 1)
    assert client.get(ALL, headers={"if-modified-since": earlier}).status_code == 200


def test_a_tag_that_differs_outweighs_a_date_that_agrees(client: Client) -> None:
    hand(feeds, notice())
    modified = client.get(ALL)["Last-Modified"]
    headers = {"if-none-match": '"other"', "if-modified-since": modified}
    assert client.get(ALL, headers=headers).status_code == 200


def test_an_entry_that_arrives_late_is_not_missed_by_date(client: Client) -> None:
    hand(feeds, notice())
    modified = parse_http_date(client.get(ALL)["Last-Modified"])
    hand(feeds, notice(sent=timezone.now() - timedelta(hours=3)))
    late = Entry.objects.order_by("-pk").first()
    assert late
    Entry.objects.filter(pk=late.pk).update(arrived_at=timezone.now() + timedelta(seconds=5))
    assert parse_http_date(client.get(ALL)["Last-Modified"]) > modified


def test_newer_words_elsewhere_are_not_missed_by_date(client: Client) -> None:
    address = f"/feeds/sv/area/{ÄSPERED.code}.json"
    told = notice()
    hand(feeds, told)
    before = parse_http_date(client.get(address)["Last-Modified"])
    hand(feeds, update_of(told, places=(FRISTAD,)))
    Story.objects.update(arrived_at=timezone.now() + timedelta(seconds=5))
    response = client.get(address)
    (one,) = response.json()["items"]
    assert one["_notify"]["latest"] is False
    assert parse_http_date(response["Last-Modified"]) > before


def test_what_leaves_moves_the_date(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=False):
        sent = timezone.now() - timedelta(days=9)
        told = notice(sent=sent)
        hand(feeds, told)
        hand(feeds, all_clear_of(told))
        response = client.get(ALL)
    left = sent + timedelta(minutes=1, days=7)
    assert parse_http_date(response["Last-Modified"]) == int(left.timestamp())


@EVERY
def test_a_feed_that_never_held_anything_is_a_feed_and_stays_the_same(
    client: Client, suffix: str
) -> None:
    address = f"/feeds/sv/all.{suffix}"
    assert client.get(address).status_code == 200
    assert client.get(address).content == client.get(address).content
    assert not client.get(address).has_header("Last-Modified")


def test_head_answers_as_get_without_the_body(client: Client) -> None:
    hand(feeds, notice())
    head, get = client.head(ALL), client.get(ALL)
    assert (head.status_code, head.content) == (200, b"")
    assert (head["ETag"], head["Last-Modified"]) == (get["ETag"], get["Last-Modified"])


def test_other_methods_are_refused(client: Client) -> None:
    assert client.post(ALL).status_code == 405


@EVERY
def test_the_number_of_statements_does_not_grow_with_the_feed(client: Client, suffix: str) -> None:
    address = f"/feeds/sv/area/{ÄSPERED.code}/service/water.{suffix}"

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    hand(feeds, notice(urgency="Future"))
    one = statements()
    for _number in range(20):
        hand(feeds, notice(places=(BORÅS, ÄSPERED), urgency="Future"))
    assert statements() == one <= 4


def test_an_empty_feed_costs_no_more_statements(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        client.get(f"/feeds/sv/area/{ÄSPERED.code}/service/water.atom")


# --- bad addresses ----------------------------------------------------------------------------

FORMATS = ", ".join(Format)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/feeds/sv/area/0000.rss", "Det finns inget område med koden ”0000”."),
        ("/feeds/en/area/0000.atom", "There is no area with the code “0000”."),
        ("/feeds/sv/service/taxi.rss", "Det finns ingen tjänst med namnet ”taxi”."),
        ("/feeds/sv/area/1490/service/taxi.rss", "Det finns ingen tjänst med namnet ”taxi”."),
        ("/feeds/fi/all.rss", "Flödena finns på de här språken: sv, en."),
        ("/feeds/sv/all.xml", f"Flödena finns i de här formaten: {FORMATS}."),
        ("/feeds/en/area/1490.pdf", f"Feeds come in these formats: {FORMATS}."),
        ("/feeds/sv/service/taxi.ics", "Det finns ingen tjänst med namnet ”taxi”."),
        ("/feeds/en/area/0000.json", "There is no area with the code “0000”."),
    ],
)
def test_an_unknown_address_gets_a_sentence(client: Client, address: str, sentence: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == f"{sentence}\n"
    assert not response.has_header("Vary")
