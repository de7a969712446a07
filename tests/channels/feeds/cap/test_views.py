from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import feedparser
import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from notify.alerts.models import Area
from notify.channels.cached import LIVE
from notify.channels.feeds.cap.views import _rendered
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.models import Document
from notify.channels.notice import Notice, Words
from tests import given
from tests.channels.feeds.cap.reading import valid
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
from tests.dispatch.world import fan_out

pytestmark = pytest.mark.django_db
feeds = FeedChannel()
BOTH = pytest.mark.parametrize("suffix", ["rss", "atom"])


@pytest.fixture(autouse=True)
def city() -> None:
    given.city()
    given.service("water")
    given.service("power")


def address(told: Notice) -> str:
    return f"/cap/{told.update}.xml"


# --- documents --------------------------------------------------------------------------------


def test_a_document_has_an_address_that_everybody_may_keep(client: Client) -> None:
    told = notice()
    hand(feeds, told)
    response = client.get(address(told), headers={"accept-language": "en"})
    assert response.status_code == 200
    valid(response.content)
    assert response["Content-Type"] == "application/cap+xml"
    assert response["Content-Language"] == "sv, en"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.has_header("Last-Modified")
    assert not response.has_header("Vary")
    assert not response.cookies


def test_it_says_which_languages_it_is_in(client: Client) -> None:
    told = notice(words={"sv": Words("Vattenavbrott <language>en</language>")})
    hand(feeds, told)
    assert client.get(address(told))["Content-Language"] == "sv"


def test_who_has_it_gets_304(client: Client) -> None:
    told = notice()
    hand(feeds, told)
    first = client.get(address(told))
    for condition in (
        {"if-none-match": first["ETag"]},
        {"if-modified-since": first["Last-Modified"]},
    ):
        again = client.get(address(told), headers=condition)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]


def test_it_is_the_same_for_ever(client: Client) -> None:
    told = notice()
    hand(feeds, told)
    before = client.get(address(told))
    hand(feeds, all_clear_of(told))
    Area.objects.update(name="Nynamn")
    after = client.get(address(told))
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])


def test_a_document_is_read_with_one_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told = notice()
    hand(feeds, told)
    with django_assert_num_queries(1):
        assert client.get(address(told)).status_code == 200


@pytest.mark.parametrize("write", [str.upper, lambda one: one.replace("-", ""), lambda _: "hej"])
def test_a_document_has_no_other_address(client: Client, write: Any) -> None:
    told = notice(update="abcdef12-3456-4abc-8def-0123456789ab")
    hand(feeds, told)
    assert client.get(f"/cap/{write(told.update)}.xml").status_code == 404


def test_what_there_is_not_is_said_in_a_sentence(client: Client) -> None:
    unknown = uuid4()
    response = client.get(f"/cap/{unknown}.xml", headers={"accept-language": "en"})
    assert response.status_code == 404
    sentence = f"Det finns inget CAP-meddelande med identifieraren ”{unknown}”.\n"
    assert response.content.decode() == sentence
    assert response["Cache-Control"] == "public, max-age=30"


def test_nobody_can_write_here(client: Client) -> None:
    told = notice()
    hand(feeds, told)
    assert client.post(address(told)).status_code == 405
    assert client.post("/cap/all.atom").status_code == 405


# --- which there are --------------------------------------------------------------------------


def read(client: Client, where: str) -> Any:
    response = client.get(where)
    assert response.status_code == 200, response.content
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def documents(client: Client, where: str) -> list[str]:
    return [document_of(entry) for entry in read(client, where).entries]


def document_of(entry: Any) -> str:
    """Where an entry leads to as CAP."""
    (href,) = [link.href for link in entry.links if link.type == "application/cap+xml"]
    return str(href)


@BOTH
def test_an_index_leads_to_the_documents_newest_first(client: Client, suffix: str) -> None:
    first = notice()
    second = update_of(first)
    for told in (first, second):
        hand(feeds, told)
    index = read(client, f"/cap/all.{suffix}")
    assert index.version == {"rss": "rss20", "atom": "atom10"}[suffix]
    assert index.feed.title == "Driftinformation (CAP)"
    assert [document_of(entry) for entry in index.entries] == [
        f"http://testserver{address(second)}",
        f"http://testserver{address(first)}",
    ]
    assert [entry.id for entry in index.entries] == [
        f"urn:uuid:{second.update}",
        f"urn:uuid:{first.update}",
    ]


@BOTH
def test_a_document_of_an_index_is_there(client: Client, suffix: str) -> None:
    hand(feeds, notice())
    (found,) = documents(client, f"/cap/all.{suffix}")
    valid(client.get(found.removeprefix("http://testserver")).content)


def test_a_reader_of_rss_is_led_to_the_document_itself(client: Client) -> None:
    told = notice()
    hand(feeds, told)
    assert read(client, "/cap/all.rss").entries[0].link == f"http://testserver{address(told)}"


@pytest.mark.parametrize(
    ("end", "title"),
    [
        (all_clear_of, "Avhjälpt: Vattenavbrott i Äspered"),
        (cancel_of, "Återkallat: Vattenavbrott i Äspered"),
    ],
)
def test_an_end_is_an_entry_and_leaves_the_earlier_as_they_were(
    client: Client, end: Any, title: str
) -> None:
    first = notice()
    hand(feeds, first)
    before = read(client, "/cap/all.atom").entries[0]
    hand(feeds, end(first))
    last, after = read(client, "/cap/all.atom").entries
    assert last.title == title
    assert after == before


@BOTH
def test_an_index_is_about_an_area_a_service_or_both(client: Client, suffix: str) -> None:
    told = {
        "borås": notice(places=(BORÅS,)),
        "äspered": notice(places=(ÄSPERED,)),
        "fristad": notice(places=(FRISTAD,), service="power"),
    }
    for one in told.values():
        hand(feeds, one)

    def names(where: str) -> set[str]:
        found = documents(client, f"/cap/{where}.{suffix}")
        return {name for name, one in told.items() if f"http://testserver{address(one)}" in found}

    assert names("all") == {"borås", "äspered", "fristad"}
    assert names("area/1490") == {"borås", "äspered", "fristad"}
    assert names("area/1490TB121") == {"borås", "äspered"}
    assert names("service/power") == {"fristad"}
    assert names("area/1490TB108/service/water") == {"borås"}


def test_what_has_been_over_for_a_week_leaves(client: Client) -> None:
    sent = timezone.now() - timedelta(days=9)
    old, standing = notice(sent=sent), notice(sent=sent)
    for told in (old, standing, all_clear_of(old)):
        hand(feeds, told)
    assert documents(client, "/cap/all.atom") == [f"http://testserver{address(standing)}"]
    assert client.get(address(old)).status_code == 200


def test_an_entry_without_a_document_is_in_no_index(client: Client) -> None:
    hand(feeds, notice())
    Document.objects.all().delete()
    assert documents(client, "/cap/all.rss") == []


@BOTH
def test_an_index_may_be_kept_and_changes_only_when_something_did(
    client: Client, suffix: str
) -> None:
    where = f"/cap/all.{suffix}"
    told = notice()
    hand(feeds, told)
    first = client.get(where)
    assert first["Content-Type"] == f"application/{suffix}+xml; charset=utf-8"
    assert first["Cache-Control"] == LIVE
    assert first["Access-Control-Allow-Origin"] == "*"
    assert not first.has_header("Vary")
    _rendered.cache_clear()
    again = client.get(where, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    hand(feeds, update_of(told))
    assert client.get(where)["ETag"] != first["ETag"]


@BOTH
def test_an_empty_index_is_one_too(client: Client, suffix: str) -> None:
    assert documents(client, f"/cap/all.{suffix}") == []


@BOTH
def test_hostile_text_does_not_break_an_index(client: Client, suffix: str) -> None:
    hand(feeds, notice(words={"sv": Words("a\x0c]]>\x00<b>&", "\x1b<script>")}))
    (entry,) = read(client, f"/cap/all.{suffix}").entries
    assert re.sub("&(lt|gt|amp);", "", entry.title)
    etree.fromstring(client.get(f"/cap/all.{suffix}").content)


def test_an_index_costs_two_statements_and_one_when_nothing_is_new(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    hand(feeds, notice())
    with django_assert_num_queries(2):
        client.get("/cap/all.atom")
    with django_assert_num_queries(1):
        client.get("/cap/all.atom")


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("area/nowhere.atom", "Det finns inget område med koden ”nowhere”."),
        ("service/cheese.rss", "Det finns ingen tjänst med namnet ”cheese”."),
        ("all.json", "Listor över CAP-meddelanden finns i de här formaten: atom, rss."),
    ],
)
def test_an_address_that_means_nothing_is_said_in_a_sentence(
    client: Client, where: str, sentence: str
) -> None:
    response = client.get(f"/cap/{where}")
    assert response.status_code == 404
    assert response.content.decode() == f"{sentence}\n"


def test_what_is_announced_is_there(client: Client) -> None:
    dispatch = fan_out()
    told = dispatch.update
    assert client.get(f"/cap/{told.identifier}.xml").status_code == 200
    (found,) = documents(client, "/cap/all.atom")
    assert found == f"http://testserver/cap/{told.identifier}.xml"


@BOTH
def test_a_feeds_entry_leads_to_the_page_and_to_its_document(client: Client, suffix: str) -> None:
    told, without = notice(), notice()
    for one in (told, without):
        hand(feeds, one)
    Document.objects.filter(entry__update=without.update).delete()
    entries = {entry.id: entry for entry in read(client, f"/feeds/en/all.{suffix}").entries}
    entry = entries[f"urn:uuid:{told.update}"]
    assert entry.link == told.url
    assert document_of(entry) == f"http://testserver{address(told)}"
    types = [link.get("type") for link in entries[f"urn:uuid:{without.update}"].links]
    assert "application/cap+xml" not in types
