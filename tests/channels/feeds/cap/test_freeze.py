from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

import notify
from notify.alerts import lifecycle
from notify.alerts.city.load import load
from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Area, Template
from notify.alerts.vocabulary import Move
from notify.channels.feeds.cap.freeze import freeze
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.models import Document, Entry
from notify.channels.notice import Notice
from notify.dispatch.notices import notice_of
from tests import given
from tests.channels.feeds.cap.reading import published, texts, valid
from tests.channels.feeds.cap.test_sign import KEY, signed_part
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
RING = [[12.5, 57.5], [13, 57.5], [13, 58], [12.5, 57.5]]


@pytest.fixture(autouse=True)
def city() -> None:
    given.city()
    given.service("water")


def test_each_update_has_a_document_that_refers_to_those_before_it() -> None:
    first = notice()
    second = update_of(first)
    roots = published(first, second, all_clear_of(second))
    assert [texts(root, "msgType") for root in roots] == [["Alert"], ["Update"], ["Update"]]
    names = [row.reference for row in Document.objects.order_by("pk")]
    assert [texts(root, "references") for root in roots] == [
        [],
        [names[0]],
        [f"{names[0]} {names[1]}"],
    ]


def test_what_was_sent_in_error_is_cancelled() -> None:
    first = notice()
    _alert, cancel = published(first, cancel_of(first))
    assert texts(cancel, "msgType") == ["Cancel"]
    assert texts(cancel, "references") == [Document.objects.earliest("pk").reference]


def test_places_come_with_the_outlines_they_have() -> None:
    Area.objects.filter(code=ÄSPERED.code).update(
        outline={"type": "Polygon", "coordinates": [RING]}
    )
    (root,) = published(notice(places=(BORÅS, ÄSPERED)))
    assert texts(root.find("{*}info"), "area/areaDesc") == ["Borås", "Äspered"]
    assert texts(root.find("{*}info"), "area/polygon") == ["57.5,12.5 57.5,13 58,13 57.5,12.5"]


def test_a_document_never_changes_whatever_else_does(settings: Settings) -> None:
    told = notice(places=(ÄSPERED, FRISTAD))
    hand(feeds, told, [ÄSPERED.code])
    before = Document.objects.get().xml
    settings.CAP_SENDER, settings.CAP_STATUS = "another.example.se", "Test"
    Area.objects.update(name="Nynamn", outline={"type": "Polygon", "coordinates": [RING]})
    hand(feeds, told, [FRISTAD.code])
    assert Document.objects.get().xml == before


def test_a_reference_stays_what_it_was_when_the_sender_is_renamed(settings: Settings) -> None:
    first = notice()
    hand(feeds, first)
    settings.CAP_SENDER, settings.TIME_ZONE = "another.example.se", "UTC"
    (update,) = published(update_of(first))
    assert texts(update, "sender") == ["another.example.se"]
    assert texts(update, "references") == [Document.objects.earliest("pk").reference]
    assert texts(update, "references")[0].startswith(f"testserver,{first.update},")


def test_what_comes_after_newer_words_is_not_taken_for_news() -> None:
    first = notice()
    second = update_of(first)
    roots = published(second, first)
    assert len(roots) == 1
    assert texts(roots[0], "identifier") == [second.update]
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("end", [all_clear_of, cancel_of])
def test_what_comes_after_its_end_has_no_document(end: Any) -> None:
    first = notice()
    assert published(end(first), first) == []


@pytest.mark.parametrize("end", [all_clear_of, cancel_of])
def test_the_end_of_what_no_document_told_of_has_none(end: Any) -> None:
    assert published(end(notice())) == []
    assert Entry.objects.count() == 1


def test_with_a_key_every_document_is_signed(settings: Settings) -> None:
    settings.CAP_SIGNING_KEY = KEY
    first = notice()
    published(first, all_clear_of(first))
    assert [signed_part(row.xml.encode()) is not None for row in Document.objects.all()] == [
        True,
        True,
    ]


def test_without_a_key_none_is() -> None:
    (root,) = published(notice())
    assert root.find(".//ds:Signature", {"ds": "http://www.w3.org/2000/09/xmldsig#"}) is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_that_race_leave_documents_that_know_of_each_other() -> None:
    for _again in range(10):
        first = notice(places=(BORÅS, ÄSPERED, FRISTAD))
        second = update_of(first)
        last = all_clear_of(second)
        told = [(one, place.code) for one in (last, second, first) for place in one.places]

        def work(one: Notice, code: str) -> None:
            try:
                hand(feeds, one, [code])
            finally:
                connection.close()

        with ThreadPoolExecutor(len(told)) as workers:
            list(workers.map(lambda slice_: work(*slice_), told))
        rows = list(Document.objects.filter(entry__story__alert=first.alert).order_by("pk"))
        numbers = [row.entry.number for row in rows]
        assert numbers == sorted(set(numbers))
        for row, count in zip(rows, range(3), strict=False):
            referred = " ".join(texts(valid(row.xml), "references")).split()
            assert referred == [earlier.reference for earlier in rows[:count]]


CITY = Path(notify.__file__).parent / "alerts" / "data" / "boras"


@pytest.mark.parametrize("end", [Move.RESOLVE, Move.CANCEL])
def test_whatever_a_city_says_by_its_templates_is_valid_to_the_end(end: Move) -> None:
    load(CITY)
    areas = list(Area.objects.all())
    for template in Template.objects.select_related("service"):
        content = given.content(
            service=template.service,
            areas=areas,
            severity=template.severity,
            urgency=template.urgency,
            certainty=template.certainty,
            words=template.words,
            advice=template.advice,
            help_at=["Äspereds skola, dygnet runt"],
        )
        alert = lifecycle.create_draft(content, by=None)
        for move in (Move.PUBLISH, Move.UPDATE, end):
            said = AlertContent.over(alert) if move == end else given.said(alert, move)
            update, _new = lifecycle.publish_update(
                alert, move, said, version=alert.version, key=uuid4(), by=None
            )
            hand(feeds, notice_of(update), [areas[0].code])
            alert.refresh_from_db()
        first, _second, last = (valid(one.xml) for one in documents_of(alert))
        assert texts(first, "info/language") == ["sv", "en"]
        assert len(first.findall(".//{*}polygon")) == len(first.findall(".//{*}area")) > 20
        assert set(texts(last, "info/urgency")) == {"Past"}
        assert set(texts(last, "info/category")) == set(texts(first, "info/category"))


def documents_of(alert: Alert) -> list[Document]:
    return list(Document.objects.filter(entry__story__alert=alert.code).order_by("entry__number"))


def test_a_document_costs_three_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first = notice()
    second = update_of(first, places=(BORÅS, ÄSPERED, FRISTAD))
    hand(feeds, first)
    hand(feeds, second)
    entry = Entry.objects.select_related("story").get(update=second.update)
    Document.objects.filter(entry=entry).delete()
    with django_assert_num_queries(3):  # what was said before, the outlines, the document itself
        freeze(entry, second)
